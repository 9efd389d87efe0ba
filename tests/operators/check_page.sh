#!/usr/bin/env bash
# Whether docs/operators.md is what the program does; 77 where no Python has onnx.
#
#   tests/operators/check_page.sh PROBE
#
# Python: $TUNDISH_PEER_PYTHON, build/peers/bin/python or python3, the first that has the library.
set -euo pipefail
for python in "${TUNDISH_PEER_PYTHON:-}" build/peers/bin/python python3; do
  if [ -n "$python" ] && "$python" -c 'import onnx' 2>/dev/null; then
    exec "$python" scripts/update_operators_page.py --check "$1"
  fi
done
echo "skipped: no Python with onnx (scripts/setup.sh --peers)"
exit 77
