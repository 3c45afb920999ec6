// Matrix products against double precision.

typedef struct {
  ptrdiff_t m, n, k, row_group, depth_group;
  bool turned_a, turned_b, bias, accumulate;
} product_case_t;

static void product_case(const dgflow_kernels *kernels, product_case_t s, check_t *check) {
  const ptrdiff_t row_groups = (s.m + s.row_group - 1) / s.row_group;
  const ptrdiff_t depth_groups = (s.k + s.depth_group - 1) / s.depth_group;
  // a: depth contiguous, rows overlapping by half of it; or rows contiguous. Groups leave a gap.
  const ptrdiff_t a_row = s.turned_a ? 1 : (s.depth_group + 1) / 2;
  const ptrdiff_t a_depth = s.turned_a ? s.row_group + 1 : 1;
  const ptrdiff_t a_row_group = s.row_group * a_row + 3;
  const ptrdiff_t a_depth_group = s.depth_group * a_depth + 2;
  const ptrdiff_t b_column = s.turned_b ? s.depth_group + 1 : 1;
  const ptrdiff_t b_depth = s.turned_b ? 1 : s.n + 2;
  const ptrdiff_t b_depth_group = s.turned_b ? s.n * b_column + 1 : s.depth_group * b_depth + 5;
  const ptrdiff_t a_count = (row_groups - 1) * a_row_group + (s.row_group - 1) * a_row +
                            (depth_groups - 1) * a_depth_group + (s.depth_group - 1) * a_depth + 1;
  const ptrdiff_t b_count = (depth_groups - 1) * b_depth_group + (s.depth_group - 1) * b_depth +
                            (s.n - 1) * b_column + 1;
  const ptrdiff_t c_row = s.n + 1, c_row_group = s.row_group * c_row + 2;
  const ptrdiff_t c_count = (row_groups - 1) * c_row_group + s.row_group * c_row;
  float *a = numbers(a_count), *b = numbers(b_count), *c = numbers(c_count), *bias = numbers(s.n);
  float *start = floats(c_count), *scratch = aligned_floats(DGFLOW_PRODUCT_SCRATCH);
  memcpy(start, c, (size_t)c_count * sizeof(float));
  kernels->product(&(dgflow_product_t){
      s.m, s.n, s.k, s.row_group, s.depth_group, a, a_row, a_row_group, a_depth, a_depth_group, b,
      b_column, b_depth, b_depth_group, c, c_row, c_row_group, s.bias ? bias : NULL, 0.5f,
      s.accumulate, scratch});
  for (ptrdiff_t i = 0; i < s.m; i++) {
    const ptrdiff_t row = i / s.row_group * a_row_group + i % s.row_group * a_row;
    const ptrdiff_t to = i / s.row_group * c_row_group + i % s.row_group * c_row;
    for (ptrdiff_t j = 0; j < s.n; j++) {
      double sum = (s.bias ? bias[j] : 0) + (s.accumulate ? start[to + j] : 0);
      for (ptrdiff_t p = 0; p < s.k; p++) {
        const ptrdiff_t group = p / s.depth_group, step = p % s.depth_group;
        sum += 0.5 * a[row + group * a_depth_group + step * a_depth] *
               b[group * b_depth_group + step * b_depth + j * b_column];
      }
      compare_terms(check, c[to + j], sum, s.k + 2);
    }
    // The gap behind a row is left alone.
    if (i % s.row_group + 1 < s.row_group) compare(check, c[to + s.n], start[to + s.n]);
  }
  release(a, a_count), release(b, b_count), release(c, c_count), release(bias, s.n);
  release(start, c_count), release_aligned(scratch, DGFLOW_PRODUCT_SCRATCH);
}

static void check_products(const dgflow_kernels *kernels) {
  check_t product = check("product", 0), dots = check("dots", 0);
  static const ptrdiff_t widths[] = {1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 48, 63, 64, 65, 100, 130};
  for (int i = 0; i < 16; i++) {
    for (int flags = 0; flags < 16; flags++) {
      const ptrdiff_t m = 1 + (i * 5 + flags) % 23, n = widths[i], k = widths[(i * 7 + flags) % 16];
      product_case(kernels, (product_case_t){m, n, k, (m + 1) / 2, (k + 2) / 3, flags & 1,
                                             flags & 2, flags & 4, flags & 8}, &product);
    }
  }
  product_case(kernels, (product_case_t){7, 300, 700, 7, 700, false, false, true, false}, &product);
  product_case(kernels, (product_case_t){101, 17, 333, 101, 333, true, true, false, true},
               &product);
  report(kernels->name, &product);
  for (int i = 0; i < 16; i++) {
    const ptrdiff_t m = 1 + i % 9, n = 1 + i * 3 % 11, k = widths[i], a_row = k + 1, b_row = k + 2;
    float *a = numbers((m - 1) * a_row + k), *b = numbers((n - 1) * b_row + k), *c = floats(m * n);
    kernels->dots(m, n, k, a, a_row, b, b_row, c, n);
    for (ptrdiff_t e = 0; e < m * n; e++) {
      double sum = 0;
      for (ptrdiff_t p = 0; p < k; p++) sum += (double)a[e / n * a_row + p] * b[e % n * b_row + p];
      compare_terms(&dots, c[e], sum, k);
    }
    release(a, (m - 1) * a_row + k), release(b, (n - 1) * b_row + k), release(c, m * n);
  }
  report(kernels->name, &dots);
}
