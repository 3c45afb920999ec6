// The convolution itself, and its weights: see WinogradBody.h.

enum { GROUP = DGFLOW_WINOGRAD_GROUP };

_Static_assert(GROUP % TILE_COLUMNS == 0 && GROUP % PANEL == 0, "a group holds whole tiles");

// U of 16 x 16 pairs of channels, computed in double: from [tap][input][output].
INLINE void transform_weights(const float in[5][PANEL * PANEL], float out[POINTS][PANEL * PANEL]) {
  const double c1 = -2.0 / 9, c2 = 2.0 / 45;
  VECTORISE for (ptrdiff_t e = 0; e < PANEL * PANEL; e++) {
    const double g0 = in[0][e], g1 = in[1][e], g2 = in[2][e], g3 = in[3][e], g4 = in[4][e];
    const double even1 = c1 * (g0 + g2 + g4), odd1 = c1 * (g1 + g3);
    const double even2 = c2 * (0.25 * g0 + g2 + 4 * g4), odd2 = c2 * (0.5 * g1 + 2 * g3);
    const double even3 = c2 * (4 * g0 + g2 + 0.25 * g4), odd3 = c2 * (2 * g1 + 0.5 * g3);
    out[0][e] = in[0][e];
    out[1][e] = (float)(even1 + odd1);
    out[2][e] = (float)(even1 - odd1);
    out[3][e] = (float)(even2 + odd2);
    out[4][e] = (float)(even2 - odd2);
    out[5][e] = (float)(even3 + odd3);
    out[6][e] = (float)(even3 - odd3);
    out[7][e] = in[4][e];
  }
}

KERNEL void winograd_weight(ptrdiff_t inputs, ptrdiff_t outputs, const float *weight,
                            float *forward, float *transposed) {
  static const int reversed[POINTS] = {7, 1, 2, 5, 6, 3, 4, 0};
  float in[5][PANEL * PANEL] __attribute__((aligned(64)));
  float out[POINTS][PANEL * PANEL] __attribute__((aligned(64)));
  const ptrdiff_t forward_point = dgflow_winograd_point(inputs, outputs);
  const ptrdiff_t transposed_point = dgflow_winograd_point(outputs, inputs);
  memset(in, 0, sizeof in);
  for (ptrdiff_t i = 0; i < inputs; i += PANEL) {
    const ptrdiff_t rows = smaller(inputs - i, PANEL);
    for (ptrdiff_t j = 0; j < outputs; j += PANEL) {
      const ptrdiff_t columns = smaller(outputs - j, PANEL);
      if (rows < PANEL || columns < PANEL) memset(in, 0, sizeof in);
      for (ptrdiff_t k = 0; k < 5; k++) {
        for (ptrdiff_t r = 0; r < rows; r++) {
          memcpy(in[k] + r * PANEL, weight + (k * inputs + i + r) * outputs + j,
                 (size_t)columns * sizeof(float));
        }
      }
      transform_weights(in, out);
      for (ptrdiff_t p = 0; p < POINTS; p++) {
        if (forward != NULL) {
          memcpy(forward + p * forward_point + j * inputs + i * PANEL, out[p],
                 (size_t)(rows * PANEL) * sizeof(float));
        }
        if (transposed == NULL) continue;
        float turned[PANEL * PANEL] __attribute__((aligned(64)));
        for (ptrdiff_t r = 0; r < PANEL; r += 4) {
          for (ptrdiff_t c = 0; c < PANEL; c += 4) {
            transpose_4(out[p] + r * PANEL + c, PANEL, turned + c * PANEL + r, PANEL, 1);
          }
        }
        memcpy(transposed + reversed[p] * transposed_point + i * outputs + j * PANEL, turned,
               (size_t)(columns * PANEL) * sizeof(float));
      }
    }
  }
}

