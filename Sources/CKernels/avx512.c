// The kernels for AVX-512 (F, DQ, VL): 16 lanes, tiles of 6 x 64.

#if defined(__x86_64__)

#include "KernelTable.h"

#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx2,fma")))
#define VECTOR_BYTES 64
#define TILE_VECTORS 4
#define TABLE dgflow_kernels_avx512
#define TABLE_NAME "avx512"

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
