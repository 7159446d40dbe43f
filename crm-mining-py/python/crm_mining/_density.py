"""Clusters where rows lie close."""

from __future__ import annotations

from typing import Any, Literal

from ._estimator import Clusterer, Predicts


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

    For clusters that differ in density and shape. They are numbered by size, the largest first. Equal distances part at
    once, so that the order of rows does not matter; where there are many, as in counts, scikit-learn's clusters are one
    of several that the order of its rows picks.

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
