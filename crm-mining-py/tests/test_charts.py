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


def stays(ledger):
    """Days from the first purchase to the last, over where the last is long ago; of frequent and other customers."""
    frame = crm.PurchaseGaps(ledger).to_polars()
    days = (frame["last"] - frame["first"]).dt.total_days()
    over = frame["tenure"] - days > 90
    return crm.learn.Durations(days, over).by_group(["often" if gaps > 4 else "seldom" for gaps in frame["gaps"]])


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
    gaps = crm.PurchaseGaps(sample_ledger)
    segments = rfm.to_polars()["segment"]
    learnt = crm.Segmentation(3).fit(rfm)
    forecast, value = buying.forecast(sample_summary, 90), clv.forecast(sample_summary)
    next_purchases = buying.next_purchase(sample_summary, last)
    curves = {name: crm.learn.KaplanMeier().fit(group) for name, group in stays(sample_ledger).items()}
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
        **{f"gaps: {name}": gaps.plot(name) for name in ("median", "mean", "sd", "cv", "gaps", "tenure")},
        "forecast": forecast.plot(),
        "forecast of segments": forecast.plot(segments),
        "value": value.plot(),
        "value of segments": value.plot(segments),
        **{f"next: {name}": next_purchases.plot(name) for name in ("days", "earliest", "latest", "probability")},
        "survival": curves["often"].plot(),
        "survival of groups": crm.learn.survival_chart(curves),
        "segments": learnt.plot(),
        "silhouettes": learnt.plot(rfm),
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
    without = "without the month in progress"
    assert charts["cohorts: retention"].subtitle in (None, without, f"{without}, but for age 0")
    cells = values("cohorts: retention")
    assert {row["cohort"] for row in cells} == {row["cohort"] for row in cells if row["age"] == 0}
    whole = lambda name, n: sum(row["customers"] for row in values(name)) + n == len(sample_summary)  # noqa: E731
    once = sum(gaps == 0 for gaps in crm.PurchaseGaps(sample_ledger).to_polars()["gaps"])
    assert whole("gaps: tenure", 0) and whole("gaps: median", once) and whole("next: probability", 0)
    assert charts["gaps: median"].subtitle == f"not shown: {once} without a figure"


def test_charts_of_forecasts_show_their_totals(charts, sample_ledger, sample_summary, buying):
    segments = crm.Rfm().score(sample_ledger).to_polars()["segment"].to_list()
    forecast = buying.forecast(sample_summary, 90)
    names = list(dict.fromkeys(segments))
    groups = forecast.groups([names.index(segment) for segment in segments])
    shown = lambda name: [  # noqa: E731
        (row["group"], row["expected"], row["low"], row["high"]) for row in charts[name].spec["data"]["values"]
    ]
    assert shown("forecast") == [("all customers", *forecast.total)]
    assert shown("forecast of segments") == [(name, *group) for name, group in zip(names, groups)]
    assert charts["forecast"].subtitle == "with intervals of 90 %"
    assert [row["group"] for row in charts["value of segments"].spec["data"]["values"]] == names
    with pytest.raises(crm.errors.LengthMismatch):
        forecast.plot(["a"])
    with pytest.raises(crm.errors.InvalidParameter, match='"median"'):
        crm.PurchaseGaps(sample_ledger).plot("first")
    with pytest.raises(crm.errors.InvalidParameter, match='"probability"'):
        buying.next_purchase(sample_summary, sample_ledger.last_day).plot("date")


def test_charts_of_survival_show_their_curves(charts, sample_ledger):
    groups = stays(sample_ledger)
    curve = crm.learn.KaplanMeier().fit(groups["often"])
    rows = charts["survival"].spec["data"]["values"]
    assert rows[0] == {"time": 0, "survival": 1, "lower": 1, "upper": 1}
    for row in rows[1:]:
        assert row["survival"] == curve.survival_at(row["time"])
        assert (row["lower"], row["upper"]) == curve.interval_at(row["time"])
    together = charts["survival of groups"].spec
    color = together["layer"][1]["encoding"]["color"]
    assert color["scale"]["domain"] == list(groups) and color["title"] == "group"
    with pytest.raises(crm.errors.NotEnoughData, match="curves"):
        crm.learn.survival_chart({})
    with pytest.raises(crm.errors.InvalidParameter, match="names that differ"):
        crm.learn.survival_chart({1: curve, "1": curve})
    with pytest.raises(TypeError):
        crm.learn.survival_chart({"often": groups["often"]})


def test_every_legend_says_what_its_colors_are(charts, pyplot):
    for name in ("tracking", "weekly", "holdout", "frequencies", "clv by month", "survival of groups"):
        axes = charts[name].axes()
        spec = (charts[name].spec.get("layer") or [charts[name].spec])[-1]
        color = spec["encoding"]["color"]
        assert axes.get_legend().get_title().get_text() == color["title"] != ""
        assert [text.get_text() for text in axes.get_legend().get_texts()] == color["scale"]["domain"]
        pyplot.close(axes.figure)


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


def test_axes_show_the_same(charts, pyplot, sample_ledger):
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

    axes = charts["forecast of segments"].axes()
    rules = [tuple(end[1] for end in rule) for rule in axes.collections[0].get_segments()]
    assert rules == [(row["low"], row["high"]) for row in charts["forecast of segments"].spec["data"]["values"]]
    bands = charts["survival of groups"].axes()
    assert len(bands.collections) == 2 and [line.get_label() for line in bands.lines] == list(stays(sample_ledger))

    start, *_, end = charts["gain and loss"].axes().patches
    first = charts["gain and loss"].spec["data"]["values"][0]
    assert start.get_x() == 0 and start.get_width() == first["to"] and end.get_height() == pytest.approx(0.8)


def test_axes_of_the_caller(charts, pyplot):
    figure, (left, right) = pyplot.subplots(1, 2)
    assert charts["rfm"].axes(left) is left and charts["revenue"].axes(ax=right) is right
    assert len(right.lines) == 1 and len(pyplot.get_fignums()) == 1
    figure.canvas.draw()
