"""Charts: valid Vega-Lite, the same marks by matplotlib, and nobody's key in either."""

import copy
import datetime as dt
import importlib.util
import json
import math
import sys
from pathlib import Path

import polars as pl
import pytest

import crm_mining as crm


def quarters(ledger):
    last = ledger.last_day
    back = lambda days: last - dt.timedelta(days=days)  # noqa: E731
    return (back(179), back(90)), (back(89), last)


@pytest.fixture(scope="module")
def charts(sample_ledger, sample_summary, buying, spend):
    """Every chart of a result, by its name."""
    last = sample_ledger.last_day
    holdout = crm.Holdout(sample_ledger, last - dt.timedelta(days=90), last)
    tracking = holdout.track(buying)
    clv = crm.Clv(buying, spend, months=12)
    estimates = clv.predict(sample_summary)
    rfm = crm.Rfm().score(sample_ledger)
    cohorts = crm.Cohorts().table(sample_ledger)
    periods = crm.PeriodOnPeriod().table(sample_ledger)
    stages = crm.Lifecycle().stages(sample_ledger)
    early = crm.Lifecycle().stages(sample_ledger, as_of=last - dt.timedelta(days=90))
    migration = crm.Migration(early, stages, "stage", states=list(stages.counts))
    figures = ("clv", "p_alive", "expected_purchases", "expected_spend")
    return {
        "tracking": tracking.plot(),
        "weekly": tracking.plot(weekly=True),
        "frequencies": buying.frequency_table(sample_summary, 7).plot(),
        "holdout": holdout.judge({"BG/NBD": crm.BgNbd()}).plot(),
        "clv by month": clv.by_month(sample_summary).plot(),
        **{name: estimates.plot(name) for name in figures},
        "borders": estimates.plot("p_alive", bins=[0.0, 0.25, 0.75, 1.0]),
        "rfm": rfm.plot(),
        "rfm in money": rfm.plot("monetary"),
        "tiers": crm.ValueTiers().of(rfm, "monetary").plot(),
        "concentration": crm.Concentration(rfm.to_polars()["monetary"].to_list()).plot(),
        **{f"cohorts: {name}": cohorts.plot(name) for name in ("retention", "customers", "revenue")},
        "migration": migration.plot(),
        "migrated": migration.plot("customers"),
        "stages": stages.plot(),
        "gain and loss": crm.GainLoss(sample_ledger, *quarters(sample_ledger)).plot(),
        "revenue tree": crm.RevenueTree(sample_ledger, *quarters(sample_ledger)).plot(),
        **{name: periods.plot(name) for name in ("revenue", "customers", "new_customers", "orders", "units")},
        "rolling retention": crm.RollingRetention(windows=6).table(sample_ledger).plot(),
        "no cohorts": crm.Cohorts().table(sample_ledger, as_of="1999-01-01").plot(),
    }


@pytest.fixture(scope="module")
def vega_lite():
    """The validator of Vega-Lite 5 that comes with altair 5."""
    jsonschema = pytest.importorskip("jsonschema")
    altair = importlib.util.find_spec("altair")
    schema = altair and Path(altair.origin).parent / "vegalite/v5/schema/vega-lite-schema.json"
    if not schema or not schema.exists():
        pytest.skip("needs the schema of Vega-Lite 5, of altair 5")
    schema = json.loads(schema.read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)


def test_every_specification_is_valid(charts, vega_lite):
    for name, chart in charts.items():
        errors = [error.message for error in vega_lite.iter_errors(chart.spec)]
        assert not errors, f"{name}: {errors}"
    wrong = {**charts["stages"].spec, "mark": {"type": "bars"}}
    assert not vega_lite.is_valid(wrong)


def test_every_specification_is_complete_and_holds_no_key(charts, sample_ledger):
    keys = {str(key) for key in sample_ledger.customers}
    for name, chart in charts.items():
        spec = json.loads(chart.to_json())
        assert spec == chart.spec and list(spec) == sorted(spec)
        assert chart.to_json().count("http") == 1
        rows = spec["data"]["values"]
        assert len(rows) == len(chart.table) and (rows or name == "no cohorts")
        assert not keys & {value for row in rows for value in row.values() if isinstance(value, str)}
        assert "customer" not in chart.table.column_names
        assert spec["title"]["text"] == chart.title and spec["title"].get("subtitle") == chart.subtitle


