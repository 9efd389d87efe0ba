"""Measures the models of make_networks.py against ONNX Runtime and writes docs/benchmarks-networks.md.

    python measure_networks.py FOLDER TUNDISH GEMM_BENCH [PAGE] [--quick]

Each line is one `tundish bench MODEL --against ort`, interleaved rounds, always the same rows, so that inputs are
in the cache as far as they fit.
"""

import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import onnx

# Model, rows of a call, aim (times as fast as ONNX Runtime), work in GFLOP or None.
LINES = [
    ("identity", 1, 20, None),
    ("mlp_29_64_32_2", 1, 25, None),
    ("mlp_29_64_32_2", 1000, 2.8, None),
    ("matmul_768x768", 128, 1, 2 * 128 * 768 * 768),
    ("matmul_768x3072", 128, 1, 2 * 128 * 768 * 3072),
    ("matmul_3072x768", 128, 1, 2 * 128 * 768 * 3072),
    ("matmul_512x512", 512, 1, 2 * 512**3),
    ("matmul_768x768", 16, 1, 2 * 16 * 768 * 768),
    ("matmul_768x768", 4, 1, 2 * 4 * 768 * 768),
    ("matmul_768x768", 1, 1, 2 * 768 * 768),
    ("matmul_cold_768x3072", 12, 1.25, 2 * 16 * 12 * 768 * 3072),
    ("matmul_cold_768x3072", 16, 1.25, 2 * 16 * 16 * 768 * 3072),
    ("matmul_bias_gelu_768x3072", 128, 1.3, 2 * 128 * 768 * 3072),
    ("matmul_bias_skip_norm_768x768", 128, 1.3, 2 * 128 * 768 * 768),
    ("elementwise_6", 1000, 2.5, None),
    ("layer_norm_768", 128, 2, None),
    ("softmax_768", 128, 2, None),
    ("gelu_768", 128, 2, None),
    ("gelu_tanh_768", 128, None, None),
    ("erf_768", 128, None, None),
    ("tanh_768", 128, None, None),
    ("sigmoid_768", 128, None, None),
    ("lstm_128", 50, 1.5, None),
    ("gru_128", 50, None, None),
    ("attention_128x768", 1, None, 4 * 128 * 128 * 768),
    ("add_row_768", 128, None, None),
    ("mul_self_1000", 1000, None, None),
    ("clip_768", 128, None, None),
    ("pow2_768", 128, None, None),
    ("reduce_mean_768", 128, None, None),
    ("reduce_sum_rows_768", 128, None, None),
    ("softmax_axis1_12x128", 1, None, None),
    ("transpose_heads", 1, None, None),
    ("transpose_keys", 1, None, None),
    ("transpose_2d_768", 768, None, None),
    ("gather_768", 1, None, None),
    ("cast_768", 128, None, None),
    ("concat_768", 128, None, None),
]


def ort_library():
    if "TUNDISH_ORT_LIBRARY" in os.environ:
        return os.environ["TUNDISH_ORT_LIBRARY"]
    package = importlib.util.find_spec("onnxruntime")
    found = sorted((pathlib.Path(package.origin).parent / "capi").glob("libonnxruntime.so*"))
    return str(found[0])


def rows_of(path, batch):
    """The file of this many rows for a model, made when it is not there."""
    file = path.with_name(f"{path.stem}_{batch}.npy")
    if not file.exists():
        dims = onnx.load(path).graph.input[0].type.tensor_type.shape.dim
        x = np.random.default_rng(1).standard_normal([batch, *(d.dim_value for d in dims[1:])])
        if path.stem.startswith("gather"):
            x = np.floor(np.abs(x) * 100)
        np.save(file, x.astype(np.float32))
    return file


def measured(tundish, path, batch, seconds):
    words = [tundish, "bench", path, "--input", rows_of(path, batch), "--batch", batch, "--against", "ort",
             "--ort-library", ort_library(), "--seconds", seconds, "--json"]
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True)
    report = json.loads(done.stdout)
    peer = report["against"][0]
    return report, report["results"][0], peer["results"][0], peer["ratios"][0]


def line_of(name, batch, aim, work, found, peak):
    _, ours, peer, ratio = found
    mark = ""
    if aim is not None:
        mark = f"{aim}: {100 * min(9.99, ratio['median'] / aim):.0f} %"
    share = f"{100 * work / ours['min_us'] / 1e3 / peak:.0f} %" if work else ""
    return (f"| {name} | {batch} | {ours['min_us']:.4g} | {peer['min_us']:.4g} | {ratio['median']:.2f} "
            f"({ratio['low']:.2f}-{ratio['high']:.2f}) | {mark} | {share} |")


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("--")]
    folder, tundish, gemm_bench = pathlib.Path(words[0]), words[1], words[2]
    page = pathlib.Path(words[3]) if len(words) > 3 else None
    seconds = 0.2 if "--quick" in sys.argv else 1
    peaks = subprocess.run([gemm_bench, "peak"], capture_output=True, text=True, check=True).stdout.split("\n")
    peak = float(peaks[0].split("peak ")[1].split()[0])
    lines = []
    for name, batch, aim, work in LINES:
        found = measured(tundish, folder / f"{name}.onnx", batch, seconds)
        lines.append(line_of(name, batch, aim, work, found, peak))
        print(lines[-1], flush=True)
    report = found[0]
    machine = report["machine"]
    head = f"""# Benchmarks: operators and small networks

Written by `bench/measure_networks.py`; the models are those of `bench/make_networks.py`. Microseconds are the least of all
calls; a ratio is ONNX Runtime's time divided by ours, the median of interleaved rounds, in brackets the least and the
largest. One thread, both through their C or C++ interface, float32, inputs in the cache as far as they fit. `of peak` is the
share of the multiply-add peak. What bounds a line and what was tried is in `docs/kernels.md`.

{machine["cpu"]}, {machine["cores"]} cores, load {machine["load1"]} at the end; tundish {report["engine"]["version"]}
({report["engine"]["isa"]}), ONNX Runtime {report["against"][0]["engine"]["version"]}. {peaks[0]}; {peaks[1]}.

| model | rows | ours, us | ONNX Runtime, us | ratio | mark | of peak |
|---|---|---|---|---|---|---|
"""
    if page is not None:
        page.write_text(head + "\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
