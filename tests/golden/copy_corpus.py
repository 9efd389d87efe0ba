#!/usr/bin/env python3
"""Copies the cases of the shared corpus that the suite needs in a bare clone: isolation forests,
standard scalers and pipelines of both, of every version of scikit-learn there.

    copy_corpus.py CORPUS/golden

Files of formats that are not read here (skops) are left out, also from `models` in case.json.
"""
import fnmatch
import json
import os
import shutil
import sys

from golden_files import write_json

ROOT = os.path.dirname(os.path.abspath(__file__))
CASES = ("iforest_*", "standard", "standard_*", "pipe_scaler_iforest", "dict_scaler_model")
PREDICTORS = ("IsolationForest", "StandardScaler", "Pipeline")


def main(corpus):
    for library in sorted(os.listdir(corpus)):
        if not library.startswith("scikit-learn-"):
            continue
        for name in sorted(os.listdir(os.path.join(corpus, library))):
            source, target = os.path.join(corpus, library, name), os.path.join(ROOT, library, name)
            if not any(fnmatch.fnmatch(name, pattern) for pattern in CASES):
                continue
            with open(os.path.join(source, "case.json"), encoding="utf-8") as file:
                case = json.load(file)
            if case["estimator"].split(".")[-1] not in PREDICTORS:
                continue
            case["models"] = [model for model in case["models"] if not model["file"].endswith(".skops")]
            if not case["models"]:
                continue
            shutil.rmtree(target, ignore_errors=True)
            os.makedirs(target)
            for entry in sorted(os.listdir(source)):
                if not entry.endswith(".skops") and entry != "case.json":
                    shutil.copyfile(os.path.join(source, entry), os.path.join(target, entry))
            write_json(os.path.join(target, "case.json"), case)


if __name__ == "__main__":
    main(sys.argv[1])
