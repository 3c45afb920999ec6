#!/usr/bin/env python3
"""Trains recipes at equal compute and scores them: each run is a row of results.csv.

    Tools/experiments/quality/run.py DGFLOW CORPORA RUNS [--stage NAME ...] [--workers 2]
    Tools/experiments/quality/run.py --table [--stage NAME ...] [--against RECIPE]

DGFLOW is the built tool, CORPORA the folder of the prepared corpora that plan.txt names, RUNS where runs go. Every
line of plan.txt is a recipe with its budget; those of the stages given are made, several at a time on one thread
each, and --table shows them; with --against also the differences to one recipe, over seeds that both have, with
Student's 95 % interval. What is in results.csv is not made again, a run that was stopped goes on where it
was, and a line with a larger budget goes on from the run of the same recipe and seed with a smaller one. Several
of these programs may run beside each other on one machine. Ctrl-C stops them; the same command goes on.

The budget is in units: seconds of the recipe that is called `reference`, on one thread. How much longer an iteration of
another recipe takes is measured in turns with it, and the budget becomes a number of iterations, so that neither
other work on the machine nor a pause while it trains changes what a run is given. The measured ratios are in pace.csv;
its first row says how many seconds an iteration of the reference takes.

A recipe that fails has a row with its error. Samples are scored against the reference's corpus, whichever corpus a
recipe trained on.
"""
import argparse
import concurrent.futures
import csv
import datetime
import fcntl
import json
import math
import pathlib
import statistics
import subprocess
import threading

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = 10_000
ORDERS = (4, 6)
COLUMNS = ("stage", "recipe", "corpus", "seed", "units", "iterations", "seconds", "split", "samples", "reference_strings",
           "js4", "floor4", "js6", "floor6", "recall4", "recall6", "duplicates", "duplicates_real", "gap_training",
           "gap_held_out", "sharpness", "version", "date", "options", "error")
# What the options of plan.txt are changes of: the published networks at width 64, by the two-time-scale recipe.
BASE = ["--preset", "paper", "--width", "64", "--critic-iterations", "1", "--critic-rate", "3e-4"]
# Options that do not change what an iteration costs.
FREE = ("--critic-rate", "--generator-rate", "--penalty", "--penalty-form", "--temperature", "--initialisation",
        "--rate-half-life", "--rate-form", "--warm-start")
# Options whose value does not change it.
SWITCHES = ("--average-decay",)
# The tool's status when it was interrupted and has saved.
INTERRUPTED = 130
PACE_ITERATIONS = 20
PACE_ROUNDS = 5
# Quantiles 0.975 of Student's t (Abramowitz and Stegun, table 26.10), by degrees of freedom.
STUDENT = dict(enumerate((12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228), start=1))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dgflow", nargs="?")
    parser.add_argument("corpora", type=pathlib.Path, nargs="?")
    parser.add_argument("runs", type=pathlib.Path, nargs="?")
    parser.add_argument("--stage", action="append")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--table", action="store_true")
    parser.add_argument("--against")
    options = parser.parse_args()
    if not options.table and options.runs is None:
        parser.error("give DGFLOW, CORPORA and RUNS, or --table")
    return options


def plan():
    """The lines of plan.txt: stage, recipe, corpus, seeds, units, split, options."""
    for line in (HERE / "plan.txt").read_text(encoding="utf-8").splitlines():
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        stage, recipe, corpus, seeds, units, split, *options = words
        first, _, last = seeds.partition("-")
        for seed in range(int(first), int(last or first) + 1):
            yield {"stage": stage, "recipe": recipe, "corpus": corpus, "seed": seed, "units": float(units),
                   "split": split, "options": options}


def rows(name):
    path = HERE / name
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter=";"))


def append(name, columns, row):
    """Adds a row, and the header before the first; one program at a time."""
    with open(HERE / name, "a", newline="", encoding="utf-8") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0, 2)
        writer = csv.DictWriter(file, columns, delimiter=";", lineterminator="\n")
        if file.tell() == 0:
            writer.writeheader()
        writer.writerow(row)


def pairs(options):
    """Options with their values, `None` for flags."""
    result = {}
    for word in options:
        if word.startswith("--"):
            result[name := word] = None
        else:
            result[name] = word
    return result


