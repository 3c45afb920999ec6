#!/usr/bin/env python3
"""Golden values for Unicode normalisation, from Python's unicodedata.

Writes Tests/TextCodingTests/Fixtures/normalisation.json: tricky strings with their NFC and NFKC
forms, with and without full case folding, and plain case folding. An independent implementation
(CPython's tables) checks utf8proc (the tables that dgflow uses).

The two may know different versions of Unicode, so only scalars assigned in Unicode 12.1 (2019) or
before occur, which Python since 3.8 and utf8proc since 2.4 both know: the ranges below have had no
new assignments since. Normal forms and case foldings of assigned scalars never change.

Case folding is compared as form(casefold(form(s))).

Usage: Tools/golden/normalisation.py   (writes the fixture; deterministic)
"""
import json
import pathlib
import platform
import random
import unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "Tests" / "TextCodingTests" / "Fixtures" / "normalisation.json"

# Composites, marks, foldings and formatted variants; unassigned gaps are left out by category.
RANGES = [
    (0x0020, 0x007E), (0x00A0, 0x024F), (0x0250, 0x02FF), (0x0300, 0x036F), (0x0370, 0x03FF),
    (0x0400, 0x052F), (0x0531, 0x0586), (0x0591, 0x05EA), (0x0621, 0x065F), (0x0901, 0x0939),
    (0x093C, 0x094D), (0x0958, 0x0970), (0x0985, 0x09CD), (0x09D7, 0x09D7), (0x0B3C, 0x0B4D),
    (0x0B56, 0x0B57), (0x0BBE, 0x0BCD), (0x0CBE, 0x0CD6), (0x0D3E, 0x0D57), (0x0DCF, 0x0DDE),
    (0x0E01, 0x0E4E), (0x0F40, 0x0F84), (0x1025, 0x1039), (0x1100, 0x11FF), (0x1E00, 0x1EFF),
    (0x1F00, 0x1FFE), (0x2000, 0x2027), (0x202F, 0x205E), (0x2070, 0x209C), (0x20D0, 0x20E1),
    (0x2100, 0x218B), (0x2460, 0x24FF), (0x2ADC, 0x2ADC), (0x3000, 0x303F), (0x3041, 0x30FF),
    (0x3131, 0x318E), (0x3200, 0x321C), (0x3300, 0x33FF), (0x4E00, 0x4E40), (0xAC00, 0xAC60),
    (0xD790, 0xD7A3), (0xF900, 0xFA6D), (0xFB00, 0xFB4F), (0xFB50, 0xFBA0), (0xFDF0, 0xFDFB),
    (0xFE70, 0xFE7C), (0xFF01, 0xFFBE), (0xFFE0, 0xFFE6), (0x10400, 0x1044F), (0x1109A, 0x110BA),
    (0x1D15E, 0x1D164), (0x1D400, 0x1D433), (0x1F600, 0x1F64F), (0x2F800, 0x2F820),
]

CHOSEN = [
    "", "plain ASCII, nothing to do", "e\u0301", "\u00e9", "E\u0301cole",
    "\u1e69 s\u0323\u0307 s\u0307\u0323", "q\u0307\u0323", "\u1e0b\u0323",
    "a\u0315\u0300\u05ae\u0062", "\u212b \u00c5 A\u030a", "\u2126 \u03a9",
    "\ufb01 \ufb03 \u017f\u0323\u0307", "\u0344", "\u0958 \u0915\u093c", "\u0f73 \u0f71\u0f72",
    "\u0340\u0341\u0343", "\u1100\u1161", "\u1100\u1161\u11a8", "\uac00\u11a8", "\u1161\u11a8",
    "\uac01\u11a8", "\u304b\u3099 \u30cf\u309a", "\uff76\uff9e \uff8a\uff9f",
    "\u2460 \u00bd \u00b2 \u2075", "\u3392 \u33c2", "\ufdfa", "\u1f82 \u1fb3 \u03b1\u0345\u0301",
    "\u03b1\u0301\u0345 \u1fb4", "Stra\u00dfe \u1e9e STRASSE", "\u0130stanbul I\u0307 \u0131",
    "\u03a3\u03c3\u03c2 \u039f\u0394\u039f\u03a3", "\u0149 \u01f0 \u0390 \u03b0 \u1e96 \u1fb6",
    "\ufb13 \u0587 \u0535\u0552", "\u13a0 \u13f8 \uab70", "\U00010400 \U00010428",
    "\u2adc \u2add\u0338", "\u0b47\u0b56 \u0b47\u0b3e \u09c7\u09d7", "\u0dd9\u0dcf\u0dca",
    "\U0001d15e \U0001d164", "\U0002f800 \uf900", "\u00a0\u2000\u2003\u202f\u3000",
    "\u2024\u2025\u2026 \u2047", "\u1e9b\u0323", "\u0061\u0345", "e\u0301\u0301\u0301",
    "\u0301alone", "\u0327\u0301\u0327", "\U0001f468\u200d\U0001f469\u200d\U0001f467",
]


def usable(scalar):
    return unicodedata.category(chr(scalar)) not in ("Cn", "Cs", "Cc", "Zl", "Zp")


def forms(text):
    result = {"text": text}
    for form in ("NFC", "NFKC"):
        plain = unicodedata.normalize(form, text)
        result[form] = plain
        result[form + "+fold"] = unicodedata.normalize(form, plain.casefold())
    result["fold"] = text.casefold()
    return result


def main():
    generator = random.Random(20261121)
    pool = [s for low, high in RANGES for s in range(low, high + 1) if usable(s)]
    marks = [s for s in pool if unicodedata.combining(chr(s))]
    joining = marks + list(range(0x1161, 0x1176)) + list(range(0x11A8, 0x11C3)) + [0x3099, 0x309A]
    strings = list(CHOSEN)
    for _ in range(420):
        text = ""
        for _ in range(generator.randrange(1, 12)):
            pick = generator.random()
            source = joining if pick < 0.4 else pool
            text += chr(generator.choice(source)) if pick < 0.9 else generator.choice("aeiou AEIOU")
        strings.append(text)
    # Every composite of the Latin, Greek and Cyrillic blocks, decomposed, in strings of twelve.
    composites = [
        s for low, high in RANGES for s in range(low, high + 1)
        if usable(s) and unicodedata.normalize("NFD", chr(s)) != chr(s)
    ]
    for start in range(0, len(composites), 12):
        part = "".join(map(chr, composites[start:start + 12]))
        strings.append(unicodedata.normalize("NFD", part))
    document = {
        "provenance": {
            "script": "Tools/golden/normalisation.py",
            "python": platform.python_version(),
            "unicode": unicodedata.unidata_version,
            "date": "2026-11-21",
        },
        "cases": [forms(text) for text in strings],
    }
    FIXTURE.parent.mkdir(parents=True, exist_ok=True)
    # One case a line, ASCII only, so that no editor normalises the fixture.
    lines = [json.dumps(case, ensure_ascii=True) for case in document["cases"]]
    FIXTURE.write_text(
        '{"provenance": ' + json.dumps(document["provenance"]) + ',\n"cases": [\n'
        + ",\n".join(lines) + "\n]}\n")
    print(f"{len(strings)} cases in {FIXTURE.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
