// What all products share: the inner loop over a tile held in registers, and how rows are divided.

INLINE ptrdiff_t smaller(ptrdiff_t x, ptrdiff_t y) { return x < y ? x : y; }

// sum[i][j] += row[i][p * a_step] * b[p * b_step + j * b_vector], one multiply-add for each p in
// turn.
INLINE void add_products(const int rows, const int vectors, ptrdiff_t depth,
                         const float *const *rows_of_a, ptrdiff_t a_step, const float *b,
                         ptrdiff_t b_step, ptrdiff_t b_vector,
                         vec sum[TILE_ROWS][TILE_VECTORS]) {
  const float *row[TILE_ROWS];
  UNROLL for (int i = 0; i < rows; i++) row[i] = rows_of_a[i];
  ptrdiff_t at = 0;
  for (ptrdiff_t p = 0; p < depth; p++) {
    vec column[TILE_VECTORS];
    UNROLL for (int j = 0; j < vectors; j++) column[j] = *(const vec *)(b + j * b_vector);
    UNROLL for (int i = 0; i < rows; i++) {
      vec x = splat(row[i][at]);
      UNROLL for (int j = 0; j < vectors; j++) sum[i][j] += x * column[j];
    }
    at += a_step;
    b += b_step;
  }
}

// How many of the remaining rows the next tile takes: six, or two halves at the end.
INLINE ptrdiff_t tile_rows(ptrdiff_t left) {
  if (left <= TILE_ROWS) return left;
  if (left < 2 * TILE_ROWS) return (left + 1) / 2;
  return TILE_ROWS;
}

typedef float vec4 __attribute__((vector_size(16)));
typedef float vec4_anywhere __attribute__((vector_size(16), aligned(4), may_alias));

// Four columns of four consecutive p each, written as four rows.
INLINE void transpose_4(const float *from, ptrdiff_t column, float *to, ptrdiff_t width,
                        float scale) {
  vec4 r0 = scale * *(const vec4_anywhere *)from;
  vec4 r1 = scale * *(const vec4_anywhere *)(from + column);
  vec4 r2 = scale * *(const vec4_anywhere *)(from + 2 * column);
  vec4 r3 = scale * *(const vec4_anywhere *)(from + 3 * column);
  vec4 low01 = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
  vec4 low23 = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  vec4 high01 = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  vec4 high23 = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *(vec4 *)to = __builtin_shufflevector(low01, low23, 0, 1, 4, 5);
  *(vec4 *)(to + width) = __builtin_shufflevector(low01, low23, 2, 3, 6, 7);
  *(vec4 *)(to + 2 * width) = __builtin_shufflevector(high01, high23, 0, 1, 4, 5);
  *(vec4 *)(to + 3 * width) = __builtin_shufflevector(high01, high23, 2, 3, 6, 7);
}

// Every tile as a function of its own: ALL_TILES after a definition of TILE(rows, vectors).
#define TILES_OF(vectors)                                                                          \
  TILE(1, vectors) TILE(2, vectors) TILE(3, vectors) TILE(4, vectors) TILE(5, vectors)             \
  TILE(6, vectors)
#define TILE_NAMES(name, vectors)                                                                  \
  {name##_1_##vectors, name##_2_##vectors, name##_3_##vectors, name##_4_##vectors,                 \
   name##_5_##vectors, name##_6_##vectors}

#if TILE_VECTORS == 4
#define ALL_TILES TILES_OF(1) TILES_OF(2) TILES_OF(3) TILES_OF(4)
#define TILE_TABLE(name)                                                                           \
  {TILE_NAMES(name, 1), TILE_NAMES(name, 2), TILE_NAMES(name, 3), TILE_NAMES(name, 4)}
#else
#define ALL_TILES TILES_OF(1) TILES_OF(2)
#define TILE_TABLE(name) {TILE_NAMES(name, 1), TILE_NAMES(name, 2)}
#endif
