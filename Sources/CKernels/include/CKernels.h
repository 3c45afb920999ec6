// The few loops that must vectorise on every CPU, in C and without compiler flags.
//
// What lives here: matrix product, convolution of width 5, dot products, elementwise maps, softmax,
// optimiser steps and the treatment of denormals. It may import nothing but the C compiler's own
// headers.
//
// How it is built: each `*Body.h` is written once with vector extensions and compiled by
// `avx512.c`, `avx2.c` and `baseline.c` (SSE2 on x86-64, NEON on arm64) under a target attribute.
// `dispatch.c` holds one table of functions for each and picks the fastest that the machine runs.
//
// Rules: single-threaded; nothing allocates; no pointer is read or written outside the extents that
// its function names; memory areas do not overlap unless a comment says that they may. Every output
// element is computed by a sequence of operations that depends on the instruction set and on the
// summed extent only, never on how many rows, columns or samples are computed beside it.
//
// Extents and strides are counted in floats.

#ifndef DGFLOW_CKERNELS_H
#define DGFLOW_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Instruction sets -------------------------------------------------------------------------------

/// Name of the instruction set in use on this thread: avx512, avx2, neon or baseline.
const char *dgflow_instruction_set(void);
/// How many instruction sets this machine can run.
int32_t dgflow_instruction_set_count(void);
/// Name of one of them, the fastest first.
const char *dgflow_instruction_set_name(int32_t index);
/// Makes this thread use one of them (-1: the fastest); returns the previous choice.
int32_t dgflow_force_instruction_set(int32_t index);

// The limit of the arithmetic units ---------------------------------------------------------------

/// Multiply-adds of one round, on every instruction set.
#define DGFLOW_ROUND_MULTIPLY_ADDS 1536

/// Does rounds * DGFLOW_ROUND_MULTIPLY_ADDS multiply-adds x = x * factor + term in independent chains
/// that never leave the registers, and returns the mean of the chains: no product of matrices can
/// do as many in the time. The chains start at `start`, start + 1, …
float dgflow_multiply_adds(ptrdiff_t rounds, float start, float factor, float term);

// Denormal numbers -------------------------------------------------------------------------------

/// Makes this thread treat denormals as zero; returns the previous control word.
uint64_t dgflow_flush_denormals(void);
/// Restores a control word from `dgflow_flush_denormals`.
void dgflow_restore_denormals(uint64_t previous);

// Products ---------------------------------------------------------------------------------------

/// A matrix product c = [c +] [bias +] scale * a b, with a [m, k], b [k, n], c [m, n].
///
/// Rows i of a and c come in groups of `row_group`: row i lies at
/// (i / row_group) * group stride + (i % row_group) * row stride. Rows of a may overlap. The summed
/// index p of a and b comes in groups of `depth_group` in the same way. One group holds everything
/// when the group extent is m (or k). Columns of c are contiguous.
typedef struct {
  ptrdiff_t m, n, k;
  ptrdiff_t row_group, depth_group;
  const float *a;
  ptrdiff_t a_row, a_row_group, a_depth, a_depth_group;
  const float *b;
  ptrdiff_t b_column, b_depth, b_depth_group;
  float *c;
  ptrdiff_t c_row, c_row_group;
  const float *bias;  // n floats or NULL
  float scale;        // factor of b
  bool accumulate;
  float *scratch;  // DGFLOW_PRODUCT_SCRATCH floats, 64-byte aligned
} dgflow_product_t;

/// Floats of scratch memory that a product needs, whatever its extents.
#define DGFLOW_PRODUCT_SCRATCH 84096

void dgflow_product(const dgflow_product_t *product);

// What becomes of a convolution ------------------------------------------------------------------

/// y = [residual +] scale * [mask > 0] * [rectified] (sum [+ bias]), rounded after each step.
typedef struct {
  const float *bias;      // one for each output channel, or NULL
  bool rectify;           // NaN becomes 0
  const float *mask;      // laid out as y, or NULL
  float scale;
  const float *residual;  // laid out as y (it may be y), or NULL
} dgflow_finish_t;

/// The same for sums that are in y; `bias` is not looked at.
void dgflow_finish(ptrdiff_t count, const dgflow_finish_t *finish, float *y);

// Convolution of width 5 by Winograd's algorithm: 8 products for 4 outputs ------------------------

/// Transformed weights and sums are arrays [8 points][panels of 16 columns][rows][16], the last
/// panel filled up with zeros, with a gap behind each point; the same for every instruction set.
#define DGFLOW_WINOGRAD_POINTS 8
#define DGFLOW_WINOGRAD_PANEL 16
/// Tiles (four positions of a sample) that are treated at a time, and output channels at a time.
#define DGFLOW_WINOGRAD_TILES 96
#define DGFLOW_WINOGRAD_GROUP 64

/// Floats from one point of a `rows` x `columns` array to the next. The gap keeps the points, which
/// are read side by side, from sharing a place in the cache where the extents are powers of two.
static inline ptrdiff_t dgflow_winograd_point(ptrdiff_t rows, ptrdiff_t columns) {
  const ptrdiff_t panels = (columns + DGFLOW_WINOGRAD_PANEL - 1) / DGFLOW_WINOGRAD_PANEL;
  return (rows * panels + 5) * DGFLOW_WINOGRAD_PANEL;
}

/// Floats of a `rows` x `columns` array.
static inline ptrdiff_t dgflow_winograd_count(ptrdiff_t rows, ptrdiff_t columns) {
  return DGFLOW_WINOGRAD_POINTS * dgflow_winograd_point(rows, columns);
}

