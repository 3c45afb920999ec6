// How fast the kernels in C are, beside the multiply-add peak of the same instruction set in the same run.
//
//   kernel_speed product       NAME WIDTH BATCH KERNEL PEAK                GFLOP/s
//   kernel_speed convolution   NAME WIDTH BATCH DIRECT WINOGRAD PEAK       GFLOP/s of the plain algorithm
//   kernel_speed transforms    NAME WIDTH 0 MICROSECONDS
//
// One thread, processor time; forms are called in turn, and the median of the calls is printed. Sequences
// have 32 positions. Compiled with the sources of CKernels.

#define _POSIX_C_SOURCE 200809L
#pragma STDC FP_CONTRACT ON

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"

enum { LENGTH = 32, PADDING = 2, STRIDE = LENGTH + PADDING, VOCABULARY = 100, CALLS = 400 };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static float *numbers(ptrdiff_t count) {
  float *p = aligned_alloc(64, ((size_t)count * sizeof(float) / 4096 + 2) * 4096);
  if (p == NULL) exit(70);
  for (ptrdiff_t i = 0; i < count; i++) p[i] = (float)(rand() % 2001 - 1000) / 1000;
  return p;
}

static int ascending(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static double median(double *times, int count) {
  qsort(times, (size_t)count, sizeof *times, ascending);
  return times[count / 2];
}

// Sums of products in registers, nothing else: 12 chains hide the latency of every processor so far.
#define PEAK(name, attribute, bytes)                                                               \
  attribute static double name(long steps) {                                                       \
    typedef float vec __attribute__((vector_size(bytes)));                                         \
    vec sum[12], half = (vec){0} + 0.5f, small = (vec){0} + 1e-9f, all = {0};                      \
    for (int i = 0; i < 12; i++) sum[i] = (vec){0} + (float)i;                                     \
    const double start = now();                                                                    \
    for (long step = 0; step < steps; step++) {                                                    \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < 12; i++) sum[i] = sum[i] * half + small; \
    }                                                                                              \
    const double seconds = now() - start;                                                          \
    for (int i = 0; i < 12; i++) all = all + sum[i];                                               \
    volatile float kept = all[0];                                                                  \
    (void)kept;                                                                                    \
    return (double)steps * 12 * (bytes / 4) * 2 / seconds / 1e9;                                   \
  }

#if defined(__x86_64__)
PEAK(peak_avx512, __attribute__((target("avx512f,fma"))), 64)
PEAK(peak_avx2, __attribute__((target("avx2,fma"))), 32)
#endif
PEAK(peak_baseline, , 16)

static double peak(void) {
  double best = 0;
  for (int i = 0; i < 5; i++) {
    double (*measure)(long) = peak_baseline;
#if defined(__x86_64__)
    if (strcmp(dgflow_instruction_set(), "avx512") == 0) measure = peak_avx512;
    if (strcmp(dgflow_instruction_set(), "avx2") == 0) measure = peak_avx2;
#endif
    const double found = measure(1000000);
    if (found > best) best = found;
  }
  return best;
}

// How often to call what takes `flop`: half a second at 100 GFLOP/s, within bounds.
static int calls_of(double flop) {
  const double calls = 5e10 / flop;
  return calls > CALLS ? CALLS : calls < 7 ? 7 : (int)calls;
}

typedef struct {
  ptrdiff_t n, c;
  float *x, *y, *w, *dw, *bias, *scratch;
} layer_t;

static layer_t layer(ptrdiff_t n, ptrdiff_t c) {
  const ptrdiff_t count = (n * STRIDE + PADDING) * c, wide = c > VOCABULARY ? c : VOCABULARY;
  return (layer_t){n, c, numbers(count), numbers((n * STRIDE + PADDING) * wide),
                   numbers(5 * c * wide), numbers(5 * c * wide), numbers(wide),
                   numbers(DGFLOW_PRODUCT_SCRATCH)};
}

static void release(layer_t l) {
  free(l.x), free(l.y), free(l.w), free(l.dw), free(l.bias), free(l.scratch);
}

