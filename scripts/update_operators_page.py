#!/usr/bin/env python3
"""Writes docs/operators.md: which operators, versions and element types load, and which do not.

    update_operators_page.py [--check] [--faults] [--ranks] [PROBE]

PROBE is build/dev/bin/operator_probe, which loads models. For every version of every operator in the
schemas of the Python package onnx (1.22), and for the operators of com.microsoft that we have, every type
of every type constraint is put into a model of one node. --check writes nothing and exits with 1 when the
page differs (77: no onnx). --faults shows what the refused probes were told. --ranks tries inputs of 0 to 5 axes
instead and shows what makes the program end or find a defect in itself.
"""
import itertools
import os
import re
import struct
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAGE = os.path.join(ROOT, "docs/operators.md")
sys.path.insert(0, os.path.join(ROOT, "tests/operators"))
try:
    import onnx
except ImportError:
    print("skipped: no Python package onnx")
    sys.exit(77)
if onnx.__version__ != "1.22.0":
    print("skipped: onnx is " + onnx.__version__)
    sys.exit(77)
import probes

SHORT = {"float": "f32", "double": "f64", "float16": "f16", "bfloat16": "bf16", "float8e4m3fn": "f8e4m3fn",
         "float8e4m3fnuz": "f8e4m3fnuz", "float8e5m2": "f8e5m2", "float8e5m2fnuz": "f8e5m2fnuz",
         "float8e8m0": "f8e8m0", "float4e2m1": "f4e2m1", "int64": "i64", "int32": "i32", "int16": "i16",
         "int8": "i8", "int4": "i4", "int2": "i2", "uint64": "u64", "uint32": "u32", "uint16": "u16",
         "uint8": "u8", "uint4": "u4", "uint2": "u2", "bool": "bool", "string": "string",
         "complex64": "c64", "complex128": "c128"}
ORDER = list(SHORT)
DOMAIN_TITLES = [("", "ai.onnx"), ("ai.onnx.ml", "ai.onnx.ml"),
                 ("ai.onnx.preview.training", "ai.onnx.preview.training"),
                 ("ai.onnx.preview", "ai.onnx.preview"), ("com.microsoft", "com.microsoft")]


def short(kind):
    """tensor(float) -> f32, seq(tensor(int64)) -> seq(i64)"""
    kind = kind.replace(" ", "")
    kind = re.sub(r"tensor\((\w+)\)", lambda m: SHORT[m.group(1)], kind)
    return kind


def rank(kind):
    inner = re.search(r"tensor\((\w+)\)", kind)
    return kind.count("("), kind.split("(")[0], ORDER.index(inner.group(1)) if inner else 0, kind


def answers_of(program, models):
    """Lines, and the exit status."""
    with tempfile.NamedTemporaryFile(suffix=".models") as file:
        for model in models:
            file.write(struct.pack("<I", len(model)))
            file.write(model)
        file.flush()
        done = subprocess.run([program, file.name], stdout=subprocess.PIPE)
    return done.stdout.decode("utf-8", "replace").splitlines(), done.returncode


def run_probes(program, models):
    lines, status = answers_of(program, models)
    if status != 0 or len(lines) != len(models):
        sys.exit("%s answered %d of %d models (exit %d)" % (program, len(lines), len(models), status))
    return lines


def find_out(program, schemas):
    """{(domain, name): {since: {parameter: {type: None or what was said}}}}, and how many models were tried.

    In rounds: what one model shows to load is not asked again."""
    open_probes = [(schema, parameter, kind, models)
                   for schema in schemas for parameter, kind, models in probes.probes_of(schema)]
    found = {}
    count = 0
    while open_probes:
        tried = []
        for probe in open_probes:
            model = next(probe[3], None)
            if model is not None:
                tried.append((probe, model))
        said = iter(run_probes(program, [model for _, model in tried if isinstance(model, bytes)]))
        open_probes = []
        for probe, model in tried:
            schema, parameter, kind, _ = probe
            answer = next(said) if isinstance(model, bytes) else model
            count += 1
            kinds = found.setdefault((schema.domain, schema.name), {}).setdefault(
                schema.since_version, {}).setdefault(parameter, {})
            if answer == "ok":
                kinds[kind] = None
            else:
                kinds.setdefault(kind, answer)
                open_probes.append(probe)
    return found, count


