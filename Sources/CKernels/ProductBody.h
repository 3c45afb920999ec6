// Strided matrix product. Panels of b are packed (zero-padded to whole vectors), a is read directly
// by broadcast where its summed index is contiguous, else packed a tile at a time.
//
// Every element of c is one chain of multiply-adds over p = 0, 1, …, k - 1; blocks of p hand the
// chain on through c. Tile shapes and blocks therefore do not change a single bit of the result.

enum {
  BLOCK_DEPTH = 320,
  BLOCK_COLUMNS = 256,
  ROWS_AHEAD = 4,  // rows of b that are asked for before they are packed
  PACKED_B = BLOCK_DEPTH * BLOCK_COLUMNS,
  PACKED_A = BLOCK_DEPTH * TILE_ROWS,
};

_Static_assert(PACKED_B + PACKED_A <= DGFLOW_PRODUCT_SCRATCH, "the scratch memory is too small");
_Static_assert(BLOCK_COLUMNS % TILE_COLUMNS == 0, "a block holds whole panels");

// One tile: `rows` rows times `vectors` whole vectors of columns.
INLINE void product_tile(const int rows, const int vectors, ptrdiff_t depth, const float *const *a,
                         ptrdiff_t a_step, const float *b, float *const *c, const float *bias,
                         bool reads_c) {
  vec sum[TILE_ROWS][TILE_VECTORS];
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < vectors; j++) sum[i][j] = (vec){0};
  }
  if (bias != NULL) {
    UNROLL for (int j = 0; j < vectors; j++) {
      vec v = load(bias + j * LANES);
      UNROLL for (int i = 0; i < rows; i++) sum[i][j] = v;
    }
  }
  if (reads_c) {
    UNROLL for (int i = 0; i < rows; i++) {
      UNROLL for (int j = 0; j < vectors; j++) sum[i][j] = sum[i][j] + load(c[i] + j * LANES);
    }
  }
  add_products(rows, vectors, depth, a, a_step, b, vectors * LANES, LANES, sum);
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < vectors; j++) store(c[i] + j * LANES, sum[i][j]);
  }
}

typedef void product_tile_t(ptrdiff_t depth, const float *const *a, ptrdiff_t a_step,
                            const float *b, float *const *c, const float *bias, bool reads_c);

#define TILE(rows, vectors)                                                                        \
  KERNEL void product_tile_##rows##_##vectors(                                                     \
      ptrdiff_t depth, const float *const *a, ptrdiff_t a_step, const float *b, float *const *c,   \
      const float *bias, bool reads_c) {                                                           \
    product_tile(rows, vectors, depth, a, a_step, b, c, bias, reads_c);                            \
  }
ALL_TILES
#undef TILE

static product_tile_t *const product_tiles[TILE_VECTORS][TILE_ROWS] = TILE_TABLE(product_tile);

// Where the summed index p stands: offset in floats, and how many steps are left in its group.
typedef struct {
  ptrdiff_t offset, left;
} depth_position;

INLINE depth_position depth_start(ptrdiff_t p, ptrdiff_t group, ptrdiff_t step,
                                  ptrdiff_t group_step) {
  depth_position at = {p / group * group_step + p % group * step, group - p % group};
  return at;
}

INLINE ptrdiff_t whole_vectors(ptrdiff_t columns) { return (columns + LANES - 1) / LANES * LANES; }

// One panel of b, `width` floats (whole vectors) for each p, of which `columns` exist.
KERNEL void pack_panel(const dgflow_product_t *d, const float *b, ptrdiff_t p, ptrdiff_t depth,
                       ptrdiff_t columns, ptrdiff_t width, float *to) {
  depth_position at = depth_start(p, d->depth_group, d->b_depth, d->b_depth_group);
  const float scale = d->scale;
  while (depth > 0) {
    const ptrdiff_t run = smaller(depth, at.left);
    const float *from = b + at.offset;
    ptrdiff_t q = 0;
    if (d->b_depth == 1) {
      for (; q + 4 <= run; q += 4) {
        ptrdiff_t j = 0;
        for (; j + 4 <= columns; j += 4) {
          transpose_4(from + q + j * d->b_column, d->b_column, to + q * width + j, width, scale);
        }
        for (; j < width; j++) {
          for (ptrdiff_t i = 0; i < 4; i++) {
            to[(q + i) * width + j] = j < columns ? scale * from[q + i + j * d->b_column] : 0;
          }
        }
      }
    }
    for (; q < run; q++) {
      for (ptrdiff_t j = 0; j < width; j++) {
        to[q * width + j] = j < columns ? scale * from[q * d->b_depth + j * d->b_column] : 0;
      }
    }
    to += run * width;
    depth -= run;
    p += run;
    at = depth_start(p, d->depth_group, d->b_depth, d->b_depth_group);
  }
}

