#!/usr/bin/env bash
# The release binary keeps its promises: at most 8.5 MB stripped, at most six shared objects, no C++
# runtime from outside, no path of the building machine inside. 77 when it has not been built.
set -euo pipefail
cd "$(dirname "$0")/.."

binary="${1:-build/release/bin/tundish}"
max_bytes=8500000
max_objects=6

if [ ! -x "$binary" ]; then
  echo "check_binary.sh: no $binary (cmake --preset release; cmake --build build/release)"
  exit 77
fi
faults=0
fault() { echo "$binary: $1"; faults=1; }

stripped="$(mktemp)"
trap 'rm -f "$stripped"' EXIT
strip -o "$stripped" "$binary"
bytes="$(stat -c %s "$stripped")"
[ "$bytes" -le "$max_bytes" ] || fault "$bytes bytes stripped, at most $max_bytes"

objects="$(readelf -d "$binary" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')"
count="$(printf '%s\n' "$objects" | grep -c .)"
[ "$count" -le "$max_objects" ] || fault "$count shared objects, at most $max_objects: $(echo $objects)"
if printf '%s\n' "$objects" | grep -qE 'libstdc\+\+|libgcc_s'; then fault "the C++ runtime is not linked in"; fi
if strings -a "$stripped" | grep -qF "$PWD/"; then fault "holds the path $PWD"; fi

[ "$faults" = 0 ] && echo "binary: $bytes bytes stripped, $count shared objects: $(echo $objects)"
exit "$faults"
