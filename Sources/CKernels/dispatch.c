// Which instruction set runs: the fastest that the machine has, or the one forced on this thread.

#include <stdatomic.h>

#include "KernelTable.h"

enum { LIMIT = 3 };

// The tables that this machine can run, the fastest first; returns their number.
static int available(const dgflow_kernels *tables[LIMIT]) {
  int count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    tables[count++] = &dgflow_kernels_avx512;
  }
  if (avx2) tables[count++] = &dgflow_kernels_avx2;
#endif
  tables[count++] = &dgflow_kernels_baseline;
  return count;
}

// Every thread that comes first computes the same pointer, so a race is harmless.
static _Atomic(const dgflow_kernels *) fastest = NULL;
static _Thread_local const dgflow_kernels *forced = NULL;
static _Thread_local int32_t forced_index = -1;

static const dgflow_kernels *kernels(void) {
  if (forced != NULL) return forced;
  const dgflow_kernels *found = atomic_load_explicit(&fastest, memory_order_acquire);
  if (found == NULL) {
    const dgflow_kernels *tables[LIMIT];
    available(tables);
    found = tables[0];
    atomic_store_explicit(&fastest, found, memory_order_release);
  }
  return found;
}

const char *dgflow_instruction_set(void) { return kernels()->name; }

int32_t dgflow_instruction_set_count(void) {
  const dgflow_kernels *tables[LIMIT];
  return available(tables);
}

const char *dgflow_instruction_set_name(int32_t index) {
  const dgflow_kernels *tables[LIMIT];
  return index >= 0 && index < available(tables) ? tables[index]->name : "none";
}

int32_t dgflow_force_instruction_set(int32_t index) {
  const int32_t previous = forced_index;
  const dgflow_kernels *tables[LIMIT];
  const bool valid = index >= 0 && index < available(tables);
  forced = valid ? tables[index] : NULL;
  forced_index = valid ? index : -1;
  return previous;
}

float dgflow_multiply_adds(ptrdiff_t rounds, float start, float factor, float term) {
  return kernels()->multiply_adds(rounds, start, factor, term);
}

void dgflow_product(const dgflow_product_t *product) { kernels()->product(product); }

void dgflow_winograd_weight(ptrdiff_t inputs, ptrdiff_t outputs, const float *weight,
                            float *forward, float *transposed) {
  kernels()->winograd_weight(inputs, outputs, weight, forward, transposed);
}

void dgflow_winograd(const dgflow_winograd_t *convolution) { kernels()->winograd(convolution); }

void dgflow_winograd_gradient(const dgflow_winograd_gradient_t *gradient) {
  kernels()->winograd_gradient(gradient);
}

void dgflow_winograd_gradient_end(ptrdiff_t inputs, ptrdiff_t outputs, const float *sums,
                                  float *dw) {
  kernels()->winograd_gradient_end(inputs, outputs, sums, dw);
}

void dgflow_dots(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                 const float *b, ptrdiff_t b_row, float *c, ptrdiff_t c_row) {
  kernels()->dots(m, n, k, a, a_row, b, b_row, c, c_row);
}

void dgflow_add_row_sums(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t row_group,
                         ptrdiff_t group_stride, float *out) {
  kernels()->add_row_sums(rows, columns, x, row_group, group_stride, out);
}

double dgflow_square_sum(ptrdiff_t count, const float *x) {
  return kernels()->square_sum(count, x);
}

void dgflow_rectify(ptrdiff_t count, const float *x, float *y) { kernels()->rectify(count, x, y); }

void dgflow_mask(ptrdiff_t count, const float *t, const float *x, float *y) {
  kernels()->mask(count, t, x, y);
}

void dgflow_finish(ptrdiff_t count, const dgflow_finish_t *finish, float *y) {
  kernels()->finish(count, finish, y);
}

void dgflow_add_scaled(ptrdiff_t count, float scale, const float *x, float *y) {
  kernels()->add_scaled(count, scale, x, y);
}

void dgflow_scale(ptrdiff_t count, float scale, const float *x, float *y) {
  kernels()->scale(count, scale, x, y);
}

void dgflow_interpolate(ptrdiff_t count, float weight, const float *a, const float *b, float *y) {
  kernels()->interpolate(count, weight, a, b, y);
}

void dgflow_softmax(ptrdiff_t rows, ptrdiff_t columns, const float *x, float *y) {
  kernels()->softmax(rows, columns, x, y);
}

void dgflow_softmax_derivative(ptrdiff_t rows, ptrdiff_t columns, const float *p, const float *t,
                               float *y) {
  kernels()->softmax_derivative(rows, columns, p, t, y);
}

void dgflow_exponential(ptrdiff_t count, const float *x, float *y) {
  kernels()->exponential(count, x, y);
}

void dgflow_argmax(ptrdiff_t rows, ptrdiff_t columns, const float *x, uint16_t *out) {
  kernels()->argmax(rows, columns, x, out);
}

void dgflow_adam(ptrdiff_t count, const dgflow_adam_t *constants, const float *gradient,
                 float *first, float *second, float *parameter) {
  kernels()->adam(count, constants, gradient, first, second, parameter);
}

void dgflow_average(ptrdiff_t count, float weight, const float *x, float *average) {
  kernels()->average(count, weight, x, average);
}
