#!/usr/bin/env python3
"""Compares methods of refinement on trained runs over sampling seeds, and prints the table.

    Tools/experiments/refinement/text.py DGFLOW CORPUS FOLDER --runs RUN RUN RUN [--seeds 5] [--count 50000] \
        [--options "--methods dgflow,obrs-dgflow --divergence kl"] [--split test]

One `dgflow compare --json` for each run and sampling seed, base and methods from the same latents; one that is done
(FOLDER/RUN-SEED.json) is not made again, and a folder of other options is refused. Then a Markdown table. Runs are the
unit: a value is the mean over a run's seeds, and intervals are 95 % t intervals over the runs' differences to their
base. p is one-sided, that JS of the lowest order falls by more than the margin, Holm-corrected over the methods. One run
with one seed shows the intervals of `compare` instead, which are over samples and say nothing of other runs. Needs SciPy.
"""
import argparse
import json
import math
import pathlib
import shlex
import statistics
import subprocess

from scipy import stats

MARGIN = 0.002


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("dgflow")
    parser.add_argument("corpus")
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--runs", nargs="+", required=True)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--split", default="test")
    parser.add_argument("--threads", type=int, help="of each comparison; the numbers do not depend on it")
    parser.add_argument("--options", default="--methods dgflow,obrs-dgflow --divergence kl --classifier")
    return parser.parse_args()


def rows(options, run, seed):
    """The rows of one comparison, by the name of what was done."""
    name = pathlib.Path(run).name
    file = options.folder / f"{name}-{seed}.json"
    if not file.exists():
        command = [options.dgflow, "compare", run, "--reference", options.corpus, "--split", options.split, "--count",
                   str(options.count), "--seed", str(seed), "--json", *shlex.split(options.options)]
        if options.threads:
            command += ["--threads", str(options.threads)]
        print("+", shlex.join(command), flush=True)
        made = subprocess.run(command, stdout=subprocess.PIPE, text=True)
        if made.returncode:
            raise SystemExit(made.returncode)
        partial = file.with_suffix(".part")
        partial.write_text(made.stdout, encoding="utf-8")
        partial.rename(file)
    made = json.loads(file.read_text(encoding="utf-8"))["rows"]
    return {row["name"].removeprefix(name + ", "): row for row in made}


def score(row, metric, order=None):
    """A score row of a comparison's row; None where there is none."""
    for entry in row["scores"]:
        if entry["metric"] == metric and entry.get("order") == order:
            return entry
    return None


def distance_to_real(row, metric, order=None):
    """|value - real text's at the same count|."""
    entry = score(row, metric, order)
    real = (entry or {}).get("floor")
    return None if real is None else abs(entry["value"] - real)


def value(row, metric, order=None):
    entry = score(row, metric, order)
    return None if entry is None else entry["value"]


def excess(row, order):
    entry = score(row, "js", order)
    return None if entry is None or entry.get("excess") is None else entry["excess"]


def cost(row):
    refinement = row.get("refinement")
    return refinement["summary"]["costPerSample"] if refinement else None


def fixed_cost(row):
    refinement = row.get("refinement")
    return refinement["fixedCost"]["values"] + 2 * refinement["fixedCost"]["evaluations"] if refinement else None


def accepted(row):
    """Percent of proposals."""
    acceptance = (row.get("refinement") or {"summary": {}})["summary"].get("acceptance")
    return 100 * acceptance["accepted"] / acceptance["proposed"] if acceptance else None


def own_interval(row, title):
    """The difference of JS or recall to the base with its interval over samples, as `compare` gives them."""
    metric, _, order = title.partition("-")
    for difference in row["differences"]:
        if metric == "JS" and str(difference["order"]) == order:
            found = difference["divergence"]
            return found["value"], found.get("lower"), found.get("upper")
        if metric == "recall" and str(difference["order"]) == order:
            found = difference["recall"]
            return found["mean"], found.get("lower"), found.get("upper")
    return None


def loss(row):
    return (row.get("classifier") or {}).get("logLoss")


def columns(orders):
    """Names, readers, digits."""
    made = []
    for order in orders:
        made += [
            (f"JS-{order}", lambda row, n=order: value(row, "js", n), 4),
            (f"excess-{order}", lambda row, n=order: excess(row, n), 4),
            (f"recall-{order}", lambda row, n=order: value(row, "recall", n), 4),
            (f"precision-{order}", lambda row, n=order: value(row, "precision", n), 4),
            (f"distinct-{order} from real", lambda row, n=order: distance_to_real(row, "distinct", n), 4),
        ]
    return made + [
        ("duplicates from real", lambda row: distance_to_real(row, "duplicates"), 5),
        ("copies", lambda row: value(row, "copies"), 5),
        ("classifier's log loss", loss, 4),
        ("units", cost, 1),
        ("fixed units", fixed_cost, 0),
        ("accepted, %", accepted, 1),
        ("seconds", lambda row: row["seconds"], 0),
    ]


