#!/usr/bin/env python3
"""Refines points of the plane by every method, over independently trained models, and prints the table.

    Tools/experiments/refinement/plane.py DGFLOW FOLDER [--problem 25gaussians] [--first-seed 1] [--seeds 5] \
        [--options "--iterations 10000"]

One `dgflow toy --json` for each training seed; a seed whose FOLDER/PROBLEM-SEED.json is there is not made again, and
a folder of other options is refused. Then a Markdown table: each statistic's mean over the trainings and the
difference to the base of the same training, with the 95 % interval over trainings, paired. After it, for each method
that moves points, the share of the base's shortfall to 99.9 % of high quality that is left and its energy distance
over the base's (geometric mean), since bases differ by more than methods do. Needs SciPy.
"""
import argparse
import json
import math
import pathlib
import shlex
import statistics
import subprocess

from scipy import stats

COLUMNS = (
    ("high quality", lambda row: row["modes"] and 100 * row["modes"]["highQualityShare"], 2),
    ("modes", lambda row: row["modes"] and row["modes"]["modesPresent"], 1),
    ("variance ratio", lambda row: row["modes"] and row["modes"].get("varianceRatio"), 3),
    ("occupancy TV", lambda row: row["modes"] and row["modes"]["occupancyDistance"], 4),
    ("energy distance", lambda row: row["energyDistance"], 5),
    ("kernel score", lambda row: row["kernelScore"], 3),
    ("Scott", lambda row: row["kernelScoreScott"], 3),
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dgflow")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--problem", default="25gaussians")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--options", default="", help="further options of `dgflow toy`")
    return parser.parse_args()


def outcome(options, seed):
    """What `dgflow toy` says of one training."""
    file = options.folder / f"{options.problem}-{seed}.json"
    if not file.exists():
        command = [options.dgflow, "toy", options.problem, "--seed", str(seed), "--json", *shlex.split(options.options)]
        print("+", shlex.join(command), flush=True)
        made = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if made.returncode:
            raise SystemExit(made.returncode)
        partial = file.with_suffix(".part")
        partial.write_text(made.stdout, encoding="utf-8")
        partial.rename(file)
    return json.loads(file.read_text(encoding="utf-8"))["rows"][0]


def difference(first, second):
    """Mean of first - second with its 95 % interval, paired."""
    pairs = [a - b for a, b in zip(first, second)]
    mean = statistics.mean(pairs)
    if len(pairs) < 2:
        return mean, None
    half = stats.t.ppf(0.975, len(pairs) - 1) * statistics.stdev(pairs) / len(pairs) ** 0.5
    return mean, half


def cell(values, base, digits):
    """The mean, and the difference to the base."""
    if any(value is None for value in values):
        return "-"
    text = f"{statistics.mean(values):.{digits}f}"
    if base is None or any(value is None for value in base):
        return text
    mean, half = difference(values, base)
    if half is None:
        return f"{text} ({mean:+.{digits}f})"
    return f"{text} ({mean - half:+.{digits}f} to {mean + half:+.{digits}f})"


def table(outcomes):
    """Markdown: a row a method."""
    names = [row["name"] for row in outcomes[0]["rows"]]
    by_name = [{row["name"]: row for row in outcome["rows"]} for outcome in outcomes]
    lines = ["| points | " + " | ".join(column[0] for column in COLUMNS) + " | cost | accepted |",
             "| --- |" + " --- |" * (len(COLUMNS) + 2)]
    for name in names:
        rows = [rows[name] for rows in by_name]
        cells = []
        for _, read, digits in COLUMNS:
            values = [read({"modes": None, **row["statistics"]}) for row in rows]
            base = [read({"modes": None, **rows["base"]["statistics"]}) for rows in by_name]
            cells.append(cell(values, None if name in ("real", "base") else base, digits))
        costs = [row.get("costPerSample") for row in rows]
        cells.append("-" if costs[0] is None else f"{statistics.mean(costs):.1f}")
        accepted = [row.get("acceptance") for row in rows]
        rate = [a["accepted"] / a["proposed"] for a in accepted if a]
        cells.append(f"{100 * statistics.mean(rate):.1f} %" if rate else "-")
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def shares(outcomes, name):
    """Shortfall left, and energy distance over the base's, training by training."""
    shortfalls, energies = [], []
    for outcome in outcomes:
        rows = {row["name"]: row["statistics"] for row in outcome["rows"]}
        if not rows["base"].get("modes"):
            return None
        left = [0.999 - rows[row]["modes"]["highQualityShare"] for row in (name, "base")]
        shortfalls.append(left[0] / left[1])
        energies.append(rows[name]["energyDistance"] / rows["base"]["energyDistance"])
    return shortfalls, energies


def ratios(outcomes):
    """Lines: shortfall and energy distance of flows over the base's."""
    lines = []
    for row in outcomes[0]["rows"]:
        found = shares(outcomes, row["name"]) if (row.get("method") or {}).get("method") == "dgflow" else None
        if not found or min(found[1]) <= 0:
            continue
        shortfall, half = difference(found[0], [0] * len(outcomes))
        energy, spread = difference([math.log(value) for value in found[1]], [0] * len(outcomes))
        text = f"{row['name']}: shortfall left {shortfall:.2f}"
        text += "" if half is None else f" [{shortfall - half:.2f}, {shortfall + half:.2f}]"
        text += " (" + ", ".join(f"{value:.2f}" for value in found[0])
        text += f"); energy distance times {math.exp(energy):.2f}"
        text += "" if spread is None else f" [{math.exp(energy - spread):.2f}, {math.exp(energy + spread):.2f}]"
        lines.append("- " + text + " (" + ", ".join(f"{value:.2f}" for value in found[1]) + ")")
    return lines


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    made = {"options": options.options}
    kept = options.folder / "options.json"
    if not kept.exists():
        kept.write_text(json.dumps(made) + "\n", encoding="utf-8")
    elif json.loads(kept.read_text(encoding="utf-8")) != made:
        raise SystemExit(f"{kept} says that what is there was made by other options; give another folder")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    outcomes = [outcome(options, seed) for seed in seeds]
    print(f"{options.problem}, training seeds {seeds.start} to {seeds.stop - 1}, `dgflow toy {options.problem} "
          f"{options.options}`; in brackets the difference to the base of the same training, 95 %\n")
    print(table(outcomes))
    print("\n".join(["", *ratios(outcomes)]))


if __name__ == "__main__":
    main()
