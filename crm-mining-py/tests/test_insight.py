"""Scores, models, segments, churn and rules."""

import copy
import datetime as dt
import pickle

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crm_mining as crm


def test_rfm_of_a_day(orders, sample_ledger):
    rfm = crm.Rfm().score(sample_ledger)
    assert rfm.as_of == sample_ledger.last_day and rfm.left_out == 0
    frame = rfm.to_polars()
    assert sum(rfm.segments.values()) == len(rfm) == len(sample_ledger.customers)
    assert frame["weighted"].to_list() == [100.0 * r + 10 * f + m for r, f, m in frame.select("r", "f", "m").rows()]
    assert rfm.features().to_polars().columns == ["customer", "recency", "frequency", "monetary"]
    early = crm.Rfm(bins=3, scoring="rank").score(sample_ledger, as_of="2023-06-30")
    assert early.left_out > 0 and early.as_of == dt.date(2023, 6, 30)
    assert early.to_polars()["r"].max() == 3
    # pandas' own scores of the same figures.
    spend = frame.to_pandas()["monetary"]
    expected = pd.qcut(spend.rank(method="first"), 5, labels=False) + 1
    ranked = crm.Rfm(scoring="rank").score(sample_ledger).to_polars()
    assert (ranked["m"].to_numpy() == expected.to_numpy()).all()
    # By quantile equal figures have equal scores.
    assert frame.group_by("frequency").agg(pl.col("f").n_unique())["f"].max() == 1


def test_models_of_buying_and_spend(sample_summary, buying, spend):
    assert (buying.status, buying.boundaries, buying.n_customers) == ("converged", [], len(sample_summary))
    assert set(buying.standard_errors) == {"r", "alpha", "a", "b"}
    assert set(spend.standard_errors) == {"p", "q", "v"}
    alive = buying.p_alive(sample_summary).to_polars()
    assert alive["customer"].to_list() == sample_summary.customers
    assert alive["p_alive"].is_between(0, 1).all()
    quarter, year = (
        buying.expected_purchases(sample_summary, days).to_polars()["expected_purchases"] for days in (90, 365)
    )
    assert (quarter < year).all() and buying.expected_from_start(90) < buying.expected_from_start(365)
    assert buying.log_likelihood_on(sample_summary) == pytest.approx(buying.log_likelihood, rel=1e-12)
    expected = spend.expected_spend(sample_summary).to_polars()["expected_spend"]
    unknown = expected.filter(sample_summary.to_polars()["frequency"] == 0)
    assert unknown.to_list() == pytest.approx([spend.population_mean] * len(unknown))


def test_a_boundary_is_named():
    summary = crm.Summary([30.0, 40.0, 35.0], [299.0, 300.0, 298.0], [300.0] * 3, [5.0] * 3)
    model = crm.BgNbd().fit(summary)
    assert model.status == "boundary" and "nobody_leaves" in model.boundaries
    assert model.standard_errors is None and "nobody_leaves" in repr(model)


