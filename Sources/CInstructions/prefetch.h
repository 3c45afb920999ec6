// The instruction that tables need and Swift has no word for.

#ifndef DGFLOW_PREFETCH_H
#define DGFLOW_PREFETCH_H

/// Asks for the cache line at an address that is about to be written, and waits for nothing.
///
/// Any address is allowed: where there is no memory, nothing happens.
static inline void prefetchForWriting(const void *_Nonnull address) {
  __builtin_prefetch(address, 1);
}

#endif