// All panels of a block of contiguous rows of b, a row at a time: the order in which they lie.
KERNEL void pack_rows(const dgflow_product_t *d, const float *b, ptrdiff_t p, ptrdiff_t depth,
                      ptrdiff_t columns, float *to) {
  depth_position at = depth_start(p, d->depth_group, d->b_depth, d->b_depth_group);
  const float scale = d->scale;
  for (ptrdiff_t q = 0; q < depth; q++) {
    const float *from = b + at.offset;
    for (ptrdiff_t j = 0; j < columns; j += LANES) {
      // Rows may be pages apart, where the processor sees nothing coming.
      __builtin_prefetch(from + ROWS_AHEAD * d->b_depth + j);
      const ptrdiff_t panel = j / TILE_COLUMNS * TILE_COLUMNS;
      const ptrdiff_t width = smaller(whole_vectors(columns - panel), TILE_COLUMNS);
      vec v = j + LANES <= columns ? load(from + j) : load_first(from + j, columns - j, 0);
      *(vec *)(to + panel * depth + q * width + (j - panel)) = scale * v;
    }
    at.offset += d->b_depth;
    if (--at.left == 0) {
      at = depth_start(p + q + 1, d->depth_group, d->b_depth, d->b_depth_group);
    }
  }
}

// One tile of a, TILE_ROWS floats for each p; rows beyond `rows` are left as they are.
KERNEL void pack_tile(const dgflow_product_t *d, const float *const *row, ptrdiff_t rows,
                      ptrdiff_t p, ptrdiff_t depth, float *to) {
  depth_position at = depth_start(p, d->depth_group, d->a_depth, d->a_depth_group);
  bool adjacent = rows == TILE_ROWS;
  for (ptrdiff_t i = 1; i < rows; i++) adjacent = adjacent && row[i] == row[0] + i;
  while (depth > 0) {
    const ptrdiff_t run = smaller(depth, at.left);
    if (adjacent) {
      const float *from = row[0] + at.offset;
      for (ptrdiff_t q = 0; q < run; q++) {
        memcpy(to, from, TILE_ROWS * sizeof(float));
        to += TILE_ROWS;
        from += d->a_depth;
      }
    } else {
      for (ptrdiff_t q = 0; q < run; q++) {
        for (ptrdiff_t i = 0; i < rows; i++) to[i] = row[i][at.offset + q * d->a_depth];
        to += TILE_ROWS;
      }
    }
    depth -= run;
    p += run;
    at = depth_start(p, d->depth_group, d->a_depth, d->a_depth_group);
  }
}

// A tile whose last vector is not whole: through a copy of its part of c.
KERNEL void edge_tile(product_tile_t *tile, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t depth,
                      const float *const *a, ptrdiff_t step, const float *b, float *const *c,
                      const float *bias, bool reads_c) {
  float copy[TILE_ROWS][TILE_COLUMNS];
  float whole_bias[TILE_COLUMNS];
  float *copies[TILE_ROWS];
  memset(copy, 0, sizeof copy);
  for (ptrdiff_t r = 0; r < rows; r++) {
    copies[r] = copy[r];
    if (reads_c) memcpy(copy[r], c[r], (size_t)columns * sizeof(float));
  }
  if (bias != NULL) {
    memset(whole_bias, 0, sizeof whole_bias);
    memcpy(whole_bias, bias, (size_t)columns * sizeof(float));
  }
  tile(depth, a, step, b, copies, bias != NULL ? whole_bias : NULL, reads_c);
  for (ptrdiff_t r = 0; r < rows; r++) {
    memcpy(c[r], copy[r], (size_t)columns * sizeof(float));
  }
}

