#!/usr/bin/env python3
"""Sums gcc's line counters: sum_coverage.py BUILD FOLDER LEAST_PERCENT

A line that several programs compiled counts as run when it ran in any of them; a file that no program
linked counts as not run.
"""
import json
import os
import subprocess
import sys


def counters(build):
    for place, _, files in os.walk(build):
        for name in files:
            if name.endswith(".gcno"):
                yield os.path.join(place, name)


def inside(root, compiled_in, path):
    """The path from the root; gcc writes it from the folder it ran in or, where that is mapped, from the root."""
    for base in (compiled_in, root):
        full = os.path.normpath(os.path.join(base, path))
        if full.startswith(root + os.sep) and os.path.exists(full):
            return os.path.relpath(full, root)
    return path


def main(build, folder, least):
    root = os.getcwd()
    ran = {}
    for path in counters(os.path.abspath(build)):
        done = subprocess.run(["gcov", "--json-format", "--stdout", path], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, cwd=os.path.dirname(path), check=False)
        for text in done.stdout.splitlines():
            report = json.loads(text)
            for file in report.get("files", []):
                name = inside(root, report.get("current_working_directory", root), file["file"])
                if not name.startswith(folder + "/") or name.endswith(("_test.cc", "_fuzzer.cc")):
                    continue
                lines = ran.setdefault(name, {})
                for line in file["lines"]:
                    number = line["line_number"]
                    lines[number] = lines.get(number, 0) + line["count"]
    ran = {name: lines for name, lines in ran.items() if lines}
    total = sum(len(lines) for lines in ran.values())
    if total == 0:
        print("coverage: no counted line in %s" % folder)
        return 1
    hit = 0
    for name in sorted(ran):
        count = sum(1 for times in ran[name].values() if times)
        hit += count
        missed = [number for number in sorted(ran[name]) if not ran[name][number]]
        print("%6.1f %%  %s%s" % (100.0 * count / len(ran[name]), name,
                                 "  not run: %s" % ", ".join(map(str, missed[:12])) if missed else ""))
    percent = 100.0 * hit / total
    print("coverage of %s: %.1f %% of %d lines (at least %s %%)" % (folder, percent, total, least))
    return 0 if percent >= float(least) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
