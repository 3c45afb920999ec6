"""The steps of training and refinement beside PyTorch, products beside a BLAS, and the memory of training."""
import json
import os
import pathlib
import shutil
import statistics
from dataclasses import dataclass, field

from measuring import Failed, run
from reporting import Section, figure, spread, summary
from workspace import TOOLS

STEPS = ("critic", "generator", "refinement")

# Ratios to PyTorch, and shares of the peak, that the project wants, by step and width.
WANTED_RATIOS = {
    "critic": {64: 2.6, 128: 2.6, 256: 2.6, 512: 2.6}, "generator": {64: 2.2, 128: 2.2, 256: 2.2, 512: 2.4},
    "refinement": {64: 2.5, 128: 2.6, 256: 2.5, 512: 2.3}}
WANTED_SHARES = {"critic": {64: 0.6, 256: 1.0}}
WANTED_MEMORY = 300e6

# Residual blocks of the peer, as published.
BLOCKS = 5
# Width and batch of the row of memory.
MEMORY_WIDTH, MEMORY_BATCH = 128, 64


def cores():
    """The processors that this process may use, and so every program that it starts."""
    return len(os.sched_getaffinity(0))


def document(arguments):
    """What a program that prints one JSON document printed, and the most resident memory that it held."""
    done = run([str(argument) for argument in arguments], keep=True)
    return json.loads(done.output), done.peak


class Peer:
    """A program of peers/ that another Python may run; absent once it has said so."""

    def __init__(self, space, script, absence):
        self.script, self.absent, self.versions = TOOLS / "peers" / script, None, None
        self.python = space.options.python or "python3"
        self.say, self.absence = space.say, absence

    def rows(self, arguments):
        """Its rows and peak memory, or None where it cannot run."""
        if self.absent:
            return None
        try:
            if shutil.which(self.python) is None:
                raise Failed(f"no program {self.python}")
            found, peak = document([self.python, self.script, *arguments])
        except Failed as failure:
            self.absent = f"left out: {self.absence}: {str(failure).removeprefix('status 69, ')}"
            self.say(f"  {self.absent}")
            return None
        self.versions = {key: value for key, value in found.items() if key != "rows"}
        return found["rows"], peak


def pytorch(space):
    return Peer(space, "pytorch_steps.py", "PyTorch (--python names a Python that has it)")


@dataclass
class Cell:
    """A step at a width and a batch: one figure for each round."""
    width: int
    batch: int
    step: str
    ours: list = field(default_factory=list)
    peaks: list = field(default_factory=list)
    peer: list = field(default_factory=list)
    least: list = field(default_factory=list)       # of every repetition of a round
    peer_least: list = field(default_factory=list)
    operations: float = 0
    form: str = "-"
    memory: int = 0
    threads: int = 0

    def ratios(self):
        return [other / one for one, other in zip(self.ours, self.peer)]

    def least_ratio(self):
        """Of the least times of all rounds: what the programs do where nothing disturbs them."""
        return min(self.peer_least) / min(self.least) if self.peer_least else None

    def shares(self):
        return [self.operations / one / peak for one, peak in zip(self.ours, self.peaks)]


def steps(space):
    """One process for each width, batch and program, ours and PyTorch's in turn, round by round."""
    options, peer = space.options, pytorch(space)
    cells = {
        (width, batch): {step: Cell(width, batch, step) for step in STEPS}
        for width in options.widths for batch in options.batches}
    for number in range(options.rounds):
        for (width, batch), of_steps in cells.items():
            turn = [time_ours, time_pytorch] if number % 2 == 0 else [time_pytorch, time_ours]
            for measure in turn:
                measure(space, peer, width, batch, of_steps)
            space.say(f"  round {number + 1} of {options.rounds}, width {width}, batch {batch}: " + ", ".join(
                f"{cell.step} {cell.ours[-1] * 1e3:.1f} ms"
                + (f" ({cell.ratios()[-1]:.2f})" if cell.peer else "") for cell in of_steps.values()))
    return table_of_steps(peer, [cell for of_steps in cells.values() for cell in of_steps.values()])


def convolution(options):
    return ["--convolution", options.convolution] if options.convolution else []


def pace(options):
    return ["--seconds", options.seconds, "--repetitions", 3]


