#!/usr/bin/env python3
"""Measures dgflow beside other programs. Started by Tools/benchmark, whose head is the manual."""
import argparse
import datetime
import os
import pathlib
import platform
import shlex
import signal
import subprocess
import sys

sys.dont_write_bytecode = True

import ngrams  # noqa: E402  (after the line above, so that no cache is written into the project)
import steps  # noqa: E402
from measuring import Failed  # noqa: E402
from reporting import document  # noqa: E402
from workspace import TOOLS, Workspace  # noqa: E402

GROUPS = {"ngrams": ngrams.SECTIONS, "steps": steps.SECTIONS}


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"benchmark: {message}; see Tools/benchmark --help", file=sys.stderr)
        sys.exit(64)


def whole_number(least):
    def parse(text):
        value = int(text) if text.isdecimal() else 0
        if value < least:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {least} up")
        return value
    return parse


def whole_numbers(text):
    return [whole_number(1)(word) for word in text.split(",")]


def seconds(text):
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return value


def arguments():
    parser = Parser(add_help=False, allow_abbrev=False)
    parser.add_argument("groups", nargs="*")
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--skip", action="append", default=[])
    parser.add_argument("--rounds", type=whole_number(1), default=3)
    parser.add_argument("--lines", type=whole_number(1000), default=1_000_000)
    parser.add_argument("--peer", default=os.environ.get("DGFLOW_BENCHMARK_PEER"))
    parser.add_argument("--kenlm")
    parser.add_argument("--widths", type=whole_numbers, default=[64, 128, 256, 512])
    parser.add_argument("--batches", type=whole_numbers, default=[64, 256])
    parser.add_argument("--convolution", choices=["direct", "winograd"])
    parser.add_argument("--seconds", type=seconds, default=1.0)
    parser.add_argument("--python", default=os.environ.get("DGFLOW_BENCHMARK_PYTHON"))
    parser.add_argument("--results", type=pathlib.Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    for group in options.groups:
        if group not in GROUPS:
            parser.error(f"no group {group}: there is {', '.join(GROUPS)}")
    options.groups = options.groups or list(GROUPS)
    known = {name for group in options.groups for name in GROUPS[group]}
    for name in options.only + options.skip:
        if name not in known:
            parser.error(f"no section {name}: there is {', '.join(sorted(known))}")
    options.sections = [
        (group, name) for group in options.groups for name in GROUPS[group]
        if name not in options.skip and (not options.only or name in options.only)]
    return options


def first_line(path, key):
    try:
        lines = pathlib.Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith(key)), None)


def git(*words):
    found = subprocess.run(["git", "-C", str(TOOLS), *words], capture_output=True, text=True)
    return found.stdout.strip() if found.returncode == 0 else ""


def machine():
    memory = first_line("/proc/meminfo", "MemTotal")
    return {
        "processor": first_line("/proc/cpuinfo", "model name") or platform.machine(), "cores": os.cpu_count(),
        "memoryGiB": round(int(memory.split()[0]) / 2**20, 1) if memory else None, "system": platform.platform(),
        "python": platform.python_version(), "date": datetime.date.today().isoformat(),
        "commit": git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain") else ""),
        "load": os.getloadavg()[0]}


def main():
    options = arguments()
    if options.list:
        for group, name in options.sections:
            print(group, name)
        return 0
    if options.results and not options.results.absolute().parent.is_dir():
        print(f"benchmark: no folder {options.results.absolute().parent} for --results", file=sys.stderr)
        return 73

    def say(text):
        print(text, file=sys.stderr, flush=True)

    # A benchmark that is stopped ends its programs and removes its scratch, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    described = machine()
    if described["load"] > 0.5:
        say(f"benchmark: other programs are running (load {described['load']:.1f}): trust the ratios less")
    sections, broken = [], False
    with Workspace(options, say) as space:
        version = subprocess.run([space.dgflow, "--version"], capture_output=True, text=True, check=True).stdout.strip()
        heading = (
            f"dgflow {version}, commit {described['commit'] or 'unknown'}, {described['date']}: {described['cores']} "
            f"cores, {described['processor']}, {described['memoryGiB']} GiB; Python {described['python']}. "
            f"Programs in turn, rounds: {options.rounds}; median [smallest-largest].")
        if not options.json:
            print(heading, flush=True)
        for group, name in options.sections:
            say(f"== {group}, {name}")
            try:
                section = GROUPS[group][name](space)
            except (Failed, subprocess.CalledProcessError) as failure:
                say(f"benchmark: {name}: {failure}")
                broken = True
                continue
            sections.append(section)
            broken = broken or section.broken
            if not options.json:
                print("\n" + section.text(), flush=True)
    settings = {
        "rounds": options.rounds, "lines": options.lines, "peer": options.peer, "widths": options.widths,
        "batches": options.batches, "seconds": options.seconds}
    found = document(version, described, settings, sections)
    if options.json:
        print(found)
    if options.results:
        command = shlex.join(["Tools/benchmark", *sys.argv[1:]])
        tables = [f"# Results\n\n    {command}\n\n{heading}", *(section.text() for section in sections)]
        options.results.write_text("\n\n".join(tables) + "\n", encoding="utf-8")
        options.results.with_name("benchmarks.json").write_text(found + "\n", encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
