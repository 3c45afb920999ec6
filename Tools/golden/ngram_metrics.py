#!/usr/bin/env python3
"""Golden values of n-gram metrics that compare two lists of counts.

    python3 Tools/golden/ngram_metrics.py [DATE]

writes Tests/NGramScoringTests/Fixtures/ngram-metrics.json: pairs of aligned lists of counts over the union of their
n-grams in ascending order, with, by SciPy and NumPy,

    klFromReference  KL(samples || reference), bits, of p(g) = (c(g) + 1/2) / (C + U/2), additive 1/2 on the union
    klFromSamples    KL(reference || samples), bits, likewise            C: all counts of a side, U: size of the union
    cosine           cosine of the two vectors of plain counts
    seenShare        share of the samples' distinct n-grams that the reference holds (by type, not by mass)
    jensenShannon    JS of the unsmoothed frequencies, bits
    recall, precision, distinctShare   by mass; of the samples

Rows named "text" are the n-grams of the texts of divergences.json, so a test may count those itself.
"""
import collections
import datetime
import json
import math
import pathlib
import platform
import sys

import numpy
import scipy
from scipy.spatial.distance import cosine as cosine_distance
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

DATE = sys.argv[1] if len(sys.argv) > 1 else datetime.date.today().isoformat()
FIXTURES = pathlib.Path(__file__).resolve().parents[2] / "Tests/NGramScoringTests/Fixtures"
TEXTS = json.loads((FIXTURES / "divergences.json").read_text(encoding="utf-8"))


def encoded(lines):
    index = {symbol: token + 2 for token, symbol in enumerate(TEXTS["symbols"])}
    length = TEXTS["length"]
    return [[index.get(symbol, 1) for symbol in line[:length]] + [0] * (length - len(line)) for line in lines]


def grams(rows, order):
    return collections.Counter(tuple(row[start:start + order]) for row in rows for start in range(len(row) - order + 1))


def row(name, order, samples, reference):
    p, q = numpy.array(samples, dtype=numpy.int64), numpy.array(reference, dtype=numpy.int64)
    assert ((p > 0) | (q > 0)).all()
    half = 0.5
    smooth_p, smooth_q = (p + half) / (p.sum() + half * p.size), (q + half) / (q.sum() + half * q.size)
    a, b = p.astype(numpy.float64), q.astype(numpy.float64)  # squares of counts leave 64-bit integers
    cosine = float(numpy.dot(a, b) / (numpy.linalg.norm(a) * numpy.linalg.norm(b)))
    assert math.isclose(cosine, 1 - cosine_distance(a, b), abs_tol=1e-12)
    return {
        "name": name, "order": order, "samples": p.tolist(), "reference": q.tolist(),
        "klFromReference": float(entropy(smooth_p, smooth_q, base=2)),
        "klFromSamples": float(entropy(smooth_q, smooth_p, base=2)),
        "cosine": cosine,
        "seenShare": float(numpy.count_nonzero((p > 0) & (q > 0)) / numpy.count_nonzero(p)),
        "jensenShannon": float(jensenshannon(p, q, base=2) ** 2),
        "recall": float(q[p > 0].sum() / q.sum()), "precision": float(p[q > 0].sum() / p.sum()),
        "distinctShare": float(numpy.count_nonzero(p) / p.sum()),
    }


rows = []
sample_rows, reference_rows = encoded(TEXTS["samples"]), encoded(TEXTS["reference"])
for order in range(1, 7):
    p, q = grams(sample_rows, order), grams(reference_rows, order)
    union = sorted(p.keys() | q.keys())
    rows.append(row("text", order, [p[gram] for gram in union], [q[gram] for gram in union]))
stream = numpy.random.default_rng(20_251_121)
for size, scale in ((3, 2), (40, 1), (40, 300), (500, 5)):
    weights = 1 / numpy.arange(1, size + 1)
    p, q = stream.poisson(scale * weights * size), stream.poisson(3 * scale * weights[stream.permutation(size)] * size)
    kept = (p > 0) | (q > 0)
    rows.append(row(f"random, {size} n-grams", 0, p[kept], q[kept]))
rows += [
    row("equal", 0, [5, 1, 7], [5, 1, 7]), row("proportional", 0, [5, 1, 7], [15, 3, 21]),
    row("disjoint", 0, [4, 2, 0, 0], [0, 0, 1, 9]), row("one n-gram", 0, [3], [8]),
    row("large", 0, [2_000_000_000, 1, 0], [1_000_000_000, 0, 3]),
]


def line(value):
    return json.dumps(value, ensure_ascii=False)


provenance = {"script": "Tools/golden/ngram_metrics.py", "date": DATE, "python": platform.python_version(),
              "numpy": numpy.__version__, "scipy": scipy.__version__}
text = '{\n "provenance": ' + line(provenance) + ',\n "rows": [\n' + ",\n".join(
    "  {" + ",\n   ".join(f"{line(key)}: {line(value)}" for key, value in each.items()) + "}"
    for each in rows) + "\n ]\n}\n"
(FIXTURES / "ngram-metrics.json").write_text(text, encoding="utf-8")
