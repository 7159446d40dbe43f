"""The estimators of crm_mining.learn: scikit-learn's checks, its numbers, and what goes in and out."""

import copy
import inspect
import json
import math
import pickle
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
import sklearn
import sklearn.cluster
import sklearn.metrics
import sklearn.mixture
import sklearn.preprocessing
from scipy import sparse
from sklearn.base import clone, is_clusterer
from sklearn.datasets import make_blobs
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import check_estimator

import crm_mining as crm
from crm_mining import learn
from crm_mining._estimator import Estimator, Transforms
from crm_mining.errors import (
    FeatureMismatch,
    InvalidParameter,
    InvalidValue,
    Malformed,
    MissingColumn,
    NotEnoughData,
    NotFitted,
    Overflow,
    TooManyClusters,
)

ESTIMATORS = [
    value
    for value in (getattr(learn, name) for name in learn.__all__)
    if inspect.isclass(value) and issubclass(value, Estimator)
]
TRANSFORMERS = [each for each in ESTIMATORS if hasattr(each, "transform")]
SCALERS = [each for each in TRANSFORMERS if hasattr(each, "inverse_transform")]
CLUSTERERS = [each for each in ESTIMATORS if hasattr(each, "fit_predict")]
# Settings beside the defaults, with which scikit-learn's checks are run as well.
VARIANTS = [
    learn.KMeans(k=2),
    learn.KMeans(k=3, init="random"),
    learn.KMeans(k=3, init="parallel", n_init=2),
    learn.MiniBatchKMeans(2),
    learn.MiniBatchKMeans(3, batch=10),
    learn.BisectingKMeans(3),
    learn.BisectingKMeans(2, "largest_size"),
    learn.Agglomerative(clusters=2),
    learn.Agglomerative("average", clusters=1.5),
    learn.Agglomerative("complete", clusters=3),
    learn.Agglomerative("single", clusters=3),
    learn.Dbscan(eps=2.0, min_points=3),
    learn.Optics(min_points=3, xi=0.1),
    learn.Hdbscan(min_cluster_size=3, selection="leaf"),
    learn.GaussianMixture(2),
    learn.GaussianMixture(2, covariance="tied"),
    learn.GaussianMixture(2, covariance="diagonal"),
    learn.GaussianMixture(3, covariance="spherical"),
    learn.KModes(2, init={"huang": {"n_init": 3, "seed": 1}}),
    learn.KPrototypes(2),
    learn.KMedoids(2),
    learn.KMedoids(2, dissimilarity="manhattan", init={"random": {"n_init": 3, "seed": 1}}),
    learn.KMedoids(2, dissimilarity="gower"),
    learn.Robust(0.1, 0.9),
    learn.QuantileTransform("normal", 10),
]
INSTANCES = [each() for each in ESTIMATORS] + VARIANTS


def name_of(value):
    return value.__name__ if inspect.isclass(value) else repr(value)


@pytest.fixture(scope="module")
def blobs():
    rows, groups = make_blobs(n_samples=300, centers=4, n_features=3, cluster_std=0.7, random_state=5)
    return rows, groups


def quietly(call, *arguments, **keywords):
    # scikit-learn warns of estimators that do not inherit from its own base class.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return call(*arguments, **keywords)


@pytest.mark.parametrize("estimator", INSTANCES, ids=name_of)
def test_scikit_learns_checks(estimator):
    results = quietly(check_estimator, estimator, on_fail=None, on_skip=None)
    failed = [(each["check_name"], each["exception"]) for each in results if each["status"] == "failed"]
    assert not failed
    assert all(not each["expected_to_fail"] for each in results)
    skipped = {each["check_name"] for each in results if each["status"] == "skipped"}
    # numpy alone is here; scikit-learn skips what needs the variable SCIPY_ARRAY_API at its import.
    assert skipped <= {"check_array_api_input"}
    assert len(results) >= 40


# Checks of scikit-learn that `check_estimator` leaves out, or keeps for classes that inherit from its own.
OF_ALL = ["check_dataframe_column_names_consistency", "check_inplace_ensure_writeable", "check_estimators_overwrite_params"]
OF_TRANSFORMERS = [
    "check_transformer_get_feature_names_out",
    "check_transformer_get_feature_names_out_pandas",
    "check_set_output_transform",
    "check_set_output_transform_pandas",
    "check_global_output_transform_pandas",
    "check_set_output_transform_polars",
    "check_global_set_output_transform_polars",
]
OF_CLUSTERERS = ["check_clustering", "check_clusterer_compute_labels_predict", "check_estimators_partial_fit_n_features"]


@pytest.mark.parametrize("check", OF_ALL)
@pytest.mark.parametrize("estimator", INSTANCES, ids=name_of)
def test_more_checks_of_all(estimator, check):
    quietly(getattr(estimator_checks, check), type(estimator).__name__, estimator)


@pytest.mark.parametrize("check", OF_TRANSFORMERS)
@pytest.mark.parametrize("estimator", [each for each in INSTANCES if hasattr(each, "transform")], ids=name_of)
def test_more_checks_of_transformers(estimator, check):
    quietly(getattr(estimator_checks, check), type(estimator).__name__, estimator)


