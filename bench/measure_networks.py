"""Measures the models of make_networks.py against ONNX Runtime and writes docs/benchmarks-networks.md.

    python measure_networks.py FOLDER TUNDISH GEMM_BENCH LIGHT_MODELS [PAGE] [--quick]

LIGHT_MODELS: the folder `light` of the published cases (scripts/setup.sh --conformance).

Each line is one `tundish bench MODEL --against ort`, interleaved rounds, always the same rows, so that inputs are
in the cache as far as they fit.
"""

import importlib.util
import json
import os
import pathlib
import statistics
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
    ("encoder_12x768", 1, None, 2 * 128 * 12 * (12 * 768**2 + 2 * 128 * 768)),
]
LEAST_FOR_TWO_THREADS_US = 200

# The image networks of the onnx package; their weights hold one value each.
IMAGES = ("resnet50", "densenet121", "inception_v1", "inception_v2", "squeezenet", "shufflenet", "vgg19",
          "bvlc_alexnet", "zfnet512")


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
        if path.stem.startswith(("gather", "encoder")):
            x = np.floor(np.abs(x) * 100)
        np.save(file, x.astype(np.float32))
    return file


def bench(tundish, path, batch, seconds, *options):
    words = [tundish, "bench", path, "--input", rows_of(path, batch), "--batch", batch, "--seconds", seconds, "--json",
             *options]
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measured(tundish, path, batch, seconds):
    report = bench(tundish, path, batch, seconds, "--against", "ort", "--ort-library", ort_library())
    peer = report["against"][0]
    return report, report["results"][0], peer["results"][0], peer["ratios"][0]


def with_external_weights(path):
    """The same model with its weights in a file of their own."""
    file = path.with_name(f"{path.stem}_external.onnx")
    if not file.exists():
        onnx.save(onnx.load(path), file, save_as_external_data=True, location=f"{file.stem}.data")
        np.save(file.with_name(f"{file.stem}_1.npy"), np.load(rows_of(path, 1)))
    return file


def opening(tundish, path, size, rounds):
    """Time from the path to a session that is ready, and what is resident after its first call."""
    loads = {"low": [], "fast": [], "peer": []}
    resident = {}
    for _ in range(rounds):
        for memory in ("low", "fast"):
            alone = bench(tundish, path, 1, 0.01, "--memory", memory)
            loads[memory].append(alone["load_ms"])
            resident[memory] = alone["model_rss_bytes"]
        both = bench(tundish, path, 1, 0.01, "--against", "ort", "--ort-library", ort_library())
        loads["peer"].append(both["against"][0]["load_ms"])
    peer = statistics.median(loads["peer"])
    lines = []
    for memory in ("low", "fast"):
        ours = statistics.median(loads[memory])
        lines.append(f"| {path.stem} | {memory} | {ours:.0f} | {peer:.0f} | {peer / ours:.1f} "
                     f"| {resident[memory] / 2**20:.0f} | {resident[memory] / size:.2f} |")
    return lines


def images(tundish, light, folder, seconds):
    """Each network as it is published, and as `tundish optimize` writes it, against ONNX Runtime on the published file."""
    lines, ratios = [], []
    rows = folder / "image_1.npy"
    np.save(rows, np.random.default_rng(1).uniform(-1, 1, [1, 3, 224, 224]).astype(np.float32))
    for name in IMAGES:
        source = light / f"light_{name}.onnx"
        written = folder / f"{name}.onnx"
        subprocess.run([tundish, "optimize", source, "-o", written, "--force"], check=True, capture_output=True)
        found = []
        for path in (source, written):
            words = [tundish, "bench", path, "--peer-model", source, "--input", rows, "--batch", 1, "--seconds", seconds,
                     "--against", "ort", "--ort-library", ort_library(), "--json"]
            done = subprocess.run([str(w) for w in words], capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout))
        ours, peer = found[1]["results"][0], found[1]["against"][0]
        ratio = peer["ratios"][0]
        ratios.append(ratio["median"])
        lines.append(f"| {name} | {ours['min_us'] / 1e3:.2f} | {peer['results'][0]['min_us'] / 1e3:.2f} | "
                     f"{ratio['median']:.2f} ({ratio['low']:.2f}-{ratio['high']:.2f}) | "
                     f"{found[0]['against'][0]['ratios'][0]['median']:.2f} |")
        print(lines[-1], flush=True)
    lines.append(f"| mean | | | {statistics.fmean(ratios):.2f} | |")
    return lines


