// Which instruction set runs: the fastest that the machine has, or the one forced on this thread.

#include "CKernels.h"

const char *dgflow_instruction_set(void) { return "baseline"; }

int32_t dgflow_instruction_set_count(void) { return 1; }

const char *dgflow_instruction_set_name(int32_t index) {
  (void)index;
  return "baseline";
}

int32_t dgflow_force_instruction_set(int32_t index) {
  (void)index;
  return -1;
}