# k-modes sees categories only, in which the points of these checks have nothing in common.
NUMERIC = [
    learn.KMeans(3),
    learn.MiniBatchKMeans(3),
    learn.BisectingKMeans(3),
    learn.Agglomerative(clusters=3),
    learn.Dbscan(),
    learn.Optics(),
    learn.Hdbscan(),
    learn.GaussianMixture(3),
    learn.KPrototypes(3),
    learn.KMedoids(3),
]


@pytest.mark.parametrize("check", OF_CLUSTERERS)
@pytest.mark.parametrize("estimator", NUMERIC, ids=name_of)
def test_more_checks_of_clusterers(estimator, check):
    quietly(getattr(estimator_checks, check), type(estimator).__name__, estimator)
    if check == "check_clustering":
        quietly(estimator_checks.check_clustering, type(estimator).__name__, estimator, readonly_memmap=True)


def test_every_estimator_is_checked():
    assert {type(each) for each in VARIANTS} | {learn.Standardize, learn.MinMax, learn.PowerTransform} == set(ESTIMATORS)
    assert {type(each) for each in NUMERIC} | {learn.KModes} == set(CLUSTERERS)


# --- the numbers of scikit-learn ------------------------------------------------------------------------------


def agree(a, b):
    return sklearn.metrics.adjusted_rand_score(a, b)


def test_k_means_finds_what_scikit_learn_finds(blobs):
    rows, groups = blobs
    ours = learn.KMeans(4).fit(rows)
    peer = sklearn.cluster.KMeans(4, n_init=10, random_state=0).fit(rows)
    assert agree(ours.labels_, peer.labels_) == 1.0
    assert ours.inertia_ == pytest.approx(peer.inertia_, rel=1e-9)
    order = np.lexsort(peer.cluster_centers_.T[::-1])
    np.testing.assert_allclose(ours.cluster_centers_, peer.cluster_centers_[order], rtol=1e-9)
    np.testing.assert_allclose(ours.transform(rows), peer.transform(rows)[:, order], rtol=1e-6, atol=1e-9)


def test_k_means_from_given_centers_and_weights(blobs):
    rows, _ = blobs
    weights = np.arange(len(rows)) % 4 + 0.5
    centers = rows[:4]
    ours = learn.KMeans(4, init=centers).fit(rows, sample_weight=weights)
    peer = sklearn.cluster.KMeans(4, init=centers, n_init=1).fit(rows, sample_weight=weights)
    assert agree(ours.labels_, peer.labels_) == 1.0
    assert ours.inertia_ == pytest.approx(peer.inertia_, rel=1e-9)
    assert ours.fit_predict(rows, sample_weight=weights).tolist() == ours.labels_.tolist()
    # A scalar weighs all alike, and lists are as good as arrays.
    assert learn.KMeans(4, init=centers.tolist()).fit(rows.tolist(), sample_weight=2.0).inertia_ > 0


def test_bisecting_and_mini_batches_come_close_to_k_means(blobs):
    rows, groups = blobs
    means = learn.KMeans(4).fit(rows)
    bisected = learn.BisectingKMeans(4).fit(rows)
    assert bisected.labels_.tolist() == means.labels_.tolist()
    assert bisected.inertia_ == pytest.approx(means.inertia_, rel=1e-6)
    batches = learn.MiniBatchKMeans(4, batch=64).fit(rows)
    assert agree(batches.labels_, groups) == 1.0 and batches.inertia_ < 1.1 * means.inertia_


def test_batches_are_learned_one_after_another(blobs):
    rows, groups = blobs
    frame = pd.DataFrame(rows, columns=list("abc"))
    model = learn.MiniBatchKMeans(4)
    for start in range(0, 300, 60):
        assert model.partial_fit(frame[start : start + 60]) is model
        model = pickle.loads(pickle.dumps(model))
    assert model.n_steps_ == 5 and model.counts_.sum() == 300 and model.feature_names_in_.tolist() == list("abc")
    assert model.labels_.tolist() == model.predict(frame[240:]).tolist()
    assert agree(model.predict(frame), groups) == 1.0
    with pytest.raises(TooManyClusters):
        learn.MiniBatchKMeans(4).partial_fit(rows[:3])
    with pytest.raises(FeatureMismatch):
        model.partial_fit(frame[["a", "b"]])
    # What goes wrong leaves the model as it was.
    with pytest.raises(Overflow):
        model.partial_fit(frame * 1e300)
    assert model.n_steps_ == 5


@pytest.mark.parametrize("linkage", ["ward", "average", "complete", "single"])
def test_agglomerative_finds_what_scikit_learn_finds(blobs, linkage):
    rows, _ = blobs
    ours = learn.Agglomerative(linkage, clusters=6).fit(rows)
    peer = sklearn.cluster.AgglomerativeClustering(6, linkage=linkage, compute_distances=True).fit(rows)
    assert agree(ours.labels_, peer.labels_) == 1.0
    np.testing.assert_allclose(ours.distances_, np.sort(peer.distances_), rtol=1e-9)
    assert ours.children_.shape == (299, 2) and ours.n_leaves_ == 300
    assert len(set(ours.labels_of(9))) == 9
    assert (ours.labels_at(ours.distances_[-6]) == ours.labels_).all()
    assert learn.Agglomerative(linkage, clusters=float(ours.distances_[-6])).fit(rows).n_clusters_ == 6


