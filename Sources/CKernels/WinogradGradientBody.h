// The gradient of the weights in the transformed domain: see WinogradBody.h.

// W of `count` tiles from tile `first`, times `scale`, as [point][panel][tile][16].
KERNEL void transform_cotangents(const dgflow_winograd_gradient_t *d, ptrdiff_t first,
                                 ptrdiff_t count, const float *zeros, float *to) {
  const ptrdiff_t tiles = (d->length + 3) / 4;
  const ptrdiff_t point = staggered(panels_of(d->outputs) * PANEL * count);
  ptrdiff_t sample = first / tiles, tile = first % tiles;
  for (ptrdiff_t t = 0; t < count; t++) {
    const float *rows[4];
    vec y[4], w[POINTS];
    tile_of_rows(4, d->y + sample * d->y_sample, d->outputs, d->length, 4 * tile, zeros, rows);
    for (ptrdiff_t j = 0; j < d->outputs; j += LANES) {
      float *panel = to + j / PANEL * (count * PANEL) + t * PANEL + j % PANEL;
      if (j + LANES <= d->outputs) {
        UNROLL for (int r = 0; r < 4; r++) y[r] = d->scale * load(rows[r] + j);
      } else {
        UNROLL for (int r = 0; r < 4; r++) {
          y[r] = d->scale * load_first(rows[r] + j, d->outputs - j, 0);
        }
      }
      transform_cotangent(y, w);
      UNROLL for (int p = 0; p < POINTS; p++) store(panel + p * point, w[p]);
    }
    if (++tile == tiles) {
      tile = 0;
      sample++;
    }
  }
}

KERNEL void winograd_gradient(const dgflow_winograd_gradient_t *d) {
  const ptrdiff_t total = d->samples * ((d->length + 3) / 4);
  const ptrdiff_t stride = padded_row(d->inputs);
  const ptrdiff_t columns = panels_of(d->outputs) * PANEL;
  const ptrdiff_t sums_point = dgflow_winograd_point(d->inputs, d->outputs);
  float *zeros = d->scratch;
  float *v = zeros + padded_row(d->inputs) + padded_row(d->outputs);
  float *w = v + POINTS * staggered(WINOGRAD_TILES * stride);
  memset(zeros, 0, (size_t)(v - zeros) * sizeof(float));
  for (ptrdiff_t first = 0; first < total; first += WINOGRAD_TILES) {
    const ptrdiff_t count = smaller(total - first, WINOGRAD_TILES);
    transform_inputs(first, count, d->length, d->inputs, d->x, d->x_sample, zeros, v);
    transform_cotangents(d, first, count, zeros, w);
    for (ptrdiff_t point = 0; point < POINTS; point++) {
      panel_product(&(panel_product_t){
          .rows = d->inputs, .columns = columns, .depth = count,
          .a = v + point * staggered(count * stride), .a_row = 1, .a_step = stride,
          .b = w + point * staggered(count * columns), .b_panel = count * PANEL,
          .c = d->sums + point * sums_point, .c_row = PANEL, .c_panel = d->inputs * PANEL,
          .adds = d->adds || first > 0, .fetches_c = is_far(d->inputs, d->outputs)});
    }
  }
}

INLINE vec magnitude(vec x) { return (vec)((ivec)x & 0x7fffffff); }

// What is left of terms that add up to `sum` and whose magnitudes add up to `size`: nothing where it
// can only be rounding. A weight that no sample reaches has gradient 0 in the plain sum; Adam, which
// divides by the gradient's size, would make steps of the full rate of a remainder here.
INLINE vec unless_rounding(vec sum, vec size) {
  return choose(magnitude(sum) <= 1e-6f * size, (vec){0}, sum);
}

// The gradients of the five taps from the sums at the eight points.
INLINE void transform_sums(const vec d[POINTS], vec g[5]) {
  vec sum1 = -2.0f / 9 * (d[1] + d[2]), difference1 = -2.0f / 9 * (d[1] - d[2]);
  vec sum2 = 2.0f / 45 * (d[3] + d[4]), difference2 = 2.0f / 45 * (d[3] - d[4]);
  vec sum3 = 2.0f / 45 * (d[5] + d[6]), difference3 = 2.0f / 45 * (d[5] - d[6]);
  g[0] = (d[0] + sum1) + (0.25f * sum2 + 4.0f * sum3);
  g[1] = difference1 + (0.5f * difference2 + 2.0f * difference3);
  g[2] = sum1 + (sum2 + sum3);
  g[3] = difference1 + (2.0f * difference2 + 0.5f * difference3);
  g[4] = (d[7] + sum1) + (4.0f * sum2 + 0.25f * sum3);
  vec size1 = 2.0f / 9 * (magnitude(d[1]) + magnitude(d[2]));
  vec size2 = 2.0f / 45 * (magnitude(d[3]) + magnitude(d[4]));
  vec size3 = 2.0f / 45 * (magnitude(d[5]) + magnitude(d[6]));
  g[0] = unless_rounding(g[0], magnitude(d[0]) + size1 + (0.25f * size2 + 4.0f * size3));
  g[1] = unless_rounding(g[1], size1 + (0.5f * size2 + 2.0f * size3));
  g[2] = unless_rounding(g[2], size1 + (size2 + size3));
  g[3] = unless_rounding(g[3], size1 + (2.0f * size2 + 0.5f * size3));
  g[4] = unless_rounding(g[4], magnitude(d[7]) + size1 + (4.0f * size2 + 0.25f * size3));
}

KERNEL void winograd_gradient_end(ptrdiff_t inputs, ptrdiff_t outputs, const float *sums,
                                  float *dw) {
  const ptrdiff_t point = dgflow_winograd_point(inputs, outputs);
  // Blocks of rows, so that few pages of either array are in use at a time.
  for (ptrdiff_t first = 0; first < inputs; first += PANEL) {
    const ptrdiff_t end = smaller(first + PANEL, inputs);
    for (ptrdiff_t j = 0; j < outputs; j += LANES) {
      const ptrdiff_t left = outputs - j;
      const float *panel = sums + j / PANEL * (inputs * PANEL) + j % PANEL;
      for (ptrdiff_t i = first; i < end; i++) {
        vec d[POINTS], g[5];
        UNROLL for (int p = 0; p < POINTS; p++) d[p] = load(panel + p * point + i * PANEL);
        transform_sums(d, g);
        UNROLL for (int k = 0; k < 5; k++) {
          float *to = dw + (k * inputs + i) * outputs + j;
          if (left >= LANES) {
            store(to, load(to) + g[k]);
          } else {
            store_first(to, left, load_first(to, left, 0) + g[k]);
          }
        }
      }
    }
  }
}
