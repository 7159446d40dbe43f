"""Stages, cohorts, migration, gaps, revenue tree, gain and loss, periods, tiers and composite value."""

import copy
import datetime as dt
import pickle

import numpy as np
import pandas as pd
import polars as pl
import polars.selectors as cs
import pytest

import crm_mining as crm


@pytest.fixture(scope="module")
def days(sample_ledger):
    """One row per customer and day of the ledger, in pandas."""
    frame = sample_ledger.to_pandas()
    frame["day"] = pd.to_datetime(frame["day"]).dt.tz_localize(None)
    return frame


def test_scores_at_borders_and_cells(sample_ledger):
    borders = {"recency": [30.0, 90.0], "frequency": [2.0, 5.0], "monetary": [50.0, 500.0]}
    rfm = crm.Rfm(bins=3, scoring={"borders": borders})
    assert rfm.scoring == {"borders": borders} and rfm == pickle.loads(pickle.dumps(rfm))
    scores = rfm.score(sample_ledger)
    frame = scores.to_pandas()
    expected = 1 + (frame["recency"] <= 30).astype(int) + (frame["recency"] <= 90).astype(int)
    assert scores.bins == 3 and (frame["r"] == expected).all()
    assert (frame["f"] == 1 + (frame["frequency"] >= 2).astype(int) + (frame["frequency"] >= 5).astype(int)).all()
    with pytest.raises(crm.errors.InvalidParameter, match="borders"):
        crm.Rfm(bins=5, scoring={"borders": borders}).score(sample_ledger)
    assert set(crm.Rfm(scoring="equal_width").score(sample_ledger).to_polars()["m"]) <= {1, 2, 3, 4, 5}
    cells = crm.Rfm().score(sample_ledger).cells().to_polars()
    frame = crm.Rfm().score(sample_ledger).to_polars()
    best = (frame["r"] > frame["r"].mean()) & (frame["f"] > frame["f"].mean()) & (frame["m"] > frame["m"].mean())
    assert ((cells["cell_zh"] == "重要价值客户") == best).all()
    names = crm.rfm_segments().to_polars()
    assert names["segment"].to_list() == list(crm.Rfm().score(sample_ledger).segments)
    assert "沉睡客户" in names["segment_zh"].to_list()


def test_tiers_and_concentration(sample_ledger):
    rfm = crm.Rfm().score(sample_ledger)
    spend = rfm.to_polars()["monetary"].to_numpy()
    tiers = crm.ValueTiers().of(rfm, "monetary").to_polars()
    assert (tiers["tier"] == "high").sum() == np.ceil(0.2 * len(spend))
    by_revenue = crm.ValueTiers.by_revenue()
    assert by_revenue == crm.ValueTiers("revenue", 0.8, 0.15) != crm.ValueTiers()
    high = by_revenue.of(rfm.to_polars(), "monetary").to_polars().filter(pl.col("tier") == "high")
    assert high["value"].sum() / spend.clip(0).sum() >= 0.8
    found = crm.Concentration(spend)
    naive = np.abs(spend[:, None] - spend[None, :]).sum() / (2 * len(spend) * np.abs(spend).sum())
    assert found.gini == pytest.approx(naive, rel=1e-9) and found.n == len(spend)
    assert found.share_of_top(found.customers_for(0.8)) == pytest.approx(0.8)
    assert found.to_polars().shape == (101, 2)
    assert crm.Concentration([-1.0, 1.0]).share_of_top(0.5) is None
    with pytest.raises(crm.errors.InvalidValue, match="row 2"):
        crm.Concentration([1.0, float("nan")])