def two_threads(tundish, path, batch, seconds, rounds=3):
    """One and two threads in turn, each a process of its own."""
    times = {1: [], 2: []}
    for _ in range(rounds):
        for threads in times:
            report = bench(tundish, path, batch, seconds / rounds, "--threads", threads)
            times[threads].append(report["results"][0]["p50_us"])
    one, two = (statistics.median(times[threads]) for threads in times)
    return f"| {path.stem} | {batch} | {one:.4g} | {two:.4g} | {one / two:.2f} |"


def line_of(name, batch, aim, work, found, peak):
    _, ours, peer, ratio = found
    mark = ""
    if aim is not None:
        mark = f"{aim}: {100 * min(9.99, ratio['median'] / aim):.0f} %"
    share = f"{100 * work / ours['min_us'] / 1e3 / peak:.0f} %" if work else ""
    return (f"| {name} | {batch} | {ours['min_us']:.4g} | {peer['min_us']:.4g} | {ratio['median']:.2f} "
            f"({ratio['low']:.2f}-{ratio['high']:.2f}) | {mark} | {share} |")


def both_peaks(gemm_bench):
    """The sum of the peaks that two processes reach at the same time, GFLOP/s."""
    running = [subprocess.Popen([gemm_bench, "peak"], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    texts = [process.communicate()[0] for process in running]
    return sum(float(text.split("peak ")[1].split()[0]) for text in texts)


def main():
    words = [w for w in sys.argv[1:] if not w.startswith("--")]
    folder, tundish, gemm_bench = pathlib.Path(words[0]), words[1], words[2]
    light = pathlib.Path(words[3])
    page = pathlib.Path(words[4]) if len(words) > 4 else None
    seconds = 0.2 if "--quick" in sys.argv else 1
    peaks = subprocess.run([gemm_bench, "peak"], capture_output=True, text=True, check=True).stdout.split("\n")
    peak = float(peaks[0].split("peak ")[1].split()[0])
    lines, doubled = [], []
    for name, batch, aim, work in LINES:
        found = measured(tundish, folder / f"{name}.onnx", batch, seconds)
        lines.append(line_of(name, batch, aim, work, found, peak))
        print(lines[-1], flush=True)
        if found[1]["min_us"] > LEAST_FOR_TWO_THREADS_US:
            doubled.append(two_threads(tundish, folder / f"{name}.onnx", batch, seconds))
            print(doubled[-1], flush=True)
    networks = images(tundish, light, folder, seconds)
    encoder = folder / "encoder_12x768.onnx"
    opened = []
    for path in (encoder, with_external_weights(encoder)):
        opened += opening(tundish, path, encoder.stat().st_size, 1 if "--quick" in sys.argv else 3)
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
    tail = f"""
Two threads: the median call of processes with one thread and with two, in turn. The same peak measured by two processes at
once is {both_peaks(gemm_bench) / peak:.2f} times that of one here, which bounds what is compute.

| model | rows | one thread, us | two threads, us | times as fast |
|---|---|---|---|---|
{chr(10).join(doubled)}

Image networks, milliseconds a picture of 3 x 224 x 224, one thread: as `tundish optimize` writes them, and opened as published.
ONNX Runtime has the published file in both columns of ratios.

| network | ours, ms | ONNX Runtime, ms | ratio, optimized | ratio, as published |
|---|---|---|---|---|
{chr(10).join(networks)}

Opening: from the path to a session that is ready, the file in the page cache; resident: what the process holds of it after
its first call, and as a share of the file. Inside an .onnx file weights begin at any byte, and those whose address their type
does not allow are copied; in a file of their own (`external`) all are read where they lie.

| model | memory | ours, ms | ONNX Runtime, ms | ratio | resident, MB | of the file |
|---|---|---|---|---|---|---|
{chr(10).join(opened)}
"""
    print(tail)
    if page is not None:
        page.write_text(head + "\n".join(lines) + "\n" + tail)


if __name__ == "__main__":
    main()