def test_charts_show_the_figures_of_their_results(charts, sample_ledger, sample_summary):
    values = lambda name: charts[name].spec["data"]["values"]  # noqa: E731
    rfm, stages = crm.Rfm().score(sample_ledger), crm.Lifecycle().stages(sample_ledger)
    everybody = {"clv": sample_summary, "rfm": rfm, "stages": stages}
    for name, result in everybody.items():
        assert sum(row["customers"] or 0 for row in values(name)) == len(result), name
    assert [row["from"] for row in values("borders")] == [0.0, 0.25, 0.75]
    change = crm.GainLoss(sample_ledger, *quarters(sample_ledger))
    first, *steps, last = values("gain and loss")
    assert last["to"] - first["to"] == pytest.approx(change.change)
    assert all(a["to"] == b["from"] for a, b in zip([first, *steps], steps))
    assert charts["cohorts: retention"].subtitle in (None, "without the month in progress")


def test_a_notebook_shows_a_chart(charts):
    chart = charts["stages"]
    bundle = chart._repr_mimebundle_(include=None, exclude=None)
    assert bundle == {"application/vnd.vegalite.v5+json": chart.spec, "text/plain": repr(chart)}
    assert repr(chart) == 'chart "Lifecycle stages" of 6 rows'
    assert chart == charts["stages"] != charts["rfm"]


def test_what_a_chart_cannot_show(sample_ledger, sample_summary, buying, spend):
    clv = crm.Clv(buying, spend).predict(sample_summary)
    with pytest.raises(crm.errors.InvalidParameter, match='"expected_spend"'):
        clv.plot("customer")
    with pytest.raises(crm.errors.InvalidParameter, match="ascending"):
        clv.plot(bins=[1, 0])
    with pytest.raises(crm.errors.InvalidParameter, match="1000"):
        clv.plot(bins=0)
    with pytest.raises(TypeError, match="bins must be how many"):
        clv.plot(bins="many")
    with pytest.raises(crm.errors.InvalidParameter, match='"monetary"'):
        crm.Rfm().score(sample_ledger).plot("recency")


def test_axes_without_matplotlib(charts, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        charts["stages"].axes()


@pytest.fixture
def pyplot():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    yield pyplot
    pyplot.close("all")


def test_axes_show_the_same(charts, pyplot):
    for name, chart in charts.items():
        before = copy.deepcopy(chart.spec)
        axes = chart.axes()
        axes.figure.canvas.draw()
        assert axes.get_title().split("\n")[0] == chart.title, name
        encoding = (chart.spec.get("layer") or [chart.spec])[-1]["encoding"]
        assert axes.get_xlabel() == (encoding["x"]["title"] or "")
        assert axes.get_ylabel() == (encoding["y"]["title"] or "")
        assert chart.spec == before
        pyplot.close(axes.figure)

    stages = charts["stages"].axes()
    counts = [row["customers"] for row in charts["stages"].spec["data"]["values"]]
    assert [bar.get_width() for bar in stages.patches] == counts
    assert stages.yaxis_inverted() and stages.get_yticklabels()[0].get_text() == "potential"

    lines = charts["tracking"].axes().lines
    assert [line.get_label() for line in lines] == ["actual", "expected"]
    rows = pl.DataFrame(charts["tracking"].table)
    for line in lines:
        assert list(line.get_ydata()) == rows.filter(pl.col("series") == line.get_label())["value"].to_list()

    cells = charts["rfm"].axes().images[0].get_array()
    assert cells.shape == (5, 5)
    shown = [value for value in cells.ravel().tolist() if value is not None and not math.isnan(value)]
    assert sum(shown) == sum(row["customers"] or 0 for row in charts["rfm"].spec["data"]["values"])

    start, *_, end = charts["gain and loss"].axes().patches
    first = charts["gain and loss"].spec["data"]["values"][0]
    assert start.get_x() == 0 and start.get_width() == first["to"] and end.get_height() == pytest.approx(0.8)


def test_axes_of_the_caller(charts, pyplot):
    figure, (left, right) = pyplot.subplots(1, 2)
    assert charts["rfm"].axes(left) is left and charts["revenue"].axes(ax=right) is right
    assert len(right.lines) == 1 and len(pyplot.get_fignums()) == 1
    figure.canvas.draw()
