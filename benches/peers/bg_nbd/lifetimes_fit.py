"""Simulates customers, or fits them by lifetimes and says in a line of JSON what it cost.

usage: python lifetimes_fit.py simulate FILE CUSTOMERS   or   python lifetimes_fit.py fit FILE
"""

import json
import sys
import time
import warnings

import numpy as np


def simulate(path, customers):
    """Buyers as the BG/NBD model has them (r 0.8, alpha 30, a 0.8, b 2.5), by whole days, over two years."""
    random = np.random.default_rng(2)
    age = random.integers(1, 731, customers).astype(float)
    rate, dropout = random.gamma(0.8, 1 / 30.0, customers), random.beta(0.8, 2.5, customers)
    frequency, recency = np.zeros(customers), np.zeros(customers)
    time_of, alive = random.exponential(1 / np.maximum(rate, 1e-12)), np.arange(customers)
    while len(alive):
        alive = alive[time_of[alive] < age[alive]]
        day = np.ceil(time_of[alive])
        frequency[alive] += day > recency[alive]  # more than one purchase on a day counts once
        recency[alive] = day
        alive = alive[random.random(len(alive)) >= dropout[alive]]
        time_of[alive] += random.exponential(1 / np.maximum(rate[alive], 1e-12))
    np.concatenate([frequency, recency, age]).astype("<f8").tofile(path)


def fit(path):
    warnings.filterwarnings("ignore")
    import pandas as pd
    from lifetimes import BetaGeoFitter

    frequency, recency, age = map(pd.Series, np.fromfile(path, "<f8").reshape(3, -1))
    wall, cpu = time.perf_counter(), time.process_time()
    fitter = BetaGeoFitter(penalizer_coef=0.0).fit(frequency, recency, age)
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({**cost, **{name: float(value) for name, value in fitter.params_.items()}}))


if __name__ == "__main__":
    if sys.argv[1] == "simulate":
        simulate(sys.argv[2], int(sys.argv[3]))
    else:
        fit(sys.argv[2])
