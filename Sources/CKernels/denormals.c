// Flush-to-zero and denormals-are-zero, in the control register of the calling thread.

#include "CKernels.h"

#if defined(__x86_64__)

#include <xmmintrin.h>

uint64_t dgflow_flush_denormals(void) {
  unsigned int previous = _mm_getcsr();
  _mm_setcsr(previous | 0x8040u);  // FTZ (bit 15) and DAZ (bit 6)
  return previous;
}

void dgflow_restore_denormals(uint64_t previous) { _mm_setcsr((unsigned int)previous); }

#elif defined(__aarch64__)

uint64_t dgflow_flush_denormals(void) {
  uint64_t previous;
  __asm__ volatile("mrs %0, fpcr" : "=r"(previous));
  uint64_t flushed = previous | (1ull << 24);  // FZ
  __asm__ volatile("msr fpcr, %0" : : "r"(flushed));
  return previous;
}

void dgflow_restore_denormals(uint64_t previous) {
  __asm__ volatile("msr fpcr, %0" : : "r"(previous));
}

#else

uint64_t dgflow_flush_denormals(void) { return 0; }

void dgflow_restore_denormals(uint64_t previous) { (void)previous; }

#endif
