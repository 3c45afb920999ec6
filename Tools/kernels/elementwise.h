// Everything but products and convolutions, against double precision.

static void check_maps(const dgflow_kernels *kernels) {
  check_t rectify = check("rectify", 0), mask = check("mask", 0), finish = check("finish", 2e-7);
  check_t add = check("add_scaled", 2e-7), scale = check("scale", 0);
  check_t interpolate = check("interpolate", 4e-7), average = check("average", 2e-7);
  check_t adam = check("adam", 4e-7), squares = check("square_sum", 1e-12);
  check_t exponential = check("exponential", 2e-7);
  const dgflow_adam_t constants = {0.1f, 0.999f, 0.001f, 0.001f, 1.5f, 1e-8f};
  for (ptrdiff_t n = 0; n <= 70; n++) {
    float *x = numbers(n), *t = numbers(n), *y = floats(n), *z = numbers(n), *w = numbers(n);
    float *m = floats(n), *v = floats(n), *p = floats(n);
    kernels->rectify(n, x, y);
    for (ptrdiff_t i = 0; i < n; i++) compare(&rectify, y[i], x[i] > 0 ? x[i] : 0);
    kernels->mask(n, t, x, y);
    for (ptrdiff_t i = 0; i < n; i++) compare(&mask, y[i], x[i] > 0 ? t[i] : 0);
    memcpy(y, t, (size_t)n * sizeof(float));
    kernels->finish(n, &(dgflow_finish_t){NULL, true, x, 0.3f, z}, y);
    for (ptrdiff_t i = 0; i < n; i++) {
      compare(&finish, y[i], z[i] + 0.3f * (double)(t[i] > 0 && x[i] > 0 ? t[i] : 0));
    }
    memcpy(y, t, (size_t)n * sizeof(float));
    kernels->add_scaled(n, 0.3f, x, y);
    for (ptrdiff_t i = 0; i < n; i++) compare(&add, y[i], t[i] + (double)0.3f * x[i]);
    kernels->scale(n, 0.3f, x, y);
    for (ptrdiff_t i = 0; i < n; i++) compare(&scale, y[i], 0.3f * x[i]);
    kernels->interpolate(n, 0.3f, x, t, y);
    for (ptrdiff_t i = 0; i < n; i++) {
      compare(&interpolate, y[i], x[i] + (double)0.3f * ((double)t[i] - x[i]));
    }
    memcpy(y, t, (size_t)n * sizeof(float));
    kernels->average(n, 0.3f, x, y);
    for (ptrdiff_t i = 0; i < n; i++) {
      compare(&average, y[i], t[i] + (double)0.3f * ((double)x[i] - t[i]));
    }
    for (ptrdiff_t i = 0; i < n; i++) m[i] = t[i], v[i] = w[i] * w[i], p[i] = z[i];
    kernels->adam(n, &constants, x, m, v, p);
    for (ptrdiff_t i = 0; i < n; i++) {
      const double first = t[i] + 0.1f * ((double)x[i] - t[i]);
      const double second = 0.999f * (double)(w[i] * w[i]) + 0.001f * (double)x[i] * x[i];
      compare(&adam, m[i], first), compare(&adam, v[i], second);
      compare(&adam, p[i], z[i] - 0.001f * first / (1e-8f + sqrt(second) * 1.5f));
    }
    double sum = 0;
    for (ptrdiff_t i = 0; i < n; i++) sum += (double)x[i] * x[i];
    compare(&squares, kernels->square_sum(n, x), sum);
    for (ptrdiff_t i = 0; i < n; i++) t[i] = -fabsf(t[i]) * (float)(1 + i);
    kernels->exponential(n, t, y);
    for (ptrdiff_t i = 0; i < n; i++) compare(&exponential, y[i], exp(t[i]));
    float *all[] = {x, t, y, z, w, m, v, p};
    for (int i = 0; i < 8; i++) release(all[i], n);
  }
  check_t *all[] = {&rectify, &mask,    &finish, &add,     &scale, &interpolate,
                    &average, &adam,    &squares, &exponential};
  for (int i = 0; i < 10; i++) report(kernels->name, all[i]);
}

static void check_rows(const dgflow_kernels *kernels) {
  check_t softmax = check("softmax", 3e-7), derivative = check("softmax_derivative", 3e-6);
  check_t argmax = check("argmax", 0), sums = check("add_row_sums", 4e-6);
  for (ptrdiff_t columns = 1; columns <= 70; columns++) {
    const ptrdiff_t rows = 1 + columns % 5, count = rows * columns;
    float *x = numbers(count), *t = numbers(count), *p = floats(count), *y = floats(count);
    float *total = numbers(columns), *start = floats(columns);
    uint16_t found[5];
    for (ptrdiff_t i = 0; i < count; i++) x[i] *= 9;
    kernels->softmax(rows, columns, x, p);
    kernels->softmax_derivative(rows, columns, p, t, y);
    kernels->argmax(rows, columns, x, found);
    for (ptrdiff_t r = 0; r < rows; r++) {
      const float *row = x + r * columns;
      double sum = 0, inner = 0;
      ptrdiff_t best = 0;
      for (ptrdiff_t c = 0; c < columns; c++) {
        if (row[c] > row[best]) best = c;
        inner += (double)p[r * columns + c] * t[r * columns + c];
      }
      for (ptrdiff_t c = 0; c < columns; c++) sum += exp((double)row[c] - row[best]);
      for (ptrdiff_t c = 0; c < columns; c++) {
        const ptrdiff_t i = r * columns + c;
        compare(&softmax, p[i], exp((double)row[c] - row[best]) / sum);
        compare(&derivative, y[i], p[i] * (t[i] - inner));
      }
      compare(&argmax, found[r], (double)best);
    }
    // Groups of two rows, with a row between them that is not counted.
    const ptrdiff_t spread = (rows + rows / 2 + 1) * columns;
    float *grouped = numbers(spread);
    memcpy(start, total, (size_t)columns * sizeof(float));
    kernels->add_row_sums(rows, columns, grouped, 2, 3 * columns, total);
    for (ptrdiff_t c = 0; c < columns; c++) {
      double sum = start[c];
      for (ptrdiff_t r = 0; r < rows; r++) sum += grouped[(r / 2 * 3 + r % 2) * columns + c];
      compare(&sums, total[c], sum);
    }
    release(x, count), release(t, count), release(p, count), release(y, count);
    release(total, columns), release(start, columns), release(grouped, spread);
  }
  report(kernels->name, &softmax), report(kernels->name, &derivative);
  report(kernels->name, &argmax), report(kernels->name, &sums);
}
