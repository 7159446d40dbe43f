"""Charts drawn by matplotlib, from their Vega-Lite specification alone."""

from __future__ import annotations

import itertools
import math
import re
from datetime import datetime
from typing import Any

_Rows = list[dict[str, Any]]

# The colors of Vega-Lite, so that a chart looks the same everywhere.
_COLORS = ("#4c78a8", "#f58518", "#e45756", "#72b7b2", "#54a24b", "#eeca3b", "#b279a2", "#ff9da6", "#9d755d", "#bab0ac")


def draw(spec: dict[str, Any], ax: Any = None) -> Any:
    """The chart on these axes, or on those of a figure of its own."""
    if ax is None:
        from matplotlib import pyplot

        ax = pyplot.subplots(layout="constrained")[1]
    rows = spec["data"]["values"]
    layers = spec.get("layer", [spec])
    for layer in layers:
        _DRAW[layer["mark"]["type"]](ax, rows, layer["mark"], layer["encoding"])
    _label(ax, layers[-1]["encoding"])
    title = spec["title"]
    ax.set_title("\n".join([title["text"], *([title["subtitle"]] if "subtitle" in title else [])]))
    return ax


def _lines(ax: Any, rows: _Rows, mark: dict[str, Any], encoding: dict[str, Any]) -> None:
    style = "steps-post" if "interpolate" in mark else "default"
    for color, label, members in _by_color(rows, encoding):
        x, y = _values(members, encoding["x"]), _values(members, encoding["y"])
        ax.plot(x, y, color=color, label=label, drawstyle=style)


def _points(ax: Any, rows: _Rows, mark: dict[str, Any], encoding: dict[str, Any]) -> None:
    for color, label, members in _by_color(rows, encoding):
        x, y = _values(members, encoding["x"]), _values(members, encoding["y"])
        ax.scatter(x, y, facecolors="none", edgecolors=color, label=label)


def _areas(ax: Any, rows: _Rows, mark: dict[str, Any], encoding: dict[str, Any]) -> None:
    step = "post" if "interpolate" in mark else None
    behind = "y2" in encoding
    for color, label, members in _by_color(rows, encoding):
        ends = _values(members, encoding["y2"]) if behind else 0.0
        x, y = _values(members, encoding["x"]), _values(members, encoding["y"])
        ax.fill_between(
            x, y, ends, step=step, color=color, alpha=mark.get("opacity"), linewidth=0, label=None if behind else label
        )


def _bars(ax: Any, rows: _Rows, mark: dict[str, Any], encoding: dict[str, Any]) -> None:
    along, across = ("y", "x") if "domain" in encoding["y"].get("scale", {}) else ("x", "y")
    bar = ax.barh if along == "y" else ax.bar
    extent = "height" if along == "y" else "width"
    base = "left" if along == "y" else "bottom"
    for color, label, members in _by_color(rows, encoding):
        places, ends = _values(members, encoding[along]), _values(members, encoding[across])
        if "bin" in encoding[along]:
            sizes = [end - start for start, end in zip(places, _values(members, encoding[f"{along}2"]))]
            bar(places, ends, align="edge", edgecolor="white", color=color, label=label, **{extent: sizes})
            continue
        size = 0.8
        if (offset := encoding.get(f"{along}Offset")) is not None:
            size /= len(offset["scale"]["domain"])
            shifts = [size * (place + 0.5) - 0.4 for place in _values(members, offset)]
            places = [place + shift for place, shift in zip(places, shifts)]
        starts = [0.0] * len(ends)
        if f"{across}2" in encoding:
            starts, ends = ends, _values(members, encoding[f"{across}2"])
        lengths = [end - start for start, end in zip(starts, ends)]
        bar(places, lengths, color=color, label=label, **{extent: size, base: starts})


