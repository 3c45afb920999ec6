// The kernels in the form that AVX-512 has (16 lanes, tiles of 6 x 64), compiled for narrower
// registers, so that its code and layout can be checked where the instructions are missing.

#include "../../Sources/CKernels/KernelTable.h"

#if defined(__x86_64__)
#define TARGET __attribute__((target("avx2,fma")))
#else
#define TARGET
#endif
#define VECTOR_BYTES 64
#define TILE_VECTORS 4
#define TABLE dgflow_kernels_wide
#define TABLE_NAME "wide"

extern const dgflow_kernels dgflow_kernels_wide;

#include "../../Sources/CKernels/VectorBody.h"
#include "../../Sources/CKernels/TileBody.h"
#include "../../Sources/CKernels/PeakBody.h"
#include "../../Sources/CKernels/ProductBody.h"
#include "../../Sources/CKernels/DotBody.h"
#include "../../Sources/CKernels/ElementwiseBody.h"
#include "../../Sources/CKernels/WinogradBody.h"
#include "../../Sources/CKernels/WinogradConvolutionBody.h"
#include "../../Sources/CKernels/WinogradGradientBody.h"
#include "../../Sources/CKernels/SoftmaxBody.h"
#include "../../Sources/CKernels/TableBody.h"
