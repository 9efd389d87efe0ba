#!/usr/bin/env bash
# Runs a script of this folder with a Python that has onnx and onnxruntime; 77 where there is none.
#
#   tests/onnx/peers.sh SCRIPT ARGUMENT...
#
# Python: $TUNDISH_PEER_PYTHON, build/peers/bin/python or python3, the first that has both libraries.
set -euo pipefail
for python in "${TUNDISH_PEER_PYTHON:-}" build/peers/bin/python python3; do
  if [ -n "$python" ] && "$python" -c 'import onnx, onnxruntime' 2>/dev/null; then
    exec "$python" "tests/onnx/$1" "${@:2}"
  fi
done
echo "skipped: no Python with onnx and onnxruntime (scripts/setup.sh --peers)"
exit 77
