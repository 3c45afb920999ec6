#!/usr/bin/env python3
"""Samples of the PyTorch program's saved generator as text, one a line, to be scored by `dgflow score`.

usage: sample.py WEIGHTS VOCABULARY [--count 10000] [--seed 1]

WEIGHTS is what the program saved, VOCABULARY the `vocabulary.tsv` of the corpus it was trained on. Text as dgflow
decodes it: the likeliest symbol of each position, padding at the end as nothing, elsewhere and unknown as U+FFFD.
"""
import argparse
import re
import sys

import torch
import torch.nn.functional as F

BATCH = 500
BLOCKS = 5


def symbols(path):
    """The spelling of each token: the vocabulary's lines between its heading and its digest."""
    lines = open(path, encoding="utf-8").read().splitlines()
    size = next(int(line.split("\t")[1]) for line in lines if line.startswith("size\t"))
    first = lines.index("token\tsymbol\tcount") + 1
    return [spelled(line.split("\t")[1], token) for token, line in enumerate(lines[first:first + size])]


def spelled(symbol, token):
    if token < 2:
        return "\ufffd"
    escape = r"\\(?:u\{([0-9a-fA-F]+)\}|(s)|(\\))"
    return re.sub(escape, lambda m: chr(int(m[1], 16)) if m[1] else " " if m[2] else "\\", symbol)


def tokens(weights, latents):
    """The likeliest tokens [N, L] at latents [N, 128]."""
    width = weights["output.weight"].shape[1]
    hidden = F.linear(latents, weights["input.weight"], weights["input.bias"]).view(len(latents), width, -1)
    for block in range(BLOCKS):
        inner = hidden
        for layer in ("conv1", "conv2"):
            name = f"blocks.{block}.{layer}"
            inner = F.conv1d(F.relu(inner), weights[f"{name}.weight"], weights[f"{name}.bias"], padding=2)
        hidden = hidden + 0.3 * inner
    return F.conv1d(hidden, weights["output.weight"], weights["output.bias"]).argmax(1)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights")
    parser.add_argument("vocabulary")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    spelling = symbols(options.vocabulary)
    weights = torch.load(options.weights, weights_only=True)["generator"]
    latent = weights["input.weight"].shape[1]
    torch.manual_seed(options.seed)
    left = options.count
    with torch.no_grad():
        while left > 0:
            for row in tokens(weights, torch.randn(min(BATCH, left), latent)).tolist():
                while row and row[-1] == 0:
                    row.pop()
                sys.stdout.write("".join(spelling[token] for token in row) + "\n")
            left -= BATCH


main()
