"""Frames of other libraries, made ready for their Arrow stream to be read."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from .errors import MissingPackage


def column_names(frame: Any) -> list[str] | None:
    """The names of the columns of a pandas or polars frame; None of anything else."""
    if _is(frame, "pandas", "DataFrame"):
        named_index = [name for name in frame.index.names if name is not None]
        return [str(name) for name in [*named_index, *frame.columns]]
    if _is(frame, "polars", "LazyFrame"):
        return list(frame.collect_schema().names())
    if _is(frame, "polars", "DataFrame"):
        return list(frame.columns)
    return None


def speaking_arrow(frame: Any, columns: list[str] | None) -> Any:
    """The frame as an object with an Arrow stream, cut down to `columns` where they are given."""
    if _is(frame, "pandas", "DataFrame"):
        return _of_pandas(frame, columns)
    if _is(frame, "polars", "LazyFrame") or _is(frame, "polars", "DataFrame"):
        return _of_polars(frame.lazy() if columns is None else frame.lazy().select(columns))
    return frame


def of_columns(columns: dict[str, Any]) -> Any:
    """Arrays by their names as a frame; arrays of numbers and moments are lent, not copied."""
    for library, make in (("pyarrow", "table"), ("polars", "DataFrame")):
        if importlib.util.find_spec(library) is not None:
            return getattr(importlib.import_module(library), make)(columns)
    raise MissingPackage("arrays become a frame by the package pyarrow or polars: pip install pyarrow")


def _is(frame: Any, library: str, name: str) -> bool:
    """Whether the frame is of this class, without importing a library that nobody uses."""
    module = sys.modules.get(library)
    return module is not None and isinstance(frame, getattr(module, name))


def _of_polars(frame: Any) -> Any:
    """The frame, its columns that hold nothing as texts: those without a type cross by no rule."""
    polars = sys.modules["polars"]
    untyped = [name for name, kind in frame.collect_schema().items() if kind == polars.Null]
    return frame.with_columns(polars.col(untyped).cast(polars.String)).collect() if untyped else frame.collect()


def _of_pandas(frame: Any, columns: list[str] | None) -> Any:
    if importlib.util.find_spec("pyarrow") is None:
        raise MissingPackage("pandas hands its frames over by the package pyarrow: pip install pyarrow")
    # A named index is a column; one without a name only numbers the rows.
    named = [name for name in frame.index.names if name is not None]
    if named:
        frame = frame.reset_index(level=named)
    if not isinstance(frame.index, sys.modules["pandas"].RangeIndex):
        frame = frame.reset_index(drop=True)
    if columns is not None:
        frame = frame[[name for name in frame.columns if str(name) in columns]]
    # A column of numbers and text, as pandas reads one out of a long CSV file, has no type in Arrow.
    mixed = {name: _as_text(frame[name]) for name in frame.columns if _is_mixed(frame[name])}
    return frame.assign(**mixed) if mixed else frame


def _is_mixed(column: Any) -> bool:
    if getattr(column, "dtype", None) != object:
        return False
    present = column.dropna()
    return present.map(type).nunique() > 1 and present.map(_is_simple).all()


def _is_simple(value: Any) -> bool:
    return isinstance(value, (str, int, float))


def _as_text(column: Any) -> Any:
    def text(value: Any) -> str:
        whole = isinstance(value, float) and value.is_integer()
        return str(int(value)) if whole else str(value)

    return column.map(text, na_action="ignore")
