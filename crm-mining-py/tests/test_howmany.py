"""How many clusters there are: numbers side by side, the gap statistic, and whether clusters come back."""

import copy
import math
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm
from crm_mining import errors, learn

# Two clear groups.
TWO = [[i % 2 * 100.0 + i % 7] for i in range(60)]


@pytest.fixture(scope="module")
def rows():
    """Three clouds of 50 rows."""
    random = np.random.default_rng(7)
    return np.concatenate([random.normal(center, 0.6, (50, 3)) for center in ([0, 0, 0], [5, 0, 1], [0, 6, 2])])


@pytest.fixture(scope="module")
def comparison(rows):
    settings = learn.CompareK(
        (1, 5), n_init=4, seed=3, gap=learn.Gap(references=5, seed=8), stability=learn.Stability(resamples=6, seed=2)
    )
    return settings.fit(rows)


@pytest.mark.parametrize(
    "shape, gaps, standard_errors",
    [
        ("box", [-0.32106652, 0.95342683, 0.7560497], [0.11252861, 0.13219105, 0.091525]),
        ("principal", [-0.33938069, 0.48615076, 0.24814702], [0.13264396, 0.09318233, 0.15854272]),
    ],
)
def test_gaps_are_those_of_scikit_learn(shape, gaps, standard_errors):
    """The golden values of Rust, in crm-mining/tests/golden_howmany.rs, on the same rows."""
    value = lambda i, j: ((i * i * 7 + i * (5 + j * 3) + j * 13) % 101) / 8 + [20, -15][j] * (i % 2)  # noqa: E731
    rows = [[value(i, j) for j in range(2)] for i in range(40)]
    found = learn.Gap(references=6, shape=shape, n_init=200, seed=3).score(rows, (1, 3))
    assert [at.k for at in found] == [1, 2, 3]
    assert [at.gap for at in found] == pytest.approx(gaps, abs=1e-7)
    assert [at.standard_error for at in found] == pytest.approx(standard_errors, abs=1e-7)
    assert learn.GapAt.first_sufficient(found) == 2
    assert learn.GapAt.first_sufficient(found[:1]) is None is learn.GapAt.first_sufficient([])
    assert repr(found[0]).startswith(f"gap {found[0].gap:.4f} of 1 clusters, standard error 0.1")


def draws(seed, part, n):
    """The rows of a resample, by the generator of Rust: xoshiro256++ seeded through SplitMix64, numbers below n."""
    mask = 2**64 - 1
    turned = lambda x, by: (x << by | x >> (64 - by)) & mask  # noqa: E731
    state, start = [], (seed * 0xD1342543DE82EF95 + part + 1) & mask
    for _ in range(4):
        start = (start + 0x9E3779B97F4A7C15) & mask
        z = (start ^ start >> 30) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
        state.append(z ^ z >> 31)
    drawn = set()
    for _ in range(n):
        a, b, c, d = state
        # The remainders that would bias the draw come once in 2**58.
        drawn.add((turned((a + d) & mask, 23) + a & mask) * n >> 64)
        c, d = c ^ a, d ^ b
        state = [a ^ d, b ^ c, c ^ b << 17 & mask, turned(d, 45)]
    return sorted(drawn)


@pytest.mark.parametrize("settings", [learn.KMeans(2), learn.Agglomerative("single", 3), learn.Dbscan(1.5, 3)], ids=repr)
def test_stability_is_that_of_its_definition(settings):
    rows = np.array([[i * i % 37] for i in range(30)], dtype=float)
    labels = settings.fit(rows).labels_
    score = learn.Stability(resamples=20, seed=9).score(settings, rows, labels)
    likenesses = [[] for _ in range(labels.max() + 1)]
    for part in range(20):
        drawn = draws(9, part, 30)
        before, after = labels[drawn], copy.copy(settings).fit_predict(rows[drawn])
        for cluster in np.unique(before[before >= 0]):
            of = [(before == cluster, after == other) for other in np.unique(after[after >= 0])]
            likenesses[cluster].append(max([(a & b).sum() / (a | b).sum() for a, b in of], default=0.0))
    assert (score.resamples, score.refused) == (20, 0)
    assert [each["resamples"] for each in score.clusters] == [len(each) for each in likenesses]
    assert [each["mean"] for each in score.clusters] == pytest.approx([np.mean(each) for each in likenesses])
    dissolved = [np.mean(np.array(each) <= 0.5) for each in likenesses]
    assert [each["dissolved"] for each in score.clusters] == pytest.approx(dissolved)
    assert score.smallest == min(each["mean"] for each in score.clusters)
    assert repr(score) == f"stability {score.smallest:.4f} of the least stable of {len(likenesses)} clusters"


