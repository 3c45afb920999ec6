// The bound that n-gram counting is held to: a plain sequential read and a radix sort of the keys.
//
//   cc -O2 -o radix_bound radix_bound.c
//   radix_bound LONGEST SHORTEST FILE... [--distinct]
//
// Each file is read in blocks. The first 32 symbols of a line, padded at its end, give one key a
// window: LONGEST symbols as the digits of a base-100 number, and at the end of the string the
// windows that only SHORTEST to LONGEST - 1 symbols are left for, filled up with the digit 0. So
// orders 6 and 4 make 29 keys a string, and a prefix of a key is the shorter n-gram. The keys of a
// file are sorted all at once, least significant digit first. Nothing is counted, merged or
// written: no program that sorts all of these keys does less. One thread.
//
// Standard output: "FILE strings N keys N". Standard error: the seconds of both halves.
// --distinct also says how many n-grams of LONGEST symbols differ, which costs a further pass.
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  symbolsInString = 32,
  base = 100,  // 100^6 < 2^40: four passes of ten bits, as for a vocabulary of 82
  absent = 0,
  padding = 1,
  firstSymbol = 2,
  largestLongest = 9,  // 100^9 < 2^64
  digitBits = 10,
  buckets = 1 << digitBits,
  blockBytes = 1 << 20,
};

struct keys {
  uint64_t *values;
  size_t count, capacity;
};

// Tokens of the symbols below U+0100, given out in the order in which the symbols appear.
static uint8_t tokens[256];
static int nextToken = firstSymbol;

