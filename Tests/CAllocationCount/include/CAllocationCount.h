// Counts the calling thread's allocations, for tests. Linked into the tests' executable alone, whose
// malloc family then stands before the C library's.

#ifndef DGFLOW_ALLOCATION_COUNT_H
#define DGFLOW_ALLOCATION_COUNT_H

#include <stddef.h>
#include <stdint.h>

/// Allocations of a thread, and the bytes asked for.
typedef struct {
  int64_t allocations;
  int64_t bytes;
} dgflow_allocation_count_t;

/// What the calling thread has allocated since it began.
dgflow_allocation_count_t dgflow_allocation_count(void);

#endif
