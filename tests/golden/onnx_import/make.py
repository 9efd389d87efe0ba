#!/usr/bin/env python3
"""Models as other converters write them, rows, and ONNX Runtime's answers with one thread.

    PYTHON tests/golden/onnx_import/make.py

Writes NAME/model.onnx, NAME/X.npy and NAME/OUTPUT.npy beside this script. Needs the libraries of scripts/peers.txt.
"""
import os

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
ML = "ai.onnx.ml"


def save(name, model, rows):
    folder = os.path.join(HERE, name)
    os.makedirs(folder, exist_ok=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    answers = session.run(None, {session.get_inputs()[0].name: rows})
    with open(os.path.join(folder, "model.onnx"), "wb") as file:
        file.write(model.SerializeToString())
    np.save(os.path.join(folder, "X.npy"), rows)
    for output, answer in zip(session.get_outputs(), answers):
        answer = np.asarray(answer)
        if answer.dtype == object:
            answer = answer.astype("U")
        np.save(os.path.join(folder, output.name + ".npy"), answer)
    print(name, [(o.name, np.asarray(a).shape) for o, a in zip(session.get_outputs(), answers)])


def forests():
    import skl2onnx
    from sklearn.ensemble import GradientBoostingClassifier, IsolationForest, RandomForestClassifier, RandomForestRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    rng = np.random.default_rng(7)
    x = rng.normal(size=(120, 4))
    y = rng.integers(0, 3, size=120)
    forest = dict(n_estimators=5, max_samples=32, random_state=0)
    cases = {
        "iforest": IsolationForest(**forest),
        "scaler_iforest": make_pipeline(StandardScaler(), IsolationForest(**forest)),
        "random_forest": RandomForestRegressor(n_estimators=4, max_depth=4, random_state=0),
        "forest_three_classes": RandomForestClassifier(n_estimators=4, max_depth=3, random_state=0),
        "forest_two_classes": RandomForestClassifier(n_estimators=4, max_depth=3, random_state=0),
        "boosting_two_classes": GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=0),
        "boosting_three_classes": GradientBoostingClassifier(n_estimators=4, max_depth=2, random_state=0),
    }
    for name, estimator in cases.items():
        targets = (y > 1).astype(int) if "two" in name else np.array(["a", "b", "c"])[y] if "three" in name else y
        estimator.fit(x, targets)
        options = {id(estimator): {"zipmap": False}} if "classes" in name else None
        # skl2onnx does not convert isolation forests on float64 rows.
        kind = skl2onnx.common.data_types.FloatTensorType([None, 4])
        model = skl2onnx.convert_sklearn(estimator, initial_types=[("X", kind)], options=options,
                                         target_opset={"": 18, ML: 3})
        save(name, model, x[:40].astype(np.float32))


def node_lists(order, ids):
    """Two trees; `order` permutes the list (within what keeps the root first), `ids` renumbers the nodes."""
    rows = [  # tree, node, feature, value, mode, true, false, weight
        (0, 0, 0, 0.5, "BRANCH_LEQ", 1, 2, None),
        (0, 1, 1, -0.25, "BRANCH_LT", 3, 4, None),
        (0, 2, 0, 0, "LEAF", 0, 0, 4.0),
        (0, 3, 0, 0, "LEAF", 0, 0, -1.5),
        (0, 4, 0, 0, "LEAF", 0, 0, 0.1),
        (1, 0, 1, 0.0, "BRANCH_GTE", 1, 2, None),
        (1, 1, 0, 0, "LEAF", 0, 0, 0.3),
        (1, 2, 0, 1.0, "BRANCH_GT", 3, 4, None),
        (1, 3, 0, 0, "LEAF", 0, 0, 2.0),
        (1, 4, 0, 0, "LEAF", 0, 0, -2.5),
    ]
    rows = [rows[i] for i in order]
    leaves = [row for row in rows if row[4] == "LEAF"]
    return dict(
        nodes_treeids=[r[0] for r in rows], nodes_nodeids=[ids[r[1]] for r in rows], nodes_featureids=[r[2] for r in rows],
        nodes_values=[float(r[3]) for r in rows], nodes_modes=[r[4] for r in rows],
        nodes_truenodeids=[ids[r[5]] if r[4] != "LEAF" else 0 for r in rows],
        nodes_falsenodeids=[ids[r[6]] if r[4] != "LEAF" else 0 for r in rows],
        nodes_missing_value_tracks_true=[1 if r[1] == 0 else 0 for r in rows],
    ), leaves


