// The few loops that must vectorise on every CPU, in C without compiler flags.
//
// Single-threaded; no function allocates. Each instruction set is a table of functions compiled from
// one body; the best one that the machine can run is chosen at the first call.

#ifndef DGFLOW_CKERNELS_H
#define DGFLOW_CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Instruction sets -------------------------------------------------------------------------------

/// Name of the instruction set in use on this thread.
const char *dgflow_instruction_set(void);
/// How many instruction sets this machine can run.
int32_t dgflow_instruction_set_count(void);
/// Name of one of them, the fastest first.
const char *dgflow_instruction_set_name(int32_t index);
/// Makes this thread use one of them (-1: the fastest); returns the previous choice.
int32_t dgflow_force_instruction_set(int32_t index);

// Denormal numbers -------------------------------------------------------------------------------

/// Makes this thread treat denormals as zero; returns the previous control word.
uint64_t dgflow_flush_denormals(void);
/// Restores a control word from `dgflow_flush_denormals`.
void dgflow_restore_denormals(uint64_t previous);

#ifdef __cplusplus
}
#endif

#endif
