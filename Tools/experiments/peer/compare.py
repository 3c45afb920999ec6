#!/usr/bin/env python3
"""Trains dgflow and a PyTorch program by the published recipe on the same tokens, and compares their JS-n.

    Tools/experiments/peer/compare.py DGFLOW CORPUS PEER FOLDER [--python python3] [--seeds 5] [--width 64] \
        [--critic-iterations 10] [--checkpoints 200,400,600] [--samples 10000] [--threads 2]

DGFLOW is the built tool, CORPUS a prepared corpus, PEER the PyTorch program: it takes token matrices and writes
a CSV of iteration, seconds, js4 and js6 (README.md says which options it must have). For every seed the peer trains
to the last checkpoint, then dgflow to the same iterations and on to the same seconds of training. Runs that are
done are not made again; one of dgflow's that was stopped goes on where it was.

At the end, FOLDER/results.csv with every value, and two Markdown tables: at equal iterations the difference
dgflow - peer with Welch's 90 % interval (the programs share no random numbers, so seeds are no pairs), and at equal
seconds with its 95 % interval.
"""
import argparse
import csv
import json
import math
import pathlib
import statistics
import subprocess
import sys

from scipy import stats

ORDERS = (4, 6)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dgflow", type=pathlib.Path)
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("peer", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--critic-iterations", type=int, default=10)
    parser.add_argument("--checkpoints", default="200,400,600")
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def run(*words):
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL)


def train_peer(options, seed, checkpoints):
    """Rows (iteration, seconds, JS-4, JS-6) of the PyTorch program."""
    path = options.folder / f"peer-{seed}.csv"
    if not path.exists():
        part = path.with_suffix(".part")
        run(options.python, options.peer, options.corpus / "train.npy", options.corpus / "validation.npy",
            "--vocabulary", symbols(options.corpus), "--width", options.width,
            "--critic-iterations", options.critic_iterations, "--generator-rate", 1e-4, "--critic-rate", 1e-4,
            "--iterations", checkpoints[-1], "--minutes", 1e6, "--every", math.gcd(*checkpoints),
            "--samples", options.samples, "--seed", seed, "--threads", options.threads, "--csv", part)
        part.rename(path)
    with open(path, newline="", encoding="utf-8") as file:
        return [(int(row["iteration"]), float(row["seconds"]), float(row["js4"]), float(row["js6"]))
                for row in csv.DictReader(file)]


def symbols(corpus):
    """The vocabulary's size, which its file states."""
    for line in open(corpus / "vocabulary.tsv", encoding="utf-8"):
        if line.startswith("size\t"):
            return int(line.split("\t")[1])
    raise SystemExit(f"{corpus}/vocabulary.tsv states no size")


def train_dgflow(options, seed, checkpoints, seconds):
    """Rows of dgflow, the last one after as many seconds of training."""
    folder = options.folder / f"dgflow-{seed}"
    pace = ["--threads", options.threads, "--evaluate-every", math.gcd(*checkpoints), "--checkpoint-every",
            math.gcd(*checkpoints), "--evaluation-samples", options.samples, "--quiet"]
    if not folder.exists():
        run(options.dgflow, "train", options.corpus, "--output", folder, "--seed", seed, "--width", options.width,
            "--critic-iterations", options.critic_iterations, "--generator-rate", 1e-4, "--critic-rate", 1e-4,
            "--iterations", checkpoints[-1], *pace)
    elif read(folder)[-1:] and read(folder)[-1][0] < checkpoints[-1]:
        run(options.dgflow, "train", options.corpus, "--output", folder, "--resume", *pace)
    if read(folder)[-1][1] < seconds:
        # Iterations enough that time is what ends it.
        enough = 1000 * checkpoints[-1]
        run(options.dgflow, "train", options.corpus, "--output", folder, "--resume", "--iterations", enough,
            "--minutes", seconds / 60, *pace)
    return read(folder)


def read(folder):
    path = folder / "records.jsonl"
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        record = json.loads(line)
        if record.get("scores"):
            values = {score["order"]: score["value"] for score in record["scores"]}
            rows.append((record["iteration"], record["seconds"], *(values[order] for order in ORDERS)))
    return rows


def table(title, rows, level):
    print(f"| {title} | n | dgflow | peer | difference | {level:.0%} interval |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, ours, theirs in rows:
        for index, order in enumerate(ORDERS):
            a, b = [row[2 + index] for row in ours], [row[2 + index] for row in theirs]
            interval = stats.ttest_ind(a, b, equal_var=False).confidence_interval(level)
            print(f"| {name} | {order} | {statistics.mean(a):.4f} | {statistics.mean(b):.4f} | "
                  f"{statistics.mean(a) - statistics.mean(b):+.4f} | {interval.low:+.4f} to {interval.high:+.4f} |")
    print()


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    checkpoints = [int(word) for word in options.checkpoints.split(",")]
    ours, theirs = [], []
    for seed in range(1, options.seeds + 1):
        theirs.append(train_peer(options, seed, checkpoints))
        ours.append(train_dgflow(options, seed, checkpoints, theirs[-1][-1][1]))
        print(f"seed {seed}: peer {theirs[-1][-1]}, dgflow {ours[-1][-1]}", file=sys.stderr, flush=True)
    lines = ["program;seed;iteration;seconds;js4;js6"]
    for program, runs in (("dgflow", ours), ("peer", theirs)):
        for seed, rows in enumerate(runs, start=1):
            lines += [f"{program};{seed};{row[0]};{row[1]:.1f};{row[2]:.6f};{row[3]:.6f}" for row in rows]
    (options.folder / "results.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def at(runs, iteration):
        return [next(row for row in rows if row[0] == iteration) for rows in runs]

    table("iterations", [(point, at(ours, point), at(theirs, point)) for point in checkpoints], 0.90)
    seconds = statistics.mean(rows[-1][1] for rows in theirs)
    table("seconds", [(f"{seconds:.0f}", [rows[-1] for rows in ours], [rows[-1] for rows in theirs])], 0.95)


main()