def regressor(name, dtype=TensorProto.FLOAT, tensors=False, order=range(10), ids=range(5), targets=None, both=False,
              **more):
    lists, leaves = node_lists(order, list(ids))
    ids = list(ids)
    lists.update(target_treeids=[r[0] for r in leaves], target_nodeids=[ids[r[1]] for r in leaves],
                 target_ids=[targets[r[1]] if targets else 0 for r in leaves], target_weights=[r[7] for r in leaves],
                 n_targets=2 if targets else 1)
    if both:
        for key in ("target_treeids", "target_nodeids", "target_weights"):
            lists[key] = [value for value in lists[key] for _ in range(2)]
        lists.update(target_ids=[0, 1] * len(leaves), n_targets=2)
    if tensors:
        for key in ("nodes_values", "target_weights"):
            lists[key + "_as_tensor"] = numpy_helper.from_array(np.array(lists.pop(key)) * 1.0000001, key)
    node = helper.make_node("TreeEnsembleRegressor", ["X"], ["Y"], domain=ML, **lists, **more)
    save_node(name, node, dtype, [("Y", TensorProto.FLOAT)], 3)


def save_node(name, node, dtype, outputs, version, columns=2):
    graph = helper.make_graph([node], name, [helper.make_tensor_value_info("X", dtype, [None, columns])],
                              [helper.make_tensor_value_info(output, kind, None) for output, kind in outputs])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18), helper.make_opsetid(ML, version)],
                              ir_version=8)
    values = [-1.0, -0.25, 0.0, 0.5, 0.50000001, 1.0, 2.0, np.nan]
    rows = np.array([[a, b] for a in values for b in values], helper.tensor_dtype_to_np_dtype(dtype))
    save(name, model, rows)


def trees():
    regressor("regressor_float32")
    regressor("regressor_shuffled", order=[0, 4, 2, 1, 3, 5, 9, 7, 8, 6], ids=[3, 8, 5, 9, 7])
    regressor("regressor_float64", dtype=TensorProto.DOUBLE)
    regressor("regressor_tensors", dtype=TensorProto.DOUBLE, tensors=True)
    regressor("regressor_base", base_values=[0.1])
    regressor("regressor_average", aggregate_function="AVERAGE", base_values=[0.1])
    regressor("regressor_min", aggregate_function="MIN")
    regressor("regressor_max", aggregate_function="MAX", base_values=[-0.7])
    regressor("regressor_two_targets", targets=[0, 1, 0, 1, 0])
    regressor("regressor_two_targets_base", both=True, base_values=[0.25, -0.5])
    regressor("regressor_logistic_ignored", post_transform="LOGISTIC")
    labels = dict(classlabels_strings=["a", "b"])
    for name, transform, shift in (("none", "NONE", 0.0), ("logistic", "LOGISTIC", 0.0), ("positive", "NONE", 3.0),
                                   ("softmax", "SOFTMAX", 0.0)):
        lists, leaves = node_lists(range(10), list(range(5)))
        node = helper.make_node(
            "TreeEnsembleClassifier", ["X"], ["label", "scores"], domain=ML, **lists, **labels, post_transform=transform,
            class_treeids=[r[0] for r in leaves], class_nodeids=[r[1] for r in leaves], class_ids=[0] * len(leaves),
            class_weights=[(r[7] + shift) / 8 for r in leaves])
        save_node("classifier_two_" + name, node, TensorProto.FLOAT,
                  [("label", TensorProto.STRING), ("scores", TensorProto.FLOAT)], 1)
    for transform in ("NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"):
        lists, leaves = node_lists(range(10), list(range(5)))
        scale = 0.04 if transform == "PROBIT" else 1.0
        base = [0.3, 0.31, 0.29] if transform == "PROBIT" else [0.5, 0.0, -0.5]
        node = helper.make_node(
            "TreeEnsembleClassifier", ["X"], ["label", "scores"], domain=ML, **lists, classlabels_int64s=[7, 3, 5],
            post_transform=transform, base_values=base, class_treeids=[r[0] for r in leaves for _ in range(3)],
            class_nodeids=[r[1] for r in leaves for _ in range(3)], class_ids=[0, 1, 2] * len(leaves),
            class_weights=[scale * w for r in leaves for w in (r[7], -r[7], 0.0)])
        save_node("classifier_three_" + transform.lower(), node, TensorProto.FLOAT,
                  [("label", TensorProto.INT64), ("scores", TensorProto.FLOAT)], 1)


