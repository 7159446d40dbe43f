"""How good a division into clusters is, and how far two agree."""

from __future__ import annotations

from typing import Any

from . import _crm_mining as core
from . import errors
from ._crm_mining import Chart, SilhouetteScore
from ._rows import numpy, read


def _divided(name: str, X: Any, labels: Any) -> tuple[Any, bytes]:
    """Rows, and their clusters as bytes; -1 has all bits set, as noise has in Rust."""
    np = numpy()
    given = np.asarray(labels)
    if given.ndim != 1 or given.dtype.kind not in "iu" or (given.size and (given.min() < -1 or given.max() >= 2**31)):
        raise errors.Malformed(f"{name}: labels must be one whole number per row, -1 for a row of no cluster")
    return read(name, X)[0], given.astype(np.int32).tobytes()


def _agreement(of: str, a: Any, b: Any) -> float:
    return core._agreement(of, _coded(of, a), _coded(of, b))


def _coded(name: str, labels: Any) -> bytes:
    """Labels of any kind by their numbers."""
    np = numpy()
    given = np.asarray(labels)
    if given.ndim != 1:
        raise errors.Malformed(f"{name}: labels must have one dimension; got {given.ndim}")
    return bytes(np.unique(given, return_inverse=True)[1].astype(np.uint32).tobytes())


def silhouette(X: Any, labels: Any, sample: int = 20_000, seed: int = 42) -> SilhouetteScore:
    """How much closer rows are to their own cluster than to the next: 1 well inside, 0 between, below 0 wrong.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.
    sample : int, default 20,000
        Rows from which on only so many are scored, drawn from all clusters alike.
    seed : int, default 42
        Of the sample.

    Returns
    -------
    SilhouetteScore

    Examples
    --------
    >>> score = crm.learn.silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    >>> round(score.mean, 3), score.sampled
    (0.9, None)
    """
    return core._silhouette(*_divided("silhouette", X, labels), (sample, seed))


def simplified_silhouette(X: Any, labels: Any) -> SilhouetteScore:
    """The silhouette by distances to the means of the clusters: quick for any number of rows.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.

    Returns
    -------
    SilhouetteScore

    Examples
    --------
    >>> round(crm.learn.simplified_silhouette([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1]).mean, 3)
    0.95
    """
    return core._silhouette(*_divided("simplified_silhouette", X, labels), None)


def silhouette_samples(X: Any, labels: Any, sample: int = 20_000, seed: int = 42) -> Any:
    """The silhouette of each row; NaN for a row of no cluster, and for one that was not drawn.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.
    sample : int, default 20,000
        Rows from which on only so many are scored, drawn from all clusters alike.
    seed : int, default 42
        Of the sample.

    Returns
    -------
    numpy.ndarray

    Examples
    --------
    >>> crm.learn.silhouette_samples([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, -1]).round(2).tolist()
    [0.9, 0.89, 0.0, nan]
    """
    np = numpy()
    rows, clusters = _divided("silhouette_samples", X, labels)
    scored, values = core._silhouettes(rows, clusters, sample, seed)
    silhouettes = np.full(len(rows), np.nan)
    silhouettes[scored] = values
    return silhouettes


def silhouette_chart(X: Any, labels: Any, sample: int = 20_000, seed: int = 42) -> Chart:
    """The silhouettes of the rows of each cluster, from the lowest to the highest.

    A cluster that begins far below 0 holds rows that lie closer to another.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.
    sample : int, default 20,000
        Rows from which on only so many are scored, drawn from all clusters alike.
    seed : int, default 42
        Of the sample.

    Returns
    -------
    Chart

    Examples
    --------
    >>> crm.learn.silhouette_chart([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1]).subtitle
    'mean 0.900'
    """
    return core._silhouette_chart(*_divided("silhouette_chart", X, labels), sample, seed)


def calinski_harabasz(X: Any, labels: Any) -> float:
    """Calinski and Harabasz's ratio of the spread between clusters to that within: the larger, the better.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.

    Returns
    -------
    float

    Examples
    --------
    >>> crm.learn.calinski_harabasz([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    200.0
    """
    return core._separation("calinski_harabasz", *_divided("calinski_harabasz", X, labels))


def davies_bouldin(X: Any, labels: Any) -> float:
    """Davies and Bouldin's mean likeness of each cluster to the one most like it: the smaller, the better.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.

    Returns
    -------
    float

    Examples
    --------
    >>> crm.learn.davies_bouldin([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    0.1
    """
    return core._separation("davies_bouldin", *_divided("davies_bouldin", X, labels))


def within_dispersion(X: Any, labels: Any) -> float:
    """The sum of the squared distances of rows to the means of their clusters.

    Parameters
    ----------
    X : array or frame
        The rows.
    labels : sequence of int
        The cluster of each row; -1 for a row of none, which is left out.

    Returns
    -------
    float

    Examples
    --------
    >>> crm.learn.within_dispersion([[0.0], [1.0], [10.0], [11.0]], [0, 0, 1, 1])
    1.0
    """
    return core._separation("within_dispersion", *_divided("within_dispersion", X, labels))


def adjusted_rand(a: Any, b: Any) -> float:
    """The share of pairs of rows on which two divisions agree, corrected for chance: 1 when they are equal, 0 by chance.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.adjusted_rand([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.571
    """
    return _agreement("adjusted_rand", a, b)


def mutual_information(a: Any, b: Any) -> float:
    """What one division tells of the other, in nats.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.mutual_information([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.693
    """
    return _agreement("mutual_information", a, b)


def normalized_mutual_information(a: Any, b: Any) -> float:
    """The mutual information as a share of the mean of both entropies, from 0 to 1.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.normalized_mutual_information([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.8
    """
    return _agreement("normalized_mutual_information", a, b)


def adjusted_mutual_information(a: Any, b: Any) -> float:
    """The normalized mutual information corrected for chance: 1 when they are equal, 0 by chance.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.adjusted_mutual_information([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.571
    """
    return _agreement("adjusted_mutual_information", a, b)


def variation_of_information(a: Any, b: Any) -> float:
    """What either division leaves untold of the other, in nats: 0 when they are equal.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.variation_of_information([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.347
    """
    return _agreement("variation_of_information", a, b)


def homogeneity(a: Any, b: Any) -> float:
    """How far each cluster of ``b`` holds rows of one cluster of ``a`` only, from 0 to 1.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.homogeneity([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    1.0
    """
    return _agreement("homogeneity", a, b)


def completeness(a: Any, b: Any) -> float:
    """How far the rows of each cluster of ``a`` stand in one cluster of ``b``, from 0 to 1.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.completeness([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.667
    """
    return _agreement("completeness", a, b)


def v_measure(a: Any, b: Any) -> float:
    """The harmonic mean of homogeneity and completeness, from 0 to 1.

    Parameters
    ----------
    a, b : sequence
        The label of each row in the one division and in the other; rows of no cluster count as one more.

    Returns
    -------
    float

    Examples
    --------
    >>> round(crm.learn.v_measure([0, 0, 1, 1], ["a", "a", "b", "c"]), 3)
    0.8
    """
    return _agreement("v_measure", a, b)
