#!/usr/bin/env bash
# Puts the demo's output as it is now between the markers in README.md.
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/demo.sh --no-setup >build/demo.txt
python3 - build/demo.txt <<'PYTHON'
import re, sys

with open(sys.argv[1], encoding="utf-8") as file:
    lines = [line.rstrip() for line in file]
shown = "<!-- demo -->\n```text\n" + "\n".join(lines).strip() + "\n```\n<!-- end -->"
with open("README.md", encoding="utf-8") as file:
    text = file.read()
text = re.sub(r"<!-- demo -->\n.*?<!-- end -->", lambda match: shown, text, flags=re.S)
with open("README.md", "w", encoding="utf-8") as file:
    file.write(text)
PYTHON
