#!/usr/bin/env python3
"""Golden values of the modified Kneser-Ney character model, by dictionaries.

    python3 Tools/golden/kneser_ney.py [DATE]

writes Tests/NGramScoringTests/Fixtures/kneser-ney.json. Written from section 3 and equation 26 of Chen and Goodman, An
Empirical Study of Smoothing Techniques for Language Modeling (Harvard TR-10-98, 1998), one prediction at a time by
recursion over contexts, in exact fractions for the counts of counts; nothing is shared with dgflow. Corpora are token
strings of equal length: 0 is padding (the first is the end, what follows is not looked at), 1 is unknown.
"""
import collections
import datetime
import fractions
import json
import math
import pathlib
import platform
import random
import sys

DATE = sys.argv[1] if len(sys.argv) > 1 else datetime.date.today().isoformat()
BEGIN = "begin"
FALLBACK = (0.5, 1.0, 1.5)


def marked(row):
    """The begin mark and the symbols up to and with the first padding."""
    return [BEGIN] + (row[:row.index(0) + 1] if 0 in row else row)


class KneserNey:
    def __init__(self, rows, order, size):
        self.order, self.size = order, size
        plain = [collections.Counter() for _ in range(order + 1)]
        left = [collections.defaultdict(set) for _ in range(order + 1)]
        for row in map(marked, rows):
            for length in range(1, order + 1):
                for start in range(len(row) - length + 1):
                    gram = tuple(row[start:start + length])
                    if gram == (BEGIN,):
                        continue  # never predicted
                    plain[length][gram] += 1
                    if start > 0:
                        left[length][gram].add(row[start - 1])
        # N1+(. g) below the highest order, but plain counts for what begins with the begin mark.
        self.counts = [
            {gram: count if length == order or gram[0] == BEGIN else len(left[length][gram])
             for gram, count in plain[length].items()} for length in range(order + 1)]
        self.discounts = [None] + [self.estimate(self.counts[length].values()) for length in range(1, order + 1)]
        self.followers = collections.defaultdict(dict)
        for length in range(1, order + 1):
            for gram, count in self.counts[length].items():
                self.followers[gram[:-1]][gram[-1]] = count

    @staticmethod
    def estimate(counts):
        if not counts:
            return None
        of = collections.Counter(counts)
        n = [of[k] for k in (1, 2, 3, 4)]
        if 0 in n:
            return FALLBACK, True
        y = fractions.Fraction(n[0], n[0] + 2 * n[1])
        d = [k - (k + 1) * y * fractions.Fraction(n[k], n[k - 1]) for k in (1, 2, 3)]
        if not all(0 < d[k - 1] <= k for k in (1, 2, 3)):
            return FALLBACK, True
        return tuple(float(value) for value in d), False

    def discount(self, length, count):
        return self.discounts[length][0][min(count, 3) - 1] if count else 0.0

    def probability(self, context, symbol):
        lower = self.probability(context[1:], symbol) if context else 1 / self.size
        followers = self.followers.get(context)
        if not followers:
            return lower
        length, total = len(context) + 1, sum(followers.values())
        weight = math.fsum(self.discount(length, count) for count in followers.values()) / total
        count = followers.get(symbol, 0)
        return max(count - self.discount(length, count), 0) / total + weight * lower

    def predictions(self, rows):
        for row in map(marked, rows):
            for place in range(1, len(row)):
                yield tuple(row[max(0, place - self.order + 1):place]), row[place]

    def check(self, rows):
        contexts = {context for context, _ in self.predictions(rows)} | {()}
        for context in sorted(contexts, key=str)[:200]:
            total = math.fsum(self.probability(context, symbol) for symbol in range(self.size))
            assert abs(total - 1) < 1e-12, (context, total)

    def value(self, rows):
        terms = [-math.log(self.probability(*prediction)) for prediction in self.predictions(rows)]
        return math.fsum(terms) / len(terms), len(terms)


def draws(stream, count, length, size, power, full=0.4, chained=True):
    """Strings over symbols 1... of `size`, small ones more frequent, or a chain in which each depends on the last."""
    rows = []
    for _ in range(count):
        end = length if stream.random() < full else stream.randrange(length)
        row, last = [], 1
        for _ in range(end):
            last = 1 + (last * 3 * chained + int(stream.random() ** power * (size - 1))) % (size - 1)
            row.append(last)
        rows.append(row + [0] * (length - end))
    return rows


def letters(lines, length):
    return [[ord(symbol) - 95 for symbol in line[:length]] + [0] * (length - len(line)) for line in lines]


stream = random.Random(20_251_121)
SHORT = ["abracadabra", "abrabra", "cadabra", "abra", "", "dada", "abracadabra", "baobab"]
corpora = [
    ("few symbols, estimated discounts", 12, draws(stream, 250, 10, 12, 3), draws(stream, 60, 10, 12, 3),
     (1, 2, 3, 5, 6)),
    ("many symbols, estimated discounts", 150, draws(stream, 300, 9, 150, 6, chained=False),
     draws(stream, 50, 9, 150, 6, chained=False), (1, 2, 4, 6)),
    ("random, near uniform", 9, draws(stream, 150, 7, 9, 1), draws(stream, 40, 7, 9, 2), (2, 4, 6)),
    ("handmade, fallback at every order", 20, letters(SHORT, 11), letters(["abba", "cab", "dddd", ""], 11),
     (1, 2, 3, 6)),
    ("unseen symbols and contexts", 30, draws(stream, 200, 8, 6, 2), draws(stream, 30, 8, 30, 1), (1, 3, 5)),
    ("text after the end, and only ends", 7, [row[:3] + [0] + row[4:] for row in draws(stream, 90, 8, 7, 2)],
     [[0, 3, 4, 0, 2, 2, 2, 2], [5, 0, 5, 5, 0, 0, 1, 1], [0] * 8], (1, 2, 4)),
    ("one string", 5, [[2, 3, 2, 3, 4]], [[2, 3, 2, 3, 4], [4, 3, 2, 1, 0]], (1, 3, 5)),
]
cases = []
for name, size, training, text, orders in corpora:
    values = []
    for order in orders:
        model = KneserNey(training, order, size)
        model.check(training[:40] + text)
        nats, symbols = model.value(text)
        values.append({
            "order": order, "nats": nats, "symbols": symbols,
            "discounts": [None if d is None else list(d[0]) for d in model.discounts[1:]],
            "fallbackOrders": [j for j, d in enumerate(model.discounts) if d and d[1]],
            "trainingNats": model.value(training)[0]})
    cases.append({"name": name, "vocabularySize": size, "length": len(training[0]),
                  "training": sum(training, []), "text": sum(text, []), "values": values})
    print(name, [(v["order"], round(v["nats"], 4), v["fallbackOrders"]) for v in values], file=sys.stderr)


def line(value):
    return json.dumps(value, ensure_ascii=False)


provenance = {"script": "Tools/golden/kneser_ney.py", "date": DATE, "python": platform.python_version()}
text = '{\n "provenance": ' + line(provenance) + ',\n "cases": [\n' + ",\n".join(
    "  {" + ",\n   ".join(f"{line(key)}: {line(value)}" for key, value in case.items()) + "}"
    for case in cases) + "\n ]\n}\n"
path = pathlib.Path(__file__).resolve().parents[2] / "Tests/NGramScoringTests/Fixtures/kneser-ney.json"
path.write_text(text, encoding="utf-8")
