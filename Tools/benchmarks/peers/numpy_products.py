#!/usr/bin/env python3
"""NumPy's float32 matrix product, which is the sgemm of its BLAS, on one thread.

    python3 numpy_products.py --product 512x64x320 --product 512x128x640

Prints one JSON document: the versions of NumPy and BLAS, and for each product rows x columns x depth the median and
least seconds of one call. Exit status 69: there is no NumPy in this Python.
"""
import argparse
import json
import os
import statistics
import sys
import time

for name in ("OPENBLAS", "MKL", "OMP", "BLIS"):
    os.environ[f"{name}_NUM_THREADS"] = "1"
try:
    import numpy
except ImportError:
    print("numpy_products: there is no NumPy in this Python", file=sys.stderr)
    sys.exit(69)

# Calls of a quick product that make one repetition: as much arithmetic as `dgflow benchmark` takes for one.
OPERATIONS = 3e7
WARM_UP = 2


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--product", action="append", required=True, metavar="MxNxK")
    parser.add_argument("--seconds", type=float, default=2.0, help="of repetitions of each product, at least")
    parser.add_argument("--repetitions", type=int, default=5)
    return parser.parse_args()


def blas():
    """Name and version of the BLAS that NumPy was built with, where it says so."""
    try:
        found = numpy.show_config(mode="dicts")["Build Dependencies"]["blas"]
        return f"{found['name']} {found['version']}"
    except (TypeError, KeyError):
        return "BLAS unknown"


def timed(text, given):
    rows, columns, depth = map(int, text.split("x"))
    a = numpy.resize(numpy.arange(17, dtype=numpy.float32) / 8 - 1, (rows, depth))
    b = numpy.resize(numpy.arange(17, dtype=numpy.float32) / 8 - 1, (depth, columns))
    c = numpy.empty((rows, columns), numpy.float32)
    operations = 2 * rows * columns * depth
    calls = max(1, int(OPERATIONS / operations))
    times, spent = [], 0.0
    while len(times) < given.repetitions + WARM_UP or spent < given.seconds:
        start = time.perf_counter()
        for _ in range(calls):
            numpy.matmul(a, b, out=c)
        seconds = time.perf_counter() - start
        times.append(seconds / calls)
        spent += seconds
    counted = times[WARM_UP:]
    return {
        "product": text, "operations": operations, "medianSeconds": statistics.median(counted),
        "leastSeconds": min(counted)}


def main():
    given = arguments()
    print(json.dumps({
        "numpy": numpy.__version__, "blas": blas(), "rows": [timed(product, given) for product in given.product]}))


main()
