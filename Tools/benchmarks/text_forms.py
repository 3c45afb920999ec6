"""The same strings in the forms that other programs read. Made before anything is timed, one string at a time."""
LENGTH = 32
PADDING = "`"


def strings(path):
    """The first 32 characters of each line, padded."""
    with open(path, encoding="utf-8", newline="\n") as text:
        for line in text:
            string = line.rstrip("\n")[:LENGTH]
            if PADDING in string:
                raise SystemExit(f"{path} contains the padding {PADDING}")
            yield string.ljust(LENGTH, PADDING)


def write_ngrams(source, target, order):
    """One n-gram a line, spaces as they are: what `sort | uniq -c` counts."""
    for string in strings(source):
        target.writelines(string[start:start + order] + "\n" for start in range(LENGTH - order + 1))


def write_tokens(source, target):
    """Characters as words between spaces, U+2581 for a space: what KenLM reads."""
    for string in strings(source):
        target.write(" ".join(string.replace(" ", "\u2581")) + "\n")
