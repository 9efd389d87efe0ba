#!/usr/bin/env python3
"""Makes the golden cases that lie beside this file, with the scikit-learn of this interpreter.

    make_golden.py make [NAME...]     writes tests/golden/scikit-learn-VERSION/NAME
    make_golden.py verify             loads every model of this version again and compares bit for bit

Needs scikit-learn, pandas and lz4 (README.md has the versions). Tests need none of this.
"""
import json
import os
import pickle
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[variable] = "1"
import joblib
import numpy as np
import pandas
import sklearn
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from golden_files import answers, load_rows, write_case

ROOT = os.path.dirname(os.path.abspath(__file__))
NEWEST = sklearn.__version__ == "1.9.1"


class ByHand:
    """A scaler and a model kept apart, used as their owner would: model.method(scaler.transform(X))."""

    def __init__(self, scaler, model):
        self.scaler, self.model = scaler, model

    def predict(self, rows):
        return self.model.predict(self.scaler.transform(rows))

    def decision_function(self, rows):
        return self.model.decision_function(self.scaler.transform(rows))

    def score_samples(self, rows):
        return self.model.score_samples(self.scaler.transform(rows))


# ------------------------------------------------------------------ rows

def training_rows(count=300, features=5, seed=7):
    """Two clouds of different scale, one in twenty far out; columns from 1e-3 to 1e5."""
    random = np.random.RandomState(seed)
    scale = 10.0 ** np.linspace(-3, 5, features)
    rows = random.standard_normal((count, features)) + 2.0 * random.randint(0, 2, (count, 1))
    rows[::20] *= 6.0
    return rows * scale + 3.0 * scale


def trees_of(model):
    """(trees, columns of each tree) of the forest inside."""
    if isinstance(model, ByHand):
        model = model.model
    if isinstance(model, Pipeline):
        return trees_of(model.steps[-1][1])
    if not isinstance(model, IsolationForest):
        return []
    return [(tree.tree_, columns) for tree, columns in zip(model.estimators_, model.estimators_features_)]


def scaled(model, rows):
    """What the forest inside is given for these rows."""
    if isinstance(model, ByHand):
        return model.scaler.transform(rows)
    return model[:-1].transform(rows) if isinstance(model, Pipeline) and len(model) > 1 else rows


def ordered(value):
    """The float as an integer whose order is the order of floats."""
    kind = np.int32 if value.dtype == np.float32 else np.int64
    bits = int(value.view(kind))
    return bits if bits >= 0 else -(bits & np.iinfo(kind).max)


def from_ordered(number, dtype):
    kind = np.int32 if dtype == np.float32 else np.int64
    value = np.array(abs(number), dtype=kind).view(dtype)[()]
    return -value if number < 0 else value


def crossing(model, row, column, threshold):
    """The largest value of the input's type with which the forest's comparison of `column` with the
    threshold still holds, by bisection over all floats; None where no value crosses."""
    def holds(number):
        changed = row.copy()
        changed[column] = from_ordered(number, row.dtype)
        with np.errstate(all="ignore"):
            seen = np.asarray(scaled(model, changed.reshape(1, -1)))[0, column]
            return np.float32(seen) <= threshold

    low, high = ordered(row.dtype.type(-1e30)), ordered(row.dtype.type(1e30))
    if not holds(low) or holds(high):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if holds(middle):
            low = middle
        else:
            high = middle
    return low


def rows_on_thresholds(model, base, count=40):
    """Rows whose value in one column is the last that goes left at a node they visit, and its
    neighbours by one ulp of the input's type and of float32."""
    trees, random, rows = trees_of(model), np.random.RandomState(11), []
    while trees and len(rows) < count:
        tree, columns = trees[random.randint(len(trees))]
        row = base[random.randint(len(base))].copy()
        visited = tree.decision_path(np.float32(np.asarray(scaled(model, row.reshape(1, -1)))[:, columns])).indices
        visited = [node for node in visited if tree.children_left[node] >= 0]
        if not visited:
            count -= 1
            continue
        node = visited[random.randint(len(visited))]
        column, threshold = columns[tree.feature[node]], tree.threshold[node]
        last = crossing(model, row, column, threshold)
        if last is None:
            continue
        narrow = np.float32(from_ordered(last, row.dtype))
        values = [from_ordered(last + step, row.dtype) for step in (-1, 0, 1)]
        values += [row.dtype.type(v) for v in (narrow, np.nextafter(narrow, np.float32(np.inf)), threshold)]
        row[column] = values[len(rows) % len(values)]
        rows.append(row)
    return np.array(rows, dtype=base.dtype).reshape(-1, base.shape[1])


