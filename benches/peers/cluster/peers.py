"""Generates the rows of a job, or divides them by a peer and says in a line of JSON what it cost and found.

usage: python peers.py rows JOB FILE   or   python peers.py PEER JOB FILE

A file holds 8-byte little-endian floats: the number of columns, then the rows.
"""

import json
import sys
import time

import numpy as np


def rows(job):
    """The matrix of a job, in parts."""
    random = np.random.default_rng(1)
    if job == "kmeans_1m":
        # Logarithms of recency, frequency and spend of eight segments that overlap.
        centers = np.array([[1.5, 3.0, 7.5], [2.5, 2.5, 6.5], [3.5, 1.5, 6.0], [4.5, 1.0, 5.0],
                            [5.5, 0.5, 4.0], [5.0, 2.0, 7.0], [2.0, 0.3, 4.5], [3.0, 0.3, 5.2]])
        shares = np.array([0.06, 0.12, 0.18, 0.2, 0.18, 0.08, 0.08, 0.1])
        of = random.choice(8, 1_000_000, p=shares)
        values = centers[of] + random.normal(size=(1_000_000, 3)) * np.array([0.6, 0.5, 0.7])
        yield (values - values.mean(0)) / values.std(0)
    elif job == "kmeans_200k":
        centers = random.normal(size=(8, 20)) * 1.2
        yield centers[random.integers(0, 8, 200_000)] + random.normal(size=(200_000, 20))
    elif job == "kmeans_10m":
        centers = random.normal(size=(8, 5)) * 1.5
        for _ in range(10):
            yield centers[random.integers(0, 8, 1_000_000)] + random.normal(size=(1_000_000, 5))
    else:
        sys.exit(f"no job {job}")


def peer(name, job, values):
    """What measures a peer: a call, and what it found in terms of its result."""
    if name == "scikit-learn" and job.startswith("kmeans"):
        from sklearn.cluster import KMeans

        iterations = 20 if job == "kmeans_10m" else 50
        KMeans(2, n_init=1, max_iter=2).fit(values[:1000])
        model = KMeans(8, init=values[:8].copy(), n_init=1, max_iter=iterations, tol=0, algorithm="lloyd")
        return lambda: model.fit(values), lambda fitted: [float(fitted.inertia_), int(fitted.n_iter_)]
    sys.exit(f"{name} has no job {job}")


def main(name, job, path):
    if name == "rows":
        with open(path, "wb") as file:
            for number, part in enumerate(rows(job)):
                if number == 0:
                    file.write(np.array([part.shape[1]], "<f8").tobytes())
                file.write(np.ascontiguousarray(part, "<f8").tobytes())
        return
    width = int(np.fromfile(path, "<f8", 1)[0])
    call, found = peer(name, job, np.fromfile(path, "<f8", offset=8).reshape(-1, width))
    wall, cpu = time.perf_counter(), time.process_time()
    result = call()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    print(json.dumps({**cost, "found": found(result)}))


if __name__ == "__main__":
    main(*sys.argv[1:4])
