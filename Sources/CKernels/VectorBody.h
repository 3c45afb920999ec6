// Vector types and what every body shares. Included once by each instruction set's file, which has
// defined TARGET (function attribute), VECTOR_BYTES and TILE_VECTORS (vectors across a tile).

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
// a + b * c within one expression is one fused operation wherever the target has it.
#pragma STDC FP_CONTRACT ON
#define UNROLL _Pragma("clang loop unroll(full)")
#else
#define UNROLL _Pragma("GCC unroll 16")
#endif

#define INLINE static inline __attribute__((always_inline)) TARGET
#define KERNEL static TARGET

enum {
  LANES = VECTOR_BYTES / 4,
  TILE_ROWS = 6,
  TILE_COLUMNS = TILE_VECTORS * LANES,
};

typedef float vec __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t ivec __attribute__((vector_size(VECTOR_BYTES)));
typedef float vec_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(4), may_alias));

INLINE vec load(const float *p) { return *(const vec_anywhere *)p; }

INLINE void store(float *p, vec v) { *(vec_anywhere *)p = v; }

INLINE vec splat(float x) { return x - (vec){0}; }

INLINE vec choose(ivec condition, vec yes, vec no) {
  return (vec)((condition & (ivec)yes) | (~condition & (ivec)no));
}

// The first `count` lanes from memory, the others `filler`.
INLINE vec load_first(const float *p, ptrdiff_t count, float filler) {
  float lanes[LANES];
  store(lanes, splat(filler));
  memcpy(lanes, p, (size_t)count * sizeof(float));
  return load(lanes);
}

INLINE void store_first(float *p, ptrdiff_t count, vec v) {
  float lanes[LANES];
  store(lanes, v);
  memcpy(p, lanes, (size_t)count * sizeof(float));
}

// Sum of the lanes, always in the same order.
INLINE float sum_lanes(vec v) {
  float lanes[LANES];
  store(lanes, v);
  UNROLL for (int width = LANES / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
  }
  return lanes[0];
}

INLINE float max_lanes(vec v) {
  float lanes[LANES];
  store(lanes, v);
  float greatest = lanes[0];
  UNROLL for (int i = 1; i < LANES; i++) greatest = lanes[i] > greatest ? lanes[i] : greatest;
  return greatest;
}
