"""K-means for Python: whole, by batches, in two and two."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

from ._crm_mining import _Fitted
from ._estimator import Clusterer, Predicts, Transforms, WeightedClusterer
from ._rows import objects

if TYPE_CHECKING:
    from typing_extensions import Self


class Distances(Predicts, Transforms):
    """What predicts the nearest center of new rows, and transforms them into their distances to all."""

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> Any:
        """The names of the columns that come out: one per center.

        Parameters
        ----------
        input_features : sequence of str, optional
            The names of the columns that come in; only their number counts.

        Returns
        -------
        numpy.ndarray
        """
        super().get_feature_names_out(input_features)
        name = type(self).__name__.lower()
        return objects([f"{name}{center}" for center in range(len(self.cluster_centers_))])

    cluster_centers_: Any


class KMeans(WeightedClusterer, Distances):
    """K-means: divides rows into groups around their means, so that squared distances to them are small in sum.

    For compact groups of similar size in features of comparable scale: standardize first. Clusters are numbered
    by their centers, ascending by the first feature, then by the next.

    Parameters
    ----------
    k : int, default 2
        Number of clusters.
    init : {"plus_plus", "parallel", "random"} or array, default "plus_plus"
        Where the first centers come from: greedy k-means++, k-means||, rows drawn at random, or an array of
        centers, which make one start.
    n_init : int, default 10
        Starts, of which the one of smallest inertia counts.
    max_iterations : int, default 300
        Updates of the centers per start.
    tolerance : float, default 1e-4
        Squared movement of the centers that counts as none, as a share of the mean variance of the columns.
    seed : int, default 42
        Of the random numbers.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit.
    cluster_centers_ : numpy.ndarray
        The centers, one row each.
    inertia_ : float
        The sum of the squared distances of the rows to their centers.
    n_iter_ : int
        Updates of the centers in the best start.
    converged_ : bool
        Whether the best start came to a standstill.

    Examples
    --------
    >>> model = crm.learn.KMeans(2).fit([[1.0], [9.0], [2.0], [10.0], [1.5]])
    >>> model.labels_.tolist(), model.inertia_
    ([0, 1, 0, 1, 0], 1.0)
    >>> model.predict([[6.0]]).tolist(), model.transform([[6.0]]).tolist()
    ([1], [[4.5, 3.5]])
    """

    __module__ = "crm_mining.learn"
    inertia_: float
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        k: int = 2,
        init: Literal["plus_plus", "parallel", "random"] | Any = "plus_plus",
        n_init: int = 10,
        max_iterations: int = 300,
        tolerance: float = 1e-4,
        seed: int = 42,
    ) -> None:
        self.k = k
        self.init = init
        self.n_init = n_init
        self.max_iterations = max_iterations
        self.tolerance = tolerance
        self.seed = seed

    def score(self, X: Any, y: object = None) -> float:
        """The sum of the squared distances of rows to the nearest center, below 0: what a search over settings raises.

        Parameters
        ----------
        X : array or frame
            Rows of the features of the fit.
        y : object, optional
            Not looked at.

        Returns
        -------
        float
        """
        return -float((self._apply("transform", X).min(axis=1) ** 2).sum())

    def _settings(self) -> dict[str, Any]:
        return super()._settings() | {"init": _centers(self.init)}


def compared(model: _Fitted, n_features: int, names: Any, k: int, n_init: int, seed: int) -> KMeans:
    """K-means as `CompareK` has fitted it."""
    estimator = KMeans(k, n_init=n_init, tolerance=0.0, seed=seed)
    estimator._model = model
    estimator._remember(n_features, names)
    return estimator


class MiniBatchKMeans(Clusterer, Predicts):
    """K-means that learns from one batch of rows after another: for very many rows, or a stream of them.

    `fit` takes its batches from rows that are all there; `partial_fit` takes the next ones. The division is not
    quite as good as that of `KMeans`.

    Parameters
    ----------
    k : int, default 2
        Number of clusters.
    batch : int, default 1024
        Rows of a batch of `fit`.
    max_passes : int, default 100
        Passes over the rows in `fit`.
    patience : int, default 10
        Batches without a fall of the inertia after which `fit` ends.
    reassignment : float, default 0.01
        Share of the largest count below which a center is put elsewhere; 0 for never.
    seed : int, default 42
        Of the random numbers.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit, or of the last batch.
    cluster_centers_ : numpy.ndarray
        The centers, one row each.
    counts_ : numpy.ndarray
        The rows that each center has learned from.
    inertia_ : float
        The sum of the squared distances of these rows to their centers.
    n_steps_ : int
        Batches learned from.

    Examples
    --------
    >>> model = crm.learn.MiniBatchKMeans(2).partial_fit([[1.0], [9.0], [2.0], [10.0], [1.5]])
    >>> model.partial_fit([[11.0], [1.5]]).cluster_centers_.tolist()
    [[1.5], [10.0]]
    """

    __module__ = "crm_mining.learn"
    cluster_centers_: Any
    counts_: Any
    inertia_: float
    n_steps_: int

    def __init__(
        self,
        k: int = 2,
        batch: int = 1024,
        max_passes: int = 100,
        patience: int = 10,
        reassignment: float = 0.01,
        seed: int = 42,
    ) -> None:
        self.k = k
        self.batch = batch
        self.max_passes = max_passes
        self.patience = patience
        self.reassignment = reassignment
        self.seed = seed

    def partial_fit(self, X: Any, y: Any = None) -> Self:
        """Learns from the next batch of rows; the first must hold ``k`` distinct ones.

        Parameters
        ----------
        X : array or frame
            Rows of numbers, of the same features every time.
        y : object, optional
            Not looked at.

        Returns
        -------
        self
        """
        self._learn(X)
        return self


class BisectingKMeans(Clusterer, Predicts):
    """Bisecting k-means: cuts all rows in two by k-means, then one of the parts, and so on.

    For many clusters, or where some lie within others. Clusters are numbered by their centers.

    Parameters
    ----------
    k : int, default 2
        Number of clusters.
    strategy : {"largest_inertia", "largest_size"}, default "largest_inertia"
        Which cluster is cut next.
    n_init : int, default 10
        Starts of each cut.
    max_iterations : int, default 300
        Updates of the centers per start.
    tolerance : float, default 1e-4
        Squared movement of the centers that counts as none, as a share of the mean variance of the columns.
    seed : int, default 42
        Of the random numbers.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit.
    cluster_centers_ : numpy.ndarray
        The centers, one row each.
    inertia_ : float
        The sum of the squared distances of the rows to their centers.

    Examples
    --------
    >>> model = crm.learn.BisectingKMeans(3).fit([[1.0], [9.0], [2.0], [10.0], [50.0]])
    >>> model.labels_.tolist(), model.cluster_centers_.ravel().tolist()
    ([0, 1, 0, 1, 2], [1.5, 9.5, 50.0])
    """

    __module__ = "crm_mining.learn"
    cluster_centers_: Any
    inertia_: float

    def __init__(
        self,
        k: int = 2,
        strategy: Literal["largest_inertia", "largest_size"] = "largest_inertia",
        n_init: int = 10,
        max_iterations: int = 300,
        tolerance: float = 1e-4,
        seed: int = 42,
    ) -> None:
        self.k = k
        self.strategy = strategy
        self.n_init = n_init
        self.max_iterations = max_iterations
        self.tolerance = tolerance
        self.seed = seed


def _centers(init: Any) -> Any:
    """Given centers, one value after another."""
    if isinstance(init, str):
        return init
    rows = init.tolist() if hasattr(init, "tolist") else init
    flat = [value for row in rows for value in row] if isinstance(rows, (list, tuple)) else rows
    return {"centers": flat}
