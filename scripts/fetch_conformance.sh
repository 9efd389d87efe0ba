#!/usr/bin/env bash
# Fetches ONNX's published cases into build/conformance: the data folder of the Python package onnx
# 1.22.0, whose checksum is pinned. Nothing is done when they are there.
#
#   scripts/fetch_conformance.sh
set -euo pipefail
cd "$(dirname "$0")/.."

version=1.22.0
sha256=1d0a2bdb15eb2b3cb65c438f3423d9620d14fdce32f92380e6bb1b2e09568ef5
target=build/conformance
if [ -f "$target/version" ] && [ "$(cat "$target/version")" = "$version" ]; then exit 0; fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --implementation cp \
  --python-version 3.11 --abi cp311 --platform manylinux_2_28_x86_64 --dest "$work" "onnx==$version"
wheel="$(ls "$work"/onnx-*.whl)"
if [ "$(sha256sum "$wheel" | cut -d' ' -f1)" != "$sha256" ]; then
  echo "fetch_conformance.sh: $wheel has another checksum than $sha256" >&2
  exit 1
fi
python3 - "$wheel" "$work/data" <<'PYTHON'
import sys
import zipfile

with zipfile.ZipFile(sys.argv[1]) as wheel:
    prefix = "onnx/backend/test/data/"
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if name.startswith(prefix)])
PYTHON
rm -rf "$target"
mkdir -p build
mv "$work/data/onnx/backend/test/data" "$target"
echo "$version" >"$target/version"
