"""Trees of clusters, and mixtures."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

from ._crm_mining import Chart
from ._estimator import Clusterer, Predicts


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

    def score(self, X: Any, y: object = None) -> float:
        """The mean of `score_samples`: what a search over settings raises.

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
        return float(self.score_samples(X).mean())
