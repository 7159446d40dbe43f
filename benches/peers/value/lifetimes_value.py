"""Simulates customers, or fits and values them by lifetimes and says in a line of JSON what it cost.

usage: python lifetimes_value.py simulate FILE CUSTOMERS   or   python lifetimes_value.py JOB FILE

Jobs: bg (the fit on all customers), bg-collapsed and pareto-collapsed (equal customers collapsed by hand to weights, the
collapse included), clv (twelve months of 30 days).
"""

import json
import sys
import time
import warnings

import numpy as np


def simulate(path, customers):
    """Buyers as the BG/NBD model has them (r 0.8, alpha 30, a 0.8, b 2.5), by whole days, over two years, with spends as
    the Gamma-Gamma model has them (p 6, q 4, v 15)."""
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
    spend_rate = random.gamma(4.0, 1 / 15.0, customers)
    spend = random.gamma(np.maximum(6.0 * frequency, 1e-9)) / spend_rate / np.maximum(frequency, 1)
    monetary = np.where(frequency > 0, spend, 0.0)
    np.concatenate([frequency, recency, age, monetary]).astype("<f8").tofile(path)


def main(job, path):
    warnings.filterwarnings("ignore")
    import pandas as pd
    from lifetimes import BetaGeoFitter, GammaGammaFitter, ParetoNBDFitter

    names = ["frequency", "recency", "T", "monetary"]
    frame = pd.DataFrame(dict(zip(names, np.fromfile(path, "<f8").reshape(4, -1))))
    records = names[:3]
    if job == "clv":
        repeated = frame[frame.monetary > 0]
        buying = BetaGeoFitter(penalizer_coef=0.0).fit(*(frame[name] for name in records))
        spend = GammaGammaFitter(penalizer_coef=0.0).fit(repeated.frequency, repeated.monetary)
    wall, cpu = time.perf_counter(), time.process_time()
    if job == "clv":
        columns = [frame[name] for name in names]
        value = spend.customer_lifetime_value(buying, *columns, time=12, discount_rate=0.01, freq="D")
        found = [float(value.sum())]
    elif job == "bg":
        found = BetaGeoFitter(penalizer_coef=0.0).fit(*(frame[name] for name in records)).params_.tolist()
    else:
        fitter = {"bg-collapsed": BetaGeoFitter, "pareto-collapsed": ParetoNBDFitter}[job]
        distinct = frame.groupby(records, as_index=False).size()
        columns = [distinct[name] for name in records]
        found = fitter(penalizer_coef=0.0).fit(*columns, weights=distinct["size"]).params_.tolist()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({**cost, "found": found}))


if __name__ == "__main__":
    if sys.argv[1] == "simulate":
        simulate(sys.argv[2], int(sys.argv[3]))
    else:
        main(sys.argv[1], sys.argv[2])