def test_what_cannot_be_divided_again_is_counted():
    # A resample misses the one row that makes a second distinct value in 37 % of the draws.
    rows = np.ones((30, 1))
    rows[7] = 5.0
    score = learn.Stability(200, seed=4).score(learn.KMeans(2), rows, learn.KMeans(2).fit_predict(rows))
    assert score.resamples + score.refused == 200 and 55 <= score.refused < 95
    assert score.clusters[1] == {"mean": 1.0, "dissolved": 0.0, "resamples": score.resamples}


@pytest.mark.parametrize(
    "settings",
    [
        learn.MiniBatchKMeans(2),
        learn.BisectingKMeans(2),
        learn.Optics(min_points=3),
        learn.Hdbscan(),
        learn.GaussianMixture(2),
        learn.KMedoids(2),
    ],
    ids=repr,
)
def test_every_clusterer_of_numbers_has_a_stability(settings):
    labels = settings.fit_predict(TWO)
    score = learn.Stability(10).score(settings, TWO, labels)
    assert len(score.clusters) == labels.max() + 1 and 0.0 <= score.smallest <= 1.0


def test_the_criteria_are_those_of_their_functions(rows, comparison):
    gaps = learn.Gap(references=5, seed=8).score(rows, (1, 5))
    assert [report["k"] for report in comparison.reports] == [1, 2, 3, 4, 5]
    for report, model, silhouette, gap in zip(comparison.reports, comparison.models, comparison.silhouettes, gaps):
        labels = model.labels_
        alone = learn.KMeans(report["k"], n_init=4, tolerance=0.0, seed=3).fit(rows)
        assert (report["inertia"], labels.tolist()) == (alone.inertia_, alone.labels_.tolist())
        assert report["smallest_share"] == np.bincount(labels).min() / len(rows)
        assert (report["gap"], report["gap_se"]) == (gap.gap, gap.standard_error)
        again = learn.Stability(6, seed=2).score(model, rows, labels)
        assert report["stability"] == {"clusters": again.clusters, "resamples": again.resamples, "refused": again.refused}
        if report["k"] == 1:
            assert silhouette is None is report["silhouette"] is report["davies_bouldin"]
            continue
        assert silhouette.mean == report["silhouette"] == pytest.approx(learn.silhouette(rows, labels).mean, rel=1e-12)
        assert report["silhouette_se"] is None is silhouette.standard_error
        for name in ("calinski_harabasz", "davies_bouldin"):
            assert report[name] == getattr(learn, name)(rows, labels)
    assert comparison.elbow == comparison.first_sufficient_gap == learn.GapAt.first_sufficient(gaps) == 3
    assert comparison.skipped == range(0)


def test_a_comparison_is_a_table(comparison):
    frame = comparison.to_polars()
    reports = comparison.reports
    assert frame["stability"].to_list() == [min(each["mean"] for each in of["stability"]["clusters"]) for of in reports]
    for name in frame.columns[:-1]:
        values = frame[name].fill_nan(None).to_list() if name != "k" else frame[name].to_list()
        assert values == [report[name] for report in reports]
    assert repr(comparison).startswith("numbers of clusters: 5 rows × 10 columns")


def test_models_of_a_comparison_are_estimators(rows, comparison):
    model = comparison.models[2]
    assert isinstance(model, learn.KMeans) and repr(model) == repr(learn.KMeans(3, n_init=4, tolerance=0.0, seed=3))
    assert model.predict(rows).tolist() == model.labels_.tolist() and model.n_features_in_ == 3
    assert not hasattr(model, "feature_names_in_")
    assert pickle.loads(pickle.dumps(model)).predict(rows[:4]).tolist() == model.labels_[:4].tolist()


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, pl.LazyFrame, pa.table, lambda of: crm.Table(pa.table(of))])
def test_frames_are_taken_as_by_the_estimators(rows, frame):
    taken = frame(dict(zip("abc", rows.T.copy())))
    found = learn.CompareK(3).fit(taken)
    assert found.models[0].feature_names_in_.tolist() == ["a", "b", "c"]
    assert found.models[0].labels_.tolist() == learn.KMeans(3, tolerance=0.0).fit(rows).labels_.tolist()
    gap, stability = learn.Gap(2), learn.Stability(3)
    assert gap.score(taken, 3) == gap.score(rows, range(3, 4))
    labels = found.models[0].labels_
    assert stability.score(learn.KMeans(3), taken, labels) == stability.score(learn.KMeans(3), rows, labels)