def test_models_travel_as_json_and_pickle(buying, spend):
    for model in (buying, spend):
        for other in (type(model).from_json(model.to_json()), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
            assert other == model
        with pytest.raises(crm.errors.InvalidParameter):
            type(model).from_json("{}")
    with pytest.raises(crm.errors.InvalidParameter, match="above|from|at least"):
        crm.BuyingModel.from_json(buying.to_json().replace('"r":', '"r":-'))


def test_lifetime_value(sample_summary, buying, spend):
    clv = crm.Clv(buying, spend).predict(sample_summary)
    assert clv.horizon_days == 365.0 and clv.customers == sample_summary.customers
    frame = clv.to_polars()
    once = sample_summary.to_polars()["frequency"] == 0
    assert frame["p_alive"].is_null().to_list() == once.to_list()
    assert not frame["identified"].filter(once).any()
    total = lambda **settings: crm.Clv(buying, spend, **settings).predict(sample_summary).to_polars()["clv"].sum()  # noqa: E731
    assert total(months=12) < total() < total(annual_discount=0.1) < total(monthly_discount=0.0)
    with pytest.raises(crm.errors.InvalidParameter, match="horizon"):
        total(horizon_days=0)
    with pytest.raises(crm.errors.Incompatible, match="unit of time"):
        crm.Clv(buying, spend).predict(sample_summary.in_weeks())


def test_segments(sample_ledger):
    rfm = crm.Rfm().score(sample_ledger)
    segments = crm.Segmentation.kmeans(2, 8).fit(rfm)
    assert list(segments.silhouettes) == list(range(2, 9))
    assert segments.silhouettes[segments.k] == max(segments.silhouettes.values())
    assert segments.customers == rfm.customers and len(segments.labels) == len(rfm)
    assert sum(segment["size"] for segment in segments.segments) == len(rfm)
    assert segments.to_polars()["segment"].to_list() == segments.labels
    assert segments.structure in ("none", "weak", "reasonable", "strong")
    assert segments.feature_names == ["recency", "frequency", "monetary"]
    assert (segments.skipped, segments.sampled, segments.constant) == ([], None, [])
    assert "monetary" in segments.logged
    again = segments.predict(rfm.features())
    assert again.to_polars().equals(segments.to_polars())
    assert all(segment["name"] in repr(segments) for segment in segments.segments)
    assert crm.Segmentation.kmeans(2, 8).fit(rfm.features()).labels == segments.labels


def test_numbers_of_segments_in_every_form():
    assert crm.Segmentation.kmeans() == crm.Segmentation() == crm.Segmentation.kmeans(range(2, 9))
    assert crm.Segmentation.kmeans(4).k == (4, 4) and crm.Segmentation((3, 5), seed=1).seed == 1
    for wrong in ("3", 2.5, range(8, 2), range(2, 9, 2), -1):
        with pytest.raises((TypeError, OverflowError)):
            crm.Segmentation.kmeans(wrong)
    with pytest.raises(crm.errors.InvalidParameter, match="from 2"):
        crm.Segmentation.kmeans(1, 3).fit(crm.Features(pl.DataFrame({"x": [1.0, 2.0]}), ["x"]))


def test_features_of_any_frame():
    frame = pd.DataFrame({"id": [3, 1, 2], "visits": [5, 60, 7], "spend": [1.5, 80.0, 2.5]})
    features = crm.Features(frame, ["spend", "visits"], customer="id")
    assert features.to_polars().rows() == [(1, 80.0, 60.0), (2, 2.5, 7.0), (3, 1.5, 5.0)]
    segments = crm.Segmentation.kmeans(2).fit(features)
    assert segments.customers == [1, 2, 3] and segments.labels.count(segments.labels[0]) == 1
    profiles = crm.Profiles(segments, as_of="2024-01-01")
    assert profiles[1].tag("segment")["value"] != profiles["2"].tag("segment")["value"]


@pytest.mark.parametrize("bad", [None, float("nan"), float("inf"), "many"])
def test_a_value_that_is_no_feature_is_named(bad):
    with pytest.raises(crm.errors.InvalidValue) as raised:
        crm.Features(pl.DataFrame({"a": [1, 2, 3], "x": [1.0, bad, 3.0]}, strict=False), ["a", "x"])
    if isinstance(bad, str):
        assert raised.value.column == "x"
    else:
        assert (raised.value.column, raised.value.row) == ("x", 2)


def test_features_refuse_what_cannot_be():
    frame = pl.DataFrame({"id": ["a", "a"], "x": [1.0, 2.0]})
    with pytest.raises(crm.errors.InvalidValue, match="earlier row"):
        crm.Features(frame, ["x"], customer="id")
    with pytest.raises(crm.errors.MissingColumn):
        crm.Features(frame, ["y"])
    with pytest.raises(crm.errors.NotEnoughData):
        crm.Features(frame, [])
    with pytest.raises(crm.errors.FeatureMismatch):
        crm.Segmentation.kmeans(2).fit(crm.Features(frame, ["x"])).predict(
            crm.Features(frame.rename({"x": "y"}), ["y"])
        )


def test_churn(sample_ledger, churn):
    evaluation = churn.evaluation
    assert evaluation.cut == sample_ledger.last_day - dt.timedelta(days=90)
    assert (evaluation.as_of, evaluation.within_days) == (sample_ledger.last_day, 90)
    assert evaluation.churn_rate == evaluation.churned / evaluation.customers
    assert evaluation.auc == max(candidate["auc"] for candidate in evaluation.candidates) > 0.7
    assert [candidate["method"] for candidate in evaluation.candidates] == ["logistic_regression", "random_forest"]
    assert evaluation.chosen in ("logistic_regression", "random_forest")
    assert evaluation.to_polars()["auc"].to_list() == [candidate["auc"] for candidate in evaluation.candidates]
    lift = evaluation.lift.to_polars()
    assert len(lift) == 10 and lift["cumulative_share"][-1] == pytest.approx(1.0)
    assert evaluation.calibration.to_polars()["rows"].sum() == evaluation.customers
    assert 0 < evaluation.brier_score < 0.25
    shown = evaluation._repr_html_()
    assert shown.count("<table>") == 3 and "AUC" in repr(evaluation)

    scores = churn.score(sample_ledger)
    assert scores.to_polars().equals(churn.to_polars()) and scores.as_of == churn.as_of
    reasons = churn.reasons(churn.customers[0])
    assert [reason["text"] for reason in reasons] == list(churn.to_polars().row(0)[2:])
    assert reasons == scores.reasons(churn.customers[0])
    assert all((reason["contribution"] > 0) == (reason["effect"] == "raises") for reason in reasons)
    with pytest.raises(KeyError):
        churn.reasons("nobody")


def test_settings_of_the_classifiers(sample_ledger):
    few = crm.Churn(within_days=60, folds=3, forest={"n_trees": 20, "max_features": {"exactly": 3}})
    assert few.forest["n_trees"] == 20 and few.forest["min_leaf"] == crm.Churn().forest["min_leaf"]
    assert len(few.fit(sample_ledger).evaluation.candidates[0]["fold_aucs"]) == 3
    with pytest.raises(TypeError, match="trees"):
        crm.Churn(forest={"trees": 20})
    with pytest.raises(crm.errors.InvalidParameter, match="forest"):
        crm.Churn(forest={"n_trees": "many"})


def test_rules_and_offers(orders):
    baskets = crm.Baskets(orders)
    rules = crm.Rules(min_support=0.01).mine(baskets)
    assert rules.to_polars().equals(crm.Rules().mine(orders).to_polars())
    assert rules.to_polars().equals(crm.Rules(algorithm="apriori").mine(orders).to_polars())
    assert rules.is_complete and rules.n_baskets == len(baskets) and rules.items == baskets.items
    strongest = rules.to_polars().row(0, named=True)
    offers = rules.suggest([strongest["antecedent"]], max=1)
    assert offers[0]["item"] == strongest["consequent"] and offers[0]["lift"] == strongest["lift"]
    cross_sell = rules.cross_sell(max=2)
    assert cross_sell.to_polars()["rank"].max() == 2 and cross_sell.customers == orders.customers
    many = crm.Rules(min_count=2, max_len=2, min_confidence=0.0, min_lift=0.0).mine(baskets)
    assert len(many) > len(rules)
    with pytest.raises(crm.errors.LimitExceeded, match="max_rules"):
        crm.Rules(min_count=2, min_confidence=0.0, max_rules=10).mine(baskets)
    with pytest.raises(crm.errors.InvalidParameter, match="apriori"):
        crm.Rules(algorithm="eclat")
    with pytest.raises(KeyError):
        rules.suggest(["nothing"])
    with pytest.raises(crm.errors.NotEnoughData, match="customers"):
        crm.Rules(min_count=1).mine(crm.Baskets.from_rows([["a", "b"]])).cross_sell()


def test_itemsets(orders):
    for miner in (crm.learn.FpGrowth, crm.learn.Apriori):
        found = miner(min_support=0.01).fit(orders)
        assert found.to_polars().equals(crm.learn.FpGrowth().fit(crm.Baskets(orders)).to_polars())
        assert found.is_complete and found.longest == found.to_polars()["size"].max()
        assert found.to_polars()["count"].min() >= found.min_count
        assert miner(max_len=1).fit(orders).longest == 1


@pytest.mark.parametrize("numbers", [list, np.array])
def test_settings_show_compare_and_travel(numbers):
    rfm = crm.Rfm(4, "quantile", weights=tuple(numbers([1.0, 2.0, 3.0])))
    assert repr(rfm) == "Rfm(bins=4, scoring='quantile', weights=(1.0, 2.0, 3.0))"
    assert eval(repr(rfm), vars(crm)) == rfm == pickle.loads(pickle.dumps(rfm)) != crm.Rfm()
    with pytest.raises(crm.errors.InvalidParameter, match='"rank", "quantile", "equal_width"'):
        crm.Rfm(scoring="median")
    with pytest.raises(AttributeError):
        rfm.bins = 3


@pytest.mark.parametrize("weights", [(0, 0, 0), (1, -1, 1), (float("nan"), 1, 1), (float("inf"), 1, 1)])
def test_weights_that_say_nothing_are_refused(sample_ledger, weights):
    with pytest.raises(crm.errors.InvalidParameter, match="weights must be from 0 to 1e9, one of them above 0"):
        crm.Rfm(weights=weights).score(sample_ledger)
    assert crm.Rfm(weights=(1, 0, 0)).score(sample_ledger).to_polars()["weighted"].max() == 5


@pytest.mark.parametrize(
    "settings",
    [
        crm.BgNbd(penalizer=0.01),
        crm.GammaGamma(max_iterations=9),
        crm.Segmentation.kmeans(3, 5, seed=1),
        crm.Churn(30, forest={"n_trees": 10}),
        crm.Rules(min_count=3, algorithm="apriori"),
        crm.learn.FpGrowth(max_len=3),
        crm.learn.Apriori(0.5),
        crm.SampleShop(10),
        crm.Cleaner.customary(customer="id"),
    ],
    ids=lambda settings: type(settings).__name__,
)
def test_every_kind_of_settings_travels(settings):
    assert pickle.loads(pickle.dumps(settings)) == settings == copy.copy(settings)
    assert repr(settings).startswith(type(settings).__name__ + "(")
    assert settings != type(settings)(*([settings.steps[:1]] if isinstance(settings, crm.Cleaner) else []))