def test_dbscan_finds_what_scikit_learn_finds(blobs):
    rows, _ = blobs
    ours = learn.Dbscan(0.6, 5).fit(rows)
    peer = sklearn.cluster.DBSCAN(eps=0.6, min_samples=5).fit(rows)
    assert ours.labels_.tolist() == peer.labels_.tolist()
    assert (peer.labels_ == -1).any()
    assert ours.core_sample_indices_.tolist() == peer.core_sample_indices_.tolist()
    np.testing.assert_array_equal(ours.components_, peer.components_)
    assert (ours.predict(rows) == -1).sum() == (ours.labels_ == -1).sum()


def test_optics_finds_what_scikit_learn_finds(blobs):
    rows, _ = blobs
    ours = learn.Optics(min_points=8).fit(rows)
    peer = sklearn.cluster.OPTICS(min_samples=8).fit(rows)
    assert ours.labels_.tolist() == peer.labels_.tolist()
    assert ours.ordering_.tolist() == peer.ordering_.tolist()
    assert ours.predecessor_.tolist() == peer.predecessor_.tolist()
    np.testing.assert_allclose(ours.reachability_, peer.reachability_, rtol=1e-12)
    np.testing.assert_allclose(ours.core_distances_, peer.core_distances_, rtol=1e-12)
    assert ours.cluster_hierarchy_.tolist() == peer.cluster_hierarchy_.tolist()
    assert agree(ours.labels_at(0.8), sklearn.cluster.DBSCAN(eps=0.8, min_samples=8).fit_predict(rows)) > 0.98


def test_hdbscan_finds_what_scikit_learn_finds(blobs):
    rows, _ = blobs
    ours = learn.Hdbscan(10).fit(rows)
    peer = sklearn.cluster.HDBSCAN(min_cluster_size=10, copy=True).fit(rows)
    assert agree(ours.labels_, peer.labels_) > 0.99
    assert np.corrcoef(ours.probabilities_, peer.probabilities_)[0, 1] > 0.99
    assert len(ours.cluster_persistence_) == ours.n_clusters_ == peer.labels_.max() + 1
    assert ours.outlier_scores_.shape == (300,)


