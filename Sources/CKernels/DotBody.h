// Products with both operands read along their rows: one vector of partial sums for each pair of
// rows, a tile of pairs at a time. The order of a sum depends on its length only.

enum { DOT_ROWS = 4, DOT_COLUMNS = 3 };

INLINE void dot_tile(const int rows, const int columns, ptrdiff_t k, const float *a,
                     ptrdiff_t a_row, const float *b, ptrdiff_t b_row, float *c, ptrdiff_t c_row) {
  vec sum[DOT_ROWS][DOT_COLUMNS];
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < columns; j++) sum[i][j] = (vec){0};
  }
  const ptrdiff_t whole = k / LANES * LANES;
  for (ptrdiff_t p = 0; p < whole; p += LANES) {
    vec y[DOT_COLUMNS];
    UNROLL for (int j = 0; j < columns; j++) y[j] = load(b + j * b_row + p);
    UNROLL for (int i = 0; i < rows; i++) {
      vec x = load(a + i * a_row + p);
      UNROLL for (int j = 0; j < columns; j++) sum[i][j] += x * y[j];
    }
  }
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < columns; j++) {
      vec x = load_first(a + i * a_row + whole, k - whole, 0);
      vec y = load_first(b + j * b_row + whole, k - whole, 0);
      c[i * c_row + j] = sum_lanes(sum[i][j] + x * y);
    }
  }
}

KERNEL void dot_rows(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                     const float *b, ptrdiff_t b_row, float *c, ptrdiff_t c_row) {
  ptrdiff_t j = 0;
  if (rows == DOT_ROWS) {
    for (; j + DOT_COLUMNS <= n; j += DOT_COLUMNS) {
      dot_tile(DOT_ROWS, DOT_COLUMNS, k, a, a_row, b + j * b_row, b_row, c + j, c_row);
    }
    for (; j < n; j++) dot_tile(DOT_ROWS, 1, k, a, a_row, b + j * b_row, b_row, c + j, c_row);
    return;
  }
  for (ptrdiff_t i = 0; i < rows; i++) {
    const float *ai = a + i * a_row;
    float *ci = c + i * c_row;
    j = 0;
    for (; j + DOT_COLUMNS <= n; j += DOT_COLUMNS) {
      dot_tile(1, DOT_COLUMNS, k, ai, a_row, b + j * b_row, b_row, ci + j, c_row);
    }
    for (; j < n; j++) dot_tile(1, 1, k, ai, a_row, b + j * b_row, b_row, ci + j, c_row);
  }
}

KERNEL void dots(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                 const float *b, ptrdiff_t b_row, float *c, ptrdiff_t c_row) {
  for (ptrdiff_t i = 0; i < m; i += DOT_ROWS) {
    const ptrdiff_t rows = m - i < DOT_ROWS ? m - i : DOT_ROWS;
    dot_rows(rows, n, k, a + i * a_row, a_row, b, b_row, c + i * c_row, c_row);
  }
}

// Sums over rows, a strip of columns at a time; each column adds its rows in order.
KERNEL void add_row_sums(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t row_group,
                         ptrdiff_t group_stride, float *out) {
  enum { STRIP = 4 };
  ptrdiff_t j = 0;
  for (; j + STRIP * LANES <= columns; j += STRIP * LANES) {
    vec sum[STRIP];
    UNROLL for (int s = 0; s < STRIP; s++) sum[s] = (vec){0};
    for (ptrdiff_t first = 0; first < rows; first += row_group) {
      const ptrdiff_t count = rows - first < row_group ? rows - first : row_group;
      const float *from = x + first / row_group * group_stride + j;
      for (ptrdiff_t r = 0; r < count; r++) {
        UNROLL for (int s = 0; s < STRIP; s++) sum[s] += load(from + r * columns + s * LANES);
      }
    }
    UNROLL for (int s = 0; s < STRIP; s++) {
      store(out + j + s * LANES, load(out + j + s * LANES) + sum[s]);
    }
  }
  for (; j < columns; j += LANES) {
    const ptrdiff_t width = columns - j < LANES ? columns - j : LANES;
    vec sum = (vec){0};
    for (ptrdiff_t first = 0; first < rows; first += row_group) {
      const ptrdiff_t count = rows - first < row_group ? rows - first : row_group;
      const float *from = x + first / row_group * group_stride + j;
      for (ptrdiff_t r = 0; r < count; r++) sum += load_first(from + r * columns, width, 0);
    }
    store_first(out + j, width, load_first(out + j, width, 0) + sum);
  }
}

typedef float vec8 __attribute__((vector_size(32)));
typedef float vec8_anywhere __attribute__((vector_size(32), aligned(4), may_alias));
typedef double dvec8 __attribute__((vector_size(64)));

KERNEL double square_sum(ptrdiff_t count, const float *x) {
  dvec8 sums = {0};
  ptrdiff_t i = 0;
  for (; i + 8 <= count; i += 8) {
    dvec8 v = __builtin_convertvector(*(const vec8_anywhere *)(x + i), dvec8);
    sums += v * v;
  }
  double sum = 0;
  for (int lane = 0; lane < 8; lane++) sum += sums[lane];
  for (; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}
