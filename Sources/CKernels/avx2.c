// The kernels for AVX2 with fused multiply-add: 8 lanes, tiles of 6 x 16.

#if defined(__x86_64__)

#include "KernelTable.h"

#define TARGET __attribute__((target("avx2,fma")))
#define VECTOR_BYTES 32
#define TILE_VECTORS 2
#define TABLE dgflow_kernels_avx2
#define TABLE_NAME "avx2"

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

#endif
