"""Runs programs as whole processes and measures them: wall time, processor time, peak memory, rounds in turn."""
import os
import pathlib
import signal
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

# A program that took less in its warm-up runs three times in a round, and the round's figure is their median.
QUICK_SECONDS = 5.0
QUICK_REPEATS = 3


class Failed(Exception):
    """Something did not run, or found another value than it should."""


@dataclass
class Run:
    """One run of one program, from just before its start until it was reaped."""
    wall: float      # seconds
    cpu: float       # seconds of user and system time, those of a pipeline's parts together
    peak: int        # bytes of resident memory at most, those of a pipeline's largest process
    output: str      # standard output, where it was kept
    lines: list      # (seconds since the start, line) of standard error


@dataclass
class Contender:
    """A program in a race."""
    key: str                                         # its name in the JSON
    name: str                                        # its name in the table
    threads: str
    command: object                                  # a list of arguments, or one text for the shell
    own: bool = False                                # dgflow itself
    check: list = field(default_factory=list)        # arguments that only the warm-up has
    values: Optional[Callable[[Run], dict]] = None   # what the warm-up found, to be compared
    writes: Optional[pathlib.Path] = None            # removed before each run
    stage: Optional[tuple] = None                    # (name, text in the line of stderr that ends it): a row more
    wanted: str = ""                                 # the ratio that the project wants
    rounds: list = field(default_factory=list)       # the runs of each round

    def run(self, warm_up=False):
        if self.writes:
            self.writes.unlink(missing_ok=True)
        if isinstance(self.command, str):
            arguments = ["bash", "-c", "set -euo pipefail; " + self.command]
        else:
            arguments = [*self.command, *(self.check if warm_up else [])]
        return run(arguments, keep=warm_up)

    def walls(self):
        """Seconds, one figure for each round."""
        return [statistics.median(run.wall for run in runs) for runs in self.rounds]

    def stage_walls(self):
        """Seconds until the line that ends the stage, one figure for each round."""
        times = [[at for run in runs for at, line in run.lines if self.stage[1] in line] for runs in self.rounds]
        return [statistics.median(found) for found in times if found]


def run(arguments, keep=False):
    """Runs a program to its end; its standard output is kept only on demand. Raises Failed with its last words."""
    with tempfile.TemporaryFile() as kept:
        began = time.monotonic()
        try:
            child = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=kept if keep else subprocess.DEVNULL,
                stderr=subprocess.PIPE, start_new_session=True)
        except OSError as error:
            raise Failed(str(error)) from error
        try:
            lines = [(time.monotonic() - began, raw.decode(errors="replace").rstrip()) for raw in child.stderr]
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            raise
        wall = time.monotonic() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        child.stderr.close()
        if child.returncode != 0:
            said = [line for _, line in lines if line]
            raise Failed(f"status {child.returncode}, {said[0] if said else 'no message'}")
        kept.seek(0)
        return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, kept.read().decode(), lines)


def disagreement(found, expected, tolerance):
    """Whether one set of named values differs from another."""
    return found.keys() != expected.keys() or any(
        not abs(found[key] - value) <= tolerance for key, value in expected.items())


def race(contenders, rounds, say, tolerance=1e-9):
    """Runs the contenders in turn, round by round, after one warm-up each in which their values are compared.

    Every round begins with another contender. Returns those that ran and the sentences about those that did not.
    Raises Failed where values differ by more than `tolerance`, before anything is timed.
    """
    racing, left_out, quick, agreed = [], [], set(), None
    for contender in contenders:
        label = f"{contender.name}, {contender.threads}"
        say(f"  warm-up: {label}")
        try:
            warm = contender.run(warm_up=True)
        except Failed as failure:
            left_out.append((contender, f"left out: {label}: {failure}"))
            say(f"  {left_out[-1][1]}")
            continue
        if contender.values:
            values = contender.values(warm)
            if agreed is None:
                agreed = (label, values)
            elif disagreement(values, agreed[1], tolerance):
                raise Failed(f"{label} found {values}, but {agreed[0]} {agreed[1]}; nothing was timed")
        if warm.wall < QUICK_SECONDS:
            quick.add(contender.key)
        racing.append(contender)
    if agreed:
        say("  values agree: " + ", ".join(f"{key} {value:.12g}" for key, value in agreed[1].items()))
    for number in range(rounds if racing else 0):
        first = number % len(racing)
        turn = racing[first:] + racing[:first]
        for contender in turn:
            contender.rounds.append([])
        for repeat in range(QUICK_REPEATS):
            for contender in turn:
                if repeat == 0 or contender.key in quick:
                    contender.rounds[-1].append(contender.run())
        say(f"  round {number + 1} of {rounds}: " + ", ".join(
            f"{contender.key} {contender.walls()[-1]:.2f} s" for contender in racing))
    return racing, left_out
