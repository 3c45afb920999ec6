// The most multiply-adds that a core can do: independent chains in registers, no memory.
//
// Chains enough to hide the latency of the operation (4 cycles on 2 pipelines, or on 4 where there are
// 32 registers) and few enough for the registers. Where the set has no fused operation, a product
// and a sum count as one multiply-add, as they do in every kernel.

#if TILE_VECTORS == 4
#define CHAINS 16
#else
#define CHAINS 12
#endif

KERNEL float multiply_adds(ptrdiff_t rounds, float start, float factor, float term) {
  const vec f = splat(factor), t = splat(term);
  vec chain[CHAINS];
  UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = splat(start + (float)i);
  const ptrdiff_t steps = rounds * (DGFLOW_ROUND_MULTIPLY_ADDS / (CHAINS * LANES));
  for (ptrdiff_t s = 0; s < steps; s++) {
    UNROLL for (int i = 0; i < CHAINS; i++) chain[i] = chain[i] * f + t;
  }
  vec sum = chain[0];
  UNROLL for (int i = 1; i < CHAINS; i++) sum += chain[i];
  return sum_lanes(sum) / (CHAINS * LANES);
}

#undef CHAINS