// The products of a step: convolution, its transpose, its weight gradient, maps of one position.
static dgflow_product_t task(const char *name, const layer_t *l) {
  const ptrdiff_t c = l->c, n = l->n, start = PADDING * c;
  dgflow_product_t p = {
      .m = n * LENGTH, .n = c, .k = 5 * c, .row_group = LENGTH, .depth_group = 5 * c,
      .a = l->x, .a_row = c, .a_row_group = STRIDE * c, .a_depth = 1,
      .b = l->w, .b_column = 1, .b_depth = c,
      .c = l->y + start, .c_row = c, .c_row_group = STRIDE * c,
      .bias = l->bias, .scale = 1, .scratch = l->scratch};
  if (strcmp(name, "transposed") == 0) {
    p.depth_group = p.a_depth_group = c;
    p.b = l->w + 4 * c * c, p.b_column = c, p.b_depth = 1, p.b_depth_group = -c * c;
    p.bias = NULL;
  } else if (strcmp(name, "gradient") == 0) {
    p = (dgflow_product_t){
        .m = 5 * c, .n = c, .k = n * LENGTH, .row_group = 5 * c, .depth_group = LENGTH,
        .a = l->x, .a_row = 1, .a_depth = c, .a_depth_group = STRIDE * c,
        .b = l->y + start, .b_column = 1, .b_depth = c, .b_depth_group = STRIDE * c,
        .c = l->dw, .c_row = c, .scale = 1, .scratch = l->scratch};
  } else if (strcmp(name, "square") == 0 || strcmp(name, "symbols") == 0) {
    p.k = p.depth_group = c;
    p.a = l->x + start;
    if (name[1] == 'y') p.n = p.b_depth = p.c_row = VOCABULARY, p.c_row_group = STRIDE * VOCABULARY;
  }
  return p;
}

static void product_speeds(const char *name, ptrdiff_t n, ptrdiff_t c) {
  double times[CALLS];
  layer_t l = layer(n, c);
  const dgflow_product_t p = task(name, &l);
  const double flop = 2.0 * (double)p.m * (double)p.n * (double)p.k, most = peak();
  const int calls = calls_of(flop);
  for (int i = 0; i < calls; i++) {
    const double start = now();
    dgflow_product(&p);
    times[i] = now() - start;
  }
  printf("%s %td %td %.1f %.1f\n", name, c, n, flop / median(times, calls) / 1e9, most);
  release(l);
}

static void convolution_speeds(const char *name, ptrdiff_t n, ptrdiff_t c) {
  double direct[CALLS], winograd[CALLS];
  layer_t l = layer(n, c);
  const ptrdiff_t count = dgflow_winograd_count(c, c), start = PADDING * c, sample = STRIDE * c;
  float *weight = numbers(count), *turned = numbers(count), *sums = numbers(count);
  float *scratch = numbers(dgflow_winograd_scratch(c, c));
  const dgflow_product_t p = task(name, &l);
  const double flop = 2.0 * (double)p.m * (double)p.n * (double)p.k, most = peak();
  const int calls = calls_of(flop);
  dgflow_winograd_weight(c, c, l.w, weight, turned);
  const dgflow_winograd_t fast = {
      n, LENGTH, c, c, l.x + start, sample, p.bias != NULL ? weight : turned,
      l.y + start, sample, {.bias = p.bias, .scale = 1}, scratch};
  const dgflow_winograd_gradient_t gradient = {
      n, LENGTH, c, c, l.x + start, sample, l.y + start, sample, 1, false, sums, scratch};
  for (int i = 0; i < calls; i++) {
    double begin = now();
    dgflow_product(&p);
    direct[i] = now() - begin;
    begin = now();
    if (strcmp(name, "gradient") == 0) {
      dgflow_winograd_gradient(&gradient);
      dgflow_winograd_gradient_end(c, c, sums, l.dw);
    } else {
      dgflow_winograd(&fast);
    }
    winograd[i] = now() - begin;
  }
  printf("%s %td %td %.1f %.1f %.1f\n", name, c, n, flop / median(direct, calls) / 1e9,
         flop / median(winograd, calls) / 1e9, most);
  release(l), free(weight), free(turned), free(sums), free(scratch);
}

static void transform_times(ptrdiff_t c) {
  double weights[CALLS], ends[CALLS];
  const ptrdiff_t count = dgflow_winograd_count(c, c);
  float *w = numbers(5 * c * c), *weight = numbers(count), *turned = numbers(count);
  for (int i = 0; i < 30; i++) {
    double begin = now();
    dgflow_winograd_weight(c, c, w, weight, turned);
    weights[i] = now() - begin;
    begin = now();
    dgflow_winograd_gradient_end(c, c, weight, w);
    ends[i] = now() - begin;
  }
  printf("weight %td 0 %.0f\n", c, median(weights, 30) * 1e6);
  printf("gradient-end %td 0 %.0f\n", c, median(ends, 30) * 1e6);
  free(w), free(weight), free(turned);
}

int main(int count, char **arguments) {
  static const char *products[] = {"convolution", "transposed", "gradient", "square", "symbols"};
  const char *part = count > 1 ? arguments[1] : "";
  printf("instructions %s\n", dgflow_instruction_set());
  for (ptrdiff_t c = 64; c <= 512; c *= 2) {
    for (ptrdiff_t n = 64; n >= 8; n /= 8) {
      for (int i = 0; i < 5 && strcmp(part, "product") == 0; i++) product_speeds(products[i], n, c);
      for (int i = 0; i < 3 && strcmp(part, "convolution") == 0; i++) {
        convolution_speeds(products[i], n, c);
      }
    }
    if (strcmp(part, "transforms") == 0) transform_times(c);
  }
  return 0;
}
