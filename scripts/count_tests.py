#!/usr/bin/env python3
"""Counts test cases in ctest's JUnit report and prints one line: N passed, N failed, N skipped.

    count_tests.py REPORT.xml...

A GoogleTest program counts case by case, from the lines it prints; one that ends before its summary
(a crash, a time-out) counts the cases that ended, and one failure. A Python unittest program counts
by its summary, a program that ends with such a line by that. Any other test counts as one. The
programs that failed are named before the line, with their failing cases. Exit status 1 when
something failed or nothing ran.
"""
import re
import sys
import xml.etree.ElementTree as ElementTree


def count_googletest(text, entry_passed):
    passed = len(re.findall(r"^\[       OK \] ", text, re.M))
    skipped = len(set(re.findall(r"^\[  SKIPPED \] (\S+) \(", text, re.M)))
    failed = len(set(re.findall(r"^\[  FAILED  \] ([^\s,]+).*\(\d+ ms\)$", text, re.M)))
    ended = re.search(r"^\[={10}\] \d+ tests? from \d+ test suites? ran\.", text, re.M)
    if not ended or (not entry_passed and failed == 0):
        failed += 1
    return passed, failed, skipped


def count_unittest(text, ran, entry_passed):
    numbers = dict(re.findall(r"(failures|errors|skipped)=(\d+)", text))
    failed = int(numbers.get("failures", 0)) + int(numbers.get("errors", 0))
    skipped = int(numbers.get("skipped", 0))
    if not entry_passed and failed == 0:
        failed = 1
    return max(ran - failed - skipped, 0), failed, skipped


def count_entry(entry):
    """(passed, failed, skipped) of one ctest entry."""
    text = entry.findtext("system-out") or ""
    skipped = entry.find("skipped")
    if skipped is not None:
        by_itself = skipped.get("message", "").startswith("SKIP_")
        return (0, 0, 1) if by_itself else (0, 1, 0)
    entry_passed = entry.get("status") == "run"
    if re.search(r"^\[={10}\] Running \d+ tests? from", text, re.M):
        return count_googletest(text, entry_passed)
    ran = re.search(r"^Ran (\d+) tests? in ", text, re.M)
    if ran:
        return count_unittest(text[ran.start():], int(ran.group(1)), entry_passed)
    counts = re.findall(r"^(\d+) passed, (\d+) failed, (\d+) skipped$", text, re.M)
    if counts and (entry_passed or int(counts[-1][1]) > 0):
        return tuple(int(number) for number in counts[-1])
    return (1, 0, 0) if entry_passed else (0, 1, 0)


def failing_cases(entry):
    """Names that the output of a failing program gives to what failed in it."""
    text = entry.findtext("system-out") or ""
    names = re.findall(r"^\[  FAILED  \] ([^\s,]+).*\(\d+ ms\)$", text, re.M)
    names += re.findall(r"^(?:FAIL|ERROR): (\S+)", text, re.M)
    return " ".join(dict.fromkeys(names)) or text.strip().rsplit("\n", 1)[-1][:200]


def main(paths):
    totals = [0, 0, 0]
    for path in paths:
        try:
            parts = []
            for entry in ElementTree.parse(path).getroot().iter("testcase"):
                parts.append(count_entry(entry))
                if parts[-1][1] > 0:
                    print("failed: %s: %s" % (entry.get("name"), failing_cases(entry)))
        except (OSError, ElementTree.ParseError) as error:
            print("count_tests.py: %s: %s" % (path, error), file=sys.stderr)
            parts.append((0, 1, 0))
        for part in parts:
            totals = [a + b for a, b in zip(totals, part)]
    print("%d passed, %d failed, %d skipped" % tuple(totals))
    return 0 if totals[1] == 0 and totals[0] > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
