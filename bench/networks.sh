#!/usr/bin/env bash
# The nine image networks of the onnx package (weights of one value) against ONNX Runtime, interleaved.
#   ORT_LIBRARY=libonnxruntime.so bench/networks.sh FOLDER_OF_LIGHT_MODELS [THREADS [SECONDS]]
# Each model is rewritten for the native engine first; ONNX Runtime loads the one that is published.
# Rows: network, p50 us, p99 us, ns a row, rows/s, CPU s per million rows, ns a row of ONNX Runtime, ratio.
set -euo pipefail
cd "$(dirname "$0")/.."
models=$1
threads=${2:-1}
seconds=${3:-2}
tundish=${TUNDISH:-build/release/bin/tundish}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One image of noise as .npy: float32 [1, 3, 224, 224], uniform on [-1, 1).
python3 - "$work/image.npy" <<'PY'
import array, random, struct, sys
random.seed(1)
header = "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3, 224, 224), }"
header += " " * (63 - (10 + len(header)) % 64) + "\n"
values = array.array("f", (random.uniform(-1, 1) for _ in range(3 * 224 * 224)))
with open(sys.argv[1], "wb") as out:
    out.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode())
    out.write(values.tobytes())
PY

for name in resnet50 densenet121 inception_v1 inception_v2 squeezenet shufflenet vgg19 bvlc_alexnet zfnet512; do
  source=$models/light_$name.onnx
  rewritten=$work/$name.onnx
  "$tundish" optimize "$source" -o "$rewritten" >/dev/null 2>&1 || cp "$source" "$rewritten"
  row=$("$tundish" bench "$rewritten" --peer-model "$source" --against ort --ort-library "$ORT_LIBRARY" \
    --input "$work/image.npy" --batch 1 --threads "$threads" --seconds "$seconds" | tail -1)
  printf '%-14s %s\n' "$name" "$row"
done
