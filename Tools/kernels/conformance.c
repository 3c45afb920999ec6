// Compares every kernel with plain double precision, for every instruction set that the machine
// has.
//
// All memory ends at a page that may not be touched, so a kernel that reads or writes too far stops
// the program. Errors are bounded by one unit roundoff of a running sum for each of its terms
// (products, numbers in [-1, 1)), by the tolerance beside the name, or for Winograd's convolutions
// by 2e-6 in norm and 3e-5 of the deviation in any element. Prints the largest that it found.

#define _DEFAULT_SOURCE

#include <float.h>
#include <math.h>

#include "../../Sources/CKernels/KernelTable.h"
#include "memory.h"

// What one kernel has shown so far.
typedef struct {
  const char *name;
  double tolerance;
  bool by_deviation;
  double largest, bounded;  // bounded: the largest error in units of its bound
  long values;
  // By deviation: the case at hand, and the worst norm and element of all cases before it.
  double case_largest, errors, squares;
  long case_values;
  double norm, deviation;
} check_t;

static int passed, failed;

static check_t check(const char *name, double tolerance) {
  return (check_t){.name = name, .tolerance = tolerance};
}

static check_t deviation_check(const char *name) {
  return (check_t){.name = name, .by_deviation = true};
}

static void compare_within(check_t *check, double value, double expected, double bound) {
  const double gap = fabs(value - expected);
  const double error = isfinite(value) ? gap : INFINITY;
  if (error > check->largest) check->largest = error;
  if (error > 0 && error / bound > check->bounded) check->bounded = error / bound;
  if (error > check->case_largest) check->case_largest = error;
  check->errors += error * error;
  check->squares += expected * expected;
  check->values++;
  check->case_values++;
}

// Ends one case of a check by deviation: each tensor is held against its own.
static void end_case(check_t *check) {
  const double norm = sqrt(check->errors / check->squares);
  const double deviation =
      check->case_largest / sqrt(check->squares / (double)check->case_values);
  if (!(norm <= check->norm)) check->norm = norm;
  if (!(deviation <= check->deviation)) check->deviation = deviation;
  check->case_largest = check->errors = check->squares = 0;
  check->case_values = 0;
}

// Relative to the expected value where that is above 1.
static void compare(check_t *check, double value, double expected) {
  const double size = fabs(expected) > 1 ? fabs(expected) : 1;
  compare_within(check, value, expected, check->tolerance * size);
}

// A sum of `terms` products of numbers in [-1, 1).
static void compare_terms(check_t *check, double value, double expected, ptrdiff_t terms) {
  compare_within(check, value, expected, FLT_EPSILON * (8 + (double)terms) / 2);
}

static void report(const char *set, const check_t *check) {
  const bool holds = check->by_deviation ? check->norm <= 2e-6 && check->deviation <= 3e-5
                                         : check->bounded <= 1;
  printf("%-4s %-9s %-22s %8ld values, largest error %.1e", holds ? "ok" : "FAIL", set, check->name,
         check->values, check->by_deviation ? check->deviation : check->largest);
  if (check->by_deviation) printf(" of the deviation, norm %.1e", check->norm);
  printf("\n");
  if (holds) passed++;
  else failed++;
}

#include "products.h"
#include "convolutions.h"
#include "elementwise.h"

// The kernels for AVX-512 in registers of another width: the same code and layout, other
// instructions.
extern const dgflow_kernels dgflow_kernels_wide;

static void check_all(const dgflow_kernels *kernels, bool long_ones) {
  check_products(kernels);
  check_winograd(kernels, long_ones);
  check_maps(kernels);
  check_rows(kernels);
}

static void check_denormals(void) {
  volatile float small = 1e-38f;
  const uint64_t previous = dgflow_flush_denormals();
  const float flushed = small * 0.01f;
  dgflow_restore_denormals(previous);
  const float kept = small * 0.01f;
  const bool holds = flushed == 0 && kept > 0;
  printf("%-4s denormals are zero where asked for, and come back\n", holds ? "ok" : "FAIL");
  if (holds) passed++;
  else failed++;
}

// Usage: conformance [short]: short leaves the widest convolutions out, for slow machines.
int main(int count, char **arguments) {
  const bool long_ones = count < 2 || strcmp(arguments[1], "short") != 0;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl")) {
    check_all(&dgflow_kernels_avx512, long_ones);
  } else {
    printf("no AVX-512 here: its kernels are checked as `wide`, without its instructions\n");
  }
  if (avx2) check_all(&dgflow_kernels_avx2, long_ones);
#endif
  check_all(&dgflow_kernels_baseline, long_ones);
#if defined(__x86_64__)
  if (avx2) check_all(&dgflow_kernels_wide, long_ones);
#else
  check_all(&dgflow_kernels_wide, false);
#endif
  check_denormals();
  printf("%d passed, %d failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
