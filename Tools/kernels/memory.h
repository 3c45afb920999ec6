// Memory that ends at a page which may not be touched, and numbers to put into it.

#ifndef DGFLOW_CONFORMANCE_MEMORY_H
#define DGFLOW_CONFORMANCE_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// `count` floats, all NaN, whose end (rounded up to `alignment` bytes) is the end of the last page:
// reading or writing past it stops the program.
static float *guarded(ptrdiff_t count, size_t alignment) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t bytes = ((size_t)count * sizeof(float) + alignment - 1) / alignment * alignment;
  const size_t whole = (bytes + page - 1) / page * page;
  char *base = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED || mprotect(base + whole, page, PROT_NONE) != 0) {
    perror("conformance: no memory");
    exit(70);
  }
  memset(base, 0xFF, whole);
  return (float *)(base + whole - bytes);
}

static float *floats(ptrdiff_t count) { return guarded(count, sizeof(float)); }
static float *aligned_floats(ptrdiff_t count) { return guarded(count, 64); }

// Gives back what `guarded` returned for the same arguments.
static void release_guarded(float *p, ptrdiff_t count, size_t alignment) {
  const size_t page = (size_t)sysconf(_SC_PAGESIZE);
  const size_t bytes = ((size_t)count * sizeof(float) + alignment - 1) / alignment * alignment;
  const size_t whole = (bytes + page - 1) / page * page;
  munmap((char *)p + bytes - whole, whole + page);
}

static void release(float *p, ptrdiff_t count) { release_guarded(p, count, sizeof(float)); }
static void release_aligned(float *p, ptrdiff_t count) { release_guarded(p, count, 64); }

static uint64_t state = 1;

// A number in [-1, 1) (SplitMix64).
static float number(void) {
  uint64_t word = state += 0x9E3779B97F4A7C15u;
  word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9u;
  word = (word ^ (word >> 27)) * 0x94D049BB133111EBu;
  word ^= word >> 31;
  return (float)((int64_t)(word >> 40) - (1 << 23)) / (1 << 23);
}

static void fill(float *p, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) p[i] = number();
}

static float *numbers(ptrdiff_t count) {
  float *p = floats(count);
  fill(p, count);
  return p;
}

#endif
