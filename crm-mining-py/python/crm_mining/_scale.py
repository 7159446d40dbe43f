"""Estimators that bring columns to one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ._estimator import Transforms

if TYPE_CHECKING:
    from typing_extensions import Self


class Scaler(Transforms):
    """A transformer whose columns come out as they go in, and back."""

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learns the scale of each column.

        Parameters
        ----------
        X : array or frame
            Rows of numbers: anything numpy reads, or a frame that speaks Arrow, whose columns keep their names.
        y : object, optional
            Not looked at.

        Returns
        -------
        self
        """
        self._fit(X)
        return self

    def inverse_transform(self, X: Any) -> Any:
        """Transformed rows back in the units of the fit.

        Parameters
        ----------
        X : array or frame
            Transformed rows.

        Returns
        -------
        numpy.ndarray
        """
        # What was transformed comes as an array, unless a frame was asked for.
        return self._apply("inverse_transform", X, nameless=True)


class Standardize(Scaler):
    """Standardization: subtracts the mean of each column and divides by its standard deviation.

    The standard deviation is that of the population. A column in which every value is the same becomes 0.

    Attributes
    ----------
    mean_ : numpy.ndarray
        The mean of each column.
    scale_ : numpy.ndarray
        The standard deviation of each column; 0 for a constant one.
    constant_ : list of str
        The columns in which every value is the same.

    Examples
    --------
    >>> crm.learn.Standardize().fit_transform([[1.0], [3.0], [5.0], [7.0]]).round(3).ravel().tolist()
    [-1.342, -0.447, 0.447, 1.342]
    """

    __module__ = "crm_mining.learn"
    mean_: Any
    scale_: Any
    constant_: list[str]


class Robust(Scaler):
    """Robust scaling: subtracts the median of each column and divides by the range of its middle.

    A few very large values decide neither. Where the two quantiles are equal although values differ, the
    standard deviation is taken for the range.

    Parameters
    ----------
    lower : float, default 0.25
        The lower quantile.
    upper : float, default 0.75
        The upper quantile.

    Attributes
    ----------
    center_ : numpy.ndarray
        The median of each column.
    scale_ : numpy.ndarray
        What each column is divided by; 0 for a constant one, which becomes 0.
    constant_ : list of str
        The columns in which every value is the same.
    without_range_ : list of str
        The columns that are divided by their standard deviation.

    Examples
    --------
    >>> spend = [[10.0], [20.0], [30.0], [40.0], [9000.0]]
    >>> crm.learn.Robust().fit_transform(spend).ravel().tolist()
    [-1.0, -0.5, 0.0, 0.5, 448.5]
    """

    __module__ = "crm_mining.learn"
    center_: Any
    scale_: Any
    constant_: list[str]
    without_range_: list[str]

    def __init__(self, lower: float = 0.25, upper: float = 0.75) -> None:
        self.lower = lower
        self.upper = upper


class MinMax(Scaler):
    """Min-max scaling: the smallest value of each column becomes 0, the largest 1.

    A column in which every value is the same becomes 0. Values beyond those of the fit are not cut off.

    Attributes
    ----------
    data_min_, data_max_ : numpy.ndarray
        The smallest and the largest value of each column.
    constant_ : list of str
        The columns in which every value is the same.

    Examples
    --------
    >>> scaler = crm.learn.MinMax().fit([[20.0], [30.0], [60.0]])
    >>> scaler.transform([[30.0], [80.0]]).ravel().tolist()
    [0.25, 1.5]
    """

    __module__ = "crm_mining.learn"
    data_min_: Any
    data_max_: Any
    constant_: list[str]


class QuantileTransform(Scaler):
    """Quantile transform: each value becomes its place among those of its column, from 0 to 1.

    Parameters
    ----------
    output : {"uniform", "normal"}, default "uniform"
        The place itself, or the value of the standard normal distribution there.
    n_quantiles : int, default 1000
        Quantiles that are held; at most one per row.

    Attributes
    ----------
    quantiles_ : numpy.ndarray
        The quantiles of each column, one row per quantile.
    constant_ : list of str
        The columns in which every value is the same.

    Examples
    --------
    >>> spend = [[5.0], [7.0], [7.0], [80.0], [9000.0]]
    >>> crm.learn.QuantileTransform().fit_transform(spend).ravel().tolist()
    [0.0, 0.375, 0.375, 0.75, 1.0]
    """

    __module__ = "crm_mining.learn"
    quantiles_: Any
    constant_: list[str]

    def __init__(self, output: Literal["uniform", "normal"] = "uniform", n_quantiles: int = 1000) -> None:
        self.output = output
        self.n_quantiles = n_quantiles


class PowerTransform(Scaler):
    """Power transform of Yeo and Johnson: each column bent to be most like a normal distribution.

    The columns are standardized afterwards; one in which every value is the same becomes 0.

    Attributes
    ----------
    lambdas_ : numpy.ndarray
        The power of each column; 1 leaves it as it is.
    constant_ : list of str
        The columns in which every value is the same.

    Examples
    --------
    >>> scaler = crm.learn.PowerTransform().fit([[-20.0], [0.0], [15.0], [30.0], [80.0], [900.0]])
    >>> scaler.lambdas_.round(3).tolist()
    [0.569]
    """

    __module__ = "crm_mining.learn"
    lambdas_: Any
    constant_: list[str]
