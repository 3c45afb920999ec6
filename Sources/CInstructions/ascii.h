// Sixteen bytes looked at together: Swift's vector types are slow to load from any address (measured).

#ifndef DGFLOW_ASCII_H
#define DGFLOW_ASCII_H

#include <stdint.h>
#include <string.h>

/// How many of the sixteen bytes at an address, from the first on, are printable ASCII (0x20 to
/// 0x7E); 16 where all are.
static inline int32_t countOfPrintableASCII(const uint8_t *_Nonnull bytes) {
  typedef int8_t Bytes __attribute__((vector_size(16)));
  typedef uint64_t Halves __attribute__((vector_size(16)));
  Bytes text;
  memcpy(&text, bytes, sizeof text);
  // Bytes from 0x80 on are below 0.
  Halves others = (Halves)((text < 0x20) | (text == 0x7F));
  // The first byte is the lowest: the processors that dgflow runs on are little-endian.
  if (others[0] != 0) return __builtin_ctzll(others[0]) >> 3;
  if (others[1] != 0) return 8 + (__builtin_ctzll(others[1]) >> 3);
  return 16;
}

#endif