def special_rows(base):
    width = base.shape[1]
    values = [0.0, -0.0, 1e30, -1e30, 1e-40, -1e-36]
    values += [5e-324, 1e-300, 3.4e38, np.nan] if base.dtype == np.float64 else [np.nan]
    rows = [np.full(width, value) for value in values]
    for column in range(min(width, 3)):
        row = base[column].copy()
        row[column] = np.nan
        rows.append(row)
    return np.array(rows, dtype=base.dtype)


def asked_rows(model, base, more=None, given=24):
    """Some of the training rows, rows on thresholds, special rows that the library accepts, `more`."""
    base = np.asarray(base)
    special = []
    for row in special_rows(base):
        try:
            answers(model, row.reshape(1, -1))
            special.append(row)
        except ValueError:
            pass
    parts = [base[:given], rows_on_thresholds(model, base)] + ([np.array(special)] if special else [])
    parts += [] if more is None else [more]
    return np.ascontiguousarray(np.vstack(parts).astype(base.dtype))


# ------------------------------------------------------------------ files

def by_joblib(thing, compress=0, file=None, **said):
    names = {0: "model.joblib", 3: "model.z3.joblib"}
    file = file or names.get(compress) or "model.%s.joblib" % compress[0]

    def write(folder):
        joblib.dump(thing, os.path.join(folder, file), compress=compress)
        return dict({"file": file, "writer": "joblib.dump", "compress": compress}, **said)
    return write


def by_pickle(thing, protocol):
    def write(folder):
        file = "model.p%d.pkl" % protocol
        with open(os.path.join(folder, file), "wb") as out:
            pickle.dump(thing, out, protocol=protocol)
        return {"file": file, "writer": "pickle.dump", "protocol": protocol}
    return write


def side_by_side(scaler, model):
    def write(folder):
        joblib.dump(scaler, os.path.join(folder, "scaler.joblib"))
        joblib.dump(model, os.path.join(folder, "model.joblib"))
        return {"file": "model.joblib", "steps": ["scaler.joblib", "model.joblib"], "writer": "joblib.dump", "compress": 0}
    return write


# ------------------------------------------------------------------ cases

def forest(**options):
    options = dict({"n_estimators": 8, "max_samples": 64, "random_state": 3}, **options)
    return IsolationForest(**options)


def float32_cases(case):
    wide = training_rows()
    narrow = wide.astype(np.float32)
    trained_wide = make_pipeline(StandardScaler(), forest(contamination=0.1)).fit(wide)
    trained_narrow = make_pipeline(StandardScaler(), forest(contamination=0.1)).fit(narrow)
    to_narrow = ("--input-type", "float32")
    rows = asked_rows(trained_wide, narrow)
    case("f32_pipe_trained_f64", trained_wide, rows, [by_joblib(trained_wide, 3)], options=to_narrow,
         notes="float32 rows: the scaler rounds to float32 after each of its two steps")
    case("f32_pipe_trained_f32", trained_narrow, asked_rows(trained_narrow, narrow), [by_joblib(trained_narrow, 3)],
         options=to_narrow, notes="fitted and asked in float32")
    case("f32_pipe_widened", trained_wide, rows, [by_joblib(trained_wide, 3)], asked=rows.astype(np.float64),
         notes="float32 rows given to the float64 graph: the answers are those on the widened rows")
    bare = forest(contamination=0.05).fit(narrow)
    case("f32_iforest", bare, asked_rows(bare, narrow), [by_joblib(bare, 3)], options=to_narrow)
    offset = training_rows(seed=23) + 1e6
    far = make_pipeline(StandardScaler(), forest(contamination=0.1)).fit(offset)
    case("f32_pipe_far_from_zero", far, asked_rows(far, offset.astype(np.float32)), [by_joblib(far, 3)],
         options=to_narrow, notes="means of 1e6: many float64 inputs share one float32")
    case("pipe_far_from_zero", far, asked_rows(far, offset), [by_joblib(far, 3)])


