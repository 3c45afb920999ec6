// One table of kernels for each instruction set; private to this module.

#ifndef DGFLOW_KERNEL_TABLE_H
#define DGFLOW_KERNEL_TABLE_H

#include "CKernels.h"

typedef struct {
  const char *name;
  float (*multiply_adds)(ptrdiff_t, float, float, float);
  void (*product)(const dgflow_product_t *);
  void (*winograd_weight)(ptrdiff_t, ptrdiff_t, const float *, float *, float *);
  void (*winograd)(const dgflow_winograd_t *);
  void (*winograd_gradient)(const dgflow_winograd_gradient_t *);
  void (*winograd_gradient_end)(ptrdiff_t, ptrdiff_t, const float *, float *);
  void (*dots)(ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, const float *, ptrdiff_t,
               float *, ptrdiff_t);
  void (*add_row_sums)(ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t, float *);
  double (*square_sum)(ptrdiff_t, const float *);
  void (*rectify)(ptrdiff_t, const float *, float *);
  void (*mask)(ptrdiff_t, const float *, const float *, float *);
  void (*finish)(ptrdiff_t, const dgflow_finish_t *, float *);
  void (*add_scaled)(ptrdiff_t, float, const float *, float *);
  void (*scale)(ptrdiff_t, float, const float *, float *);
  void (*interpolate)(ptrdiff_t, float, const float *, const float *, float *);
  void (*softmax)(ptrdiff_t, ptrdiff_t, const float *, float *);
  void (*softmax_derivative)(ptrdiff_t, ptrdiff_t, const float *, const float *, float *);
  void (*exponential)(ptrdiff_t, const float *, float *);
  void (*argmax)(ptrdiff_t, ptrdiff_t, const float *, uint16_t *);
  void (*adam)(ptrdiff_t, const dgflow_adam_t *, const float *, float *, float *, float *);
  void (*average)(ptrdiff_t, float, const float *, float *);
} dgflow_kernels;

extern const dgflow_kernels dgflow_kernels_avx512;
extern const dgflow_kernels dgflow_kernels_avx2;
extern const dgflow_kernels dgflow_kernels_baseline;

#endif
