// Width-5 convolution by the algorithm of Toom, Cook and Winograd: 8 products for 4 outputs.
//
// Four outputs y[i] = sum over k of g[k] d[i + k] of eight inputs d are the values of products of
// polynomials. With the points a = 0, 1, -1, 2, -2, 1/2, -1/2 and infinity,
//
//   y = A' (U * V),   U[a] = c[a] sum over k of a^k g[k],   V = B' d,   A'[i][a] = f[a] a^i,
//
// where V[a] is the product of x - b over the finite points b other than a, with d[j] for x^j
// (negated at 0), U[inf] = g[4], and A'[3][inf] = 1. With c = (1, -2/9, -2/9, 1/90, 1/90, 8/45,
// 8/45, 1) and f = 4 at +-1/2, else 1, nothing but powers of two is left in A'. With each point a
// there is 1/a, and c[1/a] = a^4 c[a], so reversing g only exchanges U: 0 with infinity, 2 with
// 1/2, -2 with -1/2.
//
// The same numbers give the gradient of g: dg = C' ((B' d) * (A dy)), C the matrix from g to U.
//
// Tiles (four positions of one sample) are treated in blocks of WINOGRAD_TILES, in storage order. A
// row of a tile that is not in its sample is a row of zeros when read, and a row for waste when
// written, so neighbouring samples never meet, and padding is not read.

enum {
  POINTS = DGFLOW_WINOGRAD_POINTS,
  PANEL = DGFLOW_WINOGRAD_PANEL,
  WINOGRAD_TILES = DGFLOW_WINOGRAD_TILES,
  WINOGRAD_DEPTH = 128,  // products of one chain; the sums of chains are added
};

// From eight rows of inputs to eight points.
INLINE void transform_input(const vec d[8], vec v[8]) {
  v[0] = (d[0] - d[6]) + 5.25f * (d[4] - d[2]);
  v[7] = (d[7] - d[1]) + 5.25f * (d[3] - d[5]);
  vec even = (d[6] + d[2]) - 4.25f * d[4];
  vec odd = (d[5] + d[1]) - 4.25f * d[3];
  v[1] = even + odd;
  v[2] = even - odd;
  even = (d[6] + 0.25f * d[2]) - 1.25f * d[4];
  odd = (2.0f * d[5] + 0.5f * d[1]) - 2.5f * d[3];
  v[3] = even + odd;
  v[4] = even - odd;
  even = (d[6] + 4.0f * d[2]) - 5.0f * d[4];
  odd = (0.5f * d[5] + 2.0f * d[1]) - 2.5f * d[3];
  v[5] = even + odd;
  v[6] = even - odd;
}

// From eight points to four outputs.
INLINE void transform_output(const vec m[8], vec y[4]) {
  vec sum1 = m[1] + m[2], difference1 = m[1] - m[2];
  vec sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  vec sum3 = m[5] + m[6], difference3 = m[5] - m[6];
  y[0] = (m[0] + sum1) + (sum2 + 4.0f * sum3);
  y[1] = difference1 + 2.0f * (difference2 + difference3);
  y[2] = (sum1 + sum3) + 4.0f * sum2;
  y[3] = (m[7] + difference1) + (8.0f * difference2 + 0.5f * difference3);
}

// From four output cotangents to eight points.
INLINE void transform_cotangent(const vec y[4], vec w[8]) {
  w[0] = y[0];
  w[7] = y[3];
  vec even = y[0] + y[2], odd = y[1] + y[3];
  w[1] = even + odd;
  w[2] = even - odd;
  even = y[0] + 4.0f * y[2];
  odd = 2.0f * y[1] + 8.0f * y[3];
  w[3] = even + odd;
  w[4] = even - odd;
  even = 4.0f * y[0] + y[2];
  odd = 2.0f * y[1] + 0.5f * y[3];
  w[5] = even + odd;
  w[6] = even - odd;
}

// One tile of panels: `rows` rows times `vectors` vectors; vectors of a wide register are panels.
enum { WIDE = LANES == PANEL };

INLINE void panel_tile(const int rows, const int vectors, ptrdiff_t depth, const float *a,
                       ptrdiff_t a_row, ptrdiff_t a_step, const float *b, ptrdiff_t b_panel,
                       float *c, ptrdiff_t c_row, ptrdiff_t c_panel, bool adds) {
  const float *row[TILE_ROWS];
  vec sum[TILE_ROWS][TILE_VECTORS];
  const ptrdiff_t c_vector = WIDE ? c_panel : LANES;
  UNROLL for (int i = 0; i < rows; i++) {
    row[i] = a + i * a_row;
    UNROLL for (int j = 0; j < vectors; j++) sum[i][j] = (vec){0};
  }
  add_products(rows, vectors, depth, row, a_step, b, PANEL, WIDE ? b_panel : LANES, sum);
  UNROLL for (int i = 0; i < rows; i++) {
    UNROLL for (int j = 0; j < vectors; j++) {
      float *to = c + i * c_row + j * c_vector;
      if (adds) sum[i][j] = load(to) + sum[i][j];
      store(to, sum[i][j]);
    }
  }
}

typedef void panel_tile_t(ptrdiff_t depth, const float *a, ptrdiff_t a_row, ptrdiff_t a_step,
                          const float *b, ptrdiff_t b_panel, float *c, ptrdiff_t c_row,
                          ptrdiff_t c_panel, bool adds);

#define TILE(rows, vectors)                                                                        \
  KERNEL void panel_tile_##rows##_##vectors(                                                       \
      ptrdiff_t depth, const float *a, ptrdiff_t a_row, ptrdiff_t a_step, const float *b,          \
      ptrdiff_t b_panel, float *c, ptrdiff_t c_row, ptrdiff_t c_panel, bool adds) {                \
    panel_tile(rows, vectors, depth, a, a_row, a_step, b, b_panel, c, c_row, c_panel, adds);       \
  }
