"""Starts, loads a model in ONNX Runtime, scores the first row of a file, prints the answer."""

import sys

import numpy as np
import onnxruntime

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
row = np.load(sys.argv[2], mmap_mode="r")[:1].astype(np.float32)
print(session.run(None, {session.get_inputs()[0].name: row})[0])
