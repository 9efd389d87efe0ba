#!/usr/bin/env python3
"""Makes the seeds of the fuzz targets from small files of the golden corpus.

    tests/fuzz/make_corpus.py GOLDEN_FOLDER

Chooses few files: one of each way of writing and each compression, of small models, and the small
hostile files. Names are those of the sources. Nothing is ever unpickled.
"""
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent / "corpus"
MOST_BYTES = 4000
VERSIONS = ["scikit-learn-0.22.2.post1", "scikit-learn-1.2.2", "scikit-learn-1.9.1"]
CASES = ["dt_iris", "logreg_binary", "standard_scaler", "ordinal_encoder", "hgb_binary"]
# The byte that joblib_fuzzer.cc reads first.
FORMATS = {"z3": 0, "gzip": 1, "bz2": 2, "xz": 3, "lzma": 4, "lz4": 5}


def save(target, name, data):
    folder = HERE / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)


def main():
    golden = pathlib.Path(sys.argv[1])
    for version in VERSIONS:
        for case in CASES:
            for path in sorted((golden / version / case).glob("model.*")):
                parts = path.name.split(".")
                data = path.read_bytes()
                name = "%s-%s-%s" % (version, case, path.name)
                if path.suffix not in (".pkl", ".joblib") or len(data) > MOST_BYTES:
                    continue
                if parts[1] in FORMATS:
                    save("joblib", name, bytes([FORMATS[parts[1]]]) + data)
                else:
                    save("pickle", name, data)
    for path in sorted((golden / "hostile").iterdir()):
        data = path.read_bytes()
        if path.suffix not in (".pkl", ".joblib") or not 0 < len(data) <= 600:
            continue
        compressed = path.stem.split("_")[-2:-1]
        if compressed and compressed[0] in FORMATS:
            save("joblib", path.name, bytes([FORMATS[compressed[0]]]) + data)
        else:
            save("pickle", path.name, data)
    ours = HERE.parent.parent / "golden" / "onnx_import"
    for path in sorted(ours.glob("*/model.onnx")):
        if path.stat().st_size <= MOST_BYTES:
            save("onnx", path.parent.name + ".onnx", path.read_bytes())


if __name__ == "__main__":
    main()