ALL_TILES
#undef TILE

static panel_tile_t *const panel_tiles[TILE_VECTORS][TILE_ROWS] = TILE_TABLE(panel_tile);

// c [+]= a b: `rows` rows of a, `columns` columns of b and c in panels of 16, rows of b 16 apart.
typedef struct {
  ptrdiff_t rows, columns, depth;
  const float *a;
  ptrdiff_t a_row, a_step;
  const float *b;
  ptrdiff_t b_panel;
  float *c;
  ptrdiff_t c_row, c_panel;
  bool adds;
  bool fetches_c;       // whether c is far away, and worth asking for before a tile needs it
  const float *next_b;  // panels to bring near after the last ones; NULL where b is near anyway
} panel_product_t;

// Brings `count` rows of the next panels of b near, from row `first` on.
INLINE void fetch_rows(const float *b, ptrdiff_t b_panel, ptrdiff_t first, ptrdiff_t count) {
  for (ptrdiff_t p = first; p < first + count; p++) {
    UNROLL for (int panel = 0; panel < (WIDE ? TILE_VECTORS : 1); panel++) {
      __builtin_prefetch(b + panel * b_panel + p * PANEL);
    }
  }
}

KERNEL void panel_product(const panel_product_t *d) {
  const ptrdiff_t share = (d->depth * TILE_ROWS + d->rows - 1) / d->rows + 1;
  for (ptrdiff_t j = 0; j < d->columns; j += TILE_COLUMNS) {
    const ptrdiff_t vectors = smaller((d->columns - j + LANES - 1) / LANES, TILE_VECTORS);
    const ptrdiff_t next = j + TILE_COLUMNS;
    const float *b = d->b + j / PANEL * d->b_panel + j % PANEL;
    const float *next_b = next < d->columns ? d->b + next / PANEL * d->b_panel : d->next_b;
    float *c = d->c + j / PANEL * d->c_panel + j % PANEL;
    ptrdiff_t count = 0, fetched = 0;
    for (ptrdiff_t i = 0; i < d->rows; i += count, c += count * d->c_row) {
      count = tile_rows(d->rows - i);
      if (d->next_b != NULL) {
        const ptrdiff_t fetches = smaller(share, d->depth - fetched);
        fetch_rows(next_b, d->b_panel, fetched, fetches);
        fetched += fetches;
      }
      if (d->fetches_c) {
        for (ptrdiff_t r = 0; r < count; r++) __builtin_prefetch(c + r * d->c_row, 1);
      }
      panel_tiles[vectors - 1][count - 1](d->depth, d->a + i * d->a_row, d->a_row, d->a_step, b,
                                          d->b_panel, c, d->c_row, d->c_panel, d->adds);
    }
  }
}

// Whether the eight matrices of so many channels fill the second cache, 512 KB on many processors:
// then a panel is asked for while the one before it is in use.
INLINE bool is_far(ptrdiff_t inputs, ptrdiff_t outputs) {
  return POINTS * inputs * outputs >= 1 << 17;
}

INLINE ptrdiff_t panels_of(ptrdiff_t channels) { return (channels + PANEL - 1) / PANEL; }

// Row stride of transformed inputs: no power of two, lest rows share a place in the cache.
INLINE ptrdiff_t padded_row(ptrdiff_t channels) { return panels_of(channels) * PANEL + PANEL; }

// The eight points of an array lie this far apart, lest they share a place in the cache.
INLINE ptrdiff_t staggered(ptrdiff_t count) { return count / 1024 * 1024 + 1024 + 5 * PANEL; }

// Rows `first`, first + 1, … of a tile; those outside of 0 ..< length are `outside`.
INLINE void tile_of_rows(const int count, const float *sample, ptrdiff_t channels, ptrdiff_t length,
                         ptrdiff_t first, const float *outside, const float *rows[]) {
  UNROLL for (int r = 0; r < count; r++) {
    const ptrdiff_t position = first + r;
    rows[r] = position >= 0 && position < length ? sample + position * channels : outside;
  }
}

// V of `count` tiles from tile `first`, as [point][tile][padded row].
KERNEL void transform_inputs(ptrdiff_t first, ptrdiff_t count, ptrdiff_t length, ptrdiff_t channels,
                             const float *x, ptrdiff_t x_sample, const float *zeros, float *to) {
  const ptrdiff_t tiles = (length + 3) / 4;
  const ptrdiff_t stride = padded_row(channels);
  const ptrdiff_t point = staggered(count * stride);
  ptrdiff_t sample = first / tiles, tile = first % tiles;
  for (ptrdiff_t t = 0; t < count; t++, to += stride) {
    const float *rows[8];
    vec d[8], v[8];
    tile_of_rows(8, x + sample * x_sample, channels, length, 4 * tile - 2, zeros, rows);
    ptrdiff_t i = 0;
    for (; i + LANES <= channels; i += LANES) {
      UNROLL for (int r = 0; r < 8; r++) d[r] = load(rows[r] + i);
      transform_input(d, v);
      UNROLL for (int p = 0; p < POINTS; p++) store(to + p * point + i, v[p]);
    }
    if (i < channels) {
      UNROLL for (int r = 0; r < 8; r++) d[r] = load_first(rows[r] + i, channels - i, 0);
      transform_input(d, v);
      UNROLL for (int p = 0; p < POINTS; p++) store(to + p * point + i, v[p]);
    }
    if (++tile == tiles) {
      tile = 0;
      sample++;
    }
  }
}
