#!/usr/bin/env bash
# Runs the published cases of the manifest; 77 where their data is not there.
#
#   tests/conformance/run.sh BINARY ARGUMENT...
#
# Data: $TUNDISH_ONNX_DATA, or build/conformance.
set -euo pipefail
data="${TUNDISH_ONNX_DATA:-build/conformance}"
if [ ! -d "$data/node" ]; then
  echo "skipped: no published cases (scripts/setup.sh --conformance)"
  exit 77
fi
exec "$1" --data "$data" --manifest tests/conformance/manifest.tsv "${@:2}"
