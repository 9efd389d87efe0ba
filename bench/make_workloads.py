"""Makes the models and rows of the bench. What exists already is kept.

    python make_workloads.py FOLDER [--quick]

Per workload: model.joblib (scikit-learn), X.npy (10,000 rows, float64), converted.onnx (skl2onnx with its
defaults), fused32.onnx (one TreeEnsembleRegressor in float32, built by hand: the best graph that standard
operators allow for ONNX Runtime).
"""

import pathlib
import sys
import time

import joblib
import numpy as np
import onnx
from onnx import TensorProto, helper
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

WORKLOADS = {
    "iforest_200x8": (200, 8, False),
    "iforest_300x25": (300, 25, False),
    "scaler_iforest_100x8": (100, 8, True),
}


def rows_of(features, count, seed):
    """Log-like features: counts, rates and ratios with a few far outliers."""
    random = np.random.default_rng(seed)
    scales = random.uniform(0.5, 50, features)
    rows = random.gamma(2.0, 1.0, (count, features)) * scales
    rows[::100] *= 5
    return np.ascontiguousarray(rows)


def average_path_length(samples):
    """c(n) of Liu, Ting, Zhou: Isolation Forest (2008)."""
    if samples <= 1:
        return 0.0
    if samples == 2:
        return 1.0
    return 2.0 * (np.log(samples - 1.0) + np.euler_gamma) - 2.0 * (samples - 1.0) / samples


def float32_below(value):
    """The largest float32 that is not above: keeps x <= threshold for every float32 x."""
    narrow = np.float32(value)
    return np.nextafter(narrow, np.float32(-np.inf)) if narrow > value else narrow


def fused_float32(model, features):
    scaler = model.named_steps["standardscaler"] if hasattr(model, "named_steps") else None
    forest = model[-1] if scaler is not None else model
    nodes = {key: [] for key in ("treeids", "nodeids", "featureids", "values", "modes", "truenodeids",
                                 "falsenodeids")}
    targets = {key: [] for key in ("treeids", "nodeids", "ids", "weights")}
    scale = len(forest.estimators_) * average_path_length(forest.max_samples_)
    for tree_id, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        depth = np.zeros(tree.node_count)
        for node in range(tree.node_count):
            left, right = tree.children_left[node], tree.children_right[node]
            leaf = left < 0
            nodes["treeids"].append(tree_id)
            nodes["nodeids"].append(node)
            nodes["featureids"].append(0 if leaf else int(tree.feature[node]))
            nodes["values"].append(0.0 if leaf else float(float32_below(tree.threshold[node])))
            nodes["modes"].append("LEAF" if leaf else "BRANCH_LEQ")
            nodes["truenodeids"].append(0 if leaf else int(left))
            nodes["falsenodeids"].append(0 if leaf else int(right))
            if leaf:
                length = depth[node] + average_path_length(tree.n_node_samples[node])
                targets["treeids"].append(tree_id)
                targets["nodeids"].append(node)
                targets["ids"].append(0)
                targets["weights"].append(float(-length / scale))
            else:
                depth[left] = depth[right] = depth[node] + 1
    steps = []
    tree_input = "X"
    if scaler is not None:
        steps.append(helper.make_node("Scaler", ["X"], ["scaled"], domain="ai.onnx.ml",
                                      offset=scaler.mean_.astype(np.float32).tolist(),
                                      scale=(1 / scaler.scale_).astype(np.float32).tolist()))
        tree_input = "scaled"
    attributes = {f"nodes_{key}": value for key, value in nodes.items()}
    attributes |= {f"target_{key}": value for key, value in targets.items()}
    steps.append(helper.make_node("TreeEnsembleRegressor", [tree_input], ["sum"], domain="ai.onnx.ml",
                                  n_targets=1, aggregate_function="SUM", post_transform="NONE", **attributes))
    steps.append(helper.make_node("Pow", ["two", "sum"], ["power"]))
    steps.append(helper.make_node("Neg", ["power"], ["score_samples"]))
    steps.append(helper.make_node("Sub", ["score_samples", "offset"], ["scores"]))
    constants = [helper.make_tensor("two", TensorProto.FLOAT, [], [2.0]),
                 helper.make_tensor("offset", TensorProto.FLOAT, [], [float(forest.offset_)])]
    graph = helper.make_graph(
        steps, "fused", [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, features])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, [None, 1])], constants)
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 3)]
    made = helper.make_model(graph, opset_imports=opsets, ir_version=9)
    onnx.checker.check_model(made)
    return made


def main():
    folder = pathlib.Path(sys.argv[1])
    quick = "--quick" in sys.argv
    for seed, (name, (trees, features, scaled)) in enumerate(WORKLOADS.items()):
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        if not (place / "fused32.onnx").exists():
            forest = IsolationForest(n_estimators=trees, contamination=0.05, random_state=seed)
            model = make_pipeline(StandardScaler(), forest) if scaled else forest
            model.fit(rows_of(features, 20_000, seed))
            joblib.dump(model, place / "model.joblib")
            np.save(place / "X.npy", rows_of(features, 10_000, seed + 100))
            onnx.save(fused_float32(model, features), place / "fused32.onnx")
        if not quick and not (place / "converted.onnx").exists():
            from skl2onnx import to_onnx

            model = joblib.load(place / "model.joblib")
            begin = time.perf_counter()
            converted = to_onnx(model, np.zeros((1, features), np.float32),
                                target_opset={"": 18, "ai.onnx.ml": 3})
            seconds = time.perf_counter() - begin
            onnx.save(converted, place / "converted.onnx")
            (place / "skl2onnx_seconds.txt").write_text(f"{seconds:.2f}\n")
        print(f"{name}: ready in {place}", file=sys.stderr)


if __name__ == "__main__":
    main()
