"""N-gram scoring: against dictionaries, against compiled counters, against its bound, and within its memory."""
import filecmp
import json
import os
import re
import shlex
import sys

from measuring import Contender, Failed, race, run
from reporting import Section, figure, mebibytes, section_of_race
from text_forms import write_ngrams, write_tokens
from workspace import TOOLS

ORDERS = (4, 6)
ORDER = str(max(ORDERS))
SORTING_MEMORY = "1G"
SMALL_MEMORY, LARGE_MEMORY = "256M", "4G"
SMALL_MEMORY_BYTES = 256 * 2**20


def thread_counts():
    return (1, 2) if (os.cpu_count() or 1) >= 2 else (1,)


def printed_values(found):
    """JS-n of a program that prints lines `JS-n VALUE …`."""
    return {f"JS-{order}": float(value) for order, value in re.findall(r"^JS-(\d+)\s+(\S+)", found.output, re.M)}


def json_values(found):
    """JS-n of `dgflow score --json`."""
    rows = json.loads(found.output)["rows"]
    return {f"JS-{row['order']}": row["value"] for row in rows if row["metric"] == "js"}


def scoring(space, samples, reference, threads):
    """The command of dgflow that does what the dictionary program does: both orders, no floor, no interval."""
    orders = [word for order in ORDERS for word in ("--order", str(order))]
    return [
        space.dgflow, "score", samples, "--reference", reference, *orders, "--metric", "js", "--plain",
        "--threads", str(threads)]


def counting(space, text, counts, threads, memory=SORTING_MEMORY):
    return [
        space.dgflow, "corpus", "count", text, "--order", ORDER, "--output", str(counts), "--memory", memory,
        "--threads", str(threads)]


