#!/usr/bin/env python3
"""Trains pairs of runs that differ in the convolution's algorithm alone, and compares their JS-4.

    Tools/experiments/convolution/compare.py DGFLOW CORPUS FOLDER [--first-seed 1] [--seeds 5] [--width 32] \
        [--checkpoints 1000,2000,3000] [--average-decay 0.998] [--threads 1] [--samples 10000]

DGFLOW is the built tool, CORPUS a prepared corpus. A run that was stopped goes on where it was; runs
that are done are not made again. At the end, FOLDER/results.csv with every value, and a Markdown table: at each
checkpoint the mean JS-4 of both, the mean of the paired differences winograd - direct, and Student's 90 %
interval of it.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys

# The published networks by the two-time-scale recipe.
RECIPE = ("--preset", "paper", "--critic-iterations", 1, "--critic-rate", 3e-4)
# Quantiles 0.95 of Student's t (Abramowitz and Stegun, table 26.10), by degrees of freedom.
STUDENT = dict(enumerate((
    6.314, 2.920, 2.353, 2.132, 2.015, 1.943, 1.895, 1.860, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753,
    1.746, 1.740, 1.734, 1.729, 1.725, 1.721, 1.717, 1.714, 1.711, 1.708, 1.706, 1.703, 1.701, 1.699, 1.697,
    1.696, 1.694, 1.692, 1.691, 1.690, 1.688, 1.687, 1.686, 1.685, 1.684, 1.683, 1.682, 1.681, 1.680, 1.679,
    1.679, 1.678, 1.677, 1.677, 1.676, 1.675, 1.675, 1.674, 1.674, 1.673, 1.673, 1.672, 1.672, 1.671), start=1))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dgflow")
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--checkpoints", default="1000,2000,3000")
    parser.add_argument("--average-decay", type=float, default=0.998)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--samples", type=int, default=10_000)
    return parser.parse_args()


def train(options, algorithm, seed, checkpoints):
    """Makes or completes a run and returns its JS-4 at each checkpoint."""
    run = options.folder / f"{algorithm}-{seed}"
    spacing = math.gcd(*checkpoints)
    command = [
        options.dgflow, "train", options.corpus, "--output", run, "--seed", seed, "--threads",
        options.threads, *RECIPE, "--width", options.width, "--convolution", algorithm,
        "--average-decay", options.average_decay, "--iterations",
        checkpoints[-1], "--evaluate-every", spacing, "--checkpoint-every", spacing,
        "--evaluation-samples", options.samples, "--quiet"]
    if run.exists():
        command = [
            options.dgflow, "train", options.corpus, "--output", run, "--resume", "--threads",
            options.threads, "--evaluate-every", spacing, "--checkpoint-every", spacing,
            "--evaluation-samples", options.samples, "--quiet"]
    scores = read(run)
    if checkpoints[-1] not in scores:
        subprocess.run([str(word) for word in command], check=True)
        scores = read(run)
    return [scores[checkpoint] for checkpoint in checkpoints]


def read(run):
    path = run / "records.jsonl"
    scores = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            for score in record.get("scores") or []:
                if score["order"] == 4:
                    scores[record["iteration"]] = score["value"]
    return scores


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    checkpoints = [int(word) for word in options.checkpoints.split(",")]
    pairs = []
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for seed in seeds:
        pairs.append([train(options, name, seed, checkpoints) for name in ("direct", "winograd")])
        print(f"seed {seed}: direct {pairs[-1][0]}, winograd {pairs[-1][1]}", file=sys.stderr, flush=True)
    rows = [
        f"{seed};{checkpoint};{pair[0][index]:.6f};{pair[1][index]:.6f}"
        for seed, pair in zip(seeds, pairs) for index, checkpoint in enumerate(checkpoints)]
    (options.folder / "results.csv").write_text(
        "\n".join(["seed;iteration;direct;winograd", *rows]) + "\n", encoding="utf-8")
    print("| iterations | direct | winograd | difference | 90 % interval |")
    print("| --- | --- | --- | --- | --- |")
    for index, checkpoint in enumerate(checkpoints):
        direct = [pair[0][index] for pair in pairs]
        winograd = [pair[1][index] for pair in pairs]
        differences = [b - a for a, b in zip(direct, winograd)]
        mean = statistics.mean(differences)
        half = STUDENT[len(pairs) - 1] * statistics.stdev(differences) / math.sqrt(len(pairs))
        print(
            f"| {checkpoint} | {statistics.mean(direct):.4f} | {statistics.mean(winograd):.4f} | "
            f"{mean:+.4f} | {mean - half:+.4f} to {mean + half:+.4f} |")


main()
