"""Whatever holds rows of numbers, turned into features, with the messages of scikit-learn where it is wrong."""

from __future__ import annotations

import importlib
import math
import sys
import warnings
from typing import Any, NamedTuple

from . import errors
from ._crm_mining import Features, Table, _features


class Fitted(NamedTuple):
    """The columns of the fit."""

    names: Any
    n_features: int


def read(name: str, X: Any, fitted: Fitted | None = None) -> tuple[Features, Any]:
    """The features in X for the estimator of this name, and the names of its columns if it has some.

    The columns must be those of the fit, if there was one, and then carry its names.
    """
    if isinstance(X, Features):
        return _named(name, X, X.names, fitted)
    if _speaks_arrow(X):
        table = Table(X)
        _check_shape(name, table.shape)
        return _named(name, Features(table, table.column_names), table.column_names, fitted)
    values, names = _array(name, X), _column_names(X)
    _check_columns(name, names, values.shape[1], fitted)
    known = names if fitted is None else fitted.names
    if known is None:
        known = [f"x{place}" for place in range(values.shape[1])]
    return _features(values.tobytes(), list(known)), names


def weights_of(sample_weight: Any, n_rows: int) -> bytes:
    """The weight of each row, as the bytes of an array."""
    np = _numpy()
    weights = np.asarray(sample_weight, dtype=np.float64)
    if weights.ndim == 0:
        weights = np.full(n_rows, weights)
    if weights.ndim != 1:
        raise errors.Malformed("Sample weights must be 1D array or scalar")
    if len(weights) != n_rows:
        raise errors.LengthMismatch(f"sample_weight.shape == {weights.shape}, expected {(n_rows,)}!")
    if not weights.any():
        raise errors.NotEnoughData("Sample weights must contain at least one non-zero number.")
    return bytes(weights.tobytes())


def objects(names: list[str]) -> Any:
    """Names as an array of objects."""
    np = _numpy()
    return np.array(names, dtype=object)


def _named(name: str, features: Features, names: list[str], fitted: Fitted | None) -> tuple[Features, Any]:
    """Features of a frame, under the names of the fit."""
    _check_shape(name, (len(features), len(names)))
    _check_columns(name, names, len(names), fitted)
    if fitted is not None and fitted.names is None:
        features = _features(features, [f"x{place}" for place in range(len(names))])
    return features, objects(names)


def _speaks_arrow(X: Any) -> bool:
    if _is(X, "pandas", "DataFrame"):
        # Numbers of pandas are numbers of numpy, even where pyarrow is not installed.
        return False
    return hasattr(X, "__arrow_c_stream__") or hasattr(X, "__arrow_c_array__") or _is(X, "polars", "LazyFrame")


def _is(X: Any, library: str, name: str) -> bool:
    module = sys.modules.get(library)
    return module is not None and isinstance(X, getattr(module, name))


def _array(name: str, X: Any) -> Any:
    """Rows of finite numbers as an array of two dimensions."""
    np = _numpy()
    if hasattr(X, "toarray") and hasattr(X, "tocsr"):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required. Use '.toarray()' to convert to a dense numpy array."
        )
    frame = _is(X, "pandas", "DataFrame")
    kinds = {getattr(kind, "kind", "O") for kind in X.dtypes} if frame else set()
    values = X if frame else np.asarray(X)
    if not frame:
        kinds = {values.dtype.kind}
    if "c" in kinds:
        raise ValueError(f"Complex data not supported\n{X}\n")
    if kinds & {"m", "M"}:
        raise TypeError(f"{name} needs numbers; got dates or durations")
    if frame:
        values = X.to_numpy(dtype=np.float64, na_value=math.nan)
    if values.ndim != 2:
        raise errors.Malformed(_not_rows(values))
    _check_shape(name, values.shape)
    return np.asarray(values, dtype=np.float64)


def _not_rows(values: Any) -> str:
    if values.ndim > 2:
        return f"Found array with dim {values.ndim}, while dim <= 2 is required."
    kind = "scalar" if values.ndim == 0 else "1D"
    return (
        f"Expected 2D array, got {kind} array instead:\narray={values}.\n"
        "Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
        "or array.reshape(1, -1) if it contains a single sample."
    )


def _column_names(X: Any) -> Any:
    """The names of the columns of a pandas frame; None where they are only numbered."""
    if not _is(X, "pandas", "DataFrame"):
        return None
    texts = [isinstance(column, str) for column in X.columns]
    if not any(texts):
        return None
    if not all(texts):
        kinds = sorted({type(column).__qualname__ for column in X.columns})
        raise TypeError(
            "Feature names are only supported if all input features have string names, but your input has "
            f"{kinds} as feature name / column name types."
        )
    return objects(list(X.columns))


def _check_shape(name: str, shape: tuple[int, ...]) -> None:
    for length, what in zip(shape, ("sample", "feature")):
        if length == 0:
            raise errors.NotEnoughData(
                f"Found array with 0 {what}(s) (shape={shape}) while a minimum of 1 is required by {name}."
            )


def _check_columns(name: str, names: Any, n_features: int, fitted: Fitted | None) -> None:
    """Refuses columns that are not those of the fit."""
    if fitted is None:
        return
    if names is None and fitted.names is not None:
        warnings.warn(f"X does not have valid feature names, but {name} was fitted with feature names", stacklevel=6)
    elif names is not None and fitted.names is None:
        warnings.warn(f"X has feature names, but {name} was fitted without feature names", stacklevel=6)
    elif names is not None and list(names) != list(fitted.names):
        raise errors.FeatureMismatch(_other_names(set(names), set(fitted.names)))
    if n_features != fitted.n_features:
        raise errors.FeatureMismatch(
            f"X has {n_features} features, but {name} is expecting {fitted.n_features} features as input."
        )


def _other_names(names: set[str], fitted: set[str]) -> str:
    message = "The feature names should match those that were passed during fit.\n"
    if names == fitted:
        return message + "Feature names must be in the same order as they were in fit.\n"
    for said, others in (("unseen at fit time", names - fitted), ("seen at fit time, yet now missing", fitted - names)):
        if others:
            shown = sorted(others)[:5] + (["..."] if len(others) > 5 else [])
            message += f"Feature names {said}:\n" + "".join(f"- {other}\n" for other in shown)
    return message


def _numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError as cause:
        raise errors.MissingPackage("this needs the package numpy: pip install numpy") from cause
