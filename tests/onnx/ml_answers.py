#!/usr/bin/env python3
"""Prints the answers of ONNX Runtime that the tests of src/ops compare operators of ai.onnx.ml with.

    build/peers/bin/python tests/onnx/ml_answers.py

For operators without a case in ONNX's own data: the numbers in linear_model_test.cc, svm_test.cc,
normalizer_test.cc, one_hot_encoder_test.cc, category_mapper_test.cc, dict_vectorizer_test.cc,
cast_map_test.cc, tfidf_vectorizer_test.cc and support/post_transform_test.cc.
"""
import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

TYPES = {"float32": TensorProto.FLOAT, "float64": TensorProto.DOUBLE, "int64": TensorProto.INT64,
         "int32": TensorProto.INT32, "object": TensorProto.STRING}


def run(op, inputs, outputs=1, domain="ai.onnx.ml", **attributes):
    """Runs one node; an input is an array or (map, key type, value type)."""
    infos, feeds = [], {}
    for i, given in enumerate(inputs):
        name = "x%d" % i
        if isinstance(given, tuple):
            value, key, item = given
            kind = onnx.TypeProto()
            kind.map_type.key_type = key
            kind.map_type.value_type.tensor_type.elem_type = item
            kind.map_type.value_type.tensor_type.shape.SetInParent()
            infos.append(onnx.ValueInfoProto(name=name, type=kind))
        else:
            value = np.array(given, dtype=object) if np.asarray(given).dtype.kind == "U" else np.asarray(given)
            infos.append(helper.make_tensor_value_info(name, TYPES[str(value.dtype)], None))
        feeds[name] = value
    names = ["y%d" % i for i in range(outputs)]
    node = helper.make_node(op, list(feeds), names, domain=domain, **attributes)
    graph = helper.make_graph([node], "g", infos, [onnx.ValueInfoProto(name=n) for n in names])
    model = helper.make_model(graph, ir_version=10, opset_imports=[
        helper.make_opsetid("", 22), helper.make_opsetid("ai.onnx.ml", 1)])
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, feeds)


def show(title, *args, **attributes):
    print(title)
    for answer in run(*args, **attributes):
        print("   ", answer.tolist() if isinstance(answer, np.ndarray) else answer)


def linear_models():
    rows = np.array([[1, 2], [-3, 0.5], [0, 0]], dtype=np.float32)
    three = dict(coefficients=[.1, .2, -.3, .4, .5, -.6], intercepts=[.1, .0, .2], classlabels_ints=[10, 20, 30])
    one = dict(coefficients=[.1, .2], intercepts=[.1], classlabels_strings=["no", "yes"])
    for kind in ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"]:
        show("LinearClassifier, three classes, " + kind, "LinearClassifier", [rows], 2, post_transform=kind, **three)
        if kind != "PROBIT":
            show("LinearClassifier, one row, " + kind, "LinearClassifier", [rows], 2, post_transform=kind, **one)
        show("LinearRegressor, " + kind, "LinearRegressor", [rows], coefficients=[.1, .2], intercepts=[.1],
             post_transform=kind)
        show("LinearRegressor, two targets, " + kind, "LinearRegressor", [rows], coefficients=[.1, .2, .3, -.4],
             intercepts=[.1, .3], targets=2, post_transform=kind)


