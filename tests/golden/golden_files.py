"""Writes one golden case: model files, rows, the library's own answers, and what is known about them."""
import json
import os
import platform
import shutil

import joblib
import numpy as np
import sklearn

METHODS = ("predict", "decision_function", "score_samples", "transform")


def versions():
    known = {"python": platform.python_version(), "numpy": np.__version__, "joblib": joblib.__version__,
             "scikit-learn": sklearn.__version__}
    for name in ("scipy", "pandas"):
        known[name] = __import__(name).__version__
    return known


def write_json(path, value):
    """JSON with one line per entry of the first two levels, so that a change shows in one line."""
    def short(entry):
        return json.dumps(entry, sort_keys=True)

    lines = []
    for key in sorted(value):
        entry = value[key]
        if isinstance(entry, dict) and entry and key in ("outputs", "probes", "parameters"):
            inside = ",\n  ".join("%s: %s" % (short(k), short(entry[k])) for k in sorted(entry))
            lines.append("%s: {\n  %s\n }" % (short(key), inside))
        elif isinstance(entry, list) and entry and key == "models":
            lines.append("%s: [\n  %s\n ]" % (short(key), ",\n  ".join(short(item) for item in entry)))
        else:
            lines.append("%s: %s" % (short(key), short(entry)))
    with open(path, "w", encoding="utf-8") as file:
        file.write("{\n " + ",\n ".join(lines) + "\n}\n")


def plain(value):
    """The value as JSON can hold it; objects by their representation."""
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic):
        return value.item()
    return value if value is None or isinstance(value, (bool, int, float, str)) else repr(value)


def save_rows(folder, rows):
    """Writes X and returns its description; a DataFrame becomes X.json with one entry per column."""
    if not hasattr(rows, "columns"):
        np.save(os.path.join(folder, "X.npy"), np.ascontiguousarray(rows), allow_pickle=False)
        return {"kind": "dense", "file": "X.npy", "dtype": rows.dtype.str, "shape": list(rows.shape)}
    columns = [{"name": name, "dtype": str(rows[name].dtype),
                "values": [None if value != value else value for value in rows[name].tolist()]} for name in rows.columns]
    with open(os.path.join(folder, "X.json"), "w", encoding="utf-8") as file:
        json.dump({"columns": columns}, file)
    return {"kind": "frame", "file": "X.json", "rows": len(rows),
            "columns": [{"name": column["name"], "dtype": column["dtype"]} for column in columns]}


def load_rows(folder, description):
    if description["kind"] == "dense":
        return np.load(os.path.join(folder, description["file"]), allow_pickle=False)
    import pandas
    with open(os.path.join(folder, description["file"]), encoding="utf-8") as file:
        columns = json.load(file)["columns"]
    return pandas.DataFrame({column["name"]: np.array(column["values"], dtype=column["dtype"]) for column in columns})


def answers(model, rows):
    """Every method of the fitted object on the rows, computed by the library."""
    with np.errstate(all="ignore"):
        return {name: np.asarray(getattr(model, name)(rows)) for name in METHODS if hasattr(model, name)}


def probe(model, rows):
    """What the library does with one copy of the first row that is damaged in one way."""
    if hasattr(rows, "columns"):
        return {}
    first = np.where(np.isfinite(rows[:1]), rows[:1], 0).astype(rows.dtype)

    def with_first_column(value):
        changed = first.copy()
        with np.errstate(all="ignore"):
            changed[0, 0] = value
        return changed

    cases = {"nan": with_first_column(np.nan), "inf": with_first_column(np.inf), "1e39": with_first_column(1e39),
             "one column more": np.hstack([first, first[:, :1]]), "no rows": first[:0]}
    if first.shape[1] > 1:
        cases["one column less"] = np.ascontiguousarray(first[:, :-1])
    found = {}
    for name, changed in cases.items():
        try:
            answers(model, changed)
            found[name] = {"accepts": True}
        except Exception as error:  # whatever the library raises is the answer
            found[name] = {"raises": type(error).__name__, "message": str(error)[:140]}
    return found


def write_case(root, name, model, rows, writers, estimator, notes="", options=(), asked=None):
    """Writes ROOT/scikit-learn-VERSION/NAME.

    model:     answers the methods (for a dict or tuple: an object that does what a user would do by hand)
    writers:   called with the folder; each returns an entry of `models`
    options:   what `tundish convert` must be told for these answers
    asked:     the rows as the library was asked, where they differ from X (widened, for one)
    """
    folder = os.path.join(root, "scikit-learn-%s" % sklearn.__version__, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    results = answers(model, rows if asked is None else asked)
    outputs = {}
    for method, values in results.items():
        values = np.ascontiguousarray(values)
        np.save(os.path.join(folder, method + ".npy"), values, allow_pickle=False)
        outputs[method] = {"kind": "npy", "file": method + ".npy", "dtype": values.dtype.str, "shape": list(values.shape)}
    models = []
    for writer in writers:
        models.append(dict(writer(folder), outputs=sorted(outputs)))
    write_json(os.path.join(folder, "case.json"), {
        "case": name, "library": "scikit-learn", "versions": versions(), "estimator": estimator, "models": models,
        "input": save_rows(folder, rows), "options": list(options), "notes": notes,
        "made_by": "tests/golden/make_golden.py",
        "parameters": plain(model.get_params(deep=False)) if hasattr(model, "get_params") else {}})
    write_json(os.path.join(folder, "expected.json"),
               {"outputs": outputs, "probes": probe(model, rows), "library_noise": {}})
