// Softmax over rows, its derivative, and the first maximum of a row.
//
// A row of at least one vector ends with a vector that overlaps its neighbour, so nothing outside
// the row is touched; the lanes counted twice are left out of the sums. A shorter row goes through
// one vector filled up with neutral values.

// e^x for x <= 0: x = n ln 2 + r, |r| <= ln 2 / 2, polynomial in r from Cephes expf. Below -87: 0.
INLINE vec exponential_of(vec x) {
  const float magic = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  vec shifted = x * 1.44269504088896341f + magic;
  vec n = shifted - magic;
  vec r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  vec q = splat(1.9875691500e-4f);
  q = q * r + 1.3981999507e-3f;
  q = q * r + 8.3334519073e-3f;
  q = q * r + 4.1665795894e-2f;
  q = q * r + 1.6666665459e-1f;
  q = q * r + 5.0000001201e-1f;
  vec y = 1.0f + (r + (r * r) * q);
  vec scaled = (vec)((ivec)y + ((ivec)shifted << 23));
  return choose(x < -87.0f, (vec){0}, scaled);
}

// Lanes 0 … LANES - 1.
INLINE ivec lane_numbers(void) {
  ivec numbers;
  UNROLL for (int i = 0; i < LANES; i++) numbers[i] = i;
  return numbers;
}

KERNEL void softmax_short(ptrdiff_t columns, const float *x, float *y) {
  vec v = load_first(x, columns, x[0]);
  vec e = exponential_of(v - max_lanes(v));
  e = choose(lane_numbers() < (int32_t)columns, e, (vec){0});
  store_first(y, columns, e * (1.0f / sum_lanes(e)));
}

KERNEL void softmax(ptrdiff_t rows, ptrdiff_t columns, const float *x, float *y) {
  if (columns < LANES) {
    for (ptrdiff_t r = 0; r < rows; r++) softmax_short(columns, x + r * columns, y + r * columns);
    return;
  }
  const ptrdiff_t whole = columns / LANES * LANES;
  const ptrdiff_t last = columns - LANES;
  const ivec fresh = lane_numbers() >= (int32_t)(whole - last);
  for (ptrdiff_t r = 0; r < rows; r++, x += columns, y += columns) {
    vec greatest = load(x + last);
    for (ptrdiff_t j = 0; j < whole; j += LANES) {
      vec v = load(x + j);
      greatest = choose(v > greatest, v, greatest);
    }
    const float top = max_lanes(greatest);
    vec tail = exponential_of(load(x + last) - top);
    vec sum = choose(fresh, tail, (vec){0});
    for (ptrdiff_t j = 0; j < whole; j += LANES) {
      vec e = exponential_of(load(x + j) - top);
      store(y + j, e);
      sum += e;
    }
    const float factor = 1.0f / sum_lanes(sum);
    for (ptrdiff_t j = 0; j < whole; j += LANES) store(y + j, load(y + j) * factor);
    store(y + last, tail * factor);
  }
}

KERNEL void softmax_derivative(ptrdiff_t rows, ptrdiff_t columns, const float *p, const float *t,
                               float *y) {
  const ptrdiff_t whole = columns / LANES * LANES;
  const ptrdiff_t left = columns - whole;
  for (ptrdiff_t r = 0; r < rows; r++, p += columns, t += columns, y += columns) {
    vec sum = (vec){0};
    for (ptrdiff_t j = 0; j < whole; j += LANES) sum += load(p + j) * load(t + j);
    if (left > 0) sum += load_first(p + whole, left, 0) * load_first(t + whole, left, 0);
    const float inner = sum_lanes(sum);
    for (ptrdiff_t j = 0; j < whole; j += LANES) store(y + j, load(p + j) * (load(t + j) - inner));
    for (ptrdiff_t j = whole; j < columns; j++) y[j] = p[j] * (t[j] - inner);
  }
}

KERNEL void exponential(ptrdiff_t count, const float *x, float *y) {
  for (ptrdiff_t i = 0; i < count; i += LANES) {
    const ptrdiff_t width = count - i < LANES ? count - i : LANES;
    store_first(y + i, width, exponential_of(load_first(x + i, width, 0)));
  }
}

KERNEL void argmax(ptrdiff_t rows, ptrdiff_t columns, const float *x, uint16_t *out) {
  for (ptrdiff_t r = 0; r < rows; r++, x += columns) {
    vec greatest = splat(x[0]);
    ptrdiff_t j = 0;
    for (; j + LANES <= columns; j += LANES) {
      vec v = load(x + j);
      greatest = choose(v > greatest, v, greatest);
    }
    float top = max_lanes(greatest);
    for (; j < columns; j++) top = x[j] > top ? x[j] : top;
    ptrdiff_t found = 0;
    while (found < columns && x[found] != top) found++;
    out[r] = found < columns ? (uint16_t)found : 0;
  }
}