def row_of(name, versions):
    """One line of the table, and what is missing."""
    numbers = sorted(versions)
    newest = versions[numbers[-1]]
    held = []
    for parameter in newest:
        kinds = [short(k) for k in sorted(newest[parameter], key=rank) if newest[parameter][k] is None]
        held.append((parameter + ": " if parameter else "") + (", ".join(kinds) if kinds else "none"))
    missing = []
    for number in numbers:
        for parameter, kinds in versions[number].items():
            refused = [short(k) for k in sorted(kinds, key=rank) if kinds[k] is not None]
            if refused:
                missing.append((number, parameter, refused))
    texts = []
    for (parameter, refused), group in itertools.groupby(
            sorted(missing, key=lambda m: (m[1], m[2], m[0])), key=lambda m: (m[1], m[2])):
        at = [number for number, _, _ in group]
        where = "" if at == numbers else " (version " + ", ".join(map(str, at)) + ")"
        texts.append((parameter + ": " if parameter else "") + ", ".join(refused) + where)
    return "| %s | %s | %s | %s |" % (name, ", ".join(map(str, numbers)), "; ".join(held), "; ".join(texts)), \
        bool(missing)


def page_of(found):
    lines = ["# Operators", "",
             "Written by `scripts/update_operators_page.py`, which puts every type that a schema allows into a model",
             "of one node and loads it. Schemas: onnx 1.22.0, and ONNX Runtime 1.31 for `com.microsoft`.", "",
             "*Versions*: all opsets in which the operator changed; each was tried with all the types it had. *Types*",
             "are those of the newest version, by the names of its type constraints; f32 is float32, i8 int8, u4",
             "uint4, bf16 bfloat16, c64 complex64. *Not supported* names every type that some version allows and we",
             "refuse.", ""]
    summary = ["| Domain | Operators | Versions | Version and type | of these supported |", "|---|---|---|---|---|"]
    body = []
    for domain, title in DOMAIN_TITLES:
        operators = {name: versions for (where, name), versions in found.items() if where == domain}
        if not operators:
            continue
        answers = [said for versions in operators.values() for parameters in versions.values()
                   for kinds in parameters.values() for said in kinds.values()]
        summary.append("| %s | %d | %d | %d | %d |" % (
            title, len(operators), sum(map(len, operators.values())), len(answers), answers.count(None)))
        body += ["", "## " + title, "", "| Operator | Versions | Types | Not supported |", "|---|---|---|---|"]
        body += [row_of(name, operators[name])[0] for name in sorted(operators)]
    return "\n".join(lines + summary + body) + "\n"


def show_faults(found):
    for (domain, name), versions in sorted(found.items()):
        for number, parameters in sorted(versions.items()):
            for parameter, kinds in parameters.items():
                for kind, said in kinds.items():
                    if said is not None:
                        print("%s.%s-%d %s=%s: %s" % (domain, name, number, parameter, kind, said))


def try_ranks(program, schemas):
    """How many models end the program or make it find a defect in itself; each is shown."""
    faults = 0
    for axes in range(6):
        probes.RANKS = [axes]
        models = [("%s.%s-%d %s=%s, %d axes" % (schema.domain, schema.name, schema.since_version, parameter, kind,
                                                axes), model)
                  for schema in schemas for parameter, kind, candidates in probes.probes_of(schema)
                  for model in itertools.islice(candidates, 2) if isinstance(model, bytes)]
        while models:
            said, status = answers_of(program, [model for _, model in models])
            found = [(name, line) for (name, _), line in zip(models, said) if line.startswith("internal")]
            if status != 0:
                found.append((models[len(said)][0], "exit %d" % status))
            for name, line in found:
                print("%s: %s" % (name, line))
            faults += len(found)
            models = models[len(said) + 1:] if status != 0 else []
    return faults


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    program = os.path.abspath(words[0]) if words else os.path.join(ROOT, "build/dev/bin/operator_probe")
    if "--ranks" in sys.argv:
        return 1 if try_ranks(program, probes.all_schemas()) else 0
    found, count = find_out(program, probes.all_schemas())
    if "--faults" in sys.argv:
        show_faults(found)
        print("%d models" % count, file=sys.stderr)
        return 0
    text = page_of(found)
    if "--check" in sys.argv:
        old = open(PAGE, encoding="utf-8").read() if os.path.exists(PAGE) else ""
        if old != text:
            print("docs/operators.md is not what scripts/update_operators_page.py writes")
            return 1
        return 0
    with open(PAGE, "w", encoding="utf-8") as file:
        file.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