def vector_machines():
    rows = np.array([[1, 2], [-3, 0.5], [0, 0]], dtype=np.float32)
    vectors = [1., 2., -3., .4, .5, 0., .2, -.1, 2., 2.]
    three = dict(classlabels_ints=[10, 20, 30], vectors_per_class=[2, 1, 2], rho=[.1, -.2, .3],
                 coefficients=[.5, -.2, .3, .7, -.9, .1, .4, -.6, .2, -.8])
    two = dict(classlabels_strings=["a", "b"], vectors_per_class=[3, 2], rho=[.1], coefficients=[.5, -.2, .3, .7, -.9])
    chances = dict(prob_a=[-1., -2., -1.5], prob_b=[.1, .2, -.1])
    regression = dict(coefficients=[.5, -.2, .3, .7, -.9], rho=[.1], n_supports=5)
    for kernel, parameters in [("LINEAR", [0., 0., 0.]), ("POLY", [.5, .3, 2.]), ("RBF", [.4, 0., 0.]),
                               ("SIGMOID", [.3, .1, 0.])]:
        kind = dict(kernel_type=kernel, kernel_params=parameters, support_vectors=vectors)
        show("SVMClassifier, three classes, " + kernel, "SVMClassifier", [rows], 2, **kind, **three)
        show("SVMRegressor, " + kernel, "SVMRegressor", [rows], **kind, **regression)
    for transform in ["NONE", "LOGISTIC", "SOFTMAX"]:
        show("SVMClassifier, two classes, " + transform, "SVMClassifier", [rows], 2, post_transform=transform,
             kernel_type="RBF", kernel_params=[.4, 0., 0.], support_vectors=vectors, **two)
        show("SVMClassifier, two classes, probabilities, " + transform, "SVMClassifier", [rows], 2,
             post_transform=transform, kernel_type="RBF", kernel_params=[.4, 0., 0.], support_vectors=vectors,
             prob_a=[-1.], prob_b=[.1], **two)
    rbf = dict(kernel_type="RBF", kernel_params=[.4, 0., 0.], support_vectors=vectors)
    show("SVMClassifier, probabilities", "SVMClassifier", [rows], 2, **rbf, **three, **chances)
    show("SVMRegressor, one class", "SVMRegressor", [rows], one_class=1, **rbf, **regression)
    plain = dict(kernel_type="LINEAR", kernel_params=[0., 0., 0.])
    show("SVMClassifier, linear", "SVMClassifier", [rows], 2, classlabels_ints=[10, 20, 30],
         coefficients=[.1, .2, .3, .4, -.5, .6], rho=[.1, .2, .3], **plain)
    show("SVMRegressor, linear", "SVMRegressor", [rows], coefficients=[.5, .6], rho=[.1], **plain)


def columns():
    rows = np.array([[1, -4, 2], [-1, -2, -3], [0, 0, 0]], dtype=np.float32)
    for norm in ["MAX", "L1", "L2"]:
        show("Normalizer, " + norm, "Normalizer", [rows], norm=norm)
    show("OneHotEncoder", "OneHotEncoder", [np.array([1, 9, 2])], cats_int64s=[1, 2])
    show("OneHotEncoder of floats", "OneHotEncoder", [np.array([1.7, -1.2], dtype=np.float32)], cats_int64s=[1, 2, -1])
    show("OneHotEncoder, equal categories", "OneHotEncoder", [np.array([1])], cats_int64s=[1, 1])
    pairs = dict(cats_strings=["a", "b"], cats_int64s=[5, 6])
    show("CategoryMapper", "CategoryMapper", [["a", "c"]], default_int64=-7, **pairs)
    show("CategoryMapper back", "CategoryMapper", [np.array([5, 9])], default_string="q", **pairs)
    weighed = dict(domain="", ngram_counts=[0], pool_int64s=[1, 2], weights=[10., 20.], max_gram_length=1,
                   min_gram_length=1, max_skip_count=0)
    for mode, indexes in [("TFIDF", [1, 0]), ("IDF", [1, 0]), ("TFIDF", [0, 0]), ("TF", [1, 0])]:
        show("TfIdfVectorizer, %s %s" % (mode, indexes), "TfIdfVectorizer", [np.array([1, 1, 2])], mode=mode,
             ngram_indexes=indexes, **weighed)


def maps():
    letters = ({"a": 4., "c": 8.}, TensorProto.STRING, TensorProto.FLOAT)
    show("DictVectorizer", "DictVectorizer", [letters], string_vocabulary=["a", "c", "b", "z"])
    unknown = ({"a": 4., "q": 8.}, TensorProto.STRING, TensorProto.FLOAT)
    show("DictVectorizer, unknown key", "DictVectorizer", [unknown], string_vocabulary=["a", "c", "b", "z"])
    numbers = ({3: 1.5, 1: 2.7, -2: -3.9}, TensorProto.INT64, TensorProto.FLOAT)
    for kind in ["TO_FLOAT", "TO_INT64", "TO_STRING"]:
        show("CastMap, " + kind, "CastMap", [numbers], cast_to=kind)
    few = ({3: 1.5, 1: 2.7}, TensorProto.INT64, TensorProto.FLOAT)
    show("CastMap, sparse", "CastMap", [few], map_form="SPARSE", max_map=5)


if __name__ == "__main__":
    print("onnxruntime", onnxruntime.__version__)
    linear_models()
    vector_machines()
    columns()
    maps()