def container_cases(case):
    rows = training_rows(seed=31)
    scaler = StandardScaler().fit(rows)
    model = forest(contamination=0.1).fit(scaler.transform(rows))
    hand = ByHand(scaler, model)
    asked = asked_rows(hand, rows)
    extra = {"model": model, "scaler": scaler, "threshold": -0.05, "features": ["a", "b", "c", "d", "e"],
             "config": {"trained": "2026-01-01", "window_s": 60}}
    kept = {
        "dict_model_scaler": {"model": model, "scaler": scaler},
        "dict_with_more": extra,
        "tuple_scaler_model": (scaler, model),
        "tuple_model_scaler": (model, scaler),
        "list_scaler_model": [scaler, model],
        "dict_pipeline": {"pipeline": Pipeline([("scale", scaler), ("detect", model)]), "version": 3},
    }
    for name, thing in kept.items():
        case(name, hand, asked, [by_joblib(thing, 3), by_pickle(thing, 4)], estimator=type(thing).__name__,
             notes="answers: model.method(scaler.transform(X))")
    narrow = asked_rows(hand, rows.astype(np.float32))
    case("dict_model_scaler_f32", hand, narrow, [by_joblib(kept["dict_model_scaler"], 3)], estimator="dict",
         options=("--input-type", "float32"), notes="answers: model.method(scaler.transform(X)), X float32")
    case("side_by_side", hand, asked, [side_by_side(scaler, model)], estimator="scaler.joblib + model.joblib",
         notes="two files, joined by --steps scaler.joblib,model.joblib")
    night = forest(contamination=0.2, random_state=9).fit(rows)
    day = forest(contamination=0.1, random_state=8).fit(rows)
    for name, chosen in (("day", day), ("night", night)):
        case("dict_two_models_" + name, chosen, asked_rows(chosen, rows),
             [by_joblib({"day": day, "night": night}, 3, select=name)], estimator="dict",
             notes="two predictors: without --select the command line is wrong (exit 2)")


def contamination_cases(case):
    for contamination in ("auto", 0.1, 0.25, 0.5):
        rows = training_rows(count=201, seed=41)
        model = forest(contamination=contamination).fit(rows)
        at_limit = rows[np.argsort(np.abs(model.decision_function(rows)), kind="stable")[:12]]
        case("contamination_%s" % str(contamination).replace(".", ""), model, asked_rows(model, rows, more=at_limit),
             [by_joblib(model, 3)], notes="the last rows are those nearest to the limit; of a number one at 0.0")
    rows = training_rows(count=201, seed=43)
    model = make_pipeline(StandardScaler(), forest(contamination=0.1)).fit(rows)
    at_limit = rows[np.argsort(np.abs(model.decision_function(rows)), kind="stable")[:12]]
    case("contamination_pipe", model, asked_rows(model, rows, more=at_limit), [by_joblib(model, 3)],
         notes="the last rows are those nearest to the limit, one at 0.0 exactly")


def forest_cases(case):
    rows = training_rows(features=9, seed=53)
    for name, options in (("max_features_half", {"max_features": 0.5}), ("max_features_one", {"max_features": 1}),
                          ("bootstrap", {"bootstrap": True}),
                          ("max_features_bootstrap", {"max_features": 0.4, "bootstrap": True, "contamination": 0.1}),
                          ("max_samples_fraction", {"max_samples": 0.3}),
                          ("many_trees", {"n_estimators": 70, "max_samples": 16})):
        model = forest(**options).fit(rows)
        case(name, model, asked_rows(model, rows), [by_joblib(model, 3)])
        both = make_pipeline(StandardScaler(), forest(**options)).fit(rows)
        if name.startswith("max_features"):
            case("pipe_" + name, both, asked_rows(both, rows), [by_joblib(both, 3)])
    one = training_rows(features=1, seed=59)
    for name, model in (("one_feature", forest()), ("pipe_one_feature", make_pipeline(StandardScaler(), forest()))):
        model.fit(one)
        case(name, model, asked_rows(model, one), [by_joblib(model, 3)])
    many = training_rows(count=6000, features=4, seed=61)
    deep = make_pipeline(StandardScaler(), forest(n_estimators=3, max_samples=4096, contamination=0.01)).fit(many)
    case("pipe_deep", deep, asked_rows(deep, many), [by_joblib(deep, ("xz", 6))], notes="4,096 samples a tree: depth 12")
    weights = np.linspace(0.1, 3.0, len(rows))
    weighted = forest().fit(rows, sample_weight=weights)
    case("sample_weight", weighted, asked_rows(weighted, rows), [by_joblib(weighted, 3)])


