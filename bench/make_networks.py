"""Makes the models of the second table of the bench: single operators and small networks in float32.

    python make_networks.py FOLDER

Weights are random with a fixed seed; every model has one input X [N, ...] whose first axis is the batch of
`tundish bench`. What exists already is kept.
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET = 23
RANDOM = np.random.default_rng(5)


def weights(*shape):
    """Values that keep products of any depth near 1."""
    return (RANDOM.standard_normal(shape) / np.sqrt(shape[0])).astype(np.float32)


class Net:
    """A chain: each call adds a node whose first input is the last result."""

    def __init__(self, *shape):
        self.shape = ["N", *shape]
        self.nodes, self.constants, self.last, self.result = [], [], "X", TensorProto.FLOAT

    def constant(self, value):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def add(self, op, *others, outputs=1, at=0, **attributes):
        """`others`: names of values or arrays. `at`: where the last result stands among the inputs."""
        names = [o if isinstance(o, str) else self.constant(o) for o in others]
        names.insert(at, self.last)
        self.last = f"v{len(self.nodes)}"
        results = [self.last] + [f"{self.last}_{i}" for i in range(1, outputs)]
        self.nodes.append(helper.make_node(op, names, results, **attributes))
        return self.last

    def model(self):
        self.nodes.append(helper.make_node("Identity", [self.last], ["Y"]))
        graph = helper.make_graph(
            self.nodes, "bench",
            [helper.make_tensor_value_info("X", TensorProto.FLOAT, self.shape)],
            [helper.make_tensor_value_info("Y", self.result, None)], self.constants)
        # The last node renames its input instead, so that nothing but the work is measured.
        if len(self.nodes) > 1:
            del graph.node[-1]
            outputs = graph.node[-1].output
            outputs[list(outputs).index(self.last)] = "Y"
            for node in graph.node[:-1]:
                assert self.last not in node.output
        return helper.make_model(graph, ir_version=11, opset_imports=[helper.make_opsetid("", OPSET)])


def identity():
    return Net(1).model()


def mlp():
    net = Net(29)
    net.add("Sub", weights(29))
    net.add("Div", np.abs(weights(29)) + np.float32(1))
    for inner, outer in ((29, 64), (64, 32), (32, 2)):
        net.add("Gemm", weights(inner, outer).T.copy(), weights(outer), transB=1)
        net.add("Relu") if outer != 2 else net.add("Softmax", axis=-1)
    return net.model()


def product(inner, outer):
    net = Net(inner)
    net.add("MatMul", weights(inner, outer))
    return net.model()


def cold(inner, outer):
    """Eight pairs of products, 151 MB of weights at 768 x 3072: no cache holds them."""
    net = Net(inner)
    for _ in range(8):
        net.add("MatMul", weights(inner, outer))
        net.add("MatMul", weights(outer, inner))
    return net.model()


def gelu_layer():
    """As exporters write it: MatMul, Add, and Gelu of five nodes."""
    net = Net(768)
    net.add("MatMul", weights(768, 3072))
    x = net.add("Add", weights(3072))
    net.add("Div", np.float32(np.sqrt(2)))
    net.add("Erf")
    net.add("Add", np.float32(1))
    net.add("Mul", x, at=1)
    net.add("Mul", np.float32(0.5))
    return net.model()


def norm_layer():
    net = Net(768)
    net.add("MatMul", weights(768, 768))
    net.add("Add", weights(768))
    net.add("Add", "X")
    net.add("LayerNormalization", weights(768), weights(768), axis=-1)
    return net.model()


def chain():
    net = Net(1000)
    net.add("Mul", np.float32(0.7))
    x = net.add("Add", weights(1000))
    net.add("Tanh")
    net.add("Mul", x)
    net.add("Sub", np.float32(0.1))
    net.add("Relu")
    return net.model()


def single(op, *others, shape=(768,), **attributes):
    net = Net(*shape)
    net.add(op, *others, **attributes)
    return net.model()


def lstm(inner=128, hidden=128):
    net = Net(1, inner)
    net.add("LSTM", weights(1, 4 * hidden, inner), weights(1, 4 * hidden, hidden), weights(1, 8 * hidden),
            hidden_size=hidden)
    return net.model()


def gru(inner=128, hidden=128):
    net = Net(1, inner)
    net.add("GRU", weights(1, 3 * hidden, inner), weights(1, 3 * hidden, hidden), weights(1, 6 * hidden),
            hidden_size=hidden, linear_before_reset=1)
    return net.model()


def attention(length=128, hidden=768, heads=12):
    net = Net(length, hidden)
    net.add("Attention", "X", "X", q_num_heads=heads, kv_num_heads=heads)
    return net.model()


def double_cast():
    net = Net(768)
    net.add("Cast", to=TensorProto.DOUBLE)
    net.result = TensorProto.DOUBLE
    return net.model()


def embedding():
    net = Net(128)
    net.add("Cast", to=TensorProto.INT64)
    net.add("Gather", weights(1000, 768), at=1, axis=0)
    return net.model()


def encoder(layers=12, hidden=768, heads=12, inner=3072, words=30522, length=512):
    """BERT's base shape with random weights, 435 MB; X holds the ids of words as floats, [N, 128]."""
    net = Net(128)
    ids = net.add("Cast", to=TensorProto.INT64)
    net.last = net.constant(weights(words, hidden))
    net.add("Gather", ids, axis=0)
    net.add("Add", weights(length, hidden)[:128])

    def norm():
        return net.add("LayerNormalization", weights(hidden), weights(hidden), axis=-1, epsilon=1e-12)

    def linear(outer, inner):
        net.add("MatMul", weights(inner, outer))
        return net.add("Add", weights(outer))

    def heads_of(x, perm):
        net.last = x
        linear(hidden, hidden)
        net.add("Reshape", np.array([0, 0, heads, hidden // heads], np.int64))
        return net.add("Transpose", perm=perm)

    norm()
    for _ in range(layers):
        x = net.last
        query, key, value = (heads_of(x, perm) for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        net.last = query
        net.add("MatMul", key)
        net.add("Div", np.float32(np.sqrt(hidden // heads)))
        net.add("Softmax", axis=-1)
        net.add("MatMul", value)
        net.add("Transpose", perm=[0, 2, 1, 3])
        net.add("Reshape", np.array([0, 0, hidden], np.int64))
        linear(hidden, hidden)
        net.add("Add", x)
        x = norm()
        linear(inner, hidden)
        y = net.last
        net.add("Div", np.float32(np.sqrt(2)))
        net.add("Erf")
        net.add("Add", np.float32(1))
        net.add("Mul", y, at=1)
        net.add("Mul", np.float32(0.5))
        linear(hidden, inner)
        net.add("Add", x)
        norm()
    return net.model()


MODELS = {
    "identity": identity,
    "mlp_29_64_32_2": mlp,
    "matmul_768x768": lambda: product(768, 768),
    "matmul_768x3072": lambda: product(768, 3072),
    "matmul_3072x768": lambda: product(3072, 768),
    "matmul_512x512": lambda: product(512, 512),
    "matmul_cold_768x3072": lambda: cold(768, 3072),
    "matmul_bias_gelu_768x3072": gelu_layer,
    "matmul_bias_skip_norm_768x768": norm_layer,
    "elementwise_6": chain,
    "layer_norm_768": lambda: single("LayerNormalization", weights(768), weights(768), axis=-1),
    "softmax_768": lambda: single("Softmax", axis=-1),
    "gelu_768": lambda: single("Gelu"),
    "gelu_tanh_768": lambda: single("Gelu", approximate="tanh"),
    "erf_768": lambda: single("Erf"),
    "tanh_768": lambda: single("Tanh"),
    "sigmoid_768": lambda: single("Sigmoid"),
    "lstm_128": lstm,
    "gru_128": gru,
    "attention_128x768": attention,
    "add_row_768": lambda: single("Add", weights(768)),
    "mul_self_1000": lambda: single("Mul", "X", shape=(1000,)),
    "reduce_mean_768": lambda: single("ReduceMean", np.array([-1], np.int64)),
    "reduce_sum_rows_768": lambda: single("ReduceSum", np.array([0], np.int64)),
    "softmax_axis1_12x128": lambda: single("Softmax", shape=(128, 12), axis=1),
    "transpose_heads": lambda: single("Transpose", shape=(128, 12, 64), perm=[0, 2, 1, 3]),
    "transpose_keys": lambda: single("Transpose", shape=(128, 12, 64), perm=[0, 2, 3, 1]),
    "transpose_2d_768": lambda: single("Transpose", perm=[1, 0]),
    "gather_768": embedding,
    "encoder_12x768": encoder,
    "cast_768": double_cast,
    "concat_768": lambda: single("Concat", "X", axis=1),
    "clip_768": lambda: single("Clip", np.float32(-0.5), np.float32(0.5)),
    "pow2_768": lambda: single("Pow", np.float32(2)),
}


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name, make in MODELS.items():
        path = folder / f"{name}.onnx"
        if not path.exists():
            onnx.save(make(), path)


if __name__ == "__main__":
    main()
