#!/usr/bin/env bash
# Line coverage of one module by its own tests: scripts/coverage.sh [MODULE [LEAST_PERCENT]]
#
# Builds MODULE_test in build/coverage with gcc's counters, runs it, sums the lines of src/MODULE
# (default: wire) that are not tests, and fails when fewer than LEAST_PERCENT of 100 ran.
set -euo pipefail
cd "$(dirname "$0")/.."

module="${1:-wire}"
least="${2:-0}"
build="build/coverage"
mkdir -p "$build"
{
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_FLAGS="--coverage -O0" \
    -DCMAKE_CXX_COMPILER_LAUNCHER= && cmake --build "$build" -j "$(nproc)" --target "${module}_test"
} >"$build/build.log" 2>&1 || { tail -40 "$build/build.log"; exit 1; }
find "$build" -name '*.gcda' -delete
"$build/bin/${module}_test" </dev/null >"$build/tests.log" 2>&1 || {
  tail -40 "$build/tests.log"
  exit 1
}
python3 scripts/sum_coverage.py "$build" "src/$module" "$least"
