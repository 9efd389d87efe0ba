"""Every isolation forest among the golden models, converted by the program, gives the original's labels in ONNX Runtime
(one thread), and converting again gives the same bytes: converted_labels.py TUNDISH
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def folders():
    shared = pathlib.Path(os.environ.get("TUNDISH_CORPUS", ROOT.parent / "shared"))
    seen = set()
    for root in (ROOT / "tests/golden", shared / "golden"):
        for case in sorted(root.glob("scikit-learn-*/*/case.json")):
            name = "/".join(case.parts[-3:-1])
            if name not in seen and (case.parent / "predict.npy").exists() and (case.parent / "X.npy").exists():
                seen.add(name)
                yield name, case.parent, json.loads(case.read_text())


def is_wanted(description, folder):
    estimator = description.get("estimator", "")
    if estimator.endswith(".IsolationForest"):
        return True
    return estimator.endswith(".Pipeline") and folder.name == "pipe_scaler_iforest" or (
        "made_by" in description and estimator.split(".")[-1] in ("Pipeline", "dict", "tuple", "list"))


def words_of(folder, entry, description):
    words = list(description.get("options", []))
    if entry.get("steps"):
        words += ["--steps", ",".join(str(folder / step) for step in entry["steps"])]
        return words
    if entry.get("select"):
        words += ["--select", entry["select"]]
    return [str(folder / entry["file"])] + words


def differing(tundish, folder, entry, description, out):
    words = [tundish, "convert", "-q", "--force"] + words_of(folder, entry, description)
    if "options" not in description and np.load(folder / "X.npy").dtype == np.float32:
        words += ["--input-type", "float32"]
    subprocess.run(words + ["-o", str(out)], check=True)
    first = out.read_bytes()
    subprocess.run(words + ["-o", str(out)], check=True)
    assert out.read_bytes() == first, "two conversions differ"
    model = onnx.load(out)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(out), options, providers=["CPUExecutionProvider"])
    feed = session.get_inputs()[0]
    rows = np.load(folder / "X.npy").astype(np.float32 if "float)" in feed.type else np.float64)
    labels = session.run(["label"], {feed.name: rows})[0].ravel()
    return int((labels != np.load(folder / "predict.npy")).sum()), len(rows)


def main():
    files = rows = wrong = 0
    with tempfile.TemporaryDirectory() as place:
        for name, folder, description in folders():
            if not is_wanted(description, folder):
                continue
            for entry in description.get("models", []):
                if entry["file"].endswith(".skops") or "predict" not in entry.get("outputs", []):
                    continue
                different, count = differing(sys.argv[1], folder, entry, description, pathlib.Path(place) / "m.onnx")
                files, rows, wrong = files + 1, rows + count, wrong + different
                if different:
                    print("%s/%s: %d of %d labels differ" % (name, entry["file"], different, count))
    print("%d files, %d rows, %d labels differ" % (files, rows, wrong))
    sys.exit(1 if wrong or files == 0 else 0)


main()
