#!/usr/bin/env python3
"""Trains dgflow and a PyTorch program side by side on the same tokens, and compares their JS-n.

    Tools/experiments/peer/compare.py DGFLOW CORPUS PEER FOLDER [--python python3] [--first-seed 1] [--seeds 5] \
        [--minutes 10] [--width 32] [--every 100] [--at 100 200 300] [--samples 10000] \
        [--recipe "--critic-iterations 1"] [--options "--convolution winograd"] [--initialised]

DGFLOW is the built tool, CORPUS a prepared corpus, PEER the PyTorch program: it takes token matrices and writes
a CSV of iteration, seconds, js4 and js6 (README.md says which options it must have). For every seed both train by the
published recipe, with what --recipe changes of it, at the same time, one thread each, until each has spent so many
minutes of training; both score every so many iterations. A seed that is done is not made again.

At the end, FOLDER/results.csv with every value, and two Markdown tables. At equal iterations (--at, multiples of
--every), against validation text, each as its program scores itself: dgflow - peer with Welch's 90 % interval, since
the programs share no random numbers. After the same minutes, samples of both against test text, scored
by `dgflow score`: dgflow - peer with the 95 % interval over seeds, paired, since the two of a seed shared the machine.
"""
import argparse
import csv
import json
import pathlib
import shlex
import shutil
import statistics
import subprocess
import sys

from scipy import stats

HERE = pathlib.Path(__file__).resolve().parent
ORDERS = (4, 6)
PUBLISHED = ("--batch", 64, "--critic-iterations", 10, "--generator-rate", 1e-4, "--critic-rate", 1e-4, "--penalty", 10)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dgflow")
    parser.add_argument("corpus", type=pathlib.Path)
    parser.add_argument("peer", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--every", type=int, default=100)
    parser.add_argument("--at", type=int, nargs="+", default=[100, 200, 300])
    parser.add_argument("--samples", type=int, default=10_000)
    parser.add_argument("--recipe", default="", help="options of both programs, over the published recipe's")
    parser.add_argument("--initialised", action="store_true", help="begin the peer's weights by initialised.py")
    parser.add_argument("--options", default="", help="further options of `dgflow train`")
    return parser.parse_args()


def check(options):
    """Refuses a folder whose runs were made by other options; more seeds are no others."""
    made = {name: str(value) for name, value in sorted(vars(options).items())
            if name in ("corpus", "minutes", "width", "every", "samples", "recipe", "initialised", "options")}
    kept = options.folder / "options.json"
    if not kept.exists():
        kept.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    elif json.loads(kept.read_text(encoding="utf-8")) != made:
        raise SystemExit(f"{kept} says that the runs there were made by other options; give another folder")


def symbols(corpus):
    """The vocabulary's size, which its file states."""
    for line in open(corpus / "vocabulary.tsv", encoding="utf-8"):
        if line.startswith("size\t"):
            return int(line.split("\t")[1])
    raise SystemExit(f"{corpus}/vocabulary.tsv states no size")


def train(options, seed):
    """Trains both beside each other; their rows (iteration, seconds, JS-4, JS-6)."""
    run, table = options.folder / f"dgflow-{seed}", options.folder / f"peer-{seed}.csv"
    done = options.folder / f"seed-{seed}.done"
    # Of an option given twice both programs take the last.
    recipe = [*PUBLISHED, *shlex.split(options.recipe), "--width", options.width, "--minutes", options.minutes,
              "--seed", seed, "--threads", 1]
    if not done.exists():
        shutil.rmtree(run, ignore_errors=True)
        ours = [options.dgflow, "train", options.corpus, "--output", run, "--preset", "paper", *recipe,
                *shlex.split(options.options), "--evaluate-every", options.every, "--checkpoint-every", options.every,
                "--evaluation-samples", options.samples, "--quiet"]
        program = [HERE / "initialised.py", options.peer] if options.initialised else [options.peer]
        peer = [options.python, *program, options.corpus / "train.npy", options.corpus / "validation.npy",
                "--vocabulary", symbols(options.corpus), *recipe, "--every", options.every,
                "--samples", options.samples, "--csv", table, "--save", table.with_suffix(".pt")]
        programs = [subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL)
                    for command in (ours, peer)]
        codes = [program.wait() for program in programs]
        if any(codes):
            raise SystemExit(f"seed {seed}: dgflow ended with {codes[0]}, the peer with {codes[1]}")
        done.touch()
    with open(table, newline="", encoding="utf-8") as file:
        theirs = [(int(row["iteration"]), float(row["seconds"]), float(row["js4"]), float(row["js6"]))
                  for row in csv.DictReader(file)]
    return read(run), theirs