def test_features_are_taken_as_by_the_estimators(rows):
    features = crm.Features(pl.DataFrame(dict(zip("abc", rows.T.copy()))), ["c", "a"])
    assert learn.CompareK((2, 3)).fit(features).models[1].feature_names_in_.tolist() == ["c", "a"]
    assert learn.Gap(2).score(features, 1) == learn.Gap(2).score(rows[:, [2, 0]], 1)


def test_settings_are_plain_values():
    compare = learn.CompareK(range(2, 5), 3, silhouette={"sample": 900}, gap=learn.Gap(4, "principal"))
    assert (compare.k, compare.n_init, compare.silhouette) == ((2, 4), 3, {"sample": 900, "seed": 42})
    assert compare.gap == learn.Gap(references=4, shape="principal") != learn.Gap() and compare.stability is None
    names = {name: getattr(learn, name) for name in ("CompareK", "Gap", "Stability")}
    for settings in (compare, learn.Gap(), learn.Stability(7, seed=1), learn.CompareK(2, stability=learn.Stability(3))):
        assert eval(repr(settings), names) == pickle.loads(pickle.dumps(settings)) == copy.deepcopy(settings) == settings


def test_what_cannot_be_tried_is_skipped():
    rows = [[1.0], [1.0], [2.0], [5.0]]
    found = learn.CompareK((1, 9), gap=learn.Gap(3)).fit(rows)
    assert found.skipped == range(4, 10) and [report["k"] for report in found.reports] == [1, 2, 3]
    last = found.reports[-1]
    assert (last["inertia"], last["gap"], last["calinski_harabasz"], last["davies_bouldin"]) == (0.0, None, None, 0.0)
    assert [at.k for at in learn.Gap(3).score(rows, (1, 9))] == [1, 2]
    assert learn.CompareK((1, 2**64 - 1)).fit(rows).skipped == range(4, 2**64)
    assert learn.CompareK((1, 5)).fit([[1.0, 2.0]] * 2).skipped == range(2, 6)
    sampled = learn.CompareK(2, silhouette={"sample": 300}).fit([[i % 2 * 9.0 + i * i % 17] for i in range(400)])
    assert sampled.silhouettes[0].sampled == 300 and sampled.reports[0]["silhouette_se"] > 0.0


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: learn.CompareK((0, 3)).fit(TWO), errors.InvalidParameter, "CompareK: k must be a range from 1"),
        (lambda: learn.CompareK((3, 1)).fit(TWO), errors.InvalidParameter, "CompareK: k must be a range from 1"),
        (lambda: learn.CompareK(2, n_init=0).fit(TWO), errors.InvalidParameter, "n_init must be"),
        (lambda: learn.CompareK(2, n_init=-1), errors.InvalidParameter, "CompareK: n_init must be from 0"),
        (lambda: learn.CompareK(2, seed=2**64), errors.InvalidParameter, "CompareK: seed must be from 0"),
        (lambda: learn.CompareK(2, n_init=1.5), TypeError, "CompareK: n_init must be a whole number"),
        (lambda: learn.CompareK(2, silhouette={"sample": 1}).fit(TWO), errors.InvalidParameter, "sample must be at least 2"),
        (lambda: learn.CompareK(2, silhouette={"sample": "all"}), errors.InvalidParameter, "CompareK: silhouette must be"),
        (lambda: learn.CompareK(2, silhouette={"rows": 3}), TypeError, "silhouette has no setting 'rows'"),
        (lambda: learn.CompareK(2, gap=True), TypeError, "gap"),
        (lambda: learn.CompareK(2, stability=learn.Gap()), TypeError, "stability"),
        (lambda: learn.CompareK("many"), TypeError, "k must be one number"),
        (lambda: learn.CompareK(range(1, 9, 2)), TypeError, "k must be one number"),
        (lambda: learn.CompareK(61).fit(TWO), errors.TooManyClusters, "61"),
        (lambda: learn.Gap(0).score(TWO, 2), errors.InvalidParameter, "Gap: references must be at least 1"),
        (lambda: learn.Gap(n_init=0).score(TWO, 2), errors.InvalidParameter, "Gap: n_init must be at least 1"),
        (lambda: learn.Gap(references=-1), errors.InvalidParameter, "Gap: references must be from 0"),
        (lambda: learn.Gap(shape="sphere"), errors.InvalidParameter, 'Gap: shape must be .*"box"'),
        (lambda: learn.Gap().score(TWO, (0, 2)), errors.InvalidParameter, "Gap: k must be a range from 1"),
        (lambda: learn.Gap().score(TWO, -1), TypeError, "k must be one number"),
        (lambda: learn.Gap().score([[1.0]] * 3, 1), errors.NotEnoughData, "distinct rows"),
        (lambda: learn.Gap().score([[1e300], [0.0], [1.0]], 2), errors.Overflow, "Gap"),
        (lambda: learn.GapAt.first_sufficient([1.0]), TypeError, "gaps"),
        (lambda: learn.Stability(0).score(learn.KMeans(2), TWO, [0] * 60), errors.InvalidParameter, "Stability: resamples"),
        (lambda: learn.Stability(resamples=-1), errors.InvalidParameter, "Stability: resamples must be from 0"),
        (lambda: learn.Stability(seed="one"), TypeError, "Stability: seed must be a whole number; got str"),
        (lambda: learn.Stability().score(learn.KMeans(0), TWO, [0] * 60), errors.InvalidParameter, "KMeans: k must be"),
        (lambda: learn.Stability().score(learn.KMeans("2"), TWO, [0] * 60), errors.InvalidParameter, "KMeans: k must be"),
        (lambda: learn.Stability().score(learn.KMeans(99), TWO, [0] * 60), errors.NotEnoughData, "resamples"),
        (lambda: learn.Stability().score(learn.KModes(2), TWO, [0] * 60), errors.InvalidParameter, "categories"),
        (lambda: learn.Stability().score(learn.Standardize(), TWO, [0] * 60), TypeError, "settings must be an estimator"),
        (lambda: learn.Stability().score(learn.KMeans, TWO, [0] * 60), TypeError, "settings must be an estimator"),
        (lambda: learn.Stability().score(learn.KMeans(2), TWO, [0] * 59), errors.LengthMismatch, "59"),
        (lambda: learn.Stability().score(learn.KMeans(2), TWO, [-1] * 60), errors.NotEnoughData, "rows in clusters"),
        (lambda: learn.Stability().score(learn.KMeans(2), TWO, ["a"] * 60), errors.Malformed, "Stability: labels"),
        (lambda: learn.Stability().score(learn.KMeans(2), TWO, [60] * 60), errors.CrmMiningError, "label"),
    ],
)
def test_what_does_not_fit_is_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize(
    "rows, error, words",
    [
        ([[1.0, math.nan], [2.0, 3.0]], errors.InvalidValue, "NaN"),
        ([1.0, 2.0], errors.Malformed, "Reshape your data"),
        (np.zeros((0, 2)), errors.NotEnoughData, "required by {}"),
        ([["a"], ["b"]], errors.InvalidValue, "got text"),
        (pd.DataFrame({"a": pd.to_datetime(["2024-01-01"])}), TypeError, "{} needs numbers; got dates"),
        (pl.DataFrame({"a": [1.0, None]}), errors.InvalidValue, "present"),
        (None, errors.Malformed, "scalar"),
    ],
    ids=range(7),
)
def test_hostile_rows_have_a_typed_answer(rows, error, words):
    calls = {
        "CompareK": learn.CompareK(2).fit,
        "Gap": lambda rows: learn.Gap().score(rows, 2),
        "Stability": lambda rows: learn.Stability().score(learn.KMeans(2), rows, [0, 1]),
    }
    for name, call in calls.items():
        with pytest.raises(error, match=words.format(name)):
            call(rows)


def test_progress_is_told_and_an_exception_stops():
    def stop(stage, done, total):
        raise RuntimeError(stage)

    long = [[i * i % 1009 * 1.0, i % 31 * 1.0] for i in range(6000)]
    labels = learn.KMeans(8).fit_predict(long)
    for call in (
        lambda: learn.CompareK((2, 30), gap=learn.Gap(200)).fit(long, progress=stop),
        lambda: learn.Gap(2000).score(long, (1, 9), progress=stop),
        lambda: learn.Stability(20_000).score(learn.KMeans(8), long, labels, progress=stop),
    ):
        with pytest.raises(RuntimeError):
            call()
