#!/usr/bin/env python3
"""Makes this example: sessions of a made-up network, and a model that tells the odd ones.

Needs scikit-learn and pandas (made with scikit-learn 1.9.1). Writes model.joblib, rows.csv, and what
scikit-learn itself answers on those rows in expected/.
"""
import os

import joblib
import numpy as np
import pandas
from sklearn.ensemble import IsolationForest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

FOLDER = os.path.dirname(os.path.abspath(__file__))


def sessions(count, seed):
    random = np.random.default_rng(seed)
    rows = pandas.DataFrame({
        "duration_s": random.gamma(2.0, 40.0, count),
        "bytes_out": random.lognormal(9.0, 1.2, count),
        "bytes_in": random.lognormal(11.0, 1.0, count),
        "failed_logins": random.poisson(0.2, count).astype(np.float64),
        "distinct_hosts": 1.0 + random.poisson(2.0, count),
        "hour": random.normal(13.0, 3.0, count) % 24.0,
    })
    odd = random.choice(count, count // 50, replace=False)
    rows.loc[odd, "bytes_out"] *= 60.0
    rows.loc[odd, "failed_logins"] += 5.0
    rows.loc[odd, "hour"] = random.uniform(0.0, 5.0, len(odd))
    return rows.round({"duration_s": 2, "bytes_out": 0, "bytes_in": 0, "hour": 2})


def main():
    model = make_pipeline(StandardScaler(), IsolationForest(n_estimators=100, contamination=0.02, random_state=7))
    model.fit(sessions(5000, seed=1))
    joblib.dump(model, os.path.join(FOLDER, "model.joblib"), compress=3)
    sessions(1000, seed=2).to_csv(os.path.join(FOLDER, "rows.csv"), index=False)
    rows = pandas.read_csv(os.path.join(FOLDER, "rows.csv"), float_precision="round_trip").astype(np.float64)
    os.makedirs(os.path.join(FOLDER, "expected"), exist_ok=True)
    for method in ("predict", "decision_function", "score_samples"):
        np.save(os.path.join(FOLDER, "expected", method + ".npy"), getattr(model, method)(rows))


if __name__ == "__main__":
    main()
