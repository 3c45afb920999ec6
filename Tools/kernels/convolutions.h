// Convolutions against double precision: the product kernel's windows, and Winograd's algorithm.

// A batch [n][l][c] with rows of NaN around each sample, which nothing may read.
typedef struct {
  ptrdiff_t n, l, c, sample, count;
  float *values, *first;
} batch_t;

enum { PADDING = 2 };

static batch_t batch(ptrdiff_t n, ptrdiff_t l, ptrdiff_t c) {
  batch_t b = {n, l, c, (l + PADDING) * c, (n * (l + PADDING) + PADDING) * c, NULL, NULL};
  b.values = floats(b.count);
  b.first = b.values + PADDING * c;
  for (ptrdiff_t i = 0; i < n; i++) fill(b.first + i * b.sample, l * c);
  return b;
}

static double at(const batch_t *b, ptrdiff_t n, ptrdiff_t l, ptrdiff_t c) {
  return l >= 0 && l < b->l ? b->first[n * b->sample + l * b->c + c] : 0;
}

// The convolution (or its transpose, which reverses taps and exchanges channels) at one place.
static double convolved(const batch_t *x, const float *w, ptrdiff_t outputs, bool transposed,
                        ptrdiff_t n, ptrdiff_t l, ptrdiff_t o) {
  double sum = 0;
  for (ptrdiff_t k = 0; k < 5; k++) {
    for (ptrdiff_t i = 0; i < x->c; i++) {
      sum += transposed ? w[(k * outputs + o) * x->c + i] * at(x, n, l - k + 2, i)
                        : w[(k * x->c + i) * outputs + o] * at(x, n, l + k - 2, i);
    }
  }
  return sum;
}

// Every row of y, and that the rows between the samples are as they were.
static void check_batch(check_t *check, const batch_t *y, const batch_t *x, const float *w,
                        bool transposed, const dgflow_finish_t *finish) {
  for (ptrdiff_t n = 0; n < y->n; n++) {
    for (ptrdiff_t l = 0; l < y->l; l++) {
      for (ptrdiff_t o = 0; o < y->c; o++) {
        const ptrdiff_t index = n * y->sample + l * y->c + o;
        double sum = convolved(x, w, y->c, transposed, n, l, o);
        if (finish->bias != NULL) sum += finish->bias[o];
        if (finish->rectify && !(sum > 0)) sum = 0;
        if (finish->mask != NULL && !(finish->mask[index] > 0)) sum = 0;
        sum *= finish->scale;
        if (finish->residual != NULL) sum += finish->residual[index];
        compare(check, y->first[index], sum);
      }
    }
    for (ptrdiff_t e = y->l * y->c; e < y->sample; e++) {
      if (!isnan(y->first[n * y->sample + e])) compare(check, INFINITY, 0);
    }
  }
}

// dw against its sum, for pairs of batches with a factor each.
static void check_gradient(check_t *check, const float *dw, int pairs, const batch_t *x,
                           const batch_t *dy, const float *scales, const float *start) {
  const ptrdiff_t inputs = x[0].c, outputs = dy[0].c;
  for (ptrdiff_t k = 0; k < 5; k++) {
    for (ptrdiff_t i = 0; i < inputs; i++) {
      for (ptrdiff_t o = 0; o < outputs; o++) {
        const ptrdiff_t index = (k * inputs + i) * outputs + o;
        double sum = start[index];
        for (int q = 0; q < pairs; q++) {
          for (ptrdiff_t n = 0; n < x[q].n; n++) {
            for (ptrdiff_t l = 0; l < x[q].l; l++) {
              sum += scales[q] * at(&x[q], n, l + k - 2, i) * at(&dy[q], n, l, o);
            }
          }
        }
        compare(check, dw[index], sum);
      }
    }
  }
}

