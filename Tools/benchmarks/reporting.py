"""What a benchmark found, as tables for people and as JSON."""
import json
import statistics
from dataclasses import dataclass, field


@dataclass
class Section:
    """One table with what must be known to read it."""
    name: str
    title: str
    columns: list
    rows: list = field(default_factory=list)      # lists of texts
    notes: list = field(default_factory=list)
    records: list = field(default_factory=list)   # one a row, for JSON
    broken: bool = False                          # a row of dgflow itself is missing or wrong

    def text(self):
        table = [self.columns, *self.rows]
        widths = [max(len(row[column]) for row in table) for column in range(len(self.columns))]
        lines = [
            "| " + " | ".join(
                text.ljust(width) if column == 0 else text.rjust(width)
                for column, (text, width) in enumerate(zip(row, widths))) + " |"
            for row in table]
        rule = "| " + " | ".join(
            "-" * width if column == 0 else "-" * (width - 1) + ":" for column, width in enumerate(widths)) + " |"
        lines.insert(1, rule)
        return "\n".join([f"## {self.title}", "", *lines, "", *(f"- {note}" for note in self.notes)])


def figure(value):
    """Three digits that count, without an exponent."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def spread(values, unit=""):
    """Median [smallest-largest]."""
    if not values:
        return "-"
    middle = figure(statistics.median(values)) + unit
    return middle if len(values) == 1 else f"{middle} [{figure(min(values))}-{figure(max(values))}]"


def summary(values):
    return {"median": statistics.median(values), "smallest": min(values), "largest": max(values), "rounds": values}


def mebibytes(size):
    return f"{size / 2**20:.0f}"


def section_of_race(name, title, racing, left_out, ratio, baseline, faster):
    """The table of a race.

    `ratio` heads the column of ratios to the contender with the key `baseline`: its time over theirs if `faster`, so
    that 2 means twice the speed, else theirs over its. Each ratio is of the same round.
    """
    section = Section(name, title, ["program", "threads", "wall, s", "CPU, s", "peak, MiB", ratio, "wanted"])
    base = next((contender.walls() for contender in racing if contender.key == baseline), None)

    def add(key, label, threads, walls, cpu, peak, wanted):
        ratios = [one / other if faster else other / one for one, other in zip(base or [], walls)]
        itself = key == baseline
        section.rows.append([
            label, threads, spread(walls), figure(cpu) if cpu is not None else "-",
            mebibytes(peak) if peak is not None else "-", "1" if itself else spread(ratios), wanted])
        section.records.append({
            "key": key, "program": label, "threads": threads, "wall": summary(walls), "cpu": cpu, "peak": peak,
            "ratio": summary(ratios) if ratios else None, "ratioOf": ratio, "wanted": wanted or None})

    for contender in racing:
        runs = [run for runs in contender.rounds for run in runs]
        add(
            contender.key, contender.name, contender.threads, contender.walls(),
            statistics.median(run.cpu for run in runs), max(run.peak for run in runs), contender.wanted)
        if contender.stage and len(contender.stage_walls()) == len(contender.rounds):
            label = contender.stage[0]
            add(f"{contender.key}.stage", label, contender.threads, contender.stage_walls(), None, None, "")
    section.notes.extend(sentence for _, sentence in left_out)
    section.broken = base is None or any(contender.own for contender, _ in left_out)
    return section


def document(version, machine, settings, sections):
    """The JSON of all sections."""
    return json.dumps({
        "schema": "dgflow.benchmarks/1", "version": version, "machine": machine, "settings": settings,
        "sections": [
            {"name": section.name, "title": section.title, "rows": section.records, "notes": section.notes}
            for section in sections],
    }, indent=2, ensure_ascii=False)