def pipeline_cases(case):
    rows = training_rows(seed=67)
    constant = rows.copy()
    constant[:, 2] = 4.5
    shapes = {
        "pipe_no_mean": (make_pipeline(StandardScaler(with_mean=False), forest()), rows),
        "pipe_no_std": (make_pipeline(StandardScaler(with_std=False), forest()), rows),
        "pipe_nothing_scaled": (make_pipeline(StandardScaler(with_mean=False, with_std=False), forest()), rows),
        "pipe_two_scalers": (make_pipeline(StandardScaler(), StandardScaler(with_std=False), forest()), rows),
        "pipe_nested": (make_pipeline(make_pipeline(StandardScaler()), forest(contamination=0.1)), rows),
        "pipe_passthrough": (Pipeline([("a", "passthrough"), ("b", StandardScaler()), ("c", forest())]), rows),
        "pipe_only_forest": (Pipeline([("detect", forest())]), rows),
        "pipe_constant_column": (make_pipeline(StandardScaler(), forest()), constant),
        "pipe_only_scaler": (Pipeline([("scale", StandardScaler())]), rows),
    }
    for name, (model, data) in shapes.items():
        model.fit(data)
        case(name, model, asked_rows(model, data), [by_joblib(model, 3)])
    model = make_pipeline(StandardScaler(), forest(n_estimators=4, max_samples=32, contamination=0.1)).fit(rows)
    writers = [by_joblib(model), by_joblib(model, 3)]
    writers += [by_joblib(model, (name, 3)) for name in ("gzip", "bz2", "xz", "lzma", "lz4")]
    writers += [by_pickle(model, protocol) for protocol in range(6)]
    case("every_container", model, asked_rows(model, rows), writers, notes="each compression of joblib, each pickle protocol")


def frame_cases(case):
    names = ["bytes_out", "bytes_in", "seconds", "Größe", "with space"]
    rows = pandas.DataFrame(training_rows(seed=71), columns=names)
    for name, model in (("frame_iforest", forest(contamination=0.1)),
                        ("frame_pipe", make_pipeline(StandardScaler(), forest(contamination=0.1)))):
        model.fit(rows)
        case(name, model, rows[:60], [by_joblib(model, 3)], notes="columns have names")
    mixed = rows.copy()
    mixed["count"] = np.arange(len(rows), dtype=np.int64) % 17
    model = make_pipeline(StandardScaler(), forest(contamination=0.1)).fit(mixed)
    case("frame_mixed", model, mixed[:60], [by_joblib(model, 3)], notes="float64 and int64 columns")


def make(only):
    def case(name, model, rows, writers, estimator=None, **more):
        if not only or name in only:
            estimator = estimator or "%s.%s" % (type(model).__module__.rsplit(".", 1)[0], type(model).__name__)
            write_case(ROOT, name, model, rows, writers, estimator, **more)
            print(name)

    float32_cases(case)
    container_cases(case)
    frame_cases(case)
    if NEWEST:
        contamination_cases(case)
        forest_cases(case)
        pipeline_cases(case)
    return 0


def load(folder, entry):
    if entry["file"].endswith(".pkl"):
        with open(os.path.join(folder, entry["file"]), "rb") as file:
            thing = pickle.load(file)
    else:
        thing = joblib.load(os.path.join(folder, entry["file"]))
    if "steps" in entry:
        return ByHand(*[joblib.load(os.path.join(folder, file)) for file in entry["steps"]])
    if "select" in entry:
        return thing[entry["select"]]
    if isinstance(thing, dict):
        return thing["pipeline"] if "pipeline" in thing else ByHand(thing["scaler"], thing["model"])
    if isinstance(thing, (tuple, list)):
        first = isinstance(thing[0], StandardScaler)
        return ByHand(*thing) if first else ByHand(*reversed(thing))
    return thing


def verify():
    place = os.path.join(ROOT, "scikit-learn-%s" % sklearn.__version__)
    faults = checked = 0
    for name in sorted(os.listdir(place)):
        folder = os.path.join(place, name)
        with open(os.path.join(folder, "case.json"), encoding="utf-8") as file:
            case = json.load(file)
        if "made_by" not in case:
            continue
        rows = load_rows(folder, case["input"])
        if name.endswith("_widened"):
            rows = rows.astype(np.float64)
        for entry in case["models"]:
            for method, values in answers(load(folder, entry), rows).items():
                want = np.load(os.path.join(folder, method + ".npy"))
                checked += 1
                if method in entry["outputs"] and (values.dtype != want.dtype or values.tobytes() != want.tobytes()):
                    print("%s/%s: %s differs" % (name, entry["file"], method))
                    faults += 1
    print("%d arrays compared, %d differ" % (checked, faults))
    return 1 if faults else 0


if __name__ == "__main__":
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    if command == "make":
        sys.exit(make(set(sys.argv[2:])))
    elif command == "verify":
        sys.exit(verify())
    sys.exit(__doc__)
