"""Whatever holds rows of numbers, turned into features, with the messages of scikit-learn where it is wrong."""

from __future__ import annotations

import importlib
import math
import sys
import warnings
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

from . import errors
from ._crm_mining import Features, Table, _features, _Mixed, _table


class Fitted(NamedTuple):
    """The columns of the fit."""

    names: Any
    n_features: int
    # Whether columns without names are as good.
    nameless: bool = False


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
    grid, names = _grid(name, X), _column_names(X)
    _check_columns(name, names, grid.shape[1], fitted)
    values = _numbers(name, grid)
    return _features(values.tobytes(), _known(names, values.shape[1], fitted)), names


def read_mixed(
    name: str, X: Any, categorical: Sequence[str | int] | Literal["all"] | None, fitted: Fitted | None = None
) -> tuple[_Mixed, Any]:
    """The numbers and categories in X, and the names of its columns if it has some.

    Columns are categorical by name or position; without any, those of text are.
    """
    if isinstance(X, Features) or _speaks_arrow(X):
        table = Table(X)
        names = known = objects(table.column_names)
        _check_shape(name, table.shape)
        _check_columns(name, names, len(names), fitted)
    else:
        grid, names = _grid(name, X), _column_names(X)
        _check_columns(name, names, grid.shape[1], fitted)
        known = _known(names, grid.shape[1], fitted)
        chosen = _chosen(name, known, categorical) or []
        table = _table(
            [(column, _cells(name, column, values, column in chosen)) for column, values in zip(known, _columns(grid))]
        )
    return _Mixed(table, _chosen(name, known, categorical)), names


def weights_of(sample_weight: Any, n_rows: int) -> bytes:
    """The weight of each row, as the bytes of an array."""
    np = numpy()
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
    np = numpy()
    return np.array(names, dtype=object)


def _known(names: Any, n_features: int, fitted: Fitted | None) -> list[str]:
    """What Rust calls the columns: as at the fit, or as they are called, or by their numbers."""
    known = names if fitted is None else fitted.names
    return [f"x{place}" for place in range(n_features)] if known is None else list(known)


def _chosen(name: str, known: Sequence[str], categorical: Any) -> list[str] | None:
    """The names of the categorical columns; None leaves the choice to their types."""
    if categorical is None:
        return None
    if isinstance(categorical, str):
        if categorical == "all":
            return list(known)
        raise errors.InvalidParameter(f"{name}: categorical must be a sequence of names or positions; got {categorical!r}")
    chosen = []
    for column in categorical:
        place = list(known).index(column) if column in known else column
        if not isinstance(place, int) or not 0 <= place < len(known):
            raise errors.MissingColumn(f"{name}: no column for {column!r}; found columns: {', '.join(known)}")
        chosen.append(known[place])
    return chosen


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


def _grid(name: str, X: Any) -> Any:
    """X as a frame of pandas or an array, of two dimensions, neither of them empty."""
    np = numpy()
    if hasattr(X, "toarray") and hasattr(X, "tocsr"):
        raise TypeError(
            "Sparse data was passed for X, but dense data is required. "
            "Use '.toarray()' to convert to a dense numpy array."
        )
    grid = X if _is(X, "pandas", "DataFrame") else np.asarray(X)
    if grid.ndim != 2:
        raise errors.Malformed(_not_rows(grid))
    _check_shape(name, grid.shape)
    return grid


def _kinds(grid: Any) -> set[str]:
    """The kinds of values, in the letters of numpy."""
    types = grid.dtypes if hasattr(grid, "dtypes") else [grid.dtype]
    return {getattr(each, "kind", "O") for each in types}


def _numbers(name: str, grid: Any) -> Any:
    """The values as numbers."""
    np = numpy()
    kinds = _kinds(grid)
    if "c" in kinds:
        raise ValueError(f"Complex data not supported by {name}")
    if kinds & {"m", "M"}:
        raise TypeError(f"{name} needs numbers; got dates or durations")
    try:
        if _is(grid, "pandas", "DataFrame"):
            return grid.to_numpy(dtype=np.float64, na_value=math.nan)
        return np.asarray(grid, dtype=np.float64)
    except ValueError:
        refusal = _no_number(name, grid)
    # Raised out of reach of the error before, which shows the value.
    raise refusal


def _no_number(name: str, grid: Any) -> errors.InvalidValue:
    """What is wrong with the first cell that is no number."""
    called = list(grid.columns) if _is(grid, "pandas", "DataFrame") else range(grid.shape[1])
    for place, cells in zip(called, _columns(grid)):
        for row, cell in enumerate(numpy().asarray(cells, dtype=object).ravel().tolist()):
            try:
                float(cell)
            except ValueError:
                return errors.InvalidValue(f"{name}: column {place!r}, row {row + 1}: must be a number; got text")
            except TypeError:
                continue
    return errors.InvalidValue(f"{name}: must hold numbers; got something else")


def _columns(grid: Any) -> Iterable[Any]:
    """The columns as frames or arrays of one column."""
    if _is(grid, "pandas", "DataFrame"):
        return (grid.iloc[:, [place]] for place in range(grid.shape[1]))
    return (grid[:, [place]] for place in range(grid.shape[1]))


def _cells(name: str, called: str, column: Any, categorical: bool) -> Any:
    """One column as the bytes of its numbers, or as texts where it has one, or holds categories."""
    np = numpy()
    kinds = _kinds(column)
    if kinds <= {"O", "U", "S", "T", "b", "m", "M"}:
        cells = np.asarray(column, dtype=object).ravel().tolist()
        if kinds == {"b"} and not categorical:
            cells = []
        if categorical or any(isinstance(cell, str) for cell in cells):
            return [_text(cell) for cell in cells]
    values = _numbers(name, column)
    if not categorical and (wrong := np.flatnonzero(~np.isfinite(values))).size:
        row, got = wrong[0] + 1, str(values.ravel()[wrong[0]]).replace("nan", "NaN")
        raise errors.InvalidValue(f"{name}: column {called!r}, row {row}: must be finite; got {got}")
    return values.tobytes()


def _text(value: Any) -> str | None:
    """A category in words; None when it is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _not_rows(values: Any) -> str:
    if values.ndim > 2:
        return f"Found array with dim {values.ndim}, while dim <= 2 is required."
    kind = "scalar" if values.ndim == 0 else "1D"
    return (
        f"Expected 2D array, got {kind} array instead. "
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
    if names is None and fitted.names is not None and not fitted.nameless:
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


def numpy() -> Any:
    try:
        return importlib.import_module("numpy")
    except ImportError as cause:
        raise errors.MissingPackage("this needs the package numpy: pip install numpy") from cause
