#!/usr/bin/env bash
# Builds the fuzzers (clang, AddressSanitizer and UndefinedBehaviorSanitizer) and runs each for a while.
#
#   scripts/fuzz.sh [--seconds N] [NAME...]
#
# Seeds come from tests/fuzz/corpus/NAME; what is found new goes to build/fuzz/corpus/NAME. Ends with
# one line: N passed, N failed, N skipped (a fuzzer that found nothing has passed).
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60
names=()
while [ $# -gt 0 ]; do
  case "$1" in
    --seconds) seconds="${2:?--seconds needs a number}"; shift ;;
    -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "fuzz.sh: unknown option $1" >&2; exit 2 ;;
    *) names+=("$1") ;;
  esac
  shift
done
if ! command -v clang++ >/dev/null; then
  echo "fuzz.sh: no clang++ (scripts/setup.sh --fuzz)"
  exit 77
fi
mkdir -p build/fuzz
{ cmake --preset fuzz && cmake --build build/fuzz -j "$(nproc)" --target fuzzers; } >build/fuzz/build.log 2>&1 || {
  tail -40 build/fuzz/build.log
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
}
if [ ${#names[@]} = 0 ]; then
  mapfile -t names < <(find build/fuzz/bin -name '*_fuzzer' -printf '%f\n' 2>/dev/null | sort)
fi
if [ ${#names[@]} = 0 ]; then echo "fuzz.sh: no fuzzer yet"; exit 77; fi

run_one() {
  local name="$1" found="build/fuzz/corpus/$1" seeds=()
  mkdir -p "$found" "build/fuzz/crashes"
  if [ -d "tests/fuzz/corpus/${name%_fuzzer}" ]; then seeds=("tests/fuzz/corpus/${name%_fuzzer}"); fi
  "build/fuzz/bin/$name" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=1 \
    -artifact_prefix="build/fuzz/crashes/$name-" "$found" "${seeds[@]+"${seeds[@]}"}" >"build/fuzz/$name.log" 2>&1
}

passed=0 failed=0 workers="$(nproc)"
for ((at = 0; at < ${#names[@]}; at += workers)); do
  pids=()
  for name in "${names[@]:at:workers}"; do
    run_one "$name" &
    pids+=($!)
  done
  for place in "${!pids[@]}"; do
    name="${names[at + place]}"
    if wait "${pids[place]}"; then
      passed=$((passed + 1))
      echo "$name: nothing found, $(sed -n 's/^stat::number_of_executed_units: *//p' "build/fuzz/$name.log") inputs"
    else
      failed=$((failed + 1))
      echo "$name: FAILED"
      tail -40 "build/fuzz/$name.log"
    fi
  done
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