def time_ours(space, _, width, batch, cells):
    found, _ = document([
        space.dgflow, "benchmark", "--width", width, "--batch", batch, "--blocks", BLOCKS, "--threads", cores(),
        *pace(space.options), *convolution(space.options), "--json", "--quiet"])
    for row in found["rows"]:
        cell, times = cells[row["step"]], row["times"]
        cell.ours.append(times["medianSeconds"])
        cell.least.append(times["leastSeconds"])
        cell.peaks.append(times["peakOperationsPerSecond"])
        cell.operations, cell.threads = times["operations"], row["threads"]
        cell.memory = max(cell.memory, row["peakMemory"] or 0)


def time_pytorch(space, peer, width, batch, cells):
    chosen = [f"{cell.step}/{cell.form}" for cell in cells.values() if cell.form != "-"]
    found = peer.rows([
        "--width", width, "--batch", batch, "--threads", cores(), *pace(space.options),
        *(word for case in chosen for word in ("--case", case))])
    if found is None:
        return
    for step, cell in cells.items():
        # The first round tries every form and chooses by the least time, which a disturbed moment does not change.
        row = min((row for row in found[0] if row["step"] == step), key=lambda row: row["leastSeconds"])
        cell.form = row["form"]
        cell.peer.append(row["medianSeconds"])
        cell.peer_least.append(row["leastSeconds"])


def table_of_steps(peer, cells):
    section = Section("steps", "Steps of training and refinement, against PyTorch", [
        "step", "width", "batch", "dgflow, ms", "PyTorch, ms", "ratio", "wanted", "of least", "GFLOP/s", "of peak",
        "wanted", "peak, MB"])
    for step in STEPS:
        for cell in (cell for cell in cells if cell.step == step):
            ratio, share = WANTED_RATIOS[step].get(cell.width), WANTED_SHARES.get(step, {}).get(cell.width)
            rate = cell.operations / statistics.median(cell.ours) / 1e9
            section.rows.append([
                step, str(cell.width), str(cell.batch), spread([time * 1e3 for time in cell.ours]),
                spread([time * 1e3 for time in cell.peer]), spread(cell.ratios()), f"≥ {ratio}" if ratio else "",
                figure(cell.least_ratio()) if cell.peer else "-", figure(rate), spread(cell.shares()),
                f"≥ {share}" if share else "", f"{cell.memory / 1e6:.0f}" if cell.memory else "-"])
            section.records.append({
                "step": step, "width": cell.width, "batch": cell.batch, "threads": cell.threads,
                "dgflow": {**summary(cell.ours), "least": min(cell.least)}, "operations": cell.operations, "peaks": summary(cell.peaks),
                "shareOfPeak": summary(cell.shares()), "peakMemory": cell.memory or None,
                "pytorch": {**summary(cell.peer), "least": min(cell.peer_least), "form": cell.form} if cell.peer else None,
                "ratio": summary(cell.ratios()) if cell.peer else None, "ratioOfLeast": cell.least_ratio(), "wantedRatio": ratio, "wantedShare": share})
    peaks = [peak / 1e9 for cell in cells for peak in cell.peaks]
    section.notes.append(
        f"{cells[0].threads} threads. GFLOP/s: arithmetic of the plain algorithm over time. Multiply-add peak beside "
        f"the steps: {spread(peaks)} GFLOP/s.")
    if peer.absent:
        section.notes.append(peer.absent)
    else:
        forms = sorted({f"{cell.step} {cell.width}/{cell.batch} {cell.form}" for cell in cells})
        section.notes.append(
            f"PyTorch {peer.versions['torch']}, denormals flushed, in the form that was the fastest in the first "
            f"round: {', '.join(forms)}.")
    return section


def product_shapes(widths):
    """Products as the layers call them for 16 samples, the real and generated ones of a shard: (use, extents)."""
    for width in widths:
        yield f"convolution, width {width}", f"512x{width}x{5 * width}"
        yield f"its weight gradient, width {width}", f"{5 * width}x{width}x512"
        yield f"a transformed tile, width {width}", f"128x{width}x{width}"
        yield f"symbols, width {width}", f"512x100x{width}"


