"""Estimators that divide rows into clusters."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from ._estimator import Clusterer, Predicts, Transforms, WeightedClusterer
from ._rows import objects


class Distances(Predicts, Transforms):
    """What predicts the nearest center of new rows, and transforms them into their distances to all."""

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> Any:
        """The names of the columns that come out: one per center.

        Parameters
        ----------
        input_features : sequence of str, optional
            Not looked at.

        Returns
        -------
        numpy.ndarray
        """
        self._check_fitted()
        name = type(self).__name__.lower()
        return objects([f"{name}{center}" for center in range(len(self.cluster_centers_))])

    cluster_centers_: Any


class KMeans(WeightedClusterer, Distances):
    """K-means: divides rows into groups around their means, so that squared distances to them are small in sum.

    For compact groups of similar size in features of comparable scale: standardize first. Clusters are numbered
    by their centers, ascending by the first feature, then by the next.

    Parameters
    ----------
    k : int, default 8
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
        k: int = 8,
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

    def _settings(self) -> dict[str, Any]:
        return super()._settings() | {"init": _centers(self.init)}


def _centers(init: Any) -> Any:
    """Given centers, one value after another."""
    if isinstance(init, str):
        return init
    rows = init.tolist() if hasattr(init, "tolist") else init
    flat = [value for row in rows for value in row] if isinstance(rows, (list, tuple)) else rows
    return {"centers": flat}
