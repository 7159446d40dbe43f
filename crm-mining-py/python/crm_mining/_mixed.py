"""Clusters of categories and of numbers beside them, and around medoids."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from ._estimator import Clusterer, Predicts
from ._rows import Fitted, read_mixed


class KModes(Clusterer, Predicts):
    """K-modes: divides rows of categories into groups around their modes, the most frequent categories.

    Every column counts as categories, numbers too; a missing one is a category of its own. Clusters are
    numbered by their modes.

    Parameters
    ----------
    k : int, default 2
        Number of clusters.
    init : "cao" or dict, default "cao"
        The first modes: by density, without chance, or drawn, as ``{"huang": {"n_init": 10, "seed": 42}}``.
    max_iterations : int, default 100
        Updates of the modes per start.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit.
    modes_ : list of list
        The categories of each mode, in words; None for missing.
    cost_ : int
        The categories in which rows differ from their mode, in sum.
    n_iter_ : int
        Updates of the modes in the best start.
    converged_ : bool
        Whether the best start came to a standstill.

    Examples
    --------
    >>> rows = [["Ulm", "web"], ["Bonn", "shop"], ["Ulm", "web"], ["Bonn", "shop"], ["Kiel", "shop"]]
    >>> model = crm.learn.KModes(2).fit(rows)
    >>> model.labels_.tolist(), model.modes_, model.cost_
    ([1, 0, 1, 0, 0], [['Bonn', 'shop'], ['Ulm', 'web']], 1)
    """

    __module__ = "crm_mining.learn"
    modes_: list[list[str | None]]
    cost_: int
    n_iter_: int
    converged_: bool

    def __init__(
        self, k: int = 2, init: Literal["cao"] | dict[str, dict[str, int]] = "cao", max_iterations: int = 100
    ) -> None:
        self.k = k
        self.init = init
        self.max_iterations = max_iterations

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = tags.input_tags.string = tags.input_tags.allow_nan = True
        return tags

    def _read(self, X: Any, fitted: Fitted | None = None) -> tuple[Any, Any]:
        return read_mixed(type(self).__name__, X, "all", fitted)


class MixedClusterer(Clusterer, Predicts):
    """A clusterer of numbers and categories."""

    categorical: Sequence[str | int] | None
    categorical_: list[str]

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.categorical = True
        return tags

    def _settings(self) -> dict[str, Any]:
        return {name: value for name, value in super()._settings().items() if name != "categorical"}

    def _read(self, X: Any, fitted: Fitted | None = None) -> tuple[Any, Any]:
        categorical = self.categorical if fitted is None else self.categorical_
        return read_mixed(type(self).__name__, X, categorical, fitted)


class KPrototypes(MixedClusterer):
    """K-prototypes: k-means for numbers and categories together.

    A row costs the squared distance of its numbers, and ``gamma`` for every category that differs. Bring the
    numbers to one scale first. A missing category is a category of its own. Clusters are numbered by their
    prototypes.

    Parameters
    ----------
    k : int, default 2
        Number of clusters.
    gamma : float, optional
        What a category that differs costs; half the mean standard deviation of the numbers when left out.
    n_init : int, default 10
        Starts, of which the one of smallest cost counts.
    max_iterations : int, default 100
        Updates of the prototypes per start.
    seed : int, default 42
        Of the random numbers.
    categorical : sequence of str or int, optional
        The columns of categories, by name or position; those of text when left out.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit.
    cluster_centers_ : numpy.ndarray
        The numbers of each prototype.
    modes_ : list of list
        The categories of each prototype, in words; None for missing.
    numeric_, categorical_ : list of str
        The columns of numbers, and of categories.
    gamma_, cost_ : float
        What a category that differs cost, and the cost of all rows.
    n_iter_ : int
        Updates of the prototypes in the best start.
    converged_ : bool
        Whether the best start came to a standstill.

    Examples
    --------
    >>> import polars as pl
    >>> rows = pl.DataFrame({"age": [-1.0, 1.0, -1.2, 0.9, 1.1], "city": ["Ulm", "Bonn", "Ulm", "Bonn", "Ulm"]})
    >>> model = crm.learn.KPrototypes(2).fit(rows)
    >>> model.labels_.tolist(), model.categorical_, model.modes_
    ([0, 1, 0, 1, 1], ['city'], [['Ulm'], ['Bonn']])
    """

    __module__ = "crm_mining.learn"
    cluster_centers_: Any
    modes_: list[list[str | None]]
    numeric_: list[str]
    gamma_: float
    cost_: float
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        k: int = 2,
        gamma: float | None = None,
        n_init: int = 10,
        max_iterations: int = 100,
        seed: int = 42,
        categorical: Sequence[str | int] | None = None,
    ) -> None:
        self.k = k
        self.gamma = gamma
        self.n_init = n_init
        self.max_iterations = max_iterations
        self.seed = seed
        self.categorical = categorical


class KMedoids(MixedClusterer):
    """K-medoids by FasterPAM: divides rows into groups, each around the one of its rows closest to the others.

    For centers that are real customers, and where a few far-off rows should not pull them. Clusters are
    numbered by their medoids.

    Parameters
    ----------
    k : int, default 2
        Number of clusters.
    dissimilarity : {"euclidean", "manhattan", "gower"}, default "euclidean"
        How unlike two rows are; Gower's takes categories beside numbers.
    init : "build" or dict, default "build"
        The first medoids: one by one, each the best, or drawn, as ``{"random": {"n_init": 10, "seed": 42}}``.
    max_iterations : int, default 100
        Passes over all rows per start.
    categorical : sequence of str or int, optional
        The columns of categories, by name or position; those of text when left out.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit.
    medoid_indices_ : numpy.ndarray
        The row of the fit that is the medoid of each cluster.
    categorical_ : list of str
        The columns of categories.
    inertia_ : float
        The sum of the dissimilarities of the rows to their medoids.
    n_iter_ : int
        Passes over all rows in the best start.
    converged_ : bool
        Whether the best start ended because no row could take the place of a medoid.

    Examples
    --------
    >>> model = crm.learn.KMedoids(3).fit([[1.0], [9.0], [2.0], [10.0], [3.0], [400.0]])
    >>> model.labels_.tolist(), model.medoid_indices_.tolist(), model.inertia_
    ([0, 1, 0, 1, 0, 2], [2, 1, 5], 3.0)
    """

    __module__ = "crm_mining.learn"
    medoid_indices_: Any
    inertia_: float
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        k: int = 2,
        dissimilarity: Literal["euclidean", "manhattan", "gower"] = "euclidean",
        init: Literal["build"] | dict[str, dict[str, int]] = "build",
        max_iterations: int = 100,
        categorical: Sequence[str | int] | None = None,
    ) -> None:
        self.k = k
        self.dissimilarity = dissimilarity
        self.init = init
        self.max_iterations = max_iterations
        self.categorical = categorical
