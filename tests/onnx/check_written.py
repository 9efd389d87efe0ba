"""Every NAME.onnx of a folder: clean by onnx's checker; where it has standard operators only, ONNX Runtime (one thread)
answers NAME.X.npy as NAME.Y.npy says, bit for bit."""
import glob
import os
import sys

import numpy as np
import onnx
import onnxruntime


def check(path):
    model = onnx.load(path)
    if any(opset.domain == "tundish" for opset in model.opset_import):
        onnx.checker.check_model(model)
        return "checked"
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    rows = np.load(path[:-5] + ".X.npy")
    for count in (1, 7, len(rows)):
        answers = session.run(None, {session.get_inputs()[0].name: rows[:count]})
        for output, answer in zip(session.get_outputs(), answers):
            expected = np.load(path[:-5] + "." + output.name + ".npy")[:count]
            if answer.dtype != expected.dtype or answer.shape != expected.shape:
                raise SystemExit("%s: %s is %s%s, expected %s%s" % (path, output.name, answer.dtype, answer.shape,
                                                                    expected.dtype, expected.shape))
            if answer.tobytes() != expected.tobytes() and not np.array_equal(answer, expected, equal_nan=True):
                raise SystemExit("%s: %s differs in %d of %d" % (path, output.name, (answer != expected).sum(), answer.size))
    return "checked, same answers"


def main():
    paths = sorted(glob.glob(os.path.join(sys.argv[1], "*.onnx")))
    if not paths:
        raise SystemExit("no files in %s" % sys.argv[1])
    for path in paths:
        print(os.path.basename(path), check(path))


main()
