#!/usr/bin/env python3
"""Count how common bytes, pairs of bytes and texts of four bytes are in a sample.

    gram_frequency.py SAMPLE COMMON_GRAMS     write COMMON_GRAMS, and print the tables of frequency.rs

SAMPLE is a file of some 30 MB, drawn at random from what lies on disks: sources, documents, configuration, a little
base64 and hexadecimal. The prefilter chooses its anchors by these figures; wrong ones cost time, never a hit.
"""

import collections
import itertools
import math
import sys

PUNCTUATION = b"_-./: =\"'+$,\n@"
N_CLASSES = 37 + len(PUNCTUATION)
IN_GRAMS = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789_-./:= $+\"")
N_COMMON = 4000


def class_of(byte: int) -> int:
    """Letters of either case, then digits, then everything else, then some punctuation."""
    if chr(byte).isascii() and chr(byte).isalnum():
        return byte - 48 + 26 if byte < 58 else (byte | 0x20) - 97
    return 36 + PUNCTUATION.find(byte) + 1


def eighths(count: float, total: int) -> int:
    """How rare something is: minus the logarithm of its share, in eighths of a bit."""
    return min(255, round(-8 * math.log2(max(count, 0.5) / total)))


def common_grams(sample: bytes) -> str:
    """A line for each rarity, in steps of half a bit, and all texts that have it."""
    folded = sample.lower()
    grams = collections.Counter(folded[at : at + 4] for at in range(len(folded) - 3))
    usual = ((count, gram) for gram, count in grams.items() if IN_GRAMS.issuperset(gram) and len(set(gram)) > 1)
    lines = collections.defaultdict(list)
    for count, gram in sorted(usual, reverse=True)[:N_COMMON]:
        lines[(eighths(count, len(sample)) + 2) // 4 * 4].append(gram.decode())
    return "".join(f"{rarity}\t{''.join(sorted(grams))}\n" for rarity, grams in sorted(lines.items()))


def print_rows(name: str, values: list[int], per_row: int) -> None:
    print(f"// {name}")
    for at in range(0, len(values), per_row):
        print(f"[{', '.join(map(str, values[at : at + per_row]))}],")


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], "rb") as file:
        sample = file.read()
    with open(sys.argv[2], "w") as file:
        file.write(common_grams(sample))
    single = collections.Counter(sample)
    pairs = collections.Counter()
    for (first, second), count in collections.Counter(itertools.pairwise(sample)).items():
        pairs[class_of(first) * N_CLASSES + class_of(second)] += count
    print_rows("bytes", [eighths(single[byte], len(sample)) for byte in range(256)], 16)
    print_rows("pairs", [eighths(pairs[pair], len(sample)) for pair in range(N_CLASSES**2)], N_CLASSES)


if __name__ == "__main__":
    main()
