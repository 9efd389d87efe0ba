"""Scores a .npy file into a .npy file with ONNX Runtime: the score output, one thread."""

import sys

import numpy as np
import onnxruntime

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
rows = np.load(sys.argv[2]).astype(np.float32)
name = session.get_outputs()[-1].name
np.save(sys.argv[3], session.run([name], {session.get_inputs()[0].name: rows})[0])