// All tiles of one packed block of b.
KERNEL void product_block(const dgflow_product_t *d, ptrdiff_t p, ptrdiff_t depth,
                          ptrdiff_t first_column, ptrdiff_t block_columns, const float *packed_b,
                          float *packed_a) {
  const bool packs_a = d->a_depth != 1 || (d->depth_group < d->k &&
                                           d->a_depth_group != d->depth_group * d->a_depth);
  const float *bias = p == 0 && d->bias != NULL ? d->bias + first_column : NULL;
  const bool reads_c = p > 0 || d->accumulate;
  ptrdiff_t group = 0, in_group = 0, rows = 0;
  for (ptrdiff_t i = 0; i < d->m; i += rows) {
    rows = tile_rows(d->m - i);
    const float *a[TILE_ROWS];
    float *c[TILE_ROWS];
    for (ptrdiff_t r = 0; r < rows; r++) {
      a[r] = d->a + group * d->a_row_group + in_group * d->a_row;
      c[r] = d->c + group * d->c_row_group + in_group * d->c_row + first_column;
      in_group++;
      if (in_group == d->row_group) {
        in_group = 0;
        group++;
      }
    }
    ptrdiff_t step = 1;
    if (packs_a) {
      pack_tile(d, a, rows, p, depth, packed_a);
      for (ptrdiff_t r = 0; r < rows; r++) a[r] = packed_a + r;
      step = TILE_ROWS;
    } else {
      for (ptrdiff_t r = 0; r < rows; r++) a[r] += p;
    }
    for (ptrdiff_t j = 0; j < block_columns; j += TILE_COLUMNS) {
      const ptrdiff_t columns = smaller(block_columns - j, TILE_COLUMNS);
      const ptrdiff_t vectors = (columns + LANES - 1) / LANES;
      const float *tile_bias = bias != NULL ? bias + j : NULL;
      product_tile_t *tile = product_tiles[vectors - 1][rows - 1];
      if (columns == vectors * LANES) {
        tile(depth, a, step, packed_b + j * depth, c, tile_bias, reads_c);
      } else {
        edge_tile(tile, rows, columns, depth, a, step, packed_b + j * depth, c, tile_bias, reads_c);
      }
      for (ptrdiff_t r = 0; r < rows; r++) c[r] += TILE_COLUMNS;
    }
  }
}

// k = 0: the empty sum.
KERNEL void product_empty(const dgflow_product_t *d) {
  for (ptrdiff_t i = 0; i < d->m; i++) {
    float *c = d->c + i / d->row_group * d->c_row_group + i % d->row_group * d->c_row;
    for (ptrdiff_t j = 0; j < d->n; j++) {
      c[j] = (d->accumulate ? c[j] : 0) + (d->bias != NULL ? d->bias[j] : 0);
    }
  }
}

KERNEL void product(const dgflow_product_t *d) {
  float *packed_b = d->scratch;
  float *packed_a = d->scratch + PACKED_B;
  if (d->k == 0) {
    product_empty(d);
    return;
  }
  const ptrdiff_t blocks = (d->k + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  const ptrdiff_t block_depth = (d->k + blocks - 1) / blocks;
  for (ptrdiff_t first = 0; first < d->n; first += BLOCK_COLUMNS) {
    const ptrdiff_t block_columns = smaller(d->n - first, BLOCK_COLUMNS);
    for (ptrdiff_t p = 0; p < d->k; p += block_depth) {
      const ptrdiff_t depth = smaller(d->k - p, block_depth);
      if (d->b_column == 1) {
        pack_rows(d, d->b + first, p, depth, block_columns, packed_b);
      }
      for (ptrdiff_t j = 0; d->b_column != 1 && j < block_columns; j += TILE_COLUMNS) {
        const ptrdiff_t columns = smaller(block_columns - j, TILE_COLUMNS);
        pack_panel(d, d->b + (first + j) * d->b_column, p, depth, columns, whole_vectors(columns),
                   packed_b + j * depth);
      }
      product_block(d, p, depth, first, block_columns, packed_b, packed_a);
    }
  }
}