def test_stages_and_migration(sample_ledger, days):
    stages = crm.Lifecycle().stages(sample_ledger)
    frame = stages.to_polars()
    assert stages.as_of == sample_ledger.last_day and sum(stages.counts.values()) == len(stages)
    lost = frame.filter(pl.col("silence") > 365)["stage"].unique().to_list()
    assert lost in ([], ["lost"])
    known = crm.Customers(pl.DataFrame({"customer": ["nobody knows"], "city": ["?"]}), attributes=["city"])
    assert crm.Lifecycle().stages(sample_ledger, known).counts["potential"] == stages.counts["potential"] + 1
    early = crm.Lifecycle().stages(sample_ledger, as_of=sample_ledger.last_day - dt.timedelta(days=360))
    assert early.left_out > 0
    rhythm = crm.Lifecycle(silence={"rhythm": {"at_risk": 0.8, "lost": 0.95, "prior_gaps": 2.0}})
    assert rhythm.stages(sample_ledger).to_polars()["expected_gap"].drop_nulls().min() > 0
    with pytest.raises(crm.errors.InvalidParameter, match="lost"):
        crm.Lifecycle(silence={"days": {"at_risk": 9, "lost": 3}}).stages(sample_ledger)

    moved = crm.Migration(early, stages, "stage", states=list(stages.counts))
    expected = pd.merge(early.to_pandas(), stages.to_pandas(), on="customer")
    expected = pd.crosstab(expected["stage_x"], expected["stage_y"])
    expected = expected.reindex(index=moved.states, columns=moved.states, fill_value=0)
    assert moved.counts == expected.to_numpy().tolist()
    assert sum(moved.entrants) == len(stages) - len(early) and sum(moved.leavers) == 0
    rows = [row for row in moved.probabilities if row[0] is not None]
    assert rows and all(sum(row) == pytest.approx(1) for row in rows)
    assert sum(moved.forecast(4)) == pytest.approx(len(stages))
    seen = crm.Migration(early.to_pandas(), stages.to_polars(), "stage")
    assert seen.states == sorted({*early.to_polars()["stage"], *frame["stage"]})
    with pytest.raises(crm.errors.InvalidParameter, match="one of the states"):
        crm.Migration(early, stages, "stage", states=["active"])


def test_cohorts_and_periods(sample_ledger, days):
    cohorts = crm.Cohorts().table(sample_ledger)
    frame = cohorts.to_polars()
    assert frame["retention"].is_between(0, 1).all()
    assert frame["revenue"].sum() + cohorts.outside == pytest.approx(days["amount"].sum())
    bought = days[days["orders"] > 0]
    first = bought.groupby("customer")["day"].min().dt.to_period("M")
    assert frame.filter(pl.col("age") == 0)["customers"].to_list() == first.value_counts().sort_index().to_list()
    wide = cohorts.retention().to_polars()
    assert wide["0"].to_list() == [1.0] * len(wide) and wide.columns[:2] == ["cohort", "size"]
    assert cohorts.overall[0][0] == cohorts.overall[0][1] > 0
    assert crm.Cohorts("quarter").table(sample_ledger, as_of="1999-01-01").shape[0] == 0

    months = crm.PeriodOnPeriod().table(sample_ledger).to_pandas().set_index("period")
    revenue = days.groupby(days["day"].dt.to_period("M").astype(str))["amount"].sum()
    assert months["revenue"].to_numpy() == pytest.approx(revenue.reindex(months.index, fill_value=0).to_numpy())
    growth = months["revenue"].pct_change().where(months["complete"])
    assert months["growth"].to_numpy() == pytest.approx(growth.to_numpy(), nan_ok=True)
    assert months["new_customers"].sum() == len(first)
    rolling = crm.RollingRetention(every_days=60, windows=4).table(sample_ledger).to_polars()
    assert rolling["until_day"].to_list() == [60, 120, 180, 240]
    assert (rolling["retained"] <= rolling["known"]).all()


