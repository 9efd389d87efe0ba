#!/usr/bin/env python3
"""Makes the seeds of graph_fuzzer: for each operator, the smallest of ONNX's published node cases
(Apache-2.0), its inputs that are no floats (axes, shapes, indices) written into the model.

    PYTHON tests/fuzz/make_graph_seeds.py ONNX_TEST_DATA      # .../onnx/backend/test/data
"""
import pathlib
import sys

import onnx

HERE = pathlib.Path(__file__).resolve().parent / "corpus" / "graph"
MOST_BYTES = 3000
VALUES = (onnx.TensorProto.INT64, onnx.TensorProto.INT32, onnx.TensorProto.STRING, onnx.TensorProto.BOOL)


def with_values(folder):
    model = onnx.load(folder / "model.onnx")
    kept = []
    for at, value in enumerate(model.graph.input):
        path = folder / "test_data_set_0" / ("input_%d.pb" % at)
        if value.type.WhichOneof("value") == "tensor_type" and value.type.tensor_type.elem_type in VALUES and path.exists():
            tensor = onnx.TensorProto()
            tensor.ParseFromString(path.read_bytes())
            tensor.name = value.name
            model.graph.initializer.append(tensor)
        else:
            kept.append(value)
    del model.graph.input[:]
    model.graph.input.extend(kept)
    return model.SerializeToString()


def main(data):
    smallest = {}
    for folder in sorted((pathlib.Path(data) / "node").iterdir()):
        if folder.name.endswith("_expanded") or not (folder / "model.onnx").exists():
            continue
        model = onnx.load(folder / "model.onnx")
        key = tuple(sorted({(node.domain, node.op_type) for node in model.graph.node}))
        model_bytes = with_values(folder)
        if len(model_bytes) > MOST_BYTES:
            continue
        if key not in smallest or len(model_bytes) < len(smallest[key][1]):
            smallest[key] = (folder.name, model_bytes)
    HERE.mkdir(parents=True, exist_ok=True)
    for name, model_bytes in smallest.values():
        (HERE / (name + ".onnx")).write_bytes(model_bytes)


if __name__ == "__main__":
    main(sys.argv[1])