static void winograd_case(const dgflow_kernels *kernels, ptrdiff_t n, ptrdiff_t l,
                          ptrdiff_t inputs, ptrdiff_t outputs, check_t *forward,
                          check_t *transposed, check_t *gradient) {
  batch_t x[2] = {batch(n, l, inputs), batch(1, l, inputs)};
  batch_t dy[2] = {batch(n, l, outputs), batch(1, l, outputs)};
  batch_t y = batch(n, l, outputs), dx = batch(n, l, inputs);
  batch_t mask = batch(n, l, outputs), residual = batch(n, l, outputs);
  const ptrdiff_t taps = 5 * inputs * outputs;
  const ptrdiff_t scratch_count = dgflow_winograd_scratch(inputs, outputs);
  const ptrdiff_t forward_count = dgflow_winograd_count(inputs, outputs);
  const ptrdiff_t transposed_count = dgflow_winograd_count(outputs, inputs);
  float *w = numbers(taps), *bias = numbers(outputs), *dw = numbers(taps), *start = floats(taps);
  float *weight = aligned_floats(forward_count), *turned = aligned_floats(transposed_count);
  float *sums = aligned_floats(forward_count), *scratch = aligned_floats(scratch_count);
  memcpy(start, dw, (size_t)taps * sizeof(float));
  kernels->winograd_weight(inputs, outputs, w, weight, turned);
  const dgflow_finish_t finishes[] = {
      {.bias = bias, .scale = 1},
      {bias, .rectify = true, .mask = mask.first, .scale = 0.3f, .residual = residual.first}};
  for (int f = 0; f < 2; f++) {
    kernels->winograd(&(dgflow_winograd_t){n, l, inputs, outputs, x[0].first, x[0].sample, weight,
                                           y.first, y.sample, finishes[f], scratch});
    check_batch(forward, &y, &x[0], w, false, &finishes[f]);
    end_case(forward);
  }
  const dgflow_finish_t plain = {.scale = 1};
  kernels->winograd(&(dgflow_winograd_t){n, l, outputs, inputs, dy[0].first, dy[0].sample, turned,
                                         dx.first, dx.sample, plain, scratch});
  check_batch(transposed, &dx, &dy[0], w, true, &plain);
  end_case(transposed);
  const float scales[2] = {1, -0.3f};
  for (int q = 0; q < 2; q++) {
    kernels->winograd_gradient(&(dgflow_winograd_gradient_t){
        x[q].n, l, inputs, outputs, x[q].first, x[q].sample, dy[q].first, dy[q].sample, scales[q],
        q > 0, sums, scratch});
  }
  kernels->winograd_gradient_end(inputs, outputs, sums, dw);
  check_gradient(gradient, dw, 2, x, dy, scales, start);
  end_case(gradient);
  batch_t all[] = {x[0], x[1], dy[0], dy[1], y, dx, mask, residual};
  for (int i = 0; i < 8; i++) release(all[i].values, all[i].count);
  release(w, taps), release(bias, outputs), release(dw, taps), release(start, taps);
  release_aligned(weight, forward_count), release_aligned(turned, transposed_count);
  release_aligned(sums, forward_count), release_aligned(scratch, scratch_count);
}

static void check_winograd(const dgflow_kernels *kernels, bool long_ones) {
  check_t forward = deviation_check("winograd, forward");
  check_t transposed = deviation_check("winograd, transposed");
  check_t gradient = deviation_check("winograd, gradient");
  static const ptrdiff_t widths[][2] = {{16, 16}, {17, 33}, {1, 1}, {64, 20}, {3, 64}, {70, 5}};
  for (ptrdiff_t l = 1; l <= 40; l++) {
    const ptrdiff_t *width = widths[l % 6];
    winograd_case(kernels, 1 + l % 3, l, width[0], width[1], &forward, &transposed, &gradient);
  }
  winograd_case(kernels, 15, 32, 17, 36, &forward, &transposed, &gradient);
  winograd_case(kernels, 100, 1, 16, 16, &forward, &transposed, &gradient);
  winograd_case(kernels, 1, 7, 300, 130, &forward, &transposed, &gradient);
  for (ptrdiff_t c = 64; c <= (long_ones ? 512 : 64); c *= 2) {
    winograd_case(kernels, 1, 32, c, c, &forward, &transposed, &gradient);
  }
  report(kernels->name, &forward), report(kernels->name, &transposed);
  report(kernels->name, &gradient);
}