// Outputs `column` ..< column + columns of `count` tiles from tile `first`, from M as
// [panel][tile][point][16].
KERNEL void transform_outputs(const dgflow_winograd_t *d, ptrdiff_t first, ptrdiff_t count,
                              ptrdiff_t column, ptrdiff_t columns, const float *m,
                              const float *zeros, float *waste) {
  const ptrdiff_t tiles = (d->length + 3) / 4;
  const dgflow_finish_t finish = d->finish;
  ptrdiff_t sample = first / tiles, tile = first % tiles;
  for (ptrdiff_t t = 0; t < count; t++) {
    float *to[4];
    const float *mask[4], *residual[4];
    UNROLL for (int r = 0; r < 4; r++) {
      const ptrdiff_t position = 4 * tile + r;
      const ptrdiff_t at = sample * d->y_sample + position * d->outputs + column;
      const bool exists = position < d->length;
      to[r] = exists ? d->y + at : waste;
      mask[r] = exists && d->finish.mask != NULL ? d->finish.mask + at : zeros;
      residual[r] = exists && d->finish.residual != NULL ? d->finish.residual + at : zeros;
    }
    for (ptrdiff_t j = 0; j < columns; j += LANES) {
      const ptrdiff_t left = columns - j;
      const float *from = m + (j / PANEL * count + t) * (POINTS * PANEL) + j % PANEL;
      vec points[POINTS], y[4];
      UNROLL for (int p = 0; p < POINTS; p++) points[p] = load(from + p * PANEL);
      transform_output(points, y);
      if (left >= LANES) {
        if (finish.bias != NULL) {
          vec bias = load(finish.bias + column + j);
          UNROLL for (int r = 0; r < 4; r++) y[r] = y[r] + bias;
        }
        UNROLL for (int r = 0; r < 4; r++) {
          finish_vector(&finish, y[r], mask[r] + j, residual[r] + j, to[r] + j);
        }
      } else {
        if (finish.bias != NULL) {
          vec bias = load_first(finish.bias + column + j, left, 0);
          UNROLL for (int r = 0; r < 4; r++) y[r] = y[r] + bias;
        }
        UNROLL for (int r = 0; r < 4; r++) {
          finish_first(&finish, left, y[r], mask[r] + j, residual[r] + j, to[r] + j);
        }
      }
    }
    if (++tile == tiles) {
      tile = 0;
      sample++;
    }
  }
}

KERNEL void winograd(const dgflow_winograd_t *d) {
  const ptrdiff_t total = d->samples * ((d->length + 3) / 4);
  const ptrdiff_t stride = padded_row(d->inputs);
  const ptrdiff_t weight_panel = d->inputs * PANEL;
  const bool far = is_far(d->inputs, d->outputs);
  const ptrdiff_t weight_point = dgflow_winograd_point(d->inputs, d->outputs);
  float *zeros = d->scratch;
  float *waste = zeros + padded_row(d->inputs) + padded_row(d->outputs);
  float *m = waste + padded_row(d->outputs);
  float *v = m + POINTS * GROUP * WINOGRAD_TILES;
  memset(zeros, 0, (size_t)(waste - zeros) * sizeof(float));
  for (ptrdiff_t first = 0; first < total; first += WINOGRAD_TILES) {
    const ptrdiff_t count = smaller(total - first, WINOGRAD_TILES);
    transform_inputs(first, count, d->length, d->inputs, d->x, d->x_sample, zeros, v);
    for (ptrdiff_t j = 0; j < d->outputs; j += GROUP) {
      const ptrdiff_t columns = smaller(d->outputs - j, GROUP);
      const ptrdiff_t next_group = j + GROUP < d->outputs ? (j + GROUP) / PANEL * weight_panel : 0;
      for (ptrdiff_t point = 0; point < POINTS; point++) {
        const float *a = v + point * staggered(count * stride);
        const float *b = d->weight + point * weight_point + j / PANEL * weight_panel;
        const float *next_point = point + 1 < POINTS ? b + weight_point : d->weight + next_group;
        float *c = m + point * PANEL;
        for (ptrdiff_t p = 0; p < d->inputs; p += WINOGRAD_DEPTH) {
          const ptrdiff_t depth = smaller(d->inputs - p, WINOGRAD_DEPTH);
          const float *next = p + depth < d->inputs ? b + (p + depth) * PANEL : next_point;
          panel_product(&(panel_product_t){
              .rows = count, .columns = columns, .depth = depth,
              .a = a + p, .a_row = stride, .a_step = 1,
              .b = b + p * PANEL, .b_panel = weight_panel,
              .c = c, .c_row = POINTS * PANEL, .c_panel = count * POINTS * PANEL,
              .adds = p > 0, .next_b = far ? next : NULL});
        }
      }
      transform_outputs(d, first, count, j, columns, m, zeros, waste);
    }
  }
}
