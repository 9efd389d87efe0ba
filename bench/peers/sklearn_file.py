"""Scores a .npy file into a .npy file with scikit-learn, one thread."""

import sys
import warnings

import joblib
import numpy as np

warnings.filterwarnings("ignore")
model = joblib.load(sys.argv[1])
np.save(sys.argv[3], model.decision_function(np.load(sys.argv[2])))
