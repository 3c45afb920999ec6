#!/usr/bin/env python3
"""Golden random numbers and hashes for `Determinism`, from an independent implementation.

    Tools/golden/random_streams.py    writes Tests/DeterminismTests/Fixtures/random_streams.json

Whole-number arithmetic is Python's own; logarithm, sine and cosine are the C library's, rounded to
Float at the end. Philox's words are checked against the vectors that Random123 publishes.
"""

import json
import math
import pathlib
import platform
import struct

OUTPUT = (
    pathlib.Path(__file__).resolve().parents[2]
    / "Tests" / "DeterminismTests" / "Fixtures" / "random_streams.json"
)
DATE = "2026-11-21"
MASK32 = 0xFFFFFFFF
MASK64 = 0xFFFFFFFFFFFFFFFF
NORMAL, UNIFORM, INDEX, PERMUTATION = 0, 0x80000000, 0xA0000000, 0xC0000000

PUBLISHED = [
    ("00000000 00000000 00000000 00000000", "00000000 00000000",
     "6627e8d5 e169c58d bc57ac4c 9b00dbd8"),
    ("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff",
     "408f276d 41c83b0e a20bc7c6 6d5451fd"),
    ("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0",
     "d16cfe09 94fdcceb 5001e420 24126ea1"),
]


def philox(counter, key):
    counter, key = list(counter), list(key)
    for _ in range(10):
        first, second = counter[0] * 0xD2511F53, counter[2] * 0xCD9E8D57
        counter = [
            (second >> 32) ^ counter[1] ^ key[0], second & MASK32,
            (first >> 32) ^ counter[3] ^ key[1], first & MASK32,
        ]
        key = [(key[0] + 0x9E3779B9) & MASK32, (key[1] + 0xBB67AE85) & MASK32]
    return counter


def finalised(x):
    x = ((x ^ (x >> 33)) * 0xFF51AFD7ED558CCD) & MASK64
    x = ((x ^ (x >> 33)) * 0xC4CEB9FE1A85EC53) & MASK64
    return x ^ (x >> 33)


def fnv(data):
    state = 0xCBF29CE484222325
    for byte in data:
        state = ((state ^ byte) * 0x100000001B3) & MASK64
    return state


def stable_hash(data):
    return finalised(fnv(data))


class Stream:
    def __init__(self, seed, name):
        mixed = finalised(seed ^ stable_hash(name.encode()))
        self.key = (mixed & MASK32, mixed >> 32)

    def words(self, sample, step, block):
        return philox((sample & MASK32, sample >> 32, step, block), self.key)

    def uniform(self, sample, step, bits):
        words = self.words(sample, step, UNIFORM)
        return ((words[0] << 32 | words[1]) >> (64 - bits)) / 2**bits

    def index(self, bound, sample, step, block=INDEX):
        threshold = (2**64 - bound) % bound
        while True:
            words = self.words(sample, step, block)
            for word in (words[0] << 32 | words[1], words[2] << 32 | words[3]):
                if word * bound & MASK64 >= threshold:
                    return word * bound >> 64
            block += 1

    def normals(self, count, sample, step):
        values = []
        for block in range((count + 3) // 4):
            words = [(word + 0.5) / 2**32 for word in self.words(sample, step, NORMAL + block)]
            for radius, turn in zip(words[:2], words[2:]):
                size, angle = math.sqrt(-2 * math.log(radius)), 2 * math.pi * turn
                values += [size * math.cos(angle), size * math.sin(angle)]
        return [struct.unpack("<f", struct.pack("<f", value))[0] for value in values[:count]]

    def shuffled(self, count, step):
        items = list(range(count))
        for place in range(count - 1):
            other = place + self.index(count - place, place, step, PERMUTATION)
            items[place], items[other] = items[other], items[place]
        return items


def main():
    for counter, key, words in PUBLISHED:
        found = philox(*([int(word, 16) for word in text.split()] for text in (counter, key)))
        assert " ".join(f"{word:08x}" for word in found) == words, (counter, key, found)
    streams = []
    for seed, name in [(0, ""), (1, "latents"), (2**64 - 1, "noise ξ")]:
        stream = Stream(seed, name)
        for sample, step in [(0, 0), (17, 3), (2**40 + 5, 2**32 - 1)]:
            streams.append({
                "seed": str(seed), "name": name, "sample": str(sample), "step": step,
                "words": stream.words(sample, step, 7),
                "uniform24": stream.uniform(sample, step, 24),
                "uniform53": stream.uniform(sample, step, 53),
                "indices": [
                    [str(bound), str(stream.index(bound, sample, step))]
                    for bound in (1, 2, 10, 4096, 3 * 2**61)
                ],
                "normals": stream.normals(11, sample, step),
                "shuffled": stream.shuffled(12, step),
            })
    texts = ["", "a", "foobar", "The cat sat on the mat.", "ἀρχή 𝔊"]
    hashes = [
        {"text": text, "fnv": f"{fnv(text.encode()):016x}",
         "hex": f"{stable_hash(text.encode()):016x}"}
        for text in texts
    ]
    result = {
        "script": "Tools/golden/random_streams.py",
        "date": DATE,
        "versions": {"python": platform.python_version()},
        "philox": [
            {"counter": counter, "key": key, "words": words} for counter, key, words in PUBLISHED
        ],
        "streams": streams,
        "hashes": hashes,
    }
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    with open(OUTPUT, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1, ensure_ascii=False)
        file.write("\n")


if __name__ == "__main__":
    main()
