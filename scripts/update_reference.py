#!/usr/bin/env python3
"""Writes docs/reference/cli.md, formats.md and passes.md from what the program says of itself.

    update_reference.py [--check] [PROGRAM]

--check writes nothing and exits with 1 when a page differs.
"""
import os
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def said(program, *words):
    return subprocess.run([program] + list(words), check=True, stdout=subprocess.PIPE).stdout.decode("utf-8")


def cli_page(program):
    overview = said(program, "--help")
    names = [line.split()[0] for line in overview.split("commands:\n")[1].split("\n\n")[0].splitlines()]
    page = "# Command line\n\nWritten by `scripts/update_reference.py` from the program's own help.\n"
    page += "Exit statuses: [errors](errors.md). Documents of `--json`: [json](json.md).\n"
    for name in names:
        page += "\n## %s\n\n```text\n%s```\n" % (name, said(program, name, "-h"))
    return page


def formats_page(program):
    page = "# What is read\n\nWritten by `scripts/update_reference.py` from `tundish formats`.\n"
    return page + "\n```text\n%s```\n" % said(program, "formats")


def passes_page(program):
    page = "# Rewrites\n\nWritten by `scripts/update_reference.py` from `tundish optimize --passes`, in the order of the\n"
    page += "pipeline.\n"
    page += "`file`: when a file is made. `portable`: also when the native engine opens a model. `engine`: only then,\n"
    page += "or with `--target native`.\n\n| Pass | Stage | Exact | What it does |\n|---|---|---|---|\n"
    for line in said(program, "optimize", "--passes").splitlines():
        head, text = line.split(": ", 1)
        name, kind = head.rstrip(")").split(" (")
        stage, exact = kind.split(", ")
        page += "| `%s` | %s | %s | %s |\n" % (name, stage, "yes" if exact == "exact" else "no", text)
    return page


def main():
    words = [word for word in sys.argv[1:] if word != "--check"]
    program = os.path.abspath(words[0]) if words else os.path.join(ROOT, "build/dev/bin/tundish")
    stale = []
    for name, text in (("cli", cli_page(program)), ("formats", formats_page(program)), ("passes", passes_page(program))):
        path = os.path.join(ROOT, "docs/reference", name + ".md")
        old = None
        if os.path.exists(path):
            with open(path, encoding="utf-8") as file:
                old = file.read()
        if old == text:
            continue
        stale.append(path)
        if "--check" not in sys.argv:
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
    if "--check" in sys.argv and stale:
        sys.exit("run scripts/update_reference.py: %s" % ", ".join(os.path.relpath(path, ROOT) for path in stale))


if __name__ == "__main__":
    main()