class Machine:
    """Calls of the tool, one thread each."""

    def __init__(self, options):
        self.options = options
        self.reference = next(line for line in plan() if line["recipe"] == "reference")

    def call(self, *words):
        command = [str(word) for word in (self.options.dgflow, *words, "--threads", 1, "--quiet")]
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True).stdout

    def seconds(self, line, iterations, warm=0):
        """Seconds of a few iterations of a recipe, in a run that is thrown away."""
        path = self.options.runs / f"pace-{threading.get_ident()}-{datetime.datetime.now().timestamp()}"
        options = {**pairs(BASE + line["options"]), "--warm-start": str(warm)}
        words = [word for item in options.items() for word in item if word is not None]
        self.call("train", self.options.corpora / line["corpus"], "--output", path, *words, "--iterations", iterations,
                  "--evaluation-samples", 100, "--evaluate-every", 10**9)
        seconds = last_record(path)["seconds"]
        subprocess.run(["rm", "-r", path], check=True)
        return seconds

    def pace(self, line):
        """Seconds of a reference iteration, and an iteration and the warm start of this recipe in those."""
        given = pairs(line["options"])
        key = " ".join([line["corpus"]] + sorted(
            name if value is None or name in SWITCHES else f"{name} {value}"
            for name, value in given.items() if name not in FREE))
        warm = int(given.get("--warm-start") or 0)
        iteration = self.measured(key, lambda: self.seconds(line, PACE_ITERATIONS) / PACE_ITERATIONS)
        step = warm and self.measured(key + " --warm-start", lambda: (
            self.seconds(line, 1, PACE_ITERATIONS) - self.seconds(line, 1)) / PACE_ITERATIONS)
        return float(rows("pace.csv")[0]["reference_seconds"]), iteration, step * warm

    def measured(self, key, seconds):
        """What `seconds` gives, in iterations of the reference taken in turns with it: median of five."""
        with open(self.options.runs / "pace.lock", "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            found = next((row for row in rows("pace.csv") if row["options"] == key), None)
            if found is None:
                base = [self.seconds(self.reference, PACE_ITERATIONS) / PACE_ITERATIONS]
                ratios = []
                for _ in range(PACE_ROUNDS):
                    own = seconds()
                    base.append(self.seconds(self.reference, PACE_ITERATIONS) / PACE_ITERATIONS)
                    ratios.append(2 * own / (base[-2] + base[-1]))
                found = {"options": key, "ratio": f"{statistics.median(ratios):.4f}",
                         "least": f"{min(ratios):.4f}", "most": f"{max(ratios):.4f}",
                         "reference_seconds": f"{statistics.median(base):.4f}"}
                append("pace.csv", list(found), found)
        return float(found["ratio"])

    def iterations(self, line):
        reference, iteration, warm = self.pace(line)
        left = line["units"] / reference - warm
        if left < 0:
            raise ValueError(f"a warm start of {warm:.0f} iterations' time is beyond the budget")
        return max(1, round(left / iteration))

    def make(self, line):
        """Trains and scores a line; its row."""
        run = self.options.runs / f"{line['recipe']}-{line['seed']}"
        corpus = self.options.corpora / line["corpus"]
        made = {"corpus": line["corpus"], "options": " ".join(line["options"])}
        origin = run.with_suffix(".json")
        if run.exists() and json.loads(origin.read_text(encoding="utf-8")) != made:
            raise ValueError(f"{run} is of another recipe of this name; rename one of them")
        iterations = self.iterations(line)
        spacing = max(1, iterations // 4)
        common = ["--iterations", iterations, "--evaluate-every", spacing, "--checkpoint-every", spacing]
        if run.exists():
            self.call("train", corpus, "--output", run, "--resume", *common)
        else:
            origin.write_text(json.dumps(made), encoding="utf-8")
            self.call("train", corpus, "--output", run, "--seed", line["seed"], *BASE, *line["options"], *common)
        samples = run / "samples.txt"
        samples.write_text(self.call("generate", run, "--count", SAMPLES, "--seed", 1), encoding="utf-8")
        scored = json.loads(self.call(
            "score", samples, "--reference", self.options.corpora / self.reference["corpus"], "--split", line["split"],
            "--metric", "js", "--metric", "recall", "--metric", "duplicates", "--json"))
        record = last_record(run)
        row = {"iterations": iterations, "seconds": f"{record['seconds']:.0f}", "samples": SAMPLES,
               "gap_training": f"{record['trainingGap']:.4f}", "gap_held_out": f"{record['heldOutGap']:.4f}",
               "sharpness": f"{record['sharpness']:.4f}", "version": scored["version"]}
        for score in scored["rows"]:
            row["reference_strings"] = score["reference"]["lines"]
            if score["metric"] == "js":
                row |= {f"js{score['order']}": f"{score['value']:.6f}", f"floor{score['order']}": f"{score['floor']:.6f}"}
            elif score["metric"] == "recall":
                row[f"recall{score['order']}"] = f"{score['value']:.6f}"
            else:
                row |= {"duplicates": f"{score['value']:.4f}", "duplicates_real": f"{score['floor']:.4f}"}
        return row


def last_record(run):
    lines = (run / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if record.get("scores")][-1]


def identity(row):
    return row["stage"], row["recipe"], int(row["seed"]), float(row["units"])


def chosen(options):
    return [line for line in plan() if not options.stage or line["stage"] in options.stage]


def work(machine, lines):
    """Makes the lines that nobody has made, those first that nobody is at."""
    waiting = []
    for line in lines:
        with open(machine.options.runs / f"{line['recipe']}-{line['seed']}.lock", "w", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting.append((line, lock.name))
                continue
            complete(machine, line)
    for line, name in waiting:
        with open(name, "w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            complete(machine, line)


def complete(machine, line):
    if identity(line) in map(identity, rows("results.csv")):
        return
    row = {name: line[name] for name in ("stage", "recipe", "corpus", "seed", "units", "split")}
    row |= {"date": datetime.date.today().isoformat(), "options": " ".join(line["options"])}
    try:
        row |= machine.make(line)
        told = f"JS-4 {row['js4']}, JS-6 {row['js6']} after {row['iterations']} iterations"
    except subprocess.CalledProcessError as error:
        if error.returncode < 0 or error.returncode == INTERRUPTED:
            raise
        words = error.stderr.strip().splitlines() or [f"exit status {error.returncode}"]
        told = words[-1].replace(";", ",").replace(str(machine.options.runs), "RUNS")
        row["error"] = told
    append("results.csv", COLUMNS, row)
    print(f"{row['stage']} {row['recipe']} seed {row['seed']}: {told}", flush=True)


def left(row, order, found):
    """(JS - floor) / (JS of an untrained generator - floor): what of the way from noise to text is left."""
    starts = [float(other[f"js{order}"]) for other in found
              if other["recipe"] == "untrained" and other["split"] == row["split"]]
    floor = float(row[f"floor{order}"])
    return (float(row[f"js{order}"]) - floor) / (starts[0] - floor) if starts else math.nan


def table(options):
    stages = {line["stage"] for line in chosen(options)}
    every = rows("results.csv")
    found = [row for row in every if row["stage"] in stages]
    print("| stage | recipe | seed | units | iterations | JS-4 | floor | left | JS-6 | floor | left | recall-4 | "
          "duplicates (real) | gap train / held out |")
    print("|" + " --- |" * 14)
    for row in sorted(found, key=lambda row: (row["stage"], float(row["js4"] or "inf"))):
        begin = f"| {row['stage']} | {row['recipe']} | {row['seed']} | {float(row['units']):.0f} |"
        if row["error"]:
            print(begin, row["error"] + " |" + " |" * 9)
            continue
        scores = " | ".join(f"{float(row[f'js{order}']):.4f} | {float(row[f'floor{order}']):.4f} | "
                            f"{left(row, order, every):.3f}" for order in ORDERS)
        print(begin, f"{row['iterations']} | {scores} | {float(row['recall4']):.4f} | {row['duplicates']} "
              f"({row['duplicates_real']}) | {row['gap_training']} / {row['gap_held_out']} |")


def differences(options):
    """Each recipe's JS-n and what is left, less those of one recipe at its budget, split and seeds."""
    stages = {line["stage"] for line in chosen(options)}
    every = rows("results.csv")
    found = [row for row in every if row["stage"] in stages and not row["error"]]

    def terms(row):
        return row["units"], row["split"]

    base = {(*terms(row), row["seed"]): row for row in found if row["recipe"] == options.against}
    print(f"| recipe | units | split | seeds | n | JS-n | less {options.against}'s | 95 % interval | left | "
          f"of {options.against}'s |")
    print("|" + " --- |" * 10)
    groups = dict.fromkeys((row["recipe"], *terms(row)) for row in found if row["recipe"] != options.against)
    for recipe, units, split in groups:
        own = {(*terms(row), row["seed"]): row for row in found
               if (row["recipe"], *terms(row)) == (recipe, units, split)}
        own = {key: row for key, row in own.items() if key in base}
        for order in ORDERS if own else ():
            values = [float(row[f"js{order}"]) for row in own.values()]
            changes = [value - float(base[key][f"js{order}"]) for key, value in zip(own, values)]
            mean = statistics.mean(changes)
            interval = "-"
            if len(changes) > 1:
                half = STUDENT[len(changes) - 1] * statistics.stdev(changes) / math.sqrt(len(changes))
                interval = f"{mean - half:+.4f} to {mean + half:+.4f}"
            remains = statistics.mean(left(row, order, every) for row in own.values())
            others = statistics.mean(left(base[key], order, every) for key in own)
            print(f"| {recipe} | {float(units):.0f} | {split} | {len(own)} | {order} | {statistics.mean(values):.4f} | {mean:+.4f} | {interval} | "
                  f"{remains:.3f} | {remains / others:.0%} |")


def main():
    options = arguments()
    if options.table:
        table(options)
        if options.against:
            print()
            differences(options)
        return
    options.runs.mkdir(parents=True, exist_ok=True)
    machine = Machine(options)
    machine.pace(machine.reference)
    # Every worker goes through all lines; locks and finished rows decide who makes which.
    with concurrent.futures.ThreadPoolExecutor(options.workers) as pool:
        workers = [pool.submit(work, machine, chosen(options)) for _ in range(options.workers)]
    for worker in workers:
        worker.result()


main()
