#!/usr/bin/env bash
# Formats every C++ file with clang-format, or with --check says which ones would change.
#
# Versions of clang-format differ in details; the tree follows version 14 (Debian 12, Ubuntu 22.04).
# With --check and another version, or none, the answer is 77: not checked.
set -euo pipefail
cd "$(dirname "$0")/.."

tool=
for candidate in clang-format-14 clang-format; do
  if command -v "$candidate" >/dev/null && "$candidate" --version | grep -q 'version 14\.'; then
    tool="$candidate"
    break
  fi
done
if [ -z "$tool" ]; then
  echo "format.sh: clang-format 14 is not here (scripts/setup.sh --lint)"
  exit 77
fi

folders=()
for folder in include src tests examples bench; do
  if [ -d "$folder" ]; then folders+=("$folder"); fi
done
mapfile -t files < <(find "${folders[@]}" -path tests/golden -prune -o \
  \( -name '*.h' -o -name '*.cc' -o -name '*.c' \) -print | sort)
if [ "${1:-}" = --check ]; then
  "$tool" --dry-run --Werror "${files[@]}" && echo "format: ${#files[@]} files as clang-format writes them"
else
  "$tool" -i "${files[@]}"
fi
