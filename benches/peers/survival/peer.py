"""Simulates customers, or fits them by a peer and says in a line of JSON what it cost.

usage: python peer.py simulate FILE CUSTOMERS   or   python peer.py PEER FILE
where PEER is coxph_fit, coxph_fit_raw or lifelines
"""

import json
import sys
import time
import warnings

import numpy as np


def simulate(path, customers):
    """Exponential times with five effects, censored evenly over 730 days, by whole days."""
    random = np.random.default_rng(1)
    features = random.normal(size=(customers, 5))
    life = random.exponential(1 / (0.002 * np.exp(features @ [0.5, -0.3, 0.2, 0.0, 0.1])))
    end = random.uniform(0, 730, customers)
    columns = [np.ceil(np.minimum(life, end)), (life <= end).astype(float), features.ravel()]
    np.concatenate(columns).astype("<f8").tofile(path)


def read(path):
    values = np.fromfile(path, "<f8")
    n = len(values) // 7
    return values[:n], values[n:2 * n], values[2 * n:].reshape(n, 5)


def coxph(name, days, event, features):
    import survival

    fit = getattr(survival._survival, name)
    status = event.astype(np.int32)
    if name == "coxph_fit_raw":
        return lambda: fit(days, status, features, method="efron", resid=False).coefficients
    return lambda: fit(days, status, features, method="efron").coefficients


def lifelines(days, event, features):
    import pandas as pd
    from lifelines import CoxPHFitter

    frame = pd.DataFrame(features, columns=list("abcde")).assign(days=days, event=event)
    return lambda: list(CoxPHFitter().fit(frame, "days", "event").params_)


def main():
    warnings.filterwarnings("ignore")
    peer, path = sys.argv[1:3]
    if peer == "simulate":
        return simulate(path, int(sys.argv[3]))
    fit = lifelines(*read(path)) if peer == "lifelines" else coxph(peer, *read(path))
    wall, cpu = time.perf_counter(), time.process_time()
    coefficients = fit()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({**cost, "coefficients": [float(value) for value in coefficients]}))


if __name__ == "__main__":
    main()