/// Floats of scratch memory that the convolution and its gradient need, in either direction.
static inline ptrdiff_t dgflow_winograd_scratch(ptrdiff_t inputs, ptrdiff_t outputs) {
  const ptrdiff_t rows = inputs + outputs + 4 * DGFLOW_WINOGRAD_PANEL;
  return DGFLOW_WINOGRAD_POINTS *
             (DGFLOW_WINOGRAD_TILES * (rows + DGFLOW_WINOGRAD_GROUP) + 4096) +
         2 * rows;
}

/// Transforms weight [5][inputs][outputs], rounding once from double precision, for the convolution
/// (`forward`: inputs x outputs) and for its transpose (`transposed`: outputs x inputs); either may
/// be NULL.
void dgflow_winograd_weight(ptrdiff_t inputs, ptrdiff_t outputs, const float *weight,
                            float *forward, float *transposed);

/// Position l, channel i of sample n of x lies at n * x_sample + l * inputs + i, likewise for y.
/// Positions outside of 0 ..< length count as zero and are not read.
typedef struct {
  ptrdiff_t samples, length, inputs, outputs;
  const float *x;
  ptrdiff_t x_sample;
  const float *weight;  // transformed, 64-byte aligned
  float *y;
  ptrdiff_t y_sample;
  dgflow_finish_t finish;
  float *scratch;  // dgflow_winograd_scratch floats, 64-byte aligned
} dgflow_winograd_t;

void dgflow_winograd(const dgflow_winograd_t *convolution);

/// Sums of the weight gradient at the points, of inputs x and output cotangents y times `scale`.
typedef struct {
  ptrdiff_t samples, length, inputs, outputs;
  const float *x;
  ptrdiff_t x_sample;
  const float *y;
  ptrdiff_t y_sample;
  float scale;
  bool adds;       // to what the sums hold; else they are overwritten (samples > 0)
  float *sums;     // inputs x outputs, 64-byte aligned
  float *scratch;  // dgflow_winograd_scratch floats, 64-byte aligned
} dgflow_winograd_gradient_t;

void dgflow_winograd_gradient(const dgflow_winograd_gradient_t *gradient);

/// dw [5][inputs][outputs] += the gradient whose sums these are.
void dgflow_winograd_gradient_end(ptrdiff_t inputs, ptrdiff_t outputs, const float *sums,
                                  float *dw);

// Products along rows, sums ----------------------------------------------------------------------

/// c[i, j] = sum over p of a[i, p] b[j, p]; rows of a and b contiguous.
void dgflow_dots(ptrdiff_t m, ptrdiff_t n, ptrdiff_t k, const float *a, ptrdiff_t a_row,
                 const float *b, ptrdiff_t b_row, float *c, ptrdiff_t c_row);

/// out[j] += sum over rows of x[row, j], rows contiguous in groups of `row_group`.
void dgflow_add_row_sums(ptrdiff_t rows, ptrdiff_t columns, const float *x, ptrdiff_t row_group,
                         ptrdiff_t group_stride, float *out);

/// Sum of squares, accumulated in double.
double dgflow_square_sum(ptrdiff_t count, const float *x);

// Elementwise maps; y may be the same memory as an input ----------------------------------------

/// y = x > 0 ? x : 0 (NaN becomes 0).
void dgflow_rectify(ptrdiff_t count, const float *x, float *y);
/// y = x > 0 ? t : 0.
void dgflow_mask(ptrdiff_t count, const float *t, const float *x, float *y);
/// y += scale x.
void dgflow_add_scaled(ptrdiff_t count, float scale, const float *x, float *y);
/// y = scale x.
void dgflow_scale(ptrdiff_t count, float scale, const float *x, float *y);
/// y = a + weight (b - a).
void dgflow_interpolate(ptrdiff_t count, float weight, const float *a, const float *b, float *y);

// Softmax over contiguous rows -------------------------------------------------------------------

/// y = exp(x - max x) / sum. The exponential is a polynomial (Cephes expf), relative error at most
/// 2e-7 for arguments down to -87, below which it is 0.
void dgflow_softmax(ptrdiff_t rows, ptrdiff_t columns, const float *x, float *y);
/// y = p (t - <p, t>).
void dgflow_softmax_derivative(ptrdiff_t rows, ptrdiff_t columns, const float *p, const float *t,
                               float *y);
/// y = exp(x) for x <= 0 with the polynomial of the softmax.
void dgflow_exponential(ptrdiff_t count, const float *x, float *y);
/// Index of the first maximum of each row; columns at most 65536.
void dgflow_argmax(ptrdiff_t rows, ptrdiff_t columns, const float *x, uint16_t *out);

// Optimiser steps --------------------------------------------------------------------------------

/// Constants of one Adam step; the corrections are divided into rate and root.
typedef struct {
  float first_weight;   // 1 - beta1
  float second_decay;   // beta2
  float second_weight;  // 1 - beta2
  float rate;           // rate / (1 - beta1^t)
  float root;           // 1 / sqrt(1 - beta2^t)
  float epsilon;
} dgflow_adam_t;

/// m += (1 - beta1) (g - m); v = beta2 v + (1 - beta2) g g; x -= rate m / (sqrt(v) root + epsilon).
void dgflow_adam(ptrdiff_t count, const dgflow_adam_t *constants, const float *gradient,
                 float *first, float *second, float *parameter);
/// average += weight (x - average).
void dgflow_average(ptrdiff_t count, float weight, const float *x, float *average);

#ifdef __cplusplus
}
#endif

#endif
