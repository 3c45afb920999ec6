// Maps that treat every element alike, as plain loops that the compiler vectorises for the target.

#if defined(__clang__)
#define VECTORISE _Pragma("clang loop vectorize(assume_safety) interleave(enable)")
#else
#define VECTORISE _Pragma("GCC ivdep")
#endif

KERNEL void rectify(ptrdiff_t count, const float *x, float *y) {
  VECTORISE for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] > 0 ? x[i] : 0;
}

KERNEL void mask(ptrdiff_t count, const float *t, const float *x, float *y) {
  VECTORISE for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] > 0 ? t[i] : 0;
}

KERNEL void add_scaled(ptrdiff_t count, float scale, const float *x, float *y) {
  VECTORISE for (ptrdiff_t i = 0; i < count; i++) y[i] = y[i] + scale * x[i];
}

KERNEL void scale_all(ptrdiff_t count, float scale, const float *x, float *y) {
  VECTORISE for (ptrdiff_t i = 0; i < count; i++) y[i] = scale * x[i];
}

KERNEL void interpolate(ptrdiff_t count, float weight, const float *a, const float *b, float *y) {
  VECTORISE for (ptrdiff_t i = 0; i < count; i++) y[i] = a[i] + weight * (b[i] - a[i]);
}

KERNEL void average(ptrdiff_t count, float weight, const float *x, float *mean) {
  VECTORISE for (ptrdiff_t i = 0; i < count; i++) mean[i] = mean[i] + weight * (x[i] - mean[i]);
}

// What becomes of one vector of a convolution on its way to memory; its bias has been added.
INLINE void finish_vector(const dgflow_finish_t *f, vec y, const float *mask, const float *residual,
                          float *to) {
  if (f->rectify) y = choose(y > 0, y, (vec){0});
  if (f->mask != NULL) y = choose(load(mask) > 0, y, (vec){0});
  y = y * f->scale;
  if (f->residual != NULL) y = load(residual) + y;
  store(to, y);
}

// The same for the first `count` lanes.
INLINE void finish_first(const dgflow_finish_t *f, ptrdiff_t count, vec y, const float *mask,
                         const float *residual, float *to) {
  float lanes[3][LANES];
  if (f->mask != NULL) store(lanes[0], load_first(mask, count, 0));
  if (f->residual != NULL) store(lanes[1], load_first(residual, count, 0));
  finish_vector(f, y, lanes[0], lanes[1], lanes[2]);
  memcpy(to, lanes[2], (size_t)count * sizeof(float));
}

KERNEL void finish(ptrdiff_t count, const dgflow_finish_t *given, float *y) {
  const dgflow_finish_t f = *given;
  const float *mask = f.mask != NULL ? f.mask : y;
  const float *residual = f.residual != NULL ? f.residual : y;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    finish_vector(&f, load(y + i), mask + i, residual + i, y + i);
  }
  if (i < count) {
    finish_first(&f, count - i, load_first(y + i, count - i, 0), mask + i, residual + i, y + i);
  }
}

#if defined(__has_builtin)
#if __has_builtin(__builtin_elementwise_sqrt)
#define VECTOR_ROOT 1
#endif
#endif

INLINE vec root(vec v) {
#if defined(VECTOR_ROOT)
  return __builtin_elementwise_sqrt(v);
#else
  for (int i = 0; i < LANES; i++) v[i] = __builtin_sqrtf(v[i]);
  return v;
#endif
}

INLINE vec adam_moves(const dgflow_adam_t *k, vec g, vec *m, vec *v) {
  *m = *m + k->first_weight * (g - *m);
  *v = k->second_decay * *v + (k->second_weight * g) * g;
  return k->rate * (*m / (k->epsilon + root(*v) * k->root));
}

KERNEL void adam(ptrdiff_t count, const dgflow_adam_t *constants, const float *gradient,
                 float *first, float *second, float *parameter) {
  const dgflow_adam_t k = *constants;
  ptrdiff_t i = 0;
  for (; i + LANES <= count; i += LANES) {
    vec m = load(first + i), v = load(second + i);
    vec move = adam_moves(&k, load(gradient + i), &m, &v);
    store(first + i, m);
    store(second + i, v);
    store(parameter + i, load(parameter + i) - move);
  }
  if (i < count) {
    const ptrdiff_t left = count - i;
    vec m = load_first(first + i, left, 0), v = load_first(second + i, left, 0);
    vec move = adam_moves(&k, load_first(gradient + i, left, 0), &m, &v);
    store_first(first + i, left, m);
    store_first(second + i, left, v);
    store_first(parameter + i, left, load_first(parameter + i, left, 0) - move);
  }
}