def _rules(ax: Any, rows: _Rows, mark: dict[str, Any], encoding: dict[str, Any]) -> None:
    for color, _, members in _by_color(rows, encoding):
        x, low, high = (_values(members, encoding[channel]) for channel in ("x", "y", "y2"))
        ax.vlines(x, low, high, color=color)


def _cells(ax: Any, rows: _Rows, mark: dict[str, Any], encoding: dict[str, Any]) -> None:
    x, y = (len(encoding[axis]["scale"]["domain"]) for axis in ("x", "y"))
    cells = [[math.nan] * x for _ in range(y)]
    columns = (_values(rows, encoding[channel]) for channel in ("x", "y", "color"))
    for column, row, value in zip(*columns):
        cells[int(row)][int(column)] = value
    if not cells or not cells[0]:
        return
    color = encoding["color"]
    mesh = ax.imshow(cells, aspect="auto", cmap="YlGnBu")
    written = _format(color.get("legend", {}).get("format"))
    ax.figure.colorbar(mesh, ax=ax, label=color["title"] or "", format=written)


_DRAW = {"line": _lines, "point": _points, "area": _areas, "bar": _bars, "rect": _cells, "rule": _rules}


def _by_color(rows: _Rows, encoding: dict[str, Any]) -> list[tuple[str, str | None, _Rows]]:
    """The rows of each color, with what the legend calls them."""
    color = encoding.get("color")
    if color is None or "domain" not in color.get("scale", {}):
        return [(_COLORS[0], None, rows)]
    field = _field(color)
    named = zip(color["scale"]["domain"], itertools.cycle(_COLORS))
    return [(color, str(word), [row for row in rows if row[field] == word]) for word, color in named]


def _field(definition: dict[str, Any]) -> str:
    """The name of the column; before dots and brackets Vega-Lite has a backslash."""
    return re.sub(r"\\(.)", r"\1", definition["field"])


def _values(rows: _Rows, definition: dict[str, Any]) -> list[Any]:
    """Numbers and moments as they are, words by their place in their order; what is missing is not a number."""
    values = [row[_field(definition)] for row in rows]
    if "domain" in definition.get("scale", {}):
        place = {value: place for place, value in enumerate(definition["scale"]["domain"])}
        return [place.get(value, math.nan) for value in values]
    if definition.get("type") == "temporal":
        return [_moment(value) for value in values]
    return [math.nan if value is None else value for value in values]


def _moment(value: str | None) -> Any:
    """A moment in UTC, as everything on a chart, so that it need not say so."""
    import numpy as np

    return np.datetime64("NaT") if value is None else np.datetime64(datetime.fromisoformat(value.removesuffix("Z")))


def _label(ax: Any, encoding: dict[str, Any]) -> None:
    for name, axis in (("x", ax.xaxis), ("y", ax.yaxis)):
        of = encoding[name]
        axis.set_label_text(of.get("title") or "")
        domain = of.get("scale", {}).get("domain")
        if domain is not None:
            axis.set_ticks(range(len(domain)), [str(value) for value in domain])
            # Words are read from top to bottom.
            if name == "y" and domain and not ax.yaxis_inverted():
                ax.invert_yaxis()
        elif (written := _format(of.get("axis", {}).get("format"))) is not None:
            axis.set_major_formatter(written)
        crowded = name == "x" and any(len(str(value)) > 6 for value in domain or [])
        if of.get("type") == "temporal" or crowded:
            axis.set_tick_params(rotation=30)
    if encoding["y"].get("type") == "quantitative":
        low, high = ax.get_ylim()
        ax.set_ylim(min(low, 0), max(high, 0))
    color = encoding.get("color", {})
    if color.get("scale", {}).get("domain"):
        ax.legend(title=color["title"])


def _format(written: str | None) -> Any:
    """How numbers are written: d3-format took its signs over from Python."""
    if written is None:
        return None
    from matplotlib.ticker import FuncFormatter

    return FuncFormatter(lambda x, _: format(round(x) if written.endswith("d") else x, written))