def reported(options, seed):
    """JS-4 and JS-6 of both programs' final weights against test text, and the floors."""
    files = [options.folder / f"{name}-{seed}.txt" for name in ("dgflow", "peer")]
    makers = [generation(options, options.folder / f"dgflow-{seed}", seed),
              [options.python, HERE / "sample.py", options.folder / f"peer-{seed}.pt",
               options.corpus / "vocabulary.tsv", "--count", options.samples, "--seed", seed]]
    return scored(options, files, makers, options.folder / f"seed-{seed}.json")


def untrained(options):
    """JS-4 and JS-6 of a generator after one iteration, against test text."""
    run = options.folder / "untrained"
    if not run.exists():
        command = [options.dgflow, "train", options.corpus, "--output", run, "--preset", "paper", "--width",
                   options.width, *shlex.split(options.options), "--iterations", 1, "--quiet"]
        subprocess.run([str(word) for word in command], check=True)
    values, _ = scored(options, [run.with_suffix(".txt")], [generation(options, run, 1)], run.with_suffix(".json"))
    return values[0]


def generation(options, run, seed):
    return [options.dgflow, "generate", run, "--count", options.samples, "--seed", seed, "--quiet"]


def scored(options, files, makers, result):
    """JS-4 and JS-6 of what each of the commands writes to its file, and the floors; kept in `result`."""
    if not result.exists():
        for path, command in zip(files, makers):
            with open(path, "w", encoding="utf-8") as file:
                subprocess.run([str(word) for word in command], check=True, stdout=file)
        words = [options.dgflow, "score", *files, "--reference", options.corpus, "--split", "test", "--metric", "js",
                 "--json", "--quiet"]
        result.write_text(subprocess.run(
            [str(word) for word in words], check=True, stdout=subprocess.PIPE, text=True).stdout, encoding="utf-8")
    rows = json.loads(result.read_text(encoding="utf-8"))["rows"]
    # Rows go by samples, then by order.
    found = [tuple(row["value"] for row in rows[at:at + len(ORDERS)]) for at in range(0, len(rows), len(ORDERS))]
    return found, tuple(row["floor"] for row in rows[:len(ORDERS)])


def read(folder):
    rows = []
    for line in (folder / "records.jsonl").read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        if record.get("scores"):
            values = {score["order"]: score["value"] for score in record["scores"]}
            rows.append((record["iteration"], record["seconds"], *(values[order] for order in ORDERS)))
    return rows


def table(title, rows, level, paired):
    print(f"| {title} | n | dgflow | peer | difference | {level:.0%} interval |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, ours, theirs in rows:
        for index, order in enumerate(ORDERS):
            a, b = [row[index] for row in ours], [row[index] for row in theirs]
            test = stats.ttest_rel(a, b) if paired else stats.ttest_ind(a, b, equal_var=False)
            interval = test.confidence_interval(level)
            print(f"| {name} | {order} | {statistics.mean(a):.4f} | {statistics.mean(b):.4f} | "
                  f"{statistics.mean(a) - statistics.mean(b):+.4f} | {interval.low:+.4f} to {interval.high:+.4f} |")
    print()


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    check(options)
    ours, theirs = [], []
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    for seed in seeds:
        pair = train(options, seed)
        ours.append(pair[0])
        theirs.append(pair[1])
        print(f"seed {seed}: dgflow {pair[0][-1]}, peer {pair[1][-1]}", file=sys.stderr, flush=True)
    lines = ["program;seed;iteration;seconds;js4;js6"]
    for program, runs in (("dgflow", ours), ("peer", theirs)):
        for seed, rows in zip(seeds, runs):
            lines += [f"{program};{seed};{row[0]};{row[1]:.1f};{row[2]:.6f};{row[3]:.6f}" for row in rows]
    (options.folder / "results.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def at(runs, iteration):
        return [row[2:] for rows in runs for row in rows if row[0] == iteration]

    reached = [point for point in options.at if len(at(ours + theirs, point)) == 2 * len(seeds)]
    if reached != options.at:
        print(f"scored by all at {reached} of the iterations {options.at} only", file=sys.stderr)
    table("iterations", [(point, at(ours, point), at(theirs, point)) for point in reached], 0.90, paired=False)
    ends, floors = zip(*(reported(options, seed) for seed in seeds))
    last, floors, starts = list(zip(*ends)), floors[0], untrained(options)
    table("minutes, test text", [(f"{options.minutes:g}", *last)], 0.95, paired=True)
    for index, order in enumerate(ORDERS):
        remains = [statistics.mean((row[index] - floors[index]) / (starts[index] - floors[index]) for row in rows)
                   for rows in last]
        print(f"JS-{order} of {options.samples} strings: floor {floors[index]:.4f}, untrained {starts[index]:.4f}; of what "
              f"is between, dgflow leaves {remains[0]:.1%}, the peer {remains[1]:.1%}.")


main()