def products(space):
    """Our product kernel and the sgemm of NumPy's BLAS in turn, on one thread."""
    peer = Peer(space, "numpy_products.py", "NumPy's sgemm (--python names a Python that has it)")
    shapes = list(product_shapes(space.options.widths))
    words = [word for _, extents in shapes for word in ("--product", extents)]
    words += ["--seconds", space.options.seconds / 10, "--repetitions", 5]
    ours = {extents: [] for _, extents in shapes}
    theirs = {extents: [] for _, extents in shapes}

    def time_kernel():
        found, _ = document([space.dgflow, "benchmark", *words, "--json", "--quiet"])
        for row in found["rows"]:
            extents = row["extents"]
            ours[f"{extents['rows']}x{extents['columns']}x{extents['depth']}"].append(row["times"])

    def time_blas():
        for row in (peer.rows(words) or [[]])[0]:
            theirs[row["product"]].append(row["medianSeconds"])

    for number in range(space.options.rounds):
        for measure in [time_kernel, time_blas] if number % 2 == 0 else [time_blas, time_kernel]:
            measure()
        space.say(f"  round {number + 1} of {space.options.rounds}")
    section = Section("products", "Matrix products on one thread, against a BLAS", [
        "product", "rows x columns x depth", "dgflow, GFLOP/s", "of peak", "sgemm, GFLOP/s", "ratio"])
    for use, extents in shapes:
        operations = ours[extents][0]["operations"]
        rates = [operations / times["medianSeconds"] / 1e9 for times in ours[extents]]
        others = [operations / seconds / 1e9 for seconds in theirs[extents]]
        shares = [rate * 1e9 / times["peakOperationsPerSecond"] for rate, times in zip(rates, ours[extents])]
        ratios = [rate / other for rate, other in zip(rates, others)]
        section.rows.append([use, extents, spread(rates), spread(shares), spread(others), spread(ratios)])
        section.records.append({
            "use": use, "product": extents, "dgflow": summary(rates), "shareOfPeak": summary(shares),
            "sgemm": summary(others) if others else None, "ratio": summary(ratios) if others else None})
    section.notes.append(
        peer.absent or f"sgemm: NumPy {peer.versions['numpy']}, {peer.versions['blas']}, OpenBLAS_NUM_THREADS=1.")
    return section


def training_memory(space):
    """The most resident memory of training at width 128 and batch 64: a whole training, and the steps alone."""
    section = Section(
        "training-memory", f"Peak memory of training at width {MEMORY_WIDTH}, batch {MEMORY_BATCH}",
        ["program", "peak, MB", "wanted"])

    def add(key, program, peak, wanted=None):
        section.rows.append([program, f"{peak / 1e6:.0f}", f"< {wanted / 1e6:.0f}" if wanted else ""])
        section.records.append({"key": key, "program": program, "peak": peak, "wanted": wanted})

    text, corpus, trained = (str(space.scratch / name) for name in ("train.txt", "corpus", "run"))
    text = space.newswire(20_000, seed=1)
    run([space.dgflow, "corpus", "prepare", text, "--output", corpus, "--quiet"])
    done = run([
        space.dgflow, "train", corpus, "--output", trained, "--width", str(MEMORY_WIDTH), "--blocks", str(BLOCKS),
        "--batch", str(MEMORY_BATCH), "--iterations", "5", "--threads", str(cores()), *convolution(space.options), "--quiet"])
    add("train", "dgflow train, with its data, scores and checkpoint", done.peak, WANTED_MEMORY)
    extents = ["--width", MEMORY_WIDTH, "--batch", MEMORY_BATCH, "--threads", cores(), "--seconds", 0]
    _, peak = document([
        space.dgflow, "benchmark", *extents, "--blocks", BLOCKS, *convolution(space.options), "--step", "critic", "--step", "generator",
        "--json", "--quiet"])
    add("steps", "dgflow, the steps alone", peak)
    peer, peaks = pytorch(space), {}
    for form in ("channels-first", "channels-last"):
        found = peer.rows([*extents, "--case", f"critic/{form}", "--case", f"generator/{form}"])
        if found:
            peaks[form] = found[1]
    if peaks:
        form = min(peaks, key=peaks.get)
        add("pytorch", f"PyTorch {peer.versions['torch']}, the steps alone, {form}", peaks[form])
    else:
        section.notes.append(peer.absent)
    section.notes.append(f"{cores()} threads; resident memory of the whole process, its program and libraries included.")
    return section


SECTIONS = {"steps": steps, "products": products, "training-memory": training_memory}
