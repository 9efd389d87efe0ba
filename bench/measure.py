"""Measures every workload against every peer and writes the table of docs/benchmarks.md.

    python measure.py FOLDER TUNDISH OUT.md [--quick]
"""

import datetime
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import textwrap
import time

HERE = pathlib.Path(__file__).parent

# Marks: how many times our time the peer takes; scikit-learn, ONNX Runtime on skl2onnx's file, ONNX
# Runtime through C on the best fused file.
MARKS = {
    ("iforest_200x8", 1): (5000, 1000, 8),
    ("iforest_200x8", 100): (150, 80, 13),
    ("iforest_200x8", 1000): (20, 70, 18),
    ("iforest_200x8", 10000): (20, 70, 18),
    ("iforest_300x25", 1): (5000, 1000, 8),
    ("iforest_300x25", 10000): (16, 60, 15),
    ("scaler_iforest_100x8", 1): (5000, 1000, 9),
    ("scaler_iforest_100x8", 10000): (18, 60, 18),
}
PROCESS_MARKS = {"first answer": (200, 400, 8), "file into file": (60, 400, 8)}


class Bench:
    def __init__(self, folder, tundish, quick):
        self.folder = pathlib.Path(folder)
        self.tundish = str(pathlib.Path(tundish).resolve())
        self.quick = quick
        self.ort = self.ort_library()
        self.lines = []

    def ort_library(self):
        import onnxruntime

        capi = pathlib.Path(onnxruntime.__file__).parent / "capi"
        return str(sorted(capi.glob("libonnxruntime.so*"))[0])

    def run(self, *words, **more):
        return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True, **more)

    def bench(self, place, model, batches, threads=1, against=None, peer=None, seconds=None):
        words = [self.tundish, "bench", place / model, "--input", place / "X.npy", "--threads", threads,
                 "--batch", ",".join(map(str, batches)), "--json", "--python", sys.executable,
                 "--ort-library", self.ort, "--seconds", seconds or (0.3 if self.quick else 1.0)]
        if against:
            words += ["--against", against, "--peer-model", place / peer]
        return json.loads(self.run(*words).stdout)

    def convert(self, place):
        self.run(self.tundish, "convert", place / "model.joblib", "-o", place / "model.onnx", "--force")

    def ratios(self, place, batches):
        """Per batch size: our ns per row and the ratio of each peer (median, low, high)."""
        rows = {}
        plans = [("sklearn", "model.joblib", "scikit-learn", 1.0), ("ort", "fused32.onnx", "fused float32", 1.0),
                 ("ort", "model.onnx", "our own file", 1.0)]
        if (place / "converted.onnx").exists():
            plans.insert(1, ("ort", "converted.onnx", "skl2onnx", 1.0))
        for against, peer, label, seconds in plans:
            report = self.bench(place, "model.onnx", batches, against=against, peer=peer,
                                seconds=0.3 if self.quick else seconds)
            for ours, ratio in zip(report["results"], report["against"][0]["ratios"]):
                entry = rows.setdefault(ours["batch"], {"ns": [], "us": []})
                entry["ns"].append(ours["ns_per_row"])
                entry["us"].append(ours["p50_us"])
                entry[label] = ratio
            self.last = report
        return rows

    def processes(self, commands, rounds):
        """Interleaved wall times of whole processes; label -> list of seconds."""
        times = {label: [] for label in commands}
        for turn in range(rounds + 1):
            for label, words in commands.items():
                begin = time.perf_counter()
                subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
                if turn > 0:
                    times[label].append(time.perf_counter() - begin)
        return times

    def say(self, text=""):
        self.lines.append(text)
        print(text, file=sys.stderr)


def shown(ratio, mark):
    if ratio is None:
        return "-"
    text = f"{ratio['median']:.3g}x ({ratio['low']:.3g}-{ratio['high']:.3g})"
    if mark is None:
        return text
    share = ratio["median"] / mark
    return f"{text}, mark {mark}: {share:.0%}"


def best(entries):
    """The hardest peer of several: the one with the smallest ratio."""
    known = [entry for entry in entries if entry is not None]
    return min(known, key=lambda entry: entry["median"]) if known else None


def table_of_workload(bench, name, batches):
    place = bench.folder / name
    bench.convert(place)
    rows = bench.ratios(place, batches)
    bench.say(f"\n### {name}\n")
    kernels = "; ".join(kernel["kernel"] for kernel in bench.last.get("kernels", []))
    bench.say(f"File {os.path.getsize(place / 'model.onnx')} bytes (joblib {os.path.getsize(place / 'model.joblib')}), "
              f"load {bench.last['load_ms']:.2f} ms, memory of the model {bench.last['model_rss_bytes'] / 1e6:.1f} MB, "
              f"kernel {kernels or 'see `bench -v`'}.\n")
    bench.say("| rows a call | ours, us a call | ours, ns a row | scikit-learn / ours | ORT on skl2onnx's file / ours "
              "| ORT C API on the best fused file / ours |")
    bench.say("|---|---|---|---|---|---|")
    for batch, row in rows.items():
        marks = MARKS.get((name, batch), (None, None, None))
        fused = best([row.get("fused float32"), row.get("our own file")])
        bench.say(f"| {batch} | {statistics.median(row['us']):.4g} | {statistics.median(row['ns']):.4g} | "
                  f"{shown(row.get('scikit-learn'), marks[0])} | {shown(row.get('skl2onnx'), marks[1])} | "
                  f"{shown(fused, marks[2])} |")


