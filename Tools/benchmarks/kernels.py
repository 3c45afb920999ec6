"""The kernels in C beside the multiply-add peak of the same run, on one thread."""
import collections
import statistics

from measuring import Failed, run
from reporting import Section, figure, spread, summary
from workspace import TOOLS

SOURCES = TOOLS.parent.parent / "Sources/CKernels"
WORDS = {
    "convolution": "convolution, forward", "transposed": "convolution, input gradient",
    "gradient": "convolution, weight gradient", "square": "C x C at every position",
    "symbols": "C x 100 at every position"}


def measured(space, part):
    """Medians of the program's calls, as {(name, width, batch): [one list of numbers a round]}; the instruction set."""
    program = space.compiled("kernel_speed.c", *sorted(SOURCES.glob("*.c")), include=SOURCES / "include")
    found, instructions = collections.defaultdict(list), "unknown"
    for number in range(space.options.rounds):
        for line in run([program, part], keep=True).output.splitlines():
            words = line.split()
            if words[0] == "instructions":
                instructions = words[1]
            else:
                found[words[0], int(words[1]), int(words[2])].append([float(word) for word in words[3:]])
        space.say(f"  round {number + 1} of {space.options.rounds}")
    if not found:
        raise Failed(f"kernel_speed {part} printed nothing")
    return found, instructions


def products(space):
    found, instructions = measured(space, "product")
    section = Section(
        "products", f"Matrix products, one thread, {instructions}",
        ["product", "width", "batch", "GFLOP/s", "of the peak"])
    for (name, width, batch), rounds in found.items():
        speeds, shares = [speed for speed, _ in rounds], [speed / peak for speed, peak in rounds]
        section.rows.append([WORDS[name], str(width), str(batch), spread(speeds), spread(shares)])
        section.records.append({
            "product": name, "width": width, "batch": batch, "gflops": summary(speeds), "peakShare": summary(shares)})
    peaks = [peak for rounds in found.values() for _, peak in rounds]
    section.notes.append(f"multiply-add peak: {spread(peaks)} GFLOP/s, measured beside every row")
    return section


def convolutions(space):
    found, instructions = measured(space, "convolution")
    times, _ = measured(space, "transforms")
    section = Section(
        "convolutions", f"Convolutions of width 5, 32 positions, one thread, {instructions}",
        ["pass", "width", "batch", "direct, GFLOP/s", "Winograd, GFLOP/s", "Winograd / direct", "Winograd / peak"])
    for (name, width, batch), rounds in found.items():
        direct, winograd = [row[0] for row in rounds], [row[1] for row in rounds]
        ratios, shares = [row[1] / row[0] for row in rounds], [row[1] / row[2] for row in rounds]
        section.rows.append([
            WORDS[name].removeprefix("convolution, "), str(width), str(batch), spread(direct), spread(winograd),
            spread(ratios), spread(shares)])
        section.records.append({
            "pass": name, "width": width, "batch": batch, "direct": summary(direct), "winograd": summary(winograd),
            "ratio": summary(ratios), "peakShare": summary(shares)})
    section.notes.append("GFLOP/s are the multiplications and additions of the plain algorithm over the time taken")
    section.notes.append("the weight gradient has its last transform in its time; merged pairs share one")
    for width in sorted({width for _, width, _ in times}):
        micro = {name: statistics.median(row[0] for row in times[name, width, 0]) for name in ("weight", "gradient-end")}
        section.notes.append(
            f"width {width}: transforming a weight takes {figure(micro['weight'])} µs, once a change of it; "
            f"the last transform of its gradient {figure(micro['gradient-end'])} µs")
        section.records.append({"transforms": width, "microseconds": micro})
    return section


SECTIONS = {"products": products, "convolutions": convolutions}
