#!/usr/bin/env bash
# Checks the files that onnx_exchange_test wrote with onnx's checker and ONNX Runtime.
#
#   tests/onnx/peers.sh FOLDER
#
# Python: $TUNDISH_PEER_PYTHON, build/peers/bin/python or python3, the first that has both libraries.
set -euo pipefail
for python in "${TUNDISH_PEER_PYTHON:-}" build/peers/bin/python python3; do
  if [ -n "$python" ] && "$python" -c 'import onnx, onnxruntime' 2>/dev/null; then
    exec "$python" tests/onnx/check_written.py "$1"
  fi
done
echo "skipped: no Python with onnx and onnxruntime (scripts/setup.sh --peers)"
exit 77