def threads_table(bench):
    place = bench.folder / "iforest_200x8"
    one = bench.bench(place, "model.onnx", [10000], threads=1)["results"][0]
    two = bench.bench(place, "model.onnx", [10000], threads=2)["results"][0]
    ratio = one["p50_us"] / two["p50_us"]
    bench.say(f"\nTwo threads, 10,000 rows (iforest_200x8): {one['p50_us']:.0f} us with one, {two['p50_us']:.0f} us with "
              f"two, {ratio:.2f}x as fast (mark 1.8).")


def process_table(bench):
    place = bench.folder / "iforest_200x8"
    ort_process = pathlib.Path(bench.tundish).parent / "ort_process"
    out = place / "scores.npy"
    one_row = place / "one.npy"
    import numpy as np

    np.save(one_row, np.load(place / "X.npy")[:1])
    peers = HERE / "peers"
    python = sys.executable
    tundish = [bench.tundish, "run", place / "model.onnx", "--method", "decision_function", "--threads", 1]
    first = {"tundish": tundish + ["--input", one_row],
             "scikit-learn": [python, peers / "sklearn_once.py", place / "model.joblib", one_row]}
    whole = {"tundish": tundish + ["--input", place / "X.npy", "--output", out, "--force"],
             "scikit-learn": [python, peers / "sklearn_file.py", place / "model.joblib", place / "X.npy", out]}
    if (place / "converted.onnx").exists():
        first["skl2onnx"] = [python, peers / "ort_once.py", place / "converted.onnx", one_row]
        whole["skl2onnx"] = [python, peers / "ort_file.py", place / "converted.onnx", place / "X.npy", out]
    first["ORT, C"] = [ort_process, bench.ort, place / "fused32.onnx", one_row]
    whole["ORT, C"] = [ort_process, bench.ort, place / "fused32.onnx", place / "X.npy", place / "scores.bin"]
    bench.say("\n### Whole processes (iforest_200x8)\n")
    bench.say("| | ours, ms | scikit-learn / ours | Python with ORT on skl2onnx's file / ours "
              "| C program with ORT on the fused file / ours |")
    bench.say("|---|---|---|---|---|")
    for label, commands in (("first answer", first), ("file into file", whole)):
        times = bench.processes(commands, 3 if bench.quick else 7)
        ours = times["tundish"]
        cells = []
        for peer, mark in zip(("scikit-learn", "skl2onnx", "ORT, C"), PROCESS_MARKS[label]):
            ratio = None
            if peer in times:
                each = sorted(theirs / mine for theirs, mine in zip(times[peer], ours))
                ratio = {"median": statistics.median(each), "low": each[0], "high": each[-1]}
            cells.append(shown(ratio, mark))
        name = "process start to first answer" if label == "first answer" else "10,000 rows, file into file"
        bench.say(f"| {name} | {statistics.median(ours) * 1e3:.2f} | {' | '.join(cells)} |")
    convert = bench.processes({"tundish": [bench.tundish, "convert", place / "model.joblib", "-o",
                                           place / "again.onnx", "--force"]}, 5)["tundish"]
    seconds = place / "skl2onnx_seconds.txt"
    if seconds.exists():
        theirs = float(seconds.read_text())
        bench.say(f"\nConversion with all its checks, process included: {statistics.median(convert) * 1e3:.0f} ms; "
                  f"skl2onnx took {theirs:.1f} s (in a running Python, without checks): "
                  f"{theirs / statistics.median(convert):.0f}x (mark 150).")
    # A process that Python starts is charged with Python's own memory; time's is small.
    usage = bench.run("/usr/bin/time", "-f", "%M", *whole["tundish"]).stderr.splitlines()[-1]
    bench.say(f"\nResident memory of the process that scores the file: {int(usage) / 1024:.1f} MB at most "
              f"(mark: model {os.path.getsize(place / 'model.onnx') / 1e6:.1f} MB + 8 MB). Binary: "
              f"{os.path.getsize(bench.tundish) / 1e6:.2f} MB (mark 6 MB).")


def wrapped(line):
    if line.lstrip().startswith(("|", "#")):
        return line
    text = textwrap.fill(line.strip(), 125, break_long_words=False, break_on_hyphens=False)
    return "\n" + text if line.startswith("\n") else text


def main():
    folder, tundish, out = sys.argv[1:4]
    bench = Bench(folder, tundish, "--quick" in sys.argv)
    import onnxruntime
    import sklearn

    cpu = next((line.split(": ")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    isa = bench.run(bench.tundish, "--version").stdout.splitlines()
    bench.say("# Benchmarks")
    bench.say("\nWritten by `bench/run.sh`. A ratio is the peer's time divided by ours: the median of interleaved rounds, "
              "in brackets the least and the largest. One thread unless said. `mark` is the aim and the share of it that "
              "is reached. The kernels and what was tried are described in `docs/kernels.md`.\n")
    bench.say(f"{datetime.date.today()}, {cpu}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start; "
              f"{isa[0]}, {isa[1]}; scikit-learn {sklearn.__version__}, ONNX Runtime {onnxruntime.__version__}, "
              f"skl2onnx as pinned in `scripts/peers.txt`, Python {platform.python_version()}.")
    bench.say("\n`best fused file`: the faster of a graph with one float32 TreeEnsembleRegressor and the file that tundish "
              "itself writes (double).")
    table_of_workload(bench, "iforest_200x8", [1, 100, 1000, 10000])
    table_of_workload(bench, "iforest_300x25", [1, 10000])
    table_of_workload(bench, "scaler_iforest_100x8", [1, 10000])
    threads_table(bench)
    process_table(bench)
    pathlib.Path(out).write_text("\n".join(wrapped(line) for line in bench.lines) + "\n")


if __name__ == "__main__":
    main()
