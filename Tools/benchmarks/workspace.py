"""Where the benchmark finds and keeps things: texts made once, programs, a scratch folder."""
import os
import pathlib
import shutil
import subprocess
import tempfile

from measuring import Failed

TOOLS = pathlib.Path(__file__).resolve().parent


class Workspace:
    """The user's cache folder, and a scratch folder in it that is removed at the end."""

    def __init__(self, options, say):
        self.options, self.say = options, say
        caches = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
        usual = pathlib.Path(caches) / "dgflow/benchmark"
        self.folder = pathlib.Path(os.environ.get("DGFLOW_BENCHMARK_CACHE") or usual).resolve()
        self.folder.mkdir(parents=True, exist_ok=True)
        self.dgflow = os.environ["DGFLOW_EXECUTABLE"]

    def __enter__(self):
        self.scratch = pathlib.Path(tempfile.mkdtemp(prefix="scratch-", dir=self.folder))
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def made(self, name, make):
        """The file of the cache with this name; where there is none, make(stream) writes it, whole or not at all."""
        path = self.folder / name
        if not path.exists():
            self.say(f"  making {name} once, in {self.folder}")
            partial = self.scratch / name
            with open(partial, "w", encoding="utf-8", newline="\n") as stream:
                make(stream)
            partial.rename(path)
        return str(path)

    def newswire(self, lines, seed):
        """News-like sentences from the bundled grammar."""
        command = [
            self.dgflow, "corpus", "synthesize", "newswire", "--count", str(lines), "--seed", str(seed), "--quiet"]
        return self.made(
            f"newswire-{lines}-seed{seed}.txt", lambda stream: subprocess.run(command, stdout=stream, check=True))

    def compiled(self, source, *more, include=None):
        """The program of one C file here, and more elsewhere, compiled anew each time."""
        compiler = next(filter(None, map(shutil.which, (os.environ.get("CC") or "cc", "clang", "gcc"))), None)
        if more:  # the kernels, which Swift's build gives to clang
            compiler = shutil.which(os.environ.get("CC") or "clang")
        if compiler is None:
            raise Failed(f"no C compiler for {source}: set CC")
        program = str(self.scratch / pathlib.Path(source).stem)
        folders = [f"-I{include}"] if include else []
        subprocess.run(
            [compiler, "-O2", *folders, "-o", program, str(TOOLS / source), *map(str, more)], check=True)
        return program

    def kenlm(self):
        """The folder of KenLM's lmplz and count_ngrams, or None; and, where there is none, why."""
        given = self.options.kenlm or os.environ.get("DGFLOW_KENLM")
        if given:
            if not os.access(pathlib.Path(given) / "lmplz", os.X_OK):
                raise Failed(f"no lmplz in {given}, which --kenlm or DGFLOW_KENLM names")
            return pathlib.Path(given).resolve(), ""
        on_path = shutil.which("lmplz")
        if on_path:
            return pathlib.Path(on_path).parent, ""
        folder = self.folder / "kenlm"
        if not (folder / "bin/lmplz").exists():
            self.say("  looking for KenLM's source, to build lmplz once")
            found = subprocess.run([str(TOOLS / "fetch-kenlm"), str(folder)], capture_output=True, text=True)
            if found.returncode != 0:
                return None, (found.stderr.strip().splitlines() or ["fetch-kenlm failed"])[-1].removeprefix("fetch-kenlm: ")
        return folder / "bin", ""
