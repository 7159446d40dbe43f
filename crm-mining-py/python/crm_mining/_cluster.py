"""Estimators that divide rows into clusters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Integral
from typing import TYPE_CHECKING, Any, Literal

from ._crm_mining import Chart
from ._estimator import Clusterer, Predicts, Transforms, WeightedClusterer
from ._rows import Fitted, objects, read_mixed

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

    def _settings(self) -> dict[str, Any]:
        return super()._settings() | {"init": _centers(self.init)}


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


class Agglomerative(Clusterer):
    """Agglomerative clustering: every row starts as a cluster, and the two nearest merge until one is left.

    For groups within groups, or when their number is not known: `labels_of` and `labels_at` cut the tree again
    without another fit. Standardize first.

    Parameters
    ----------
    linkage : {"ward", "average", "complete", "single"}, default "ward"
        What counts as the distance of two clusters.
    clusters : int or float, default 2
        Where the tree is cut for `labels_`: into so many clusters (int), or at this height (float).
    matrix_rows : int, default 20,000
        Distinct rows up to which average and complete linkage may hold the matrix of all distances.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit.
    n_clusters_, n_leaves_ : int
        The number of clusters, and of rows.
    children_ : numpy.ndarray
        The two clusters of each merge: rows, or, from ``n_leaves_`` on, earlier merges.
    distances_ : numpy.ndarray
        The height of each merge, ascending.

    Examples
    --------
    >>> model = crm.learn.Agglomerative(clusters=2).fit([[1.0], [9.0], [2.0], [14.0], [1.5]])
    >>> model.labels_.tolist(), model.labels_of(3).tolist()
    ([0, 1, 0, 1, 0], [0, 1, 0, 2, 0])
    """

    __module__ = "crm_mining.learn"
    n_clusters_: int
    n_leaves_: int
    children_: Any
    distances_: Any

    def __init__(
        self,
        linkage: Literal["ward", "average", "complete", "single"] = "ward",
        clusters: float = 2,
        matrix_rows: int = 20_000,
    ) -> None:
        self.linkage = linkage
        self.clusters = clusters
        self.matrix_rows = matrix_rows

    def _settings(self) -> dict[str, Any]:
        kind = "count" if isinstance(self.clusters, Integral) else "height"
        return super()._settings() | {"clusters": {kind: self.clusters}}

    def labels_of(self, clusters: int) -> Any:
        """The cluster of each row of the fit, with so many clusters.

        Parameters
        ----------
        clusters : int
            Number of clusters.

        Returns
        -------
        numpy.ndarray
        """
        return self._ask("labels_of", clusters)

    def labels_at(self, height: float) -> Any:
        """The cluster of each row of the fit, after all merges up to a height.

        Parameters
        ----------
        height : float
            The height, itself included.

        Returns
        -------
        numpy.ndarray
        """
        return self._ask("labels_at", height)

    def plot(self, clusters: int = 30) -> Chart:
        """The last merges of the tree, those that leave so many clusters.

        Parameters
        ----------
        clusters : int, default 30
            How many clusters stand below the lowest forks, from 1 to 500.

        Returns
        -------
        Chart

        Raises
        ------
        InvalidParameter
            No cluster, or more than 500.
        """
        self._check_fitted()
        return self._model.chart(clusters)


class Dbscan(Clusterer, Predicts):
    """DBSCAN: rows with many rows nearby are dense; dense rows in reach of each other form a cluster.

    For clusters of any shape, in unknown number, and rows that belong nowhere (-1). Standardize first.

    Parameters
    ----------
    eps : float, default 0.5
        The distance that counts as near, in the units of the features.
    min_points : int, default 5
        Rows nearby, itself included, that make a row core.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit; -1 for none.
    n_clusters_ : int
        The number of clusters.
    core_sample_indices_ : numpy.ndarray
        The numbers of the core rows.
    components_ : numpy.ndarray
        The core rows.

    Examples
    --------
    >>> orders = [[1.0], [9.0], [1.5], [30.0], [9.25], [2.0], [9.5]]
    >>> model = crm.learn.Dbscan(eps=0.5, min_points=3).fit(orders)
    >>> model.labels_.tolist(), model.predict([[1.2], [4.0]]).tolist()
    ([1, 0, 1, -1, 0, 1, 0], [1, -1])
    """

    __module__ = "crm_mining.learn"
    n_clusters_: int
    core_sample_indices_: Any
    components_: Any

    def __init__(self, eps: float = 0.5, min_points: int = 5) -> None:
        self.eps = eps
        self.min_points = min_points


class Optics(Clusterer):
    """OPTICS: rows in an order in which clusters of every density are valleys of the reachability.

    Parameters
    ----------
    min_points : int, default 5
        Rows nearby, itself included, that make a row core.
    max_eps : float, optional
        The largest distance looked at; no limit when left out.
    xi : float, default 0.05
        The share by which reachability must fall or rise at the border of a cluster.
    min_cluster_size : int, optional
        Rows of a cluster at least; ``min_points`` when left out.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit; -1 for none.
    n_clusters_ : int
        The number of clusters.
    ordering_ : numpy.ndarray
        The rows in the order of the walk.
    reachability_, core_distances_ : numpy.ndarray
        By row; infinite where there is none.
    predecessor_ : numpy.ndarray
        The row from which each was reached; -1 for none.
    cluster_hierarchy_ : numpy.ndarray
        First and last place in the order of each cluster; smaller clusters come first.

    Examples
    --------
    >>> orders = [[1.0], [9.0], [1.5], [30.0], [9.25], [2.0], [9.5]]
    >>> model = crm.learn.Optics(min_points=2).fit(orders)
    >>> model.labels_.tolist(), model.labels_at(0.6).tolist()
    ([0, 1, 0, 1, 1, 0, 1], [0, 1, 0, -1, 1, 0, 1])
    """

    __module__ = "crm_mining.learn"
    n_clusters_: int
    ordering_: Any
    reachability_: Any
    core_distances_: Any
    predecessor_: Any
    cluster_hierarchy_: Any

    def __init__(
        self,
        min_points: int = 5,
        max_eps: float | None = None,
        xi: float = 0.05,
        min_cluster_size: int | None = None,
    ) -> None:
        self.min_points = min_points
        self.max_eps = max_eps
        self.xi = xi
        self.min_cluster_size = min_cluster_size

    def labels_at(self, eps: float) -> Any:
        """The cluster of each row of the fit as `Dbscan` would find it; -1 for none.

        Parameters
        ----------
        eps : float
            The distance that counts as near, at most ``max_eps``.

        Returns
        -------
        numpy.ndarray
        """
        return self._ask("labels_at", eps)


class Hdbscan(Clusterer):
    """HDBSCAN: the clusters of `Dbscan` that last over the widest range of densities.

    For clusters that differ in density and shape. They are numbered by size, the largest first.

    Parameters
    ----------
    min_cluster_size : int, default 5
        Rows of a cluster at least.
    min_samples : int, optional
        Rows nearby, itself included, that make the distance at which a row is core; ``min_cluster_size`` when
        left out.
    cluster_selection_epsilon : float, default 0.0
        Clusters that part at a smaller distance stay one.
    allow_single_cluster : bool, default False
        Whether all rows together may be the only cluster.
    selection : {"excess_of_mass", "leaf"}, default "excess_of_mass"
        Which clusters of the tree become labels: those that last longest, or those that hold no other.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The cluster of each row of the fit; -1 for none.
    n_clusters_ : int
        The number of clusters.
    probabilities_ : numpy.ndarray
        How surely each row is of its cluster, from 0 to 1.
    outlier_scores_ : numpy.ndarray
        How far each row lies outside, from 0 to 1.
    cluster_persistence_ : numpy.ndarray
        How long each cluster lasts, from 0 to 1.

    Examples
    --------
    >>> orders = [[1.0], [9.0], [1.5], [30.0], [9.25], [2.0], [9.5]]
    >>> crm.learn.Hdbscan(min_cluster_size=3).fit_predict(orders).tolist()
    [0, 1, 0, -1, 1, 0, 1]
    """

    __module__ = "crm_mining.learn"
    n_clusters_: int
    probabilities_: Any
    outlier_scores_: Any
    cluster_persistence_: Any

    def __init__(
        self,
        min_cluster_size: int = 5,
        min_samples: int | None = None,
        cluster_selection_epsilon: float = 0.0,
        allow_single_cluster: bool = False,
        selection: Literal["excess_of_mass", "leaf"] = "excess_of_mass",
    ) -> None:
        self.min_cluster_size = min_cluster_size
        self.min_samples = min_samples
        self.cluster_selection_epsilon = cluster_selection_epsilon
        self.allow_single_cluster = allow_single_cluster
        self.selection = selection


class GaussianMixture(Clusterer, Predicts):
    """A mixture of normal distributions: clusters that are ellipsoids, and how sure each row is of its own.

    Compare numbers of components by ``bic_``. Standardize first. Components are numbered by their means.

    Parameters
    ----------
    k : int, default 2
        Number of components.
    covariance : {"full", "tied", "diagonal", "spherical"}, default "full"
        The shapes that components may have.
    n_init : int, default 5
        Starts, of which the one of largest likelihood counts.
    max_iterations : int, default 100
        Updates of the components per start.
    tolerance : float, default 1e-3
        Rise of the mean log-likelihood of a row that counts as none.
    regularization : float, default 1e-6
        Added to the variances of every component.
    seed : int, default 42
        Of the random numbers.

    Attributes
    ----------
    labels_ : numpy.ndarray
        The component of largest probability of each row of the fit.
    weights_, means_, covariances_ : numpy.ndarray
        The components; covariances in the shape that they have in scikit-learn.
    log_likelihood_, aic_, bic_ : float
        The log-likelihood of the rows of the fit, and the criteria of Akaike and Bayes: smaller is better.
    n_iter_ : int
        Updates of the components in the best start.
    converged_ : bool
        Whether the best start came to a standstill.

    Examples
    --------
    >>> model = crm.learn.GaussianMixture(2).fit([[1.0], [9.0], [2.0], [10.0], [1.5], [9.5]])
    >>> model.labels_.tolist(), model.means_.round(3).tolist()
    ([0, 1, 0, 1, 0, 1], [[1.5], [9.5]])
    >>> model.predict_proba([[5.5]]).round(3).tolist()
    [[0.5, 0.5]]
    """

    __module__ = "crm_mining.learn"
    _type = "density_estimator"
    weights_: Any
    means_: Any
    covariances_: Any
    log_likelihood_: float
    aic_: float
    bic_: float
    n_iter_: int
    converged_: bool

    def __init__(
        self,
        k: int = 2,
        covariance: Literal["full", "tied", "diagonal", "spherical"] = "full",
        n_init: int = 5,
        max_iterations: int = 100,
        tolerance: float = 1e-3,
        regularization: float = 1e-6,
        seed: int = 42,
    ) -> None:
        self.k = k
        self.covariance = covariance
        self.n_init = n_init
        self.max_iterations = max_iterations
        self.tolerance = tolerance
        self.regularization = regularization
        self.seed = seed

    def predict_proba(self, X: Any) -> Any:
        """The probability of each component for each row.

        Parameters
        ----------
        X : array or frame
            Rows of the features of the fit.

        Returns
        -------
        numpy.ndarray
        """
        return self._apply("predict_proba", X)

    def score_samples(self, X: Any) -> Any:
        """The logarithm of the density of the mixture at each row.

        Parameters
        ----------
        X : array or frame
            Rows of the features of the fit.

        Returns
        -------
        numpy.ndarray
        """
        return self._apply("score_samples", X)


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


def _centers(init: Any) -> Any:
    """Given centers, one value after another."""
    if isinstance(init, str):
        return init
    rows = init.tolist() if hasattr(init, "tolist") else init
    flat = [value for row in rows for value in row] if isinstance(rows, (list, tuple)) else rows
    return {"centers": flat}
