"""What the estimators have in common: the contract of scikit-learn, without scikit-learn.

An estimator holds settings, turns what it is given into arrays, and leaves the rest to Rust. scikit-learn is
imported only where its own protocol calls for it: by its tags, by its error for what is not fitted, and by its
choice of a container for what is transformed. numpy is imported when the first array comes.
"""

from __future__ import annotations

import importlib
import inspect
import json
import math
import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from . import errors
from ._crm_mining import _Fitted
from ._rows import Fitted, read, weights_of

if TYPE_CHECKING:
    from typing_extensions import Self


class Estimator:
    """Settings, and after `fit` a model. Settings are attributes of their names, checked at `fit`."""

    _type: ClassVar[str | None] = None
    _settings_names: ClassVar[tuple[str, ...]] = ()
    _model: _Fitted

    def __init_subclass__(cls) -> None:
        if "__init__" in vars(cls):
            cls._settings_names = tuple(inspect.signature(cls).parameters)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """The settings by name.

        Parameters
        ----------
        deep : bool, default True
            For scikit-learn; no setting is an estimator that has settings of its own.

        Returns
        -------
        dict
        """
        return {name: getattr(self, name) for name in self._settings_names}

    def set_params(self, **params: Any) -> Self:
        """Changes settings.

        Parameters
        ----------
        **params : object
            Settings by name.

        Returns
        -------
        self

        Raises
        ------
        InvalidParameter
            There is no setting of a name.
        """
        for name, value in params.items():
            if name not in self._settings_names:
                raise _invalid_name(self, name)
            setattr(self, name, value)
        return self

    def __repr__(self) -> str:
        settings = ", ".join(f"{name}={value!r}" for name, value in self.get_params().items())
        return f"{type(self).__name__}({settings})"

    def __getstate__(self) -> dict[str, Any]:
        # What the model says of itself is not saved beside it.
        kept = (*self._settings_names, "n_features_in_", "feature_names_in_")
        return {name: value for name, value in vars(self).items() if name in kept or name.startswith("_")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        if "_model" in state:
            vars(self).update(self._model.attributes())

    def __sklearn_is_fitted__(self) -> bool:
        return "_model" in vars(self)

    def __sklearn_tags__(self) -> Any:
        from sklearn.utils import Tags, TargetTags, TransformerTags  # type: ignore[import-untyped, unused-ignore]

        transforms = TransformerTags() if hasattr(self, "transform") else None
        return Tags(estimator_type=self._type, target_tags=TargetTags(required=False), transformer_tags=transforms)

    def _settings(self) -> dict[str, Any]:
        """The settings as Rust knows them."""
        return self.get_params()

    def _said(self) -> tuple[str, str]:
        """The name and the settings as they go to Rust."""
        settings = {name: _finite(value) for name, value in self._settings().items()}
        return type(self).__name__, json.dumps(settings, default=_plain)

    def _read(self, X: Any, fitted: Fitted | None = None) -> tuple[Any, Any]:
        """Rows as Rust knows them, and the names of their columns if they have some."""
        return read(type(self).__name__, X, fitted)

    def _fit(self, X: Any, sample_weight: Any = None, *, streamed: bool = False) -> Any:
        """Fits the model; what it was fitted to."""
        rows, names = self._read(X)
        n_rows = len(rows)
        weights = None if sample_weight is None else weights_of(sample_weight, n_rows)
        try:
            self._model = _Fitted.fit(*self._said(), rows, weights, streamed=streamed)
        except (errors.NotEnoughData, errors.TooManyClusters, errors.InvalidParameter) as error:
            if n_rows == 1:
                error.args = (f"{error} (n_samples = 1)",)
            raise
        self._remember(len(rows.names), names)
        return rows

    def _learn(self, X: Any) -> None:
        """Learns from the next batch of rows; from the first, when there was none."""
        if not self.__sklearn_is_fitted__():
            self._fit(X, streamed=True)
            return
        names = getattr(self, "feature_names_in_", None)
        rows, _ = self._read(X, Fitted(names, self.n_features_in_))
        self._model = self._model.updated(rows)
        self._remember(self.n_features_in_, names)

    def _remember(self, n_features: int, names: Any) -> None:
        """Takes over what the fit found."""
        vars(self).pop("feature_names_in_", None)
        vars(self).update(self._model.attributes(), n_features_in_=n_features)
        if names is not None:
            self.feature_names_in_ = names

    def _apply(self, method: str, X: Any, *, nameless: bool = False) -> Any:
        """What the model says of rows."""
        self._check_fitted()
        fitted = Fitted(getattr(self, "feature_names_in_", None), self.n_features_in_, nameless)
        return self._model.apply(method, self._read(X, fitted)[0])

    def _ask(self, method: str, number: float) -> Any:
        """What the model says of a number."""
        self._check_fitted()
        return self._model.ask(method, number)

    def _check_fitted(self) -> None:
        if not self.__sklearn_is_fitted__():
            raise _not_fitted(type(self).__name__)

    n_features_in_: int
    feature_names_in_: Any


class Clusterer(Estimator):
    """An estimator that divides rows into clusters."""

    _type = "clusterer"
    labels_: Any

    def fit(self, X: Any, y: Any = None) -> Self:
        """Divides rows into clusters.

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

    def fit_predict(self, X: Any, y: Any = None) -> Any:
        """The cluster of each row; -1 for a row that belongs to none.

        Parameters
        ----------
        X : array or frame
            Rows of numbers.
        y : object, optional
            Not looked at.

        Returns
        -------
        numpy.ndarray
        """
        return self.fit(X).labels_


class WeightedClusterer(Clusterer):
    """A clusterer of rows that may have weights."""

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> Self:
        """Divides rows into clusters.

        Parameters
        ----------
        X : array or frame
            Rows of numbers: anything numpy reads, or a frame that speaks Arrow, whose columns keep their names.
        y : object, optional
            Not looked at.
        sample_weight : sequence of float, optional
            How many rows each row stands for; 1 when left out.

        Returns
        -------
        self
        """
        self._fit(X, sample_weight)
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> Any:
        """The cluster of each row.

        Parameters
        ----------
        X : array or frame
            Rows of numbers.
        y : object, optional
            Not looked at.
        sample_weight : sequence of float, optional
            How many rows each row stands for; 1 when left out.

        Returns
        -------
        numpy.ndarray
        """
        return self.fit(X, sample_weight=sample_weight).labels_


class Predicts(Estimator):
    """What predicts the cluster of new rows."""

    def predict(self, X: Any) -> Any:
        """The cluster of each row.

        Parameters
        ----------
        X : array or frame
            Rows of the features of the fit.

        Returns
        -------
        numpy.ndarray
        """
        return self._apply("predict", X)


class Transforms(Estimator):
    """What turns rows into others."""

    _sklearn_output_config: dict[str, str]

    def transform(self, X: Any) -> Any:
        """The rows transformed.

        Parameters
        ----------
        X : array or frame
            Rows of the features of the fit.

        Returns
        -------
        numpy.ndarray, pandas.DataFrame or polars.DataFrame
            As `set_output` says.
        """
        return self._contained(self._apply("transform", X), X)

    def fit_transform(self, X: Any, y: Any = None) -> Any:
        """Fits the rows and transforms them.

        Parameters
        ----------
        X : array or frame
            Rows of numbers.
        y : object, optional
            Not looked at.

        Returns
        -------
        numpy.ndarray, pandas.DataFrame or polars.DataFrame
            As `set_output` says.
        """
        rows = self._fit(X)
        return self._contained(self._model.apply("transform", rows), X)

    def get_feature_names_out(self, input_features: Iterable[str] | None = None) -> Any:
        """The names of the columns that come out.

        Parameters
        ----------
        input_features : sequence of str, optional
            The names of the columns that come in; those of the fit when left out.

        Returns
        -------
        numpy.ndarray
        """
        self._check_fitted()
        return _names_in(self, input_features)

    def set_output(self, *, transform: Literal["default", "pandas", "polars"] | None = None) -> Self:
        """Chooses the container of what is transformed.

        Parameters
        ----------
        transform : {"default", "pandas", "polars"}, optional
            An array of numpy, or a frame; as it was when left out.

        Returns
        -------
        self
        """
        if transform is not None:
            self._sklearn_output_config = {"transform": transform}
        return self

    def _contained(self, values: Any, X: Any) -> Any:
        return _contained(self, values, X, self.get_feature_names_out)


def _contained(estimator: Transforms, values: Any, X: Any, names: Callable[[], Any]) -> Any:
    """Values in the container that was asked for, of this estimator or of all in scikit-learn."""
    container = vars(estimator).get("_sklearn_output_config", {}).get("transform")
    if container is None and (sklearn := sys.modules.get("sklearn")) is not None:
        container = sklearn.get_config()["transform_output"]
    if container in (None, "default"):
        return values
    if container == "pandas":
        pd = importlib.import_module("pandas")
        index = X.index if isinstance(X, (pd.DataFrame, pd.Series)) else None
        return pd.DataFrame(values, columns=names(), index=index, copy=False)
    if container == "polars":
        import polars as pl

        return pl.DataFrame(values, schema=list(names()), orient="row")
    raise errors.InvalidParameter(f'set_output: transform must be "default", "pandas" or "polars"; got {container!r}')


def _names_in(estimator: Estimator, given: Iterable[str] | None) -> Any:
    """The names of the columns that come in, as an array of objects."""
    import numpy as np

    fitted = getattr(estimator, "feature_names_in_", None)
    n_features = estimator.n_features_in_
    if given is None:
        names = [f"x{place}" for place in range(n_features)] if fitted is None else fitted
        return np.array(names, dtype=object)
    names = np.array(list(given), dtype=object)
    if fitted is not None and list(fitted) != list(names):
        raise errors.FeatureMismatch("input_features is not equal to feature_names_in_")
    if len(names) != n_features:
        raise errors.FeatureMismatch(
            f"input_features should have length equal to number of features ({n_features}), got {len(names)}"
        )
    return names


def _invalid_name(estimator: Estimator, name: str) -> errors.InvalidParameter:
    settings = list(estimator._settings_names)
    return errors.InvalidParameter(
        f"Invalid parameter {name!r} for estimator {estimator}. Valid parameters are: {settings}."
    )


def _not_fitted(name: str) -> errors.NotFitted:
    """The error for what is not fitted, which is scikit-learn's as well where that is imported."""
    error = errors.NotFitted(f"This {name} instance is not fitted yet. Call 'fit' before using this estimator.")
    if sys.modules.get("sklearn") is not None:
        from sklearn.exceptions import NotFittedError  # type: ignore[import-untyped, unused-ignore]

        # Between processes it travels as ours.
        members = {"__module__": "crm_mining.errors", "__reduce__": lambda self: (errors.NotFitted, self.args)}
        error.__class__ = type("NotFitted", (errors.NotFitted, NotFittedError), members)
    return error


def _plain(value: Any) -> Any:
    """A setting that JSON has no form for: numbers and arrays of numpy as Python's, all else in words."""
    return value.tolist() if hasattr(value, "tolist") else repr(value)


def _finite(value: Any) -> Any:
    """JSON has no form for these numbers; as words they are refused, with the name of the setting."""
    return repr(float(value)) if isinstance(value, float) and not math.isfinite(value) else value
