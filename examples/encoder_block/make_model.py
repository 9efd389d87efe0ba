#!/usr/bin/env python3
"""Writes model.onnx beside this script: one block of an encoder as exporters write it, with weights drawn at random.

Attention with its shapes computed at run time, normalisation and Gelu node by node, dropout that does nothing. Needs the
Python packages onnx and numpy.
"""
import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

HIDDEN, HEADS, INNER = 16, 2, 32
random = np.random.default_rng(7)
nodes, constants = [], []


def constant(name, value, dtype=np.float32):
    constants.append(numpy_helper.from_array(np.asarray(value, dtype=dtype), name))
    return name


def node(op, inputs, name, **attributes):
    nodes.append(helper.make_node(op, inputs, [name], name=name, **attributes))
    return name


def linear(x, rows, columns, name):
    weight = constant(name + ".weight", random.normal(0, rows ** -0.5, (rows, columns)))
    bias = constant(name + ".bias", random.normal(0, 0.1, columns))
    return node("Add", [bias, node("MatMul", [x, weight], name + ".product")], name)


def norm(x, name):
    mean = node("ReduceMean", [x, "last"], name + ".mean")
    centred = node("Sub", [x, mean], name + ".centred")
    square = node("Pow", [centred, "two"], name + ".square")
    variance = node("ReduceMean", [square, "last"], name + ".variance")
    root = node("Sqrt", [node("Add", [variance, "epsilon"], name + ".shifted")], name + ".root")
    scale = constant(name + ".scale", random.normal(1, 0.1, HIDDEN))
    bias = constant(name + ".bias", random.normal(0, 0.1, HIDDEN))
    scaled = node("Mul", [node("Div", [centred, root], name + ".quotient"), scale], name + ".scaled")
    return node("Add", [scaled, bias], name)


def sizes(x, name):
    shape = node("Shape", [x], name + ".shape")
    return [node("Unsqueeze", [node("Gather", [shape, i], name + ".size" + i), "first"], name + ".list" + i)
            for i in ("zero", "one")]


def heads(x, name, order):
    shape = node("Concat", sizes(x, name) + ["heads"], name + ".wanted", axis=0)
    return node("Transpose", [node("Reshape", [x, shape], name + ".split"), ], name, perm=order)


def gelu(x, name):
    erf = node("Erf", [node("Div", [x, "root_two"], name + ".argument")], name + ".erf")
    product = node("Mul", [x, node("Add", [erf, "unit"], name + ".sum")], name + ".product")
    return node("Mul", [product, "half"], name)


for name, value, dtype in (("last", [-1], np.int64), ("first", [0], np.int64), ("zero", 0, np.int64), ("one", 1, np.int64),
                           ("heads", [HEADS, HIDDEN // HEADS], np.int64), ("hidden", [HIDDEN], np.int64),
                           ("two", 2, np.float32), ("epsilon", 1e-5, np.float32), ("root_two", 2 ** 0.5, np.float32),
                           ("unit", 1, np.float32), ("half", 0.5, np.float32),
                           ("width", (HIDDEN // HEADS) ** 0.5, np.float32)):
    constant(name, value, dtype)

q = heads(linear("tokens", HIDDEN, HIDDEN, "query"), "query.heads", [0, 2, 1, 3])
k = heads(linear("tokens", HIDDEN, HIDDEN, "key"), "key.heads", [0, 2, 3, 1])
v = heads(linear("tokens", HIDDEN, HIDDEN, "value"), "value.heads", [0, 2, 1, 3])
scores = node("Div", [node("MatMul", [q, k], "scores.product"), "width"], "scores")
weights = node("Dropout", [node("Softmax", [scores], "weights.all", axis=-1)], "weights")
mixed = node("Transpose", [node("MatMul", [weights, v], "mixed")], "mixed.back", perm=[0, 2, 1, 3])
joined = node("Reshape", [mixed, node("Concat", sizes(mixed, "joined") + ["hidden"], "joined.wanted", axis=0)], "joined")
attended = norm(node("Add", [linear(joined, HIDDEN, HIDDEN, "output"), "tokens"], "attended.sum"), "attended")
inner = gelu(linear(attended, HIDDEN, INNER, "inner"), "gelu")
answer = norm(node("Add", [linear(inner, INNER, HIDDEN, "outer"), attended], "answer.sum"), "answer")

graph = helper.make_graph(nodes, "encoder_block",
                          [helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["batch", "sequence", HIDDEN])],
                          [helper.make_tensor_value_info(answer, TensorProto.FLOAT, ["batch", "sequence", HIDDEN])], constants)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)
onnx.checker.check_model(model, full_check=True)
onnx.save(model, os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.onnx"))