static void stop(int status, const char *what, const char *which) {
  fprintf(stderr, "radix_bound: %s%s%s\n", what, *which ? ": " : "", which);
  exit(status);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static uint64_t *allocate(uint64_t *old, size_t count) {
  uint64_t *values = realloc(old, (count ? count : 1) * sizeof *values);
  if (values == NULL) stop(70, "not enough memory for the keys", "");
  return values;
}

static uint8_t newToken(void) {
  if (nextToken >= base) stop(65, "more than 98 different symbols", "");
  return (uint8_t)nextToken++;
}

static inline uint8_t token(uint8_t symbol) {
  if (tokens[symbol] == 0) tokens[symbol] = newToken();
  return tokens[symbol];
}

// The keys of one string, whose places from `length` on are padded.
static inline void addString(
    struct keys *keys, uint8_t *string, int length, int longest, int shortest,
    uint64_t largestDigit) {
  int windows = symbolsInString - shortest + 1;
  if (keys->capacity - keys->count < (size_t)windows) {
    keys->capacity = 2 * keys->capacity + (1 << 16);
    keys->values = allocate(keys->values, keys->capacity);
  }
  memset(string + length, padding, (size_t)(symbolsInString - length));
  uint64_t key = 0;
  for (int place = 0; place < longest - 1; place++) key = key * base + string[place];
  uint64_t *target = keys->values + keys->count;
  uint8_t leaving = 0;
  // Behind the string stand `longest` zeros, which fill up the windows at its end.
  for (int start = 0; start < windows; start++) {
    key = (key - leaving * largestDigit) * base + string[start + longest - 1];
    leaving = string[start];
    target[start] = key;
  }
  keys->count += (size_t)windows;
}

// Reads a file and makes its keys; returns the number of strings.
static size_t readKeys(struct keys *keys, const char *path, int longest, int shortest) {
  static uint8_t block[blockBytes];
  int file = open(path, O_RDONLY);
  if (file < 0) stop(66, "cannot open", path);
  uint64_t largestDigit = 1;
  for (int place = 1; place < longest; place++) largestDigit *= base;

  uint8_t string[symbolsInString + largestLongest] = {absent};
  size_t strings = 0;
  int length = 0, lead = 0, begun = 0;
  for (;;) {
    ssize_t bytes = read(file, block, sizeof block);
    if (bytes < 0) stop(74, "cannot read", path);
    if (bytes == 0) break;
    const uint8_t *next = block, *end = block + bytes;
    while (next < end) {
      if (length == symbolsInString) {  // the rest of a line does not count
        next = memchr(next, '\n', (size_t)(end - next));
        if (next == NULL) break;
      }
      uint8_t byte = *next++;
      if (byte == '\n') {
        addString(keys, string, length, longest, shortest, largestDigit);
        strings++;
        length = lead = begun = 0;
        continue;
      }
      begun = 1;
      if (byte >= 0x80) {  // UTF-8 of two bytes with a lead of 0xC2 or 0xC3 is U+0080 to U+00FF
        if (lead == 0) {
          if (byte != 0xC2 && byte != 0xC3) stop(65, "a symbol beyond U+00FF", path);
          lead = byte;
          continue;
        }
        byte = (uint8_t)((lead & 3) << 6 | (byte & 0x3F));
        lead = 0;
      }
      string[length++] = token(byte);
    }
  }
  if (begun) {  // a last line without its end
    addString(keys, string, length, longest, shortest, largestDigit);
    strings++;
  }
  close(file);
  return strings;
}

// Sorts the keys with as much scratch; returns whichever of the two holds them in the end.
static uint64_t *radixSort(uint64_t *source, uint64_t *scratch, size_t count, int passes) {
  static size_t places[64 / digitBits + 1][buckets];
  memset(places, 0, sizeof places);
  for (size_t index = 0; index < count; index++) {
    uint64_t key = source[index];
    for (int pass = 0; pass < passes; pass++) {
      places[pass][key >> (pass * digitBits) & (buckets - 1)]++;
    }
  }
  for (int pass = 0; pass < passes; pass++) {
    size_t start = 0;
    for (int bucket = 0; bucket < buckets; bucket++) {
      size_t size = places[pass][bucket];
      places[pass][bucket] = start;
      start += size;
    }
    for (size_t index = 0; index < count; index++) {
      uint64_t key = source[index];
      scratch[places[pass][key >> (pass * digitBits) & (buckets - 1)]++] = key;
    }
    uint64_t *sorted = scratch;
    scratch = source;
    source = sorted;
  }
  return source;
}

// Different keys among sorted ones, those filled up at the end of a string left out.
static size_t distinct(const uint64_t *sorted, size_t count) {
  size_t found = 0;
  for (size_t index = 0; index < count; index++) {
    if (index > 0 && sorted[index] == sorted[index - 1]) continue;
    if (sorted[index] % base != absent) found++;
  }
  return found;
}

int main(int count, char **arguments) {
  int counts = count > 1 && strcmp(arguments[count - 1], "--distinct") == 0;
  char **end = arguments + count - counts;
  if (end - arguments < 4) stop(64, "usage: radix_bound LONGEST SHORTEST FILE... [--distinct]", "");
  int longest = atoi(arguments[1]), shortest = atoi(arguments[2]);
  if (shortest < 1 || longest < shortest || longest > largestLongest) {
    stop(64, "give 1 <= SHORTEST <= LONGEST <= 9", "");
  }
  uint64_t largest = 1;
  for (int place = 0; place < longest; place++) largest *= base;
  int bits = 64 - __builtin_clzll(largest - 1), passes = (bits + digitBits - 1) / digitBits;

  for (char **path = arguments + 3; path < end; path++) {
    struct keys keys = {NULL, 0, 0};
    double began = now();
    size_t strings = readKeys(&keys, *path, longest, shortest);
    double read = now();
    uint64_t *scratch = allocate(NULL, keys.count);
    uint64_t *sorted = radixSort(keys.values, scratch, keys.count, passes);
    fprintf(stderr, "read %.3f s, sort %.3f s\n", read - began, now() - read);
    printf("%s strings %zu keys %zu", *path, strings, keys.count);
    if (counts) printf(" distinct %zu", distinct(sorted, keys.count));
    printf("\n");
    free(keys.values);
    free(scratch);
  }
  return 0;
}
