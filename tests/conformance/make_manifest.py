#!/usr/bin/env python3
"""Writes manifest.tsv from the report of a run over all cases, and docs/conformance.md from that.

    make_manifest.py REPORT        REPORT is what `conformance --data DIR --report REPORT` wrote
    make_manifest.py --docs        only the page, from the manifest as it is

A case that a former manifest says passes may not become anything else here: mend the program instead.
"""
import collections
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
MANIFEST = HERE / "manifest.tsv"
PAGE = HERE.parent.parent / "docs" / "conformance.md"

RANDOM = "the record holds random draws of numpy's generator, which no rule over the model gives"
SKIPS = {f"test_bernoulli{form}{body}": RANDOM
         for form in ("", "_double", "_seed") for body in ("", "_expanded")}
LOOSE = {name: ("1e-3", "1e-6", "float32 rounding where the true value is 0; upstream's own tolerance")
         for name in ("test_dft_inverse", "test_dft_inverse_opset19")}
DENSE = ("2e-3", "1e-7", "data.json of the case")

# Cases that other engines pass, with the official tolerances: ONNX Runtime 1.31.1 as it comes and with
# released opsets only switched off, OpenVINO 2026.4.1 (CPU, f32, accuracy mode), the reference evaluator
# of onnx 1.22.0 with numpy 2.4.6 and Pillow 13; measured on 21 Nov 2026.
PEERS = {"node": (1617, 1679, 1390, 1751), "simple": (21, 21, 15, 21), "pytorch-converted": (59, 59, 82, 82),
         "pytorch-operator": (24, 24, 31, 35), "real": (9, 9, 8, 7)}


def read_rows(path):
    rows = [line.rstrip("\n").split("\t") for line in path.read_text().splitlines()]
    return [row for row in rows if row and row[0] and not row[0].startswith("#")]


def manifest_rows(report):
    before = {row[0]: row[2] for row in read_rows(MANIFEST)} if MANIFEST.exists() else {}
    rows = []
    for name, suite, state, fault in (row + [""] * (4 - len(row)) for row in report):
        rtol, atol, reason = LOOSE.get(name, ("", "", ""))
        if name == "test_densenet121":
            rtol, atol, reason = DENSE
        if name in SKIPS:
            state, reason = "skip", SKIPS[name]
        elif state == "fail":
            if before.get(name) == "pass":
                sys.exit(f"make_manifest.py: {name} passed before: {fault}")
            fault = fault.split("): ")[-1]
            reason = "not yet: " + fault[:70].replace("\t", " ")
        rows.append([name, suite, state, rtol, atol, reason])
    return rows


def page(rows):
    counts = collections.Counter((row[1], row[2]) for row in rows)
    lines = ["# Conformance", "",
             "Every published backend case of onnx 1.22.0 by the reference runner's own rules: shape and element type",
             "exactly, `|got - recorded| <= 1e-7 + 1e-3 |recorded|`. Each case runs in the reference engine and in the",
             "native one under each instruction set, with one and two threads, twice. `tests/conformance/manifest.tsv`",
             "has a line for each; this page is written from it by `tests/conformance/make_manifest.py`.", "",
             "| suite | cases | Tundish | ORT 1.31 | ORT, any opset | OpenVINO 2026.4 | reference evaluator |",
             "|---|---|---|---|---|---|---|"]
    totals = [0] * 6
    for suite, peers in PEERS.items():
        total = sum(count for (name, _), count in counts.items() if name == suite)
        numbers = [total, counts[suite, "pass"], *peers]
        totals = [a + b for a, b in zip(totals, numbers)]
        lines.append(f"| {suite} | " + " | ".join(f"{number:,}" for number in numbers) + " |")
    lines.append("| **all** | " + " | ".join(f"**{number:,}**" for number in totals) + " |")
    lines += ["", "## Not compared", ""]
    lines += [f"- `{row[0]}`: {row[5]}" for row in rows if row[2] == "skip"]
    lines += ["", "## Other tolerances", ""]
    lines += [f"- `{row[0]}`: rtol {row[3]}, atol {row[4]} ({row[5]})" for row in rows if row[3]]
    failing = [row for row in rows if row[2] == "fail"]
    if failing:
        lines += ["", f"## Not passing yet ({len(failing)})", ""]
        lines += [f"- `{row[0]}`: {row[5].removeprefix('not yet: ')}" for row in failing]
    return "\n".join(lines) + "\n"


def main(words):
    if words == ["--docs"]:
        rows = read_rows(MANIFEST)
    elif len(words) == 1:
        rows = manifest_rows(read_rows(pathlib.Path(words[0])))
        head = "# name, suite, pass|skip|fail, rtol, atol, reason; written by make_manifest.py\n"
        MANIFEST.write_text(head + "".join("\t".join(row).rstrip("\t") + "\n" for row in rows))
    else:
        sys.exit(__doc__)
    rows = [row + [""] * (6 - len(row)) for row in rows]
    PAGE.write_text(page(rows))


if __name__ == "__main__":
    main(sys.argv[1:])
