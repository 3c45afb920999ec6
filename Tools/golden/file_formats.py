#!/usr/bin/env python3
"""Golden files of the formats that `Files` reads and writes, made by NumPy and safetensors.

    Tools/golden/file_formats.py               make the fixtures of Tests/FilesTests
    Tools/golden/file_formats.py --check DIR   check files that the Swift code wrote

With `--check`, DIR holds `expected.json`: {"npy": {file: {"dtype", "shape", "values"}},
"safetensors": {file: {"metadata", "arrays": {name: {"dtype", "shape", "values"}}}}}. Without the
packages one line says so and the status is 0.
"""

import argparse
import json
import pathlib
import platform
import sys

FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests" / "FilesTests" / "Fixtures"
DATE = "2026-11-21"


def described(array):
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "values": [value.item() for value in array.ravel()],
    }


def make(numpy, safetensors, save_file):
    FIXTURES.mkdir(parents=True, exist_ok=True)
    tokens = numpy.array([[0, 1, 2, 3], [65535, 256, 255, 7], [9, 8, 7, 6]], dtype="<u2")
    latents = numpy.array([[0.5, -0.25], [1e-3, -3.5e38 / 2], [numpy.pi, 2.0**-140]], dtype="<f4")
    good = {
        "tokens.npy": tokens,
        "counts.npy": numpy.array([[1], [4294967295]], dtype="<u4"),
        "totals.npy": numpy.array([[1, 2**64 - 1]], dtype="<u8"),
        "latents.npy": latents,
        "no_rows.npy": numpy.zeros((0, 4), dtype="<u2"),
    }
    bad = {
        "fortran.npy": numpy.asfortranarray(tokens),
        "big_endian.npy": tokens.astype(">u2"),
        "wide.npy": tokens.astype("<i8"),
        "doubles.npy": latents.astype("<f8"),
        "one_axis.npy": tokens.ravel(),
        "three_axes.npy": tokens.reshape(3, 2, 2),
        "records.npy": numpy.zeros((2, 2), dtype=[("first", "<u2"), ("second", "<f4")]),
    }
    for name, array in {**good, **bad}.items():
        numpy.save(FIXTURES / name, array)
    for version in ((2, 0), (3, 0)):
        name = f"version{version[0]}.npy"
        with open(FIXTURES / name, "wb") as file:
            numpy.lib.format.write_array(file, tokens, version=version)
        good[name] = tokens

    arrays = {
        "blocks.0.conv1.weight": numpy.arange(6, dtype="<f4").reshape(1, 2, 3) / 4 - 0.5,
        "blocks.0.conv1.bias": numpy.array([1.5, -2.5, 2.0**-149], dtype="<f4"),
        "gain": numpy.array(0.75, dtype="<f4"),
        "nothing": numpy.zeros((0, 3), dtype="<f4"),
        "iteration": numpy.array([12345678901234567890], dtype="<u8"),
        "offsets": numpy.array([-5, 2**62], dtype="<i8"),
        "moments": numpy.array([1 / 3, -1e300], dtype="<f8"),
    }
    metadata = {"format": "dgflow", "note": 'quotes " and \\ and newline\n and ë 𝔊'}
    save_file(arrays, FIXTURES / "weights.safetensors", metadata=metadata)
    save_file({"half": numpy.ones((2, 2), dtype="<f2")}, FIXTURES / "half.safetensors")
    provenance = {
        "script": "Tools/golden/file_formats.py",
        "date": DATE,
        "versions": {
            "python": platform.python_version(),
            "numpy": numpy.__version__,
            "safetensors": safetensors.__version__,
        },
        "npy": {name: described(array) for name, array in good.items()},
        "refused": sorted(bad),
        "safetensors": {
            "weights.safetensors": {
                "metadata": metadata,
                "arrays": {name: described(array) for name, array in arrays.items()},
            }
        },
    }
    with open(FIXTURES / "file_formats.json", "w", encoding="utf-8") as file:
        json.dump(provenance, file, indent=1, ensure_ascii=False)
        file.write("\n")


def same(found, expected, where):
    if described(found) != expected:
        sys.exit(f"{where}: found {described(found)}; expected {expected}")


def check(numpy, safe_open, folder):
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    for name, array in expected["npy"].items():
        same(numpy.load(folder / name, allow_pickle=False), array, name)
    for name, file in expected["safetensors"].items():
        with safe_open(folder / name, framework="numpy") as opened:
            if (opened.metadata() or {}) != file["metadata"]:
                sys.exit(f"{name}: found the metadata {opened.metadata()}")
            if sorted(opened.keys()) != sorted(file["arrays"]):
                sys.exit(f"{name}: found the names {sorted(opened.keys())}")
            for key, array in file["arrays"].items():
                same(opened.get_tensor(key), array, f"{name}: {key}")
    print(f"{len(expected['npy'])} .npy and {len(expected['safetensors'])} safetensors files agree")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", metavar="DIR", type=pathlib.Path)
    folder = parser.parse_args().check
    try:
        import numpy
        import safetensors
        from safetensors import safe_open
        from safetensors.numpy import save_file
    except ImportError as error:
        print(f"skipped: {error}")
        return
    if folder:
        check(numpy, safe_open, folder)
    else:
        make(numpy, safetensors, save_file)


if __name__ == "__main__":
    main()
