#!/usr/bin/env bash
# Installs what is missing, builds the program, and takes the model in examples/isolation_forest from
# scikit-learn's file to scored rows. The result lies in build/demo.
#
#   scripts/demo.sh [--print-commands] [--no-setup]
set -euo pipefail
cd "$(dirname "$0")/.."

example=examples/isolation_forest
out=build/demo
commands=(
  "tundish inspect $example/model.joblib | head -12"
  "tundish convert $example/model.joblib -o $out/model.onnx"
  "tundish run $out/model.onnx --input $example/rows.csv --output $out/scores.csv --force"
  "head -4 $out/scores.csv"
  "tundish check $out/model.onnx --against $example/model.joblib --data $example/rows.csv --expected $example/expected"
  "tundish bench $out/model.onnx --input $example/rows.csv --batch 1,100 --threads 1 --seconds 0.2"
)

setup=yes
for option in "$@"; do
  case "$option" in
    --print-commands) printf '%s\n' "${commands[@]}"; exit 0 ;;
    --no-setup) setup=no ;;
    -h | --help) sed -n '2,5s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) echo "demo.sh: unknown option $option" >&2; exit 2 ;;
  esac
done

if [ "$setup" = yes ]; then bash scripts/setup.sh; fi
mkdir -p build/release "$out"
{ cmake --preset release -DTUNDISH_TESTS=OFF && cmake --build build/release -j "$(nproc)" --target tundish; } \
  >build/release/build.log 2>&1 || { tail -40 build/release/build.log >&2; exit 1; }

PATH="$PWD/build/release/bin:$PATH"
for command in "${commands[@]}"; do
  printf '$ %s\n' "$command"
  bash -c "$command" </dev/null
  echo
done
