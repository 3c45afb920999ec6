#!/usr/bin/env python3
"""Golden values for NGramScoring, from independent implementations.

    python3 Tools/golden/divergences.py

writes Tests/NGramScoringTests/Fixtures/divergences.json: JS-1 to JS-6 of two small texts by SciPy (squared
jensenshannon, base 2) and by a plain re-statement of the published language-GAN helper, n-gram recall, precision and
distinct share, duplicate and copy rates, and quantiles of Student's t. The texts are written here and stored in the
fixture.
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
from scipy.spatial.distance import jensenshannon
from scipy.stats import t as student

DATE = sys.argv[1] if len(sys.argv) > 1 else datetime.date.today().isoformat()
LENGTH = 32
PADDING, UNKNOWN = 0, 1

REFERENCE = """\
the harbour office opened at six and the first boats were already gone
rain fell on the terraces all morning , the growers said
a small lamp burned in the window of the tailor 's shop
she counted nine geese , then lost count and smiled
the council will vote on the bridge next tuesday
nobody at the station could say when the train would leave
prices for copper rose two percent in quiet trade
he had kept the letters in a tin box under the stairs
the goalkeeper saved a late penalty and the match was drawn
two judges agreed , the third wrote a long dissent
fog delayed the ferry for the second day in a row
the choir sang without lights when the power failed
a new road will join the valley to the coast
they painted the old mill blue and nobody complained
the bakery on the corner sells out before eight
winter wheat is doing well , according to the survey
the museum bought a map of the northern islands
an engineer found the crack during a routine check
the price of bread has not changed since march
children raced paper boats along the flooded lane
the minister declined to comment on the report
a herd of deer crossed the motorway at dawn
the orchestra tuned for a long time , then began
shares in the shipping line fell by a tenth
the mayor promised a decision before the summer
it snowed
no
the harbour office opened at six
the harbour office opened at ten
the council will vote on the road next friday
the council will vote on the park next monday
rain is expected in the north and in the west
rain fell on the harbour all evening , the pilots said
"""

SAMPLES = """\
the harbour office closed at six and the last boats were gone
rain fell on the stairs all morning , the tailor said
a small boat burned in the window of the shop
the council will vote on the bridge next friday
the council will vote on the bridge next friday
nobody at the bakery could say when the bread would rise
prices for wheat rose ten percent in late trade
he had kept the map in a paper box under the mill
the mayor saved a late train and the report was drawn
fog delayed the choir for the third day in a row
it snowed
zq xv
the old lamp will join the valley to the corner
shares in the orchestra fell by a second
an engineer painted the deer during a quiet check
the minister smiled , then counted geese
the harbour office opened at six
rain rain rain rain rain rain rain rain rain
no
no
"""


def encode(text, symbols):
    index = {symbol: token + 2 for token, symbol in enumerate(symbols)}
    rows = []
    for line in text.splitlines():
        tokens = [index.get(symbol, UNKNOWN) for symbol in line[:LENGTH]]
        rows.append(tokens + [PADDING] * (LENGTH - len(tokens)))
    return rows


def grams(rows, order, excluding_padding=False):
    table = collections.Counter()
    for row in rows:
        for start in range(LENGTH - order + 1):
            gram = tuple(row[start:start + order])
            if not (excluding_padding and PADDING in gram):
                table[gram] += 1
    return table


def scipy_divergence(p, q):
    union = sorted(p.keys() | q.keys())
    a = numpy.array([p.get(gram, 0) for gram in union], dtype=numpy.float64)
    b = numpy.array([q.get(gram, 0) for gram in union], dtype=numpy.float64)
    return float(jensenshannon(a, b, base=2) ** 2)


def published_divergence(p, q):
    """Each Kullback-Leibler divergence to the mixture over its own support, in nats; half their sum over ln 2."""
    p_total, q_total = sum(p.values()), sum(q.values())

    def to_mixture(counts, total):
        return math.fsum(
            count / total * (math.log(count / total)
                             - math.log(0.5 * p.get(gram, 0) / p_total + 0.5 * q.get(gram, 0) / q_total))
            for gram, count in counts.items())

    return 0.5 * (to_mixture(p, p_total) + to_mixture(q, q_total)) / math.log(2)


symbols = "".join(sorted(set(REFERENCE.replace("\n", ""))))  # the samples' q, x, z may be unknown
size = len(symbols) + 2
reference, samples = encode(REFERENCE, symbols), encode(SAMPLES, symbols)
divergences = []
for excluding in (False, True):
    for order in range(1, 7):
        p, q = grams(samples, order, excluding), grams(reference, order, excluding)
        by_scipy, by_helper = scipy_divergence(p, q), published_divergence(p, q)
        assert abs(by_scipy - by_helper) < 1e-14, (order, by_scipy, by_helper)
        row = {
            "order": order, "excludingPadding": excluding, "scipy": by_scipy, "published": by_helper,
            "recall": sum(count for gram, count in q.items() if gram in p) / sum(q.values()),
            "precision": sum(count for gram, count in p.items() if gram in q) / sum(p.values()),
            "distinctShare": len(p) / sum(p.values()),
        }
        divergences.append(row)

copies = {tuple(row) for row in reference}
fixture = {
    "provenance": {
        "script": "Tools/golden/divergences.py", "date": DATE, "python": platform.python_version(),
        "numpy": numpy.__version__, "scipy": scipy.__version__,
    },
    "length": LENGTH, "symbols": symbols, "vocabularySize": size,
    "reference": REFERENCE.splitlines(), "samples": SAMPLES.splitlines(),
    "divergences": divergences,
    "duplicateRate": 1 - len({tuple(row) for row in samples}) / len(samples),
    "exactCopyRate": sum(tuple(row) in copies for row in samples) / len(samples),
    "studentQuantiles": [
        {"confidence": confidence, "degreesOfFreedom": freedom,
         "value": float(student.ppf(0.5 + confidence / 2, freedom))}
        for confidence in (0.5, 0.9, 0.95, 0.99) for freedom in (1, 2, 3, 4, 5, 9, 30, 101)],
}
path = pathlib.Path(__file__).resolve().parents[2] / "Tests/NGramScoringTests/Fixtures/divergences.json"
path.parent.mkdir(parents=True, exist_ok=True)
path.write_text(json.dumps(fixture, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