def test_gaps_tree_and_gain(sample_ledger, days):
    gaps = crm.PurchaseGaps(sample_ledger)
    bought = days[days["orders"] > 0].sort_values(["customer", "day"])
    spans = bought.groupby("customer")["day"].diff().dt.days.dropna()
    assert gaps.overall["gaps"] == len(spans)
    assert gaps.overall["mean"] == pytest.approx(spans.mean())
    assert gaps.overall["sd"] == pytest.approx(spans.std())
    assert gaps.overall["regularity"]["k"] > 0 and len(gaps) == len(gaps.customers)

    last = sample_ledger.last_day
    after = (last - dt.timedelta(days=89), last)
    before = (last - dt.timedelta(days=179), last - dt.timedelta(days=90))
    tree = crm.RevenueTree(sample_ledger, before, after)
    assert tree.spans == (before, after)
    within = lambda span: days[days["day"].between(*map(pd.Timestamp, span))]  # noqa: E731
    assert tree.before["revenue"] == pytest.approx(within(before)["amount"].sum())
    effects = tree.effects
    names = ("customers", "orders_per_customer", "spend_per_order", "returns_of_others")
    assert sum(effects[name] for name in names) == pytest.approx(tree.change)
    assert effects["units_per_order"] + effects["price_per_unit"] == pytest.approx(effects["spend_per_order"])
    change = crm.GainLoss(sample_ledger, before, after)
    assert change.change == pytest.approx(tree.change)
    assert change.to_polars()["change"].sum() == pytest.approx(change.change)
    assert change.change_of_customers == tree.after["customers"] - tree.before["customers"]
    assert change.customers().to_polars().columns == ["customer", "turn", "before", "after"]
    assert 0 <= change.gross_retention <= 1
    with pytest.raises(crm.errors.InvalidParameter, match="begins after"):
        crm.GainLoss(sample_ledger, after, before)
    with pytest.raises(crm.errors.InvalidParameter, match="GainLoss: (before|after) must be|RevenueTree: (before|after) must be"):
        crm.RevenueTree(sample_ledger, (last, before[0]), after)


def test_composite_value(sample_ledger, buying, spend, sample_summary):
    clv = crm.Clv(buying, spend).predict(sample_summary)
    rfm = crm.Rfm().score(sample_ledger)
    inputs = crm.ValueInputs.from_ledger(sample_ledger).with_("clv", clv).with_("margin", rfm, "monetary")
    assert inputs.inputs == ["retention", "repeat_rate", "rhythm", "margin", "returns", "clv"]
    scores = crm.CompositeValue().score(inputs).to_polars()
    parts = scores.select(pl.sum_horizontal(cs.starts_with("from_"))).to_series()
    assert np.allclose(parts, scores["score"]) and scores["score"].is_between(0, 100).all()
    assert scores["coverage"].max() == pytest.approx(0.5)
    assert scores["risk"].null_count() == len(scores)
    value = crm.CompositeValue({"clv": 2.0, "margin": 1}, {"clv": {"between": {"low": 0, "high": 100}}})
    assert value.weights == {"margin": 1.0, "clv": 2.0}
    assert pickle.loads(pickle.dumps(value)) == value == copy.copy(value) != crm.CompositeValue()
    assert eval(repr(value), vars(crm)) == value
    with pytest.raises(crm.errors.InvalidParameter, match="weights"):
        crm.CompositeValue({"luck": 1.0})
    with pytest.raises(crm.errors.InvalidParameter, match="weights"):
        crm.CompositeValue({"clv": -1.0}).score(inputs)
    frame = pl.DataFrame({"customer": [7, 5], "churn_risk": [0.5, float("inf")]})
    with pytest.raises(crm.errors.InvalidValue, match='"churn_risk", row 2'):
        crm.ValueInputs(frame)
    few = crm.ValueInputs(frame.head(1)).with_("clv", pl.DataFrame({"customer": [7, 8], "clv": [1.0, 2.0]}))
    assert (few.customers, few.unmatched) == ([7], 1)
    labels = pl.Series(["a", "b"] * 5)
    assert max(crm.distance_to_best(labels.to_list(), np.arange(10.0))) == pytest.approx(7.2)


@pytest.mark.parametrize(
    "settings",
    [
        crm.Lifecycle(loyal_orders=3),
        crm.Cohorts("week"),
        crm.RollingRetention(7),
        crm.PeriodOnPeriod("year"),
        crm.ValueTiers(high=0.1),
        crm.CompositeValue({"clv": 1.0}),
    ],
    ids=lambda settings: type(settings).__name__,
)
def test_settings_travel(settings):
    assert pickle.loads(pickle.dumps(settings)) == settings == copy.copy(settings) != type(settings)()
    assert eval(repr(settings), vars(crm)) == settings