def tree_ensemble_5():
    def node(np_type, **more):
        tensor = numpy_helper.from_array
        given = dict(
            tree_roots=[0, 3], nodes_featureids=[0, 1, 0, 1], nodes_modes=tensor(np.array([0, 6, 3, 2], np.uint8), "m"),
            nodes_splits=tensor(np.array([0.5, 0, 1.0, 0.0], np_type), "s"), nodes_truenodeids=[1, 0, 2, 1],
            nodes_trueleafs=[0, 1, 1, 1], nodes_falsenodeids=[2, 1, 3, 4], nodes_falseleafs=[0, 1, 1, 1],
            leaf_targetids=[0, 1, 0, 1, 0], leaf_weights=tensor(np.array([1.5, -2, 0.1, 4, 3], np_type), "w"),
            membership_values=tensor(np.array([1.0, 2.0], np_type), "v"), n_targets=2, aggregate_function=1,
            post_transform=0)
        given.update(more)
        return helper.make_node("TreeEnsemble", ["X"], ["Y"], domain=ML, **given)
    for np_type, kind in ((np.float32, TensorProto.FLOAT), (np.float64, TensorProto.DOUBLE)):
        save_node("tree_ensemble_" + np.dtype(np_type).name, node(np_type), kind, [("Y", kind)], 5)


def operators():
    """The elementwise operators, reductions and moves in one float32 graph, at the opset before their forms changed."""
    f, i64 = TensorProto.FLOAT, TensorProto.INT64
    constant = lambda name, value: numpy_helper.from_array(np.asarray(value), name)  # noqa: E731
    make = helper.make_node
    nodes = [
        make("Abs", ["X"], ["a"]), make("Sqrt", ["a"], ["b"]), make("Neg", ["b"], ["c"]), make("Exp", ["c"], ["d"]),
        make("Log", ["d"], ["e"]), make("Sign", ["X"], ["g"]), make("Floor", ["X"], ["h"]), make("Ceil", ["X"], ["i"]),
        make("Sigmoid", ["X"], ["j"]), make("Mul", ["X", "two"], ["k"]), make("Sub", ["k", "one"], ["l"]),
        make("Div", ["l", "two"], ["m"]), make("Add", ["m", "X"], ["n"]), make("Pow", ["b", "two"], ["o"]),
        make("Clip", ["X"], ["p"], min=-0.5, max=0.75), make("Min", ["X", "one"], ["q"]), make("Max", ["X", "one"], ["r"]),
        make("Less", ["X", "one"], ["s"]), make("Greater", ["X", "two"], ["t"]), make("Or", ["s", "t"], ["u"]),
        make("And", ["s", "t"], ["v"]), make("Not", ["u"], ["w"]), make("Where", ["w", "X", "o"], ["x"]),
        make("Cast", ["h"], ["hi"], to=i64),
        make("Equal", ["hi", "index"], ["y"]), make("Cast", ["y"], ["z"], to=f), make("Xor", ["s", "t"], ["xo"]),
        make("Concat", ["a", "d", "e", "g", "h", "i", "j", "n", "p", "q", "r", "x", "z"], ["all"], axis=1),
        make("ReduceSum", ["all"], ["sum"], axes=[1], keepdims=0), make("ReduceMax", ["all"], ["max"], axes=[1]),
        make("ReduceMin", ["all"], ["min"], axes=[-1]), make("ReduceMean", ["p"], ["mean"], axes=[1], keepdims=1),
        make("ReduceProd", ["p"], ["prod"], axes=[1], keepdims=1), make("ArgMax", ["all"], ["at"], axis=1, keepdims=0),
        make("Unsqueeze", ["sum"], ["sum2"], axes=[1]), make("Concat", ["sum2", "max", "min", "mean", "prod"], ["stats"],
                                                             axis=1),
        make("Transpose", ["stats"], ["stats_t"], perm=[1, 0]), make("Slice", ["stats_t"], ["part"], starts=[1], ends=[4],
                                                                     axes=[0]),
        make("Gather", ["part", "index"], ["row"], axis=0), make("Squeeze", ["row"], ["flat"], axes=[0]),
        make("Shape", ["flat"], ["shape"]), make("Identity", ["flat"], ["same"]), make("Reshape", ["same", "shape"], ["out"]),
    ]
    # Clip and Slice with attributes end at opsets 10 and 9.
    graph = helper.make_graph(
        nodes, "operators", [helper.make_tensor_value_info("X", f, [None, 2])],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in (("all", f), ("at", i64), ("stats", f),
                                                                             ("out", f))],
        [constant("one", np.float32(1)), constant("two", np.float32(2)), constant("index", np.array([1], np.int64))])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=4)
    values = np.array([-1.5, -0.5, 0.0, 0.3, 1.0, 2.5], np.float32)
    save("operators_opset_9", model, np.array([[a, b] for a in values for b in values], np.float32))


if __name__ == "__main__":
    trees()
    tree_ensemble_5()
    operators()
    forests()
