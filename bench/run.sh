#!/usr/bin/env bash
# Builds, installs the peers, measures, writes docs/benchmarks.md and docs/benchmarks-networks.md.
#   bench/run.sh [--quick] [forests | networks]
set -euo pipefail
cd "$(dirname "$0")/.."

what="forests networks"
options=()
for word in "$@"; do
  case "$word" in
    forests | networks) what="$word" ;;
    --quick) options+=("$word") ;;
    *) echo "run.sh: unknown option $word" >&2; exit 2 ;;
  esac
done

bash scripts/setup.sh --peers --conformance
cmake --preset release -DTUNDISH_TESTS=OFF >/dev/null
cmake --build build/release -j "$(nproc)" --target tundish ort_process gemm_bench >/dev/null
python=build/peers/bin/python
if [[ "$what" == *forests* ]]; then
  "$python" bench/make_workloads.py build/bench "${options[@]+"${options[@]}"}"
  "$python" bench/measure.py build/bench build/release/bin/tundish docs/benchmarks.md "${options[@]+"${options[@]}"}"
fi
if [[ "$what" == *networks* ]]; then
  "$python" bench/make_networks.py build/bench_networks
  "$python" bench/measure_networks.py build/bench_networks build/release/bin/tundish build/release/bin/gemm_bench \
    build/conformance/light docs/benchmarks-networks.md "${options[@]+"${options[@]}"}"
fi
