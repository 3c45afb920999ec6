#!/usr/bin/env python3
"""Character n-gram Jensen-Shannon divergence with dictionaries: the peer of `dgflow score`.

    ngram_js.py SAMPLES REFERENCE [--orders 4 6] [--length 32] [--padding CHARACTER] [--tuned]

The kind of program that is published with text GANs: each line cut to 32 characters and padded, every window of n
neighbouring characters added to a dictionary, frequencies by division, and JS = KL(p, m)/2 + KL(q, m)/2 to base 2 with
m = (p + q)/2 over all n-grams of either text. --tuned lets collections.Counter run over the windows without a loop in
Python, about as fast as a dictionary gets. Prints a line "JS-n VALUE" for each order. Standard library only.
"""
import argparse
import collections
import itertools
import math


def strings(path, length, padding):
    """The lines of a text, each cut or padded to `length` characters."""
    with open(path, encoding="utf-8", newline="\n") as text:
        cut = [line.rstrip("\n")[:length] for line in text]
    if any(padding in string for string in cut):
        raise SystemExit(f"ngram_js.py: {path} contains the padding {padding!r}: give another --padding")
    return [string.ljust(length, padding) for string in cut]


def plain_counts(texts, order):
    counts = {}
    for text in texts:
        for start in range(len(text) - order + 1):
            ngram = text[start:start + order]
            counts[ngram] = counts.get(ngram, 0) + 1
    return counts


def tuned_counts(texts, order):
    starts = range(len(texts[0]) - order + 1) if texts else ()
    return collections.Counter(text[start:start + order] for text, start in itertools.product(texts, starts))


def frequencies(counts):
    total = sum(counts.values())
    return {ngram: count / total for ngram, count in counts.items()}


def from_the_middle(p, q):
    """KL of p from (p + q)/2 in bits; q may lack n-grams of p."""
    return math.fsum(share * math.log2(2 * share / (share + q.get(ngram, 0.0))) for ngram, share in p.items())


def main():
    parser = argparse.ArgumentParser(usage="ngram_js.py SAMPLES REFERENCE [options]")
    parser.add_argument("samples")
    parser.add_argument("reference")
    parser.add_argument("--orders", type=int, nargs="+", default=[4, 6])
    parser.add_argument("--length", type=int, default=32)
    parser.add_argument("--padding", default="`")
    parser.add_argument("--tuned", action="store_true")
    options = parser.parse_args()
    counted = tuned_counts if options.tuned else plain_counts
    samples = strings(options.samples, options.length, options.padding)
    reference = strings(options.reference, options.length, options.padding)
    for order in options.orders:
        p, q = frequencies(counted(samples, order)), frequencies(counted(reference, order))
        print(f"JS-{order} {(from_the_middle(p, q) + from_the_middle(q, p)) / 2:.12f}", flush=True)


if __name__ == "__main__":
    main()
