#!/usr/bin/env bash
# Builds, installs the peers, measures, writes docs/benchmarks.md.
#   bench/run.sh [--quick]
set -euo pipefail
cd "$(dirname "$0")/.."

bash scripts/setup.sh --peers
cmake --preset release -DTUNDISH_TESTS=OFF >/dev/null
cmake --build build/release -j "$(nproc)" --target tundish ort_process >/dev/null
build/peers/bin/python bench/make_workloads.py build/bench "$@"
build/peers/bin/python bench/measure.py build/bench build/release/bin/tundish docs/benchmarks.md "$@"