@pytest.mark.parametrize("ours, peer", [("full", "full"), ("tied", "tied"), ("diagonal", "diag"), ("spherical", "spherical")])
def test_mixtures_find_what_scikit_learn_finds(blobs, ours, peer):
    rows, _ = blobs
    ours = learn.GaussianMixture(4, ours, tolerance=1e-9, max_iterations=1000).fit(rows)
    peer = sklearn.mixture.GaussianMixture(4, covariance_type=peer, tol=1e-9, max_iter=1000, n_init=5, random_state=0)
    peer.fit(rows)
    order = np.lexsort(peer.means_.T[::-1])
    np.testing.assert_allclose(ours.means_, peer.means_[order], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours.weights_, peer.weights_[order], rtol=1e-4)
    expected = peer.covariances_ if ours.covariance == "tied" else peer.covariances_[order]
    np.testing.assert_allclose(ours.covariances_, expected, rtol=1e-3, atol=1e-5)
    np.testing.assert_allclose(ours.score_samples(rows), peer.score_samples(rows), rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(ours.predict_proba(rows), peer.predict_proba(rows)[:, order], atol=1e-4)
    assert ours.bic_ == pytest.approx(peer.bic(rows), rel=1e-6)
    assert ours.aic_ == pytest.approx(peer.aic(rows), rel=1e-6)
    assert ours.log_likelihood_ == pytest.approx(ours.score_samples(rows).sum(), rel=1e-9)


def test_prototypes_and_medoids_of_numbers_are_those_of_k_means(blobs):
    rows, groups = blobs
    means = learn.KMeans(4).fit(rows)
    prototypes = learn.KPrototypes(4).fit(rows)
    assert prototypes.labels_.tolist() == means.labels_.tolist()
    assert prototypes.cost_ == pytest.approx(means.inertia_)
    assert prototypes.modes_ == [[], [], [], []] and prototypes.categorical_ == []
    medoids = learn.KMedoids(4).fit(rows)
    assert agree(medoids.labels_, means.labels_) == 1.0
    distances = np.linalg.norm(rows - rows[medoids.medoid_indices_][medoids.labels_], axis=1)
    assert medoids.inertia_ == pytest.approx(distances.sum())


PEERS = [
    (learn.Standardize(), sklearn.preprocessing.StandardScaler()),
    (learn.Robust(), sklearn.preprocessing.RobustScaler()),
    (learn.Robust(0.1, 0.8), sklearn.preprocessing.RobustScaler(quantile_range=(10, 80))),
    (learn.MinMax(), sklearn.preprocessing.MinMaxScaler()),
    (learn.QuantileTransform(n_quantiles=100), sklearn.preprocessing.QuantileTransformer(n_quantiles=100)),
    (
        learn.QuantileTransform("normal", 100),
        sklearn.preprocessing.QuantileTransformer(n_quantiles=100, output_distribution="normal"),
    ),
    (learn.PowerTransform(), sklearn.preprocessing.PowerTransformer()),
]


@pytest.mark.parametrize("ours, peer", PEERS, ids=name_of)
def test_scalers_do_what_scikit_learn_does(blobs, ours, peer):
    rows = np.exp(blobs[0] / 4)
    ours, peer = clone(ours), clone(peer)
    np.testing.assert_allclose(ours.fit_transform(rows), peer.fit_transform(rows), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(ours.inverse_transform(ours.transform(rows)), rows, rtol=1e-9)
    for name in ("mean_", "center_", "data_min_", "data_max_", "quantiles_", "lambdas_"):
        if hasattr(ours, name):
            np.testing.assert_allclose(getattr(ours, name), getattr(peer, name), rtol=1e-5)


@pytest.mark.parametrize("scaler", SCALERS, ids=name_of)
def test_constant_columns_are_named_and_become_one_number(scaler):
    frame = pd.DataFrame({"spend": [1.0, 2.0, 4.0, 9.0], "country": 7.0})
    fitted = scaler().fit(frame)
    assert fitted.constant_ == ["country"]
    assert len(set(fitted.transform(frame)[:, 1])) == 1
    np.testing.assert_allclose(fitted.inverse_transform(fitted.transform(frame)), frame.to_numpy(), rtol=1e-9)


# --- what goes in and out -------------------------------------------------------------------------------------

FRAMES = {
    "pandas": lambda columns: pd.DataFrame(columns),
    "pandas_nullable": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "pandas_arrow": lambda columns: pd.DataFrame(columns).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame,
    "polars_lazy": pl.LazyFrame,
    "pyarrow": pa.table,
    "pyarrow_batch": pa.RecordBatch.from_pydict,
    "crm_mining": lambda columns: crm.Table(pa.table(columns)),
    "features": lambda columns: crm.Features(pa.table(columns), list(columns)),
}
SMALL = {"orders": [1, 9, 2, 10, 1], "spend": [1.5, 8.0, 2.0, 9.5, 1.0]}


@pytest.mark.parametrize("frame", FRAMES)
def test_frames_of_every_library_keep_their_names(frame):
    rows = FRAMES[frame](SMALL)
    model = learn.KMeans(2).fit(rows)
    assert model.labels_.tolist() == [0, 1, 0, 1, 0]
    assert model.feature_names_in_.tolist() == ["orders", "spend"] and model.n_features_in_ == 2
    assert model.predict(FRAMES[frame](SMALL)).tolist() == [0, 1, 0, 1, 0]
    assert model.predict(pl.DataFrame(SMALL)).tolist() == [0, 1, 0, 1, 0]
    other = {"spend": SMALL["spend"], "orders": SMALL["orders"]}
    with pytest.raises(FeatureMismatch, match="same order"):
        model.predict(FRAMES[frame](other))
    with pytest.raises(FeatureMismatch, match="unseen at fit time:\n- visits"):
        model.predict(FRAMES[frame]({"visits": SMALL["orders"], "spend": SMALL["spend"]}))
    scaled = learn.Standardize().fit(FRAMES[frame](SMALL))
    assert scaled.get_feature_names_out().tolist() == ["orders", "spend"]


@pytest.mark.parametrize("frame", FRAMES)
def test_names_on_one_side_only_are_told(frame):
    rows, values = FRAMES[frame](SMALL), np.column_stack(list(SMALL.values()))
    with pytest.warns(UserWarning, match="does not have valid feature names, but KMeans was fitted with"):
        assert learn.KMeans(2).fit(rows).predict(values).tolist() == [0, 1, 0, 1, 0]
    with pytest.warns(UserWarning, match="has feature names, but KMeans was fitted without"):
        assert learn.KMeans(2).fit(values).predict(rows).tolist() == [0, 1, 0, 1, 0]


def test_refitted_to_an_array_the_names_are_forgotten():
    model = learn.KMeans(2).fit(pd.DataFrame(SMALL))
    model.fit(np.column_stack(list(SMALL.values())))
    assert not hasattr(model, "feature_names_in_")


@pytest.mark.parametrize("kind", ["float32", "int8", "uint64", "bool", "object", "float64"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_arrays_of_every_kind(kind, order):
    rows = np.asarray([[0, 1], [1, 0], [0, 1], [1, 0]], dtype=kind, order=order)
    assert learn.KMeans(2).fit(rows).labels_.tolist() == [0, 1, 0, 1]
    assert learn.KMeans(2).fit(rows[::-1]).labels_.tolist() == [1, 0, 1, 0]


def test_arrays_that_come_out_are_the_callers():
    model = learn.KMeans(2).fit(np.column_stack(list(SMALL.values())))
    predicted = model.predict(np.zeros((3, 2)))
    for array in (model.labels_, model.cluster_centers_, predicted):
        assert array.flags.writeable
    predicted[:] = 7
    model.labels_[:] = 7
    assert model.predict(np.zeros((1, 2))).tolist() == [0]
    assert predicted.dtype == np.int32


@pytest.mark.parametrize("frame", ["pandas", "polars", "pyarrow", "pandas_arrow", "crm_mining"])
@pytest.mark.parametrize(
    "estimator", [learn.KPrototypes(2), learn.KMedoids(2, "gower"), learn.KModes(2)], ids=name_of
)
def test_categories_in_frames(frame, estimator):
    columns = {"age": [-1.0, 1.0, -1.2, 0.9, 1.1], "city": ["Ulm", "Bonn", "Ulm", None, "Bonn"]}
    if isinstance(estimator, learn.KModes):
        columns["age"] = [1, 2, 1, 2, 2]
    rows = FRAMES[frame](columns)
    model = clone(estimator).fit(rows)
    assert agree(model.labels_, [0, 1, 0, 1, 1]) == 1.0
    assert model.feature_names_in_.tolist() == ["age", "city"] and model.n_features_in_ == 2
    assert model.predict(FRAMES[frame](columns)).tolist() == model.labels_.tolist()
    assert pickle.loads(pickle.dumps(model)).predict(rows).tolist() == model.labels_.tolist()
    # A category that was not there at the fit is like none.
    columns["city"] = ["Rome"] * 5
    assert model.predict(FRAMES[frame](columns)).shape == (5,)


def test_categories_by_name_and_by_position():
    frame = pd.DataFrame({"code": [1, 2, 1, 2], "age": [-1.0, 1.0, -1.1, 0.9], "city": ["a", "b", "a", "b"]})
    by_type = learn.KPrototypes(2).fit(frame)
    by_name = learn.KPrototypes(2, categorical=["code", "city"]).fit(frame)
    by_place = learn.KPrototypes(2, categorical=(0, 2)).fit(frame)
    assert by_type.categorical_ == ["city"]
    assert by_name.categorical_ == by_place.categorical_ == ["code", "city"]
    assert by_name.modes_ == [["1", "a"], ["2", "b"]] == by_place.modes_
    assert by_name.numeric_ == ["age"]
    assert by_place.predict(frame).tolist() == by_name.predict(pl.from_pandas(frame)).tolist()
    rows = [["a", 1.0, "x"], ["b", 2.0, "y"], ["a", 1.5, "x"]]
    assert learn.KPrototypes(2).fit(np.array(rows, dtype=object)).categorical_ == ["x0", "x2"]
    with pytest.raises(MissingColumn, match="no column for 'town'"):
        learn.KPrototypes(2, categorical=["town"]).fit(frame)
    with pytest.raises(MissingColumn):
        learn.KPrototypes(2, categorical=[3]).fit(frame)
    with pytest.raises(InvalidParameter):
        learn.KPrototypes(2, categorical="city").fit(frame)


def test_missing_categories_and_missing_numbers():
    rows = np.array([["a", "x"], [None, "x"], ["a", None], [math.nan, "y"]], dtype=object)
    model = learn.KModes(2).fit(rows)
    assert any(None in mode for mode in model.modes_)
    with pytest.raises(InvalidValue):
        learn.KPrototypes(1).fit(pd.DataFrame({"age": [1.0, None], "city": ["a", "b"]}))


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_outputs_in_the_container_asked_for(container):
    frame = FRAMES[container](SMALL)
    scaler = learn.Standardize().set_output(transform=container)
    out = scaler.fit_transform(frame)
    assert type(out) is type(frame) and list(out.columns) == ["orders", "spend"]
    back = scaler.inverse_transform(out)
    np.testing.assert_allclose(np.asarray(back), np.asarray(frame))
    distances = learn.KMeans(2).set_output(transform=container).fit_transform(frame)
    assert list(distances.columns) == ["kmeans0", "kmeans1"]
    # None leaves it as it is, and scikit-learn's own choice holds where none was made.
    assert type(scaler.set_output().transform(frame)) is type(frame)
    with sklearn.config_context(transform_output=container):
        assert type(learn.MinMax().fit_transform(frame)) is type(frame)
    assert isinstance(learn.MinMax().fit_transform(frame), np.ndarray)
    with pytest.raises(InvalidParameter, match="default"):
        learn.MinMax().set_output(transform="arrow").fit_transform(frame)


def test_pandas_keeps_its_index():
    frame = pd.DataFrame(SMALL, index=list("abcde"))
    assert learn.MinMax().set_output(transform="pandas").fit_transform(frame).index.tolist() == list("abcde")


# --- the contract ---------------------------------------------------------------------------------------------


def fitted(estimator, rows):
    return clone(estimator).fit(rows)


def said(model, rows):
    """What a model says of rows, and what it found."""
    found = {name: value for name, value in vars(model).items() if name.endswith("_")}
    for method in ("predict", "transform", "score_samples", "predict_proba"):
        if hasattr(model, method):
            found[method] = getattr(model, method)(rows)
    return found


@pytest.mark.parametrize("estimator", INSTANCES, ids=name_of)
def test_pickles_and_copies_say_the_same(estimator, blobs):
    rows = pd.DataFrame(blobs[0].round(1), columns=list("abc"))
    model = fitted(estimator, rows)
    for again in (pickle.loads(pickle.dumps(model)), copy.deepcopy(model), copy.copy(model)):
        assert again.get_params() == model.get_params()
        before, after = said(model, rows), said(again, rows)
        assert before.keys() == after.keys()
        for name, value in before.items():
            np.testing.assert_array_equal(after[name], value, err_msg=name)
    assert not hasattr(pickle.loads(pickle.dumps(clone(estimator))), "n_features_in_")


@pytest.mark.parametrize("estimator", INSTANCES, ids=name_of)
def test_the_same_rows_give_the_same_bits(estimator, blobs):
    rows = blobs[0].round(1)
    before, after = (said(fitted(estimator, rows), rows) for _ in range(2))
    for name, value in before.items():
        np.testing.assert_array_equal(after[name], value, err_msg=name)


def test_a_pickle_that_does_not_fit_together_is_refused(blobs):
    model = learn.KMeans(2).fit(blobs[0])
    saved = json.loads(model._model.to_json())
    saved["labels"] = [9]
    with pytest.raises(InvalidParameter, match="labels below the number of clusters"):
        type(model._model).from_json("KMeans", json.dumps(saved))
    with pytest.raises(InvalidParameter):
        type(model._model).from_json("KMeans", "{")
    with pytest.raises(InvalidParameter, match="the name of an estimator"):
        type(model._model).from_json("Oracle", "{}")


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_settings_are_shown_set_and_cloned(estimator):
    made = estimator()
    settings = made.get_params()
    assert list(settings) == list(inspect.signature(estimator).parameters)
    assert eval(repr(made), vars(learn)).get_params() == settings
    assert clone(made).get_params() == settings
    assert made.set_params(**settings) is made
    with pytest.raises(ValueError, match="Invalid parameter 'colour' for estimator"):
        made.set_params(colour=1)
    with pytest.raises(TypeError):
        estimator(colour=1)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
def test_what_is_not_fitted_says_so(estimator):
    made = estimator()
    calls = [name for name in ("predict", "transform", "inverse_transform") if hasattr(made, name)]
    for name in calls:
        with pytest.raises(NotFitted, match=f"This {estimator.__name__} instance is not fitted yet") as raised:
            getattr(made, name)([[1.0]])
        assert isinstance(raised.value, (NotFittedError, ValueError, AttributeError))
        assert raised.value.kind == "NotFitted"
    if isinstance(made, Transforms):
        with pytest.raises(NotFittedError):
            made.get_feature_names_out()
    with pytest.raises(AttributeError):
        made.labels_


def test_settings_of_numpy_are_those_of_python():
    rows = np.arange(12.0).reshape(6, 2)
    model = learn.KMeans(np.int64(2), tolerance=np.float32(0.5), seed=np.uint8(7)).fit(rows)
    assert len(model.cluster_centers_) == 2
    assert learn.Agglomerative(clusters=np.int64(2)).fit(rows).n_clusters_ == 2
    assert learn.Hdbscan(2, allow_single_cluster=np.True_).fit(rows).labels_.shape == (6,)


@pytest.mark.parametrize(
    "estimator, parameter",
    [
        (learn.KMeans(0), "k"),
        (learn.KMeans(-1), "k"),
        (learn.KMeans(2.5), "k"),
        (learn.KMeans("two"), "k"),
        (learn.KMeans(None), "k"),
        (learn.KMeans(10**30), "k"),
        (learn.KMeans(2, n_init=True), "n_init"),
        (learn.KMeans(2, tolerance=math.nan), "tolerance"),
        (learn.KMeans(2, tolerance=math.inf), "tolerance"),
        (learn.KMeans(2, tolerance=-1.0), "tolerance"),
        (learn.KMeans(2, init="best"), "init"),
        (learn.KMeans(2, init=[[1.0, 2.0]]), "init"),
        (learn.KMeans(2, init=7), "init"),
        (learn.KMeans(2, init=object()), "init"),
        (learn.KMeans(2, seed=-1), "seed"),
        (learn.Dbscan(0.0), "eps"),
        (learn.Dbscan(math.inf), "eps"),
        (learn.Optics(min_points=1), "min_points"),
        (learn.Optics(xi=1.0), "xi"),
        (learn.Hdbscan(1), "min_cluster_size"),
        (learn.Hdbscan(selection="both"), "selection"),
        (learn.Agglomerative("median"), "linkage"),
        (learn.Agglomerative(clusters=0), "clusters"),
        (learn.Agglomerative(clusters=-1.0), "clusters"),
        (learn.KModes(init="huang"), "init"),
        (learn.KPrototypes(gamma=0.0), "gamma"),
        (learn.KMedoids(dissimilarity="cosine"), "dissimilarity"),
        (learn.Robust(0.9, 0.1), None),
        (learn.QuantileTransform("gaussian"), "output"),
        (learn.QuantileTransform(n_quantiles=0), "n_quantiles"),
    ],
    ids=repr,
)
def test_a_wrong_setting_is_named_at_fit(estimator, parameter):
    with pytest.raises(InvalidParameter) as raised:
        estimator.fit(np.arange(20.0).reshape(10, 2))
    assert raised.value.of == type(estimator).__name__
    assert parameter in (None, raised.value.parameter)


HOSTILE = [
    (np.array([[1.0, math.nan], [2.0, 3.0]]), InvalidValue, "NaN"),
    (np.array([[1.0, math.inf], [2.0, 3.0]]), InvalidValue, "inf"),
    (np.array([1.0, 2.0]), Malformed, "Reshape your data"),
    (3.0, Malformed, "scalar"),
    (np.zeros((2, 2, 2)), Malformed, "dim 3"),
    (np.zeros((0, 2)), NotEnoughData, "0 sample"),
    (np.zeros((2, 0)), NotEnoughData, "0 feature"),
    ([[1.0, 2.0], [3.0]], ValueError, "inhomogeneous"),
    ([["a", "b"], ["c", "d"]], InvalidValue, "got text"),
    (np.array([[1j, 2], [3, 4]]), ValueError, "Complex data not supported"),
    (np.array([["2024-01-01"]], dtype="datetime64[D]"), TypeError, "dates"),
    (pd.DataFrame({"a": [1.0, None]}), InvalidValue, "NaN"),
    (pd.DataFrame({"a": pd.to_datetime(["2024-01-01"])}), TypeError, "dates"),
    (pd.DataFrame({"a": [1.0], 2: [1.0]}), TypeError, "Feature names are only supported"),
    (pl.DataFrame({"a": [1.0, None]}), InvalidValue, "present"),
    (pl.DataFrame({"a": ["one", "two"]}), InvalidValue, "number"),
    (pl.DataFrame(), NotEnoughData, "0 "),
    (sparse.csr_array(np.eye(3)), TypeError, "Sparse data"),
    (None, Malformed, "scalar"),
    ({"a": [1.0]}, Malformed, "scalar"),
]


@pytest.mark.parametrize("rows, error, words", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize(
    "estimator", [learn.KMeans(2), learn.Standardize(), learn.Dbscan(), learn.KMedoids(2)], ids=name_of
)
def test_hostile_rows_have_a_typed_answer(estimator, rows, error, words):
    # k-medoids takes text as categories, for which this dissimilarity is not made.
    takes_text = isinstance(estimator, learn.KMedoids) and words in ("got text", "number")
    with pytest.raises(InvalidParameter if takes_text else error, match=None if takes_text else words):
        estimator.fit(rows)
    model = clone(estimator).fit(np.arange(10.0).reshape(5, 2))
    if hasattr(model, "predict") and not takes_text:
        with pytest.raises((ValueError, TypeError)):
            quietly(model.predict, rows)


@pytest.mark.parametrize("estimator", ESTIMATORS, ids=name_of)
@pytest.mark.parametrize(
    "rows",
    [
        np.full((6, 2), 1e200),
        np.array([[1e200, 0.0], [-1e200, 1.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]),
        np.full((9, 2), 3.25),
        np.array([[1.0, 2.0]]),
        np.array([[5e-324, 0.0], [0.0, 5e-324], [0.0, 0.0], [1e-300, 1.0], [0.0, 2.0]]),
    ],
    ids=["large", "far", "equal", "one", "small"],
)
def test_rows_at_the_edge_end_in_an_answer_or_a_typed_error(estimator, rows):
    try:
        model = estimator().fit(rows)
    except (Overflow, TooManyClusters, NotEnoughData) as error:
        assert error.kind in type(error).__name__
    else:
        assert pickle.loads(pickle.dumps(model)).n_features_in_ == 2


def test_one_row_is_told_in_the_words_of_scikit_learn():
    with pytest.raises(TooManyClusters, match=r"n_samples = 1") as raised:
        learn.KMeans(2).fit([[1.0, 2.0]])
    assert (raised.value.k, raised.value.distinct) == (2, 1)


@pytest.mark.parametrize("weights", [[1.0], [[1.0]] * 5, [1, 1, -1, 1, 1], [0] * 5, [1, 1, math.nan, 1, 1], ["a"] * 5])
def test_hostile_weights(weights):
    with pytest.raises(ValueError):
        learn.KMeans(2).fit(np.arange(10.0).reshape(5, 2), sample_weight=weights)


def test_in_pipelines_and_searches(blobs):
    rows, groups = blobs
    pipeline = make_pipeline(learn.Standardize(), learn.KMeans(4))
    assert agree(quietly(pipeline.fit_predict, rows), groups) == 1.0
    assert quietly(pipeline.predict, rows).tolist() == pipeline[-1].labels_.tolist()
    assert "KMeans" in repr(pipeline)
    frames = make_pipeline(learn.Robust(), learn.MinMax()).set_output(transform="polars")
    assert quietly(frames.fit_transform, pl.DataFrame(SMALL)).columns == ["orders", "spend"]

    def silhouette(estimator, X, y=None):
        return learn.silhouette(X, estimator.predict(X)).mean

    search = GridSearchCV(learn.KMeans(), {"k": [2, 4, 8]}, scoring=silhouette, cv=3)
    assert quietly(search.fit, rows).best_params_ == {"k": 4}
    assert all(is_clusterer(each()) for each in CLUSTERERS if each is not getattr(learn, "GaussianMixture", None))


def test_without_scikit_learn(tmp_path):
    program = """
import sys
sys.modules["sklearn"] = None  # importing it fails
import numpy as np
from crm_mining import errors, learn

rows = np.arange(12.0).reshape(6, 2)
model = learn.KMeans(2).fit(rows)
assert model.predict(rows).tolist() == model.labels_.tolist()
assert learn.Standardize().fit_transform(rows).shape == (6, 2)
try:
    learn.KMeans().predict(rows)
except errors.NotFitted as error:
    assert "not fitted" in str(error)
"""
    subprocess.run([sys.executable, "-c", program], check=True, cwd=tmp_path)
    light = 'import sys, crm_mining; assert not {"sklearn", "numpy", "pandas", "polars"} & set(sys.modules)'
    subprocess.run([sys.executable, "-c", light], check=True, cwd=tmp_path)


# --- measures -------------------------------------------------------------------------------------------------


def test_measures_are_those_of_scikit_learn(blobs):
    rows, groups = blobs
    labels = learn.KMeans(5).fit_predict(rows)
    score = learn.silhouette(rows, labels)
    each = sklearn.metrics.silhouette_samples(rows, labels)
    assert score.mean == pytest.approx(each.mean(), rel=1e-9)
    assert score.clusters == pytest.approx([each[labels == cluster].mean() for cluster in range(5)], rel=1e-9)
    assert (score.sampled, score.standard_error, score.n_noise) == (None, None, 0)
    np.testing.assert_allclose(learn.silhouette_samples(rows, labels), each, rtol=1e-9, atol=1e-12)
    for name in ("calinski_harabasz", "davies_bouldin"):
        expected = getattr(sklearn.metrics, f"{name}_score")(rows, labels)
        assert getattr(learn, name)(rows, labels) == pytest.approx(expected, rel=1e-9)
    inertia = learn.KMeans(5, tolerance=0.0).fit(rows)
    assert learn.within_dispersion(rows, inertia.labels_) == pytest.approx(inertia.inertia_, rel=1e-9)
    assert 0.0 < learn.simplified_silhouette(rows, labels).mean < 1.0


def test_samples_and_noise_are_told(blobs):
    rows, groups = blobs
    labels = np.where(np.arange(300) % 10 == 0, -1, groups)
    score = learn.silhouette(rows, labels)
    assert score.n_noise == 30
    expected = sklearn.metrics.silhouette_score(rows[labels >= 0], labels[labels >= 0])
    assert score.mean == pytest.approx(expected, rel=1e-9)
    sampled = learn.silhouette(rows, groups, sample=100, seed=3)
    assert sampled.sampled == 100
    each = learn.silhouette_samples(rows, groups, sample=100, seed=3)
    assert np.isfinite(each).sum() == 100
    assert repr(score).startswith("silhouette 0.")


@pytest.mark.parametrize(
    "name, peer",
    [
        ("adjusted_rand", "adjusted_rand_score"),
        ("mutual_information", "mutual_info_score"),
        ("normalized_mutual_information", "normalized_mutual_info_score"),
        ("adjusted_mutual_information", "adjusted_mutual_info_score"),
        ("homogeneity", "homogeneity_score"),
        ("completeness", "completeness_score"),
        ("v_measure", "v_measure_score"),
    ],
)
def test_agreement_is_that_of_scikit_learn(name, peer, blobs):
    rows, groups = blobs
    labels = learn.Hdbscan(5).fit_predict(rows)
    ours, peer = getattr(learn, name), getattr(sklearn.metrics, peer)
    assert ours(groups, labels) == pytest.approx(peer(groups, labels), rel=1e-9)
    words = np.array(["tea", "pot", "cup", "jam"])[groups]
    assert ours(words, labels.tolist()) == pytest.approx(peer(words, labels), rel=1e-9)
    assert ours(groups, groups) == pytest.approx(peer(groups, groups))


def test_hostile_labels():
    rows = [[0.0], [1.0], [2.0]]
    for labels in ([0, 1], [0, 1, -2], [0.0, 1.0, 1.0], [[0, 1, 1]], ["a", "b", "b"], [0, 0, 0]):
        with pytest.raises(ValueError):
            learn.silhouette(rows, labels)
    with pytest.raises(ValueError):
        learn.adjusted_rand([0, 1], [0, 1, 1])
    with pytest.raises(ValueError):
        learn.adjusted_rand([[0, 1]], [0, 1])


@pytest.mark.parametrize("make", [pd.DataFrame, lambda columns: np.array(list(columns.values()), dtype=object).T])
def test_text_is_refused_without_showing_it(make):
    with pytest.raises(InvalidValue, match="row 2: must be a number; got text") as caught:
        learn.KMeans(2).fit(make({"a": ["1.5", "Ms Secret"], "z": [1, 2]}))
    assert "Secret" not in str(caught.value) and caught.value.__context__ is None


def test_searches_raise_the_score():
    X = make_blobs(200, centers=[[0, 0], [9, 0], [0, 9]], random_state=3)[0]
    fitted = learn.KMeans(3).fit(X)
    assert math.isclose(fitted.score(X), -fitted.inertia_, rel_tol=1e-12)
    mixture = learn.GaussianMixture(3).fit(X)
    assert math.isclose(mixture.score(X), mixture.log_likelihood_ / len(X), rel_tol=1e-12)
    search = GridSearchCV(learn.GaussianMixture(), {"k": [1, 3]}).fit(X)
    assert search.best_params_ == {"k": 3}