def over_runs(read, outcomes, name):
    """The mean over seeds for each run; None where a row lacks the value."""
    means = []
    for seeds in outcomes:
        values = [read(rows[name]) for rows in seeds]
        if any(entry is None for entry in values):
            return None
        means.append(statistics.mean(values))
    return means


def interval(differences):
    """Mean and half width over runs."""
    mean = statistics.mean(differences)
    if len(differences) < 2:
        return mean, math.nan
    return mean, stats.t.ppf(0.975, len(differences) - 1) * statistics.stdev(differences) / len(differences) ** 0.5


def holm(chances):
    """Holm's correction of {name: p}."""
    corrected, largest = {}, 0.0
    for index, (name, chance) in enumerate(sorted(chances.items(), key=lambda item: item[1])):
        largest = max(largest, min(1.0, (len(chances) - index) * chance))
        corrected[name] = largest
    return corrected


def chance(differences):
    """One-sided p of a mean difference of -MARGIN or more."""
    if len(differences) < 2 or statistics.stdev(differences) == 0:
        return math.nan
    t = (statistics.mean(differences) + MARGIN) / (statistics.stdev(differences) / len(differences) ** 0.5)
    return stats.t.cdf(t, len(differences) - 1)


def cell(values, before, title, digits, own):
    """The mean, and the difference to the base with its interval; own is that of a single comparison."""
    text = f"{statistics.mean(values):.{digits}f}"
    if before is None:
        return text
    mean, half = interval([a - b for a, b in zip(values, before)])
    if own and own[1] is not None:
        text += f" ({own[0]:+.{digits}f} [{own[1]:+.{digits}f}, {own[2]:+.{digits}f}])"
    elif math.isnan(half):
        text += f" ({mean:+.{digits}f})"
    else:
        text += f" ({mean:+.{digits}f} [{mean - half:+.{digits}f}, {mean + half:+.{digits}f}])"
    if title.startswith("excess"):
        share, half = interval([100 * (a / b - 1) for a, b in zip(values, before)])
        text += f", {share:+.1f} %"
        text += "" if math.isnan(half) else f" [{share - half:+.1f}, {share + half:+.1f}]"
    return text


def markdown(titles, rows):
    """A table: up to four methods side by side, more below each other."""
    if len(rows) <= 4:
        titles, *rows = zip(titles, *rows)
    lines = ["| " + " | ".join(titles) + " |", "| --- |" + " --- |" * (len(titles) - 1)]
    return lines + ["| " + " | ".join(row) + " |" for row in rows]


def table(outcomes):
    names = list(outcomes[0][0])
    base = "base"
    orders = [entry["order"] for entry in outcomes[0][0][base]["scores"] if entry["metric"] == "js"]
    described = columns(orders)
    lines = []
    for name in names:
        cells = []
        for title, read, digits in described:
            values = over_runs(read, outcomes, name)
            before = over_runs(read, outcomes, base)
            if values is None:
                cells.append("-")
                continue
            compared = name != base and title not in ("units", "fixed units", "accepted, %", "seconds")
            own = own_interval(outcomes[0][0][name], title) if len(outcomes) == len(outcomes[0]) == 1 else None
            cells.append(cell(values, before if compared else None, title, digits, own))
        lines.append([name, *cells])
    lines = markdown(["samples", *(column[0] for column in described)], lines)
    if len(outcomes) < 2:
        return "\n".join(lines)
    read = described[0][1]
    before = over_runs(read, outcomes, base)
    chances = {name: chance([a - b for a, b in zip(over_runs(read, outcomes, name), before)])
               for name in names if name != base}
    lines += ["", f"JS-{orders[0]} lower than the base's by more than {MARGIN}, p over {len(outcomes)} runs, "
              "Holm-corrected: " + ", ".join(f"{name} {p:.4f}" for name, p in holm(chances).items())]
    return "\n".join(lines)


def main():
    options = arguments()
    options.folder.mkdir(parents=True, exist_ok=True)
    made = {"options": options.options, "count": options.count, "split": options.split}
    kept = options.folder / "options.json"
    if not kept.exists():
        kept.write_text(json.dumps(made) + "\n", encoding="utf-8")
    elif json.loads(kept.read_text(encoding="utf-8")) != made:
        raise SystemExit(f"{kept} says that what is there was made by other options; give another folder")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    outcomes = [[rows(options, run, seed) for seed in seeds] for run in options.runs]
    print(f"Trained runs: {len(options.runs)}; sampling seeds {seeds.start} to {seeds.stop - 1}, {options.count} samples each, "
          f"{options.split} split, `dgflow compare {options.options}`; in brackets the difference to the base, 95 % over "
          f"{'runs' if len(options.runs) > 1 else 'samples'}\n")
    print(table(outcomes))


if __name__ == "__main__":
    main()