def score(space):
    lines = space.options.lines
    reference, samples = space.newswire(lines, seed=1), space.newswire(lines // 10, seed=2)
    own = [sys.executable, str(TOOLS / "ngram_js.py"), samples, reference]
    given = space.options.peer
    contenders = [
        Contender("dictionary", "dictionary program, Python", "1", own, values=printed_values),
        Contender("dictionary.tuned", "the same, tuned", "1", [*own, "--tuned"], values=printed_values),
    ]
    if given:
        words = shlex.split(given)
        name = next((os.path.basename(word) for word in reversed(words) if not word.startswith("-")), given)
        contenders = [
            Contender("dictionary", f"given program, {name}", "1", [*words, samples, reference], values=printed_values)]
    for threads, wanted in zip(thread_counts(), ("≥ 60", "≥ 100")):
        contenders.append(Contender(
            f"score.{threads}", "dgflow score", str(threads), scoring(space, samples, reference, threads), own=True,
            check=["--json"], values=json_values, wanted=wanted))
    counts = space.scratch / "reference.counts"
    try:
        run(counting(space, reference, counts, thread_counts()[-1]))
    except Failed as failure:
        space.say(f"  no counts of the reference: {failure}")
    for threads in thread_counts():
        contenders.append(Contender(
            f"score.saved.{threads}", "dgflow score, saved counts", str(threads),
            scoring(space, samples, str(counts), threads), own=True, check=["--json"], values=json_values,
            wanted="≥ 200"))
    contenders.append(Contender(
        "score.everything", "dgflow score, everything on (more work)", str(thread_counts()[-1]),
        [space.dgflow, "score", samples, "--reference", reference, "--threads", str(thread_counts()[-1])], own=True))
    section = section_of_race(
        "score", f"JS-4 and JS-6 of {lines // 10:,} samples against {lines:,} lines",
        *race(contenders, space.options.rounds, space.say),
        ratio="times its speed", baseline="dictionary", faster=True)
    section.notes.append(
        "Both orders in one run, from text to values, which agree to 1e-9. Saved counts: `corpus count` ran before. "
        "Everything on: all metrics, floors and intervals, which the dictionary program does not give.")
    return section


def lines_of(path):
    """The number of lines of a file that a warm-up wrote."""
    def count(_):
        with open(path, "rb") as stream:
            return {"distinct": sum(block.count(b"\n") for block in iter(lambda: stream.read(1 << 20), b""))}
    return count


def distinct_keys(found):
    """What radix_bound --distinct says."""
    return {"distinct": int(re.search(r"distinct (\d+)", found.output).group(1))}


def count(space):
    lines = space.options.lines
    text = space.newswire(lines, seed=1)
    stem = f"newswire-{lines}-seed1"
    ngrams = space.made(f"{stem}.order{ORDER}", lambda stream: write_ngrams(text, stream, int(ORDER)))
    contenders = [
        Contender(
            f"count.{threads}", "dgflow corpus count", str(threads),
            counting(space, text, space.scratch / "counts", threads), own=True, writes=space.scratch / "counts")
        for threads in thread_counts()]
    contenders.append(Contender(
        "bound", "read and radix sort alone", "1", [space.compiled("radix_bound.c"), ORDER, "1", text],
        check=["--distinct"], values=distinct_keys))
    sorted_counts = space.scratch / "sorted.counts"
    for threads in thread_counts():
        sort = shlex.join([
            "sort", "-S", SORTING_MEMORY, f"--parallel={threads}", "-T", str(space.scratch), ngrams])
        contenders.append(Contender(
            f"sort.{threads}", "sort and uniq -c, of ready n-grams", str(threads),
            f"export LC_ALL=C; {sort} | uniq -c > {shlex.quote(str(sorted_counts))}",
            values=lines_of(sorted_counts), writes=sorted_counts))
    kenlm, reason = space.kenlm()
    if kenlm:
        tokens = space.made(f"{stem}.tokens", lambda stream: write_tokens(text, stream))
        scratch = f"-o {ORDER} -S {SORTING_MEMORY} -T {shlex.quote(str(space.scratch / 'kenlm'))}"
        if os.access(kenlm / "count_ngrams", os.X_OK):
            table, kenlm_counts = space.scratch / "vocabulary", space.scratch / "kenlm.counts"
            contenders.append(Contender(
                "count_ngrams", "KenLM count_ngrams", "own",
                f"{shlex.quote(str(kenlm / 'count_ngrams'))} {scratch} --write_vocab_list {shlex.quote(str(table))}"
                f" < {shlex.quote(tokens)} > {shlex.quote(str(kenlm_counts))}", writes=kenlm_counts))
        contenders.append(Contender(
            "lmplz", "KenLM lmplz, whole model", "own",
            f"{shlex.quote(str(kenlm / 'lmplz'))} {scratch} --discount_fallback --arpa /dev/null"
            f" < {shlex.quote(tokens)}",
            stage=("KenLM lmplz, until its stage 2 of 5", "=== 2/5")))
    section = section_of_race(
        "count", f"Counting the {ORDER}-grams of {lines:,} lines",
        *race(contenders, space.options.rounds, space.say),
        ratio="time ÷ dgflow, 1 thread", baseline="count.1", faster=False)
    section.notes.append(
        f"All were allowed {SORTING_MEMORY}. dgflow reads text, cuts it and writes counts of orders 1 to {ORDER} in 16 "
        f"parts. `sort` gets the {ORDER}-grams ready-made, one a line, and counts that order only; making that file is "
        "not in its time.")
    if kenlm:
        section.notes.append(
            "KenLM gets the strings ready-made, characters as words; it counts in a hash table, with the begin and "
            "the end of a string as words more. Its threads cannot be set: CPU beside wall shows them. Stage 2 begins "
            "when all is read; runs that did not fit in memory are merged after it. /dev/null takes the model.")
    else:
        section.notes.append(reason)
    return section


def bound(space):
    lines = space.options.lines
    reference, samples = space.newswire(lines, seed=1), space.newswire(lines // 10, seed=2)
    program = space.compiled("radix_bound.c")
    counts = space.scratch / "counts"
    races = [
        ("score", "read and sort, samples and reference", [program, ORDER, str(min(ORDERS)), samples, reference],
         "dgflow score", scoring(space, samples, reference, 1)),
        ("count", "read and sort, reference", [program, ORDER, "1", reference],
         "dgflow corpus count", counting(space, reference, counts, 1)),
    ]
    whole = None
    for key, name, plain, own_name, own in races:
        contenders = [
            Contender(f"bound.{key}", name, "1", plain),
            Contender(f"{key}.1", own_name, "1", own, own=True, wanted="≤ 2", writes=counts)]
        section = section_of_race(
            "bound", f"One thread against the bound, {lines // 10:,} samples and {lines:,} lines",
            *race(contenders, space.options.rounds, space.say),
            ratio="time ÷ bound", baseline=f"bound.{key}", faster=False)
        if whole is None:
            whole = section
        else:
            whole.rows += section.rows
            whole.records += section.records
            whole.notes += section.notes
            whole.broken = whole.broken or section.broken
    whole.notes.append(
        "The bound reads the text once in order, maps symbols to digits, makes the same keys (29 a string for orders 4 "
        "and 6, 32 for 1 to 6) and radix sorts them in memory; it counts, compares and writes nothing.")
    return whole


def memory(space):
    lines = 10 * space.options.lines
    text = space.newswire(lines, seed=3)
    section = Section(
        "memory", f"Counting the {ORDER}-grams of {lines:,} lines within a memory",
        ["program", "threads", "wall, s", "CPU, s", "peak, MiB", "result", "wanted"])
    threads, files = thread_counts()[-1], []
    for limit in (LARGE_MEMORY, SMALL_MEMORY):
        counts = space.scratch / f"{limit}.counts"
        space.say(f"  counting with --memory {limit}")
        try:
            found = run(counting(space, text, counts, threads, memory=limit))
        except Failed as failure:
            section.notes.append(f"left out: dgflow corpus count --memory {limit}: {failure}")
            section.broken = True
            continue
        files.append(counts)
        same = len(files) < 2 or filecmp.cmp(*files, shallow=False)
        small = limit == SMALL_MEMORY
        result = f"{counts.stat().st_size / 2**20:.1f} MiB" if not small or len(files) < 2 else (
            "identical" if same else "DIFFERENT")
        within = found.peak <= SMALL_MEMORY_BYTES
        section.broken = section.broken or not same or (small and not within)
        section.rows.append([
            f"dgflow corpus count --memory {limit}", str(threads), figure(found.wall), figure(found.cpu),
            mebibytes(found.peak), result, f"≤ {mebibytes(SMALL_MEMORY_BYTES)} MiB, identical" if small else ""])
        section.records.append({
            "key": f"memory.{limit}", "wall": found.wall, "cpu": found.cpu, "peak": found.peak,
            "withinLimit": within if small else None, "identical": same})
    section.notes.append("One run each. Peak: the most memory that the process ever held, as the system saw it.")
    return section


SECTIONS = {"score": score, "count": count, "bound": bound, "memory": memory}
