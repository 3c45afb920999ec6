// The kernels for what every machine has: SSE2 on x86-64 (16 registers, tiles of 6 x 8),
// NEON on arm64 (32 registers, tiles of 6 x 16).

#include "KernelTable.h"

#define TARGET
#define VECTOR_BYTES 16
#define TABLE dgflow_kernels_baseline
#if defined(__aarch64__)
#define TILE_VECTORS 4
#define TABLE_NAME "neon"
#else
#define TILE_VECTORS 2
#define TABLE_NAME "baseline"
#endif

#include "VectorBody.h"
#include "TileBody.h"
#include "PeakBody.h"
#include "ProductBody.h"
#include "DotBody.h"
#include "ElementwiseBody.h"
#include "WinogradBody.h"
#include "WinogradConvolutionBody.h"
#include "WinogradGradientBody.h"
#include "SoftmaxBody.h"
#include "TableBody.h"
