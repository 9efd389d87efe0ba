"""Starts, loads a joblib model, scores the first row of a file, prints the answer."""

import sys
import warnings

import joblib
import numpy as np

warnings.filterwarnings("ignore")
model = joblib.load(sys.argv[1])
print(model.decision_function(np.load(sys.argv[2], mmap_mode="r")[:1]))
