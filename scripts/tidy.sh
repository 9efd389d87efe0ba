#!/usr/bin/env bash
# Runs clang-tidy with the checks of .clang-tidy.
#
#   scripts/tidy.sh [--all | --sample] [--preset NAME] [FILE...]
#
# Without a file: the .cc files that differ from main; --all: every one; --sample: twelve, others each
# day. 77 when clang-tidy is not here or the preset is not configured.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev
scope=changed
files=()
while [ $# -gt 0 ]; do
  case "$1" in
    --all) scope=all ;;
    --sample) scope=sample ;;
    --preset) preset="${2:?--preset needs a name}"; shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "tidy.sh: unknown option $1" >&2; exit 2 ;;
    *) files+=("$1") ;;
  esac
  shift
done
if ! command -v clang-tidy >/dev/null || [ ! -e "build/$preset/compile_commands.json" ]; then
  echo "tidy.sh: no clang-tidy (scripts/setup.sh --lint) or no build/$preset (cmake --preset $preset)"
  exit 77
fi
if [ ${#files[@]} = 0 ]; then
  if [ "$scope" != changed ]; then
    mapfile -t files < <(find src examples -name '*.cc' ! -path '*/neon/*' ! -name '*_fuzzer.cc' | LC_ALL=C sort)
    if [ "$scope" = sample ] && [ ${#files[@]} -gt 12 ]; then
      every=$(((${#files[@]} + 11) / 12))
      first=$((10#$(date +%j) % every))
      all=("${files[@]}") files=()
      for ((at = first; at < ${#all[@]}; at += every)); do files+=("${all[at]}"); done
    fi
  else
    mapfile -t files < <({ git diff --name-only main -- 'src/*.cc'; git ls-files -o --exclude-standard 'src/*.cc'; } | sort -u)
  fi
fi
if [ ${#files[@]} = 0 ]; then echo "tidy: no file to look at"; exit 0; fi
# Without precompiled headers: a file that includes less than it uses is found.
mkdir -p build/tidy
sed -E 's/ -Winvalid-pch -include [^ ]*cmake_pch\.hxx//' "build/$preset/compile_commands.json" >build/tidy/compile_commands.json
status=0
printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "$(nproc)" clang-tidy -p build/tidy --quiet \
  --extra-arg=-Wno-unknown-warning-option --warnings-as-errors='*' \
  2> >(grep -vE 'warnings? (generated|treated)|^$' >&2) || status=1
[ "$status" = 0 ] && echo "tidy: ${#files[@]} files clean"
exit "$status"
