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
    elif job.startswith("kmeans_10m"):
        centers = random.normal(size=(8, 5)) * 1.5
        for _ in range(10):
            yield centers[random.integers(0, 8, 1_000_000)] + random.normal(size=(1_000_000, 5))
    elif job == "choose":
        centers = random.normal(size=(6, 3)) * 2.0
        yield centers[random.integers(0, 6, 20_000)] + random.normal(size=(20_000, 3))
    elif job in ("dbscan", "hdbscan"):
        # Ten clouds of different spread, and a twentieth of the rows anywhere.
        n = 100_000 if job == "dbscan" else 20_000
        centers, spreads, of = random.uniform(-10, 10, (10, 3)), random.uniform(0.3, 1.0, 10), random.integers(0, 10, n)
        values = centers[of] + random.normal(size=(n, 3)) * spreads[of][:, None]
        anywhere = random.random(n) < 0.05
        values[anywhere] = random.uniform(-14, 14, (anywhere.sum(), 3))
        yield values
    elif job in ("ward_10k", "ward_50k"):
        n = 10_000 if job == "ward_10k" else 50_000
        centers = random.normal(size=(6, 5)) * 3
        yield centers[random.integers(0, 6, n)] + random.normal(size=(n, 5))
    else:
        sys.exit(f"no job {job}")


def peer(name, job, values):
    """What measures a peer: a call, and what it found in terms of its result."""
    if name == "scikit-learn" and job.startswith("kmeans"):
        from sklearn.cluster import KMeans

        iterations = 20 if job == "kmeans_10m" else 50
        KMeans(2, n_init=1, max_iter=2).fit(values[:1000])
        if job == "kmeans_10m_drawn":
            model = KMeans(8, n_init=1, max_iter=20, tol=0, algorithm="lloyd", random_state=0)
            return lambda: model.fit(values), lambda fitted: [float(fitted.inertia_)]
        model = KMeans(8, init=values[:8].copy(), n_init=1, max_iter=iterations, tol=0, algorithm="lloyd")
        return lambda: model.fit(values), lambda fitted: [float(fitted.inertia_), int(fitted.n_iter_)]
    if name == "scikit-learn" and job == "choose":
        from sklearn.cluster import KMeans
        from sklearn.metrics import silhouette_score

        def choose():
            fits = [KMeans(k, n_init=10, tol=0, random_state=0).fit(values) for k in range(2, 11)]
            return max((float(silhouette_score(values, fit.labels_)), fit.n_clusters) for fit in fits)

        return choose, list
    if name == "scikit-learn" and job in ("dbscan", "hdbscan"):
        from sklearn.cluster import DBSCAN, HDBSCAN

        model = DBSCAN(eps=0.3, min_samples=10, n_jobs=2)
        if job == "hdbscan":
            model = HDBSCAN(min_cluster_size=25, min_samples=10, n_jobs=2, copy=True)
        return lambda: model.fit_predict(values), divided
    if name == "fastcluster" and job.startswith("ward"):
        from fastcluster import linkage_vector

        return lambda: linkage_vector(values, "ward"), lambda merges: [float(merges[:, 2].sum())]
    sys.exit(f"{name} has no job {job}")


def divided(labels):
    """The clusters, the rows in none, and a number that any other division of the rows would change."""
    sizes = np.bincount(labels[labels >= 0])
    return [len(sizes), int((labels < 0).sum()), float((sizes.astype(float) ** 2).sum())]


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
