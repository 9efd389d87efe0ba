#!/usr/bin/env bash
# Installs what is missing, builds, runs the tests, and ends with one line: N passed, N failed, N skipped.
#
#   scripts/test.sh [--preset dev|asan|tsan|fuzz|release] [--full] [--label NAME] [--targets NAMES] [--no-setup]
#                   [CTEST-REGEX]
#
# --targets builds only these ("api_test runtime_test"). --full runs the tests labelled slow too. --label
# runs the tests of one label only. The counts are test cases, not test programs. Exit status: 0 when
# nothing failed, 1 otherwise.
set -euo pipefail
cd "$(dirname "$0")/.."

preset=dev
regex=
label=
targets=all
full=no
setup=yes
while [ $# -gt 0 ]; do
  case "$1" in
    --preset) preset="${2:?--preset needs a name}"; shift ;;
    --preset=*) preset="${1#*=}" ;;
    --label) label="${2:?--label needs a name}"; shift ;;
    --targets) targets="${2:?--targets needs names}"; shift ;;
    --full) full=yes ;;
    --no-setup) setup=no ;;
    -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 0 ;;
    -*) echo "test.sh: unknown option $1" >&2; exit 2 ;;
    *) regex="$1" ;;
  esac
  shift
done
case "$preset" in
  dev | asan | tsan | fuzz | release) ;;
  *) echo "test.sh: unknown preset $preset (dev, asan, tsan, fuzz, release)" >&2; exit 2 ;;
esac

jobs="$(nproc)"
build="build/$preset"
finish_early() {  # a failure before any test ran is one failed test
  echo "$1" >&2
  echo "0 passed, 1 failed, 0 skipped"
  exit 1
}

if [ "$setup" = yes ]; then
  bash scripts/setup.sh --tests || finish_early "test.sh: setup failed"
fi
mkdir -p "$build"
if ! cmake --preset "$preset" >"$build/configure.log" 2>&1; then
  cat "$build/configure.log" >&2
  finish_early "test.sh: configuring failed"
fi
# shellcheck disable=SC2086
cmake --build "$build" -j "$jobs" --target $targets || finish_early "test.sh: building failed"

# Memory mapped low enough for the sanitizers' shadow: newer kernels randomise more bits than gcc 12 expects.
runner=()
if [ "$preset" = tsan ] && setarch -R true 2>/dev/null; then runner=(setarch -R); fi

arguments=(--test-dir "$build" -j "$jobs" --output-on-failure --no-tests=error
  --output-junit "$PWD/$build/tests.xml"
  --test-output-size-passed 10000000 --test-output-size-failed 10000000)
if [ -n "$regex" ]; then arguments+=(-R "$regex"); fi
if [ -n "$label" ]; then arguments+=(-L "$label"); fi
if [ "$full" = no ]; then arguments+=(-LE '^slow$'); fi

status=0
report="$build/tests.xml"
rm -f "$report"
# What cannot be allocated is an error that the tests ask for, not one of theirs.
ASAN_OPTIONS="allocator_may_return_null=1:${ASAN_OPTIONS:-}" TSAN_OPTIONS="allocator_may_return_null=1:${TSAN_OPTIONS:-}" \
  UBSAN_OPTIONS="print_stacktrace=1:${UBSAN_OPTIONS:-}" \
  "${runner[@]+"${runner[@]}"}" ctest "${arguments[@]}" </dev/null || status=1
python3 scripts/count_tests.py "$report" || status=1
exit $status
