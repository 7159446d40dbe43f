"""Segments chosen, explained, made by hand, matched over time, saved and checked."""

import copy
import inspect
import json
import pickle

import numpy as np
import polars as pl
import pytest

import crm_mining as crm
from crm_mining import errors


def of_columns(customer=None, **columns):
    frame = pl.DataFrame(columns)
    if customer is not None:
        frame = frame.with_columns(pl.Series("customer", customer))
    return crm.Features(frame, list(columns), customer=None if customer is None else "customer")


def spends(low, high=90.0, customer=None):
    return of_columns(customer, spend=[i % 7 + (low if i < 40 else high) for i in range(80)])


@pytest.fixture(scope="module")
def rfm(sample_ledger):
    return crm.Rfm().score(sample_ledger)


@pytest.fixture(scope="module")
def chosen(rfm):
    return crm.Segmentation.choose(2, 6, resamples=10, references=3).fit(rfm)


@pytest.fixture(scope="module")
def report(rfm, chosen):
    return crm.ExplainSegments().explain(rfm, chosen.segments, revenue="monetary")


def test_the_choice_of_how_many(rfm, chosen):
    choice = chosen.choice
    frame = choice.to_polars()
    assert frame["k"].to_list() == [2, 3, 4, 5, 6] == [row["k"] for row in choice.reports]
    assert frame.filter("chosen")["k"].to_list() == [choice.k] == [chosen.segments.k]
    assert choice.fits == (frame.filter("chosen")["verdict"][0] == "fits")
    assert choice.objections[choice.k - 2] == [] if choice.fits else True
    assert [", ".join(words) or "fits" for words in choice.objections] == frame["verdict"].to_list()
    assert choice.favorites["silhouette"] == max(choice.reports, key=lambda row: row["silhouette"])["k"]
    assert str(choice).startswith(choice.why) and "alone would choose" in str(choice) and repr(chosen) == str(choice)
    again = crm.Segmentation.choose(range(2, 7), resamples=10, references=3).fit(rfm.features())
    assert again.segments.labels == chosen.segments.labels and again.segments.customers == rfm.customers


def test_settings_of_the_choice():
    for shortcut, settings in ((crm.Segmentation.choose, crm.ChooseSegments), (crm.Segmentation.kmeans, crm.Segmentation)):
        assert shortcut() == settings()
        named = [list(inspect.signature(call).parameters.values())[1:] for call in (shortcut, settings)]
        assert [(p.name, p.default) for p in named[0]] == [(p.name, p.default) for p in named[1]]
        with pytest.raises(TypeError, match="starts"):
            shortcut(2, starts=3)
        with pytest.raises(TypeError, match="k must be"):
            shortcut(2, 3, 4)
    assert crm.Segmentation.kmeans((2, 4), seed=7) == crm.Segmentation((2, 4), seed=7)
    assert crm.Segmentation.choose(4).k == (4, 4)
    choose = crm.ChooseSegments((3, 5), min_share=0.1)
    assert choose == crm.Segmentation.choose(3, 5, min_share=0.1) != crm.Segmentation.choose(3, 5)
    assert eval(repr(choose), {"ChooseSegments": crm.ChooseSegments}) == choose
    assert pickle.loads(pickle.dumps(choose)) == copy.deepcopy(choose) == choose


@pytest.mark.parametrize(
    "settings, parameter",
    [
        ({"k": (1, 3)}, "k"),
        ({"k": (5, 3)}, "k"),
        ({"min_share": 0.6}, "min_share"),
        ({"min_share": float("nan")}, "min_share"),
        ({"min_stability": -0.1}, "min_stability"),
        ({"min_silhouette": 1.1}, "min_silhouette"),
    ],
)
def test_settings_out_of_range_are_named(settings, parameter):
    with pytest.raises(errors.InvalidParameter) as caught:
        crm.ChooseSegments(**settings).fit(spends(10.0))
    assert caught.value.parameter == parameter


def test_numbers_that_no_setting_can_be():
    for wrong in (-1, 2**64):
        with pytest.raises(errors.InvalidParameter, match="ChooseSegments: resamples must be from 0"):
            crm.ChooseSegments(resamples=wrong)
    with pytest.raises(TypeError, match="Refit: min_gain must be a number; got str"):
        crm.Refit(min_gain="much")
    with pytest.raises(TypeError, match="k must be one number, a pair"):
        crm.Segmentation.choose("many")
    with pytest.raises(errors.TooManyClusters):
        crm.Segmentation.choose(2, 3).fit(of_columns(x=[1.0, 1.0]))


@pytest.mark.parametrize(
    "column", ["silhouette", "stability", "smallest_share", "calinski_harabasz", "davies_bouldin", "gap", "inertia"]
)
def test_charts_of_the_choice(chosen, column):
    values = chosen.choice.plot(column).spec["data"]["values"]
    assert [row[column] for row in values] == chosen.choice.to_polars()[column].to_list()


def test_other_charts(chosen, report):
    assert chosen.choice.plot() == chosen.choice.plot("silhouette")
    with pytest.raises(errors.InvalidParameter, match="SegmentChoice.plot: column must be"):
        chosen.choice.plot("luck")
    assert report.plot() == report.plot("sizes") != report.plot("effects")
    with pytest.raises(errors.InvalidParameter, match="SegmentReport.plot: column must be"):
        report.plot("luck")
    rows = np.array([[0.0], [1.0], [10.0], [11.0]])
    chart = crm.learn.silhouette_chart(rows, [0, 0, 1, -1])
    assert chart.title == "Silhouettes" and set(chart.table.to_polars()["cluster"]) == {"0", "1"}
    with pytest.raises(errors.Malformed, match="silhouette_chart: labels"):
        crm.learn.silhouette_chart(rows, ["a"] * 4)
    tree = crm.learn.Agglomerative(clusters=2).fit(rows)
    assert tree.plot().subtitle == "4 rows in 4 clusters of 1 to 1" == tree.plot(30).subtitle
    assert tree.plot(2).subtitle == "4 rows in 2 clusters of 2 to 2"
    for wrong in (0, 501, -1):
        with pytest.raises(errors.InvalidParameter, match="Agglomerative.plot: clusters must be from"):
            tree.plot(wrong)
    with pytest.raises(Exception, match="not fitted"):
        crm.learn.Agglomerative().plot()


def test_segments_are_drawn_by_share_and_by_silhouette(rfm, chosen):
    segments = chosen.segments
    shares = segments.plot().table.to_polars()
    assert shares["share"].to_list() == [of["share"] for of in segments.segments]
    assert shares["segment"].to_list() == [f"{of['index']}: {of['name']}" for of in segments.segments]
    assert segments.plot() == segments.plot(features=None) and segments.plot().title == "Segments"
    # Two columns that lie apart and lean nowhere, so that the preparation only standardizes.
    columns = {"a": [i % 9 + 50.0 * (i % 2) for i in range(90)], "b": [i % 7 - 30.0 * (i % 2) for i in range(90)]}
    raw = of_columns(**columns)
    two = crm.Segmentation(2).fit(raw)
    standardized = crm.learn.Standardize().fit_transform(raw)
    expected = crm.learn.silhouette_chart(standardized, two.labels)
    assert two.logged == [] and two.plot(raw).subtitle == expected.subtitle
    drawn, expected = (chart.table.to_polars() for chart in (two.plot(raw), expected))
    assert drawn["cluster"].equals(expected["cluster"])
    np.testing.assert_allclose(drawn["silhouette"], expected["silhouette"], rtol=1e-9)
    assert segments.plot(rfm) == segments.plot(rfm.features()) != segments.plot()
    few = of_columns(**{name: values[:5] for name, values in columns.items()})
    assert set(two.plot(few).table.to_polars()["cluster"]) == {"0", "1"}


def test_segments_are_drawn_whatever_the_order_of_their_customers():
    frame = pl.DataFrame({"customer": [i * 7 % 60 for i in range(60)], "spend": [i % 3 * 40.0 + i % 7 for i in range(60)]})
    segments = crm.Segmentation(3, preparation={"numeric": ["spend"], "customer": "customer"}).fit(frame)
    assert segments.plot(frame).subtitle == f"mean {segments.silhouettes[3]:.3f}"
    assert segments.plot(frame.sort("spend")).subtitle == segments.plot(frame).subtitle


def test_segments_are_not_drawn_by_what_does_not_fit(rfm, chosen):
    segments = crm.Segmentation(2).fit(spends(10.0))
    with pytest.raises(errors.FeatureMismatch):
        segments.plot(rfm)
    with pytest.raises(errors.NotEnoughData):
        segments.plot(spends(10.0, 10.0))
    with pytest.raises(errors.CrmMiningError):
        segments.plot(pl.DataFrame({"recency": [1.0]}))
    for wrong in ("sizes", 3, np.zeros((2, 1)), segments.model):
        with pytest.raises(TypeError):
            segments.plot(wrong)


def test_the_report(rfm, chosen, report):
    segments = report.segments
    assert [of["name"] for of in segments] == [of["name"] for of in chosen.segments.segments]
    assert [of["size"] for of in segments] == [chosen.segments.labels.count(of["index"]) for of in segments]
    assert report.n_customers == len(rfm) and 0.5 < report.fidelity <= 1
    money = rfm.to_polars()["monetary"]
    assert sum(of["revenue"] for of in segments) == pytest.approx(money.sum())
    assert sorted(report.worst_to_best) == list(range(len(segments)))
    worst = segments[report.worst_to_best[0]]
    assert worst["revenue_per_customer"] == min(of["revenue_per_customer"] for of in segments)
    assert len({of["suggested_name"] for of in segments}) == len({of["suggested_name_zh"] for of in segments}) == len(segments)
    best = segments[report.worst_to_best[-1]]
    assert best["step_up"] is None and best["typical"][0]["key"] in rfm.customers
    assert str(report) == repr(report) and best["suggested_name_zh"] in str(report)
    feature, sign, bound = best["rules"][0]["conditions"][0]
    assert feature in ("recency", "frequency", "monetary") and sign in ("<=", "<", ">=", ">") and bound == bound + 0.0
    assert report.to_polars()["name"].to_list() == [of["name"] for of in segments]
    assert report.effects_table.shape[0] == 3 * len(segments)
    assert report.rules_table.to_polars()["rule"][0] == report.to_polars()["rule"][0]
    with_values = crm.ExplainSegments().explain(rfm.features(), chosen.segments, money.to_numpy())
    assert with_values.segments == segments
    for of in segments:
        if of["step_up"] is not None:
            assert report.step_up(of["typical"][0]["values"], of["index"]) == of["step_up"]
            assert of["step_up"]["text"] in str(report)


def test_the_rules_of_a_report_give_the_segments_again(rfm, chosen, report):
    rules = report.rules
    again = rules.apply(rfm)
    names = [chosen.segments.segments[label]["name"] for label in chosen.segments.labels]
    same = sum(again.names[label] == name for label, name in zip(again.labels, names))
    assert same / len(rfm) == pytest.approx(report.fidelity)
    assert crm.SegmentRules.from_json(rules.to_json()) == rules == pickle.loads(pickle.dumps(rules))
    assert crm.SegmentRules(rules.rules, rules.other) == rules


def test_a_report_in_a_notebook(report):
    html = report._repr_html_()
    assert html.count("<tr>") == len(report.segments) + 1 and "Cliff's delta" in html
    assert all(of["suggested_name"] in html for of in report.segments)
    features = of_columns(**{"<b>x</b>": [1.0, 2.0, 9.0]})
    hostile = crm.ExplainSegments().explain(features, crm.NamedSegments(["<script>", "b"], [0, 0, -1]))
    html = hostile._repr_html_()
    assert "<script>" not in html and "<b>x" not in html and "nobody" in html
    assert hostile.segments[1]["effects"] == [] and hostile.segments[0]["revenue"] is None
    assert hostile.worst_to_best == [] and hostile.step_up([1.0], 0) is None


def test_explaining_other_segments(rfm):
    scores = crm.ExplainSegments().explain(rfm, rfm, "monetary")
    assert {of["name"] for of in scores.segments} == set(crm.NamedSegments.of(rfm).names)
    tiers = crm.ValueTiers().of(rfm, "monetary")
    names = crm.NamedSegments.of(tiers).names
    ordered = crm.ExplainSegments(ordering=names[::-1], levers={"frequency": "up"})
    assert ordered.levers == (("frequency", "up"),) and ordered.ordering == tuple(names[::-1])
    explained = ordered.explain(rfm, tiers)
    assert [names[place] for place in explained.worst_to_best] == names[::-1]
    changes = [change["to"][0] for of in explained.segments if of["step_up"] for change in of["step_up"]["changes"]]
    assert set(changes) <= {"frequency"}
    assert crm.ExplainSegments(levers=[("frequency", "up")], ordering=names[::-1]) == ordered
    assert pickle.loads(pickle.dumps(ordered)) == ordered


def test_explanations_refuse_what_does_not_fit():
    features = of_columns(x=[1.0, 2.0, 9.0])
    segments = crm.NamedSegments(["a", "b"], [0, 0, 1])
    explain = crm.ExplainSegments().explain
    for settings, parameter in [({"depth": 0}, "depth"), ({"depth": 9}, "depth"), ({"min_share": -1}, "min_share")]:
        with pytest.raises(errors.InvalidParameter) as caught:
            crm.ExplainSegments(**settings).explain(features, segments)
        assert caught.value.parameter == parameter
    with pytest.raises(errors.InvalidParameter, match="ordering must be"):
        crm.ExplainSegments(ordering=["a"]).explain(features, segments)
    with pytest.raises(errors.InvalidParameter, match='levers must be one of "up", "down", "either"'):
        crm.ExplainSegments(levers={"x": "sideways"})
    with pytest.raises(TypeError, match="levers must be a dict or pairs"):
        crm.ExplainSegments(levers=3)
    with pytest.raises(errors.MissingColumn):
        crm.ExplainSegments(levers={"y": "up"}).explain(features, segments)
    with pytest.raises(errors.MissingColumn):
        explain(features, segments, "revenue")
    with pytest.raises(errors.LengthMismatch):
        explain(features, segments, [1.0])
    with pytest.raises(errors.LengthMismatch):
        explain(of_columns(x=[1.0]), segments)
    with pytest.raises(TypeError, match="ExplainSegments: revenue must be a sequence; got int"):
        explain(features, segments, 3)
    with pytest.raises(errors.CrmMiningError):
        explain(features, segments, [1.0, float("nan"), 2.0])
    with pytest.raises(errors.CrmMiningError):
        explain(features, segments, [1.0, 1e300, 2.0])
    with pytest.raises(TypeError):
        explain(segments, features)
    report = explain(features, segments, "x")
    assert report.step_up([1.0, 2.0], 0) is None and report.step_up([1.0], 7) is None
    with pytest.raises(errors.InvalidParameter, match="SegmentReport.step_up: segment"):
        report.step_up([1.0], -1)


def test_rules_by_hand():
    rules = crm.SegmentRules(
        [("vip", [("recency", "<", 31), ["money", ">=", 500.0]]), ("all", []), ("never", [("money", ">", 0)])], "none"
    )
    assert rules.rules[0] == ("vip", (("recency", "<", 31.0), ("money", ">=", 500.0))) and rules.other == "none"
    assert eval(repr(rules), {"SegmentRules": crm.SegmentRules}) == rules
    features = of_columns(["c", "a", "b"], recency=[31.0, 30.9, 5.0], money=[900.0, 500.0, 499.0])
    segments = rules.apply(features)
    assert (segments.names, segments.labels) == (["vip", "all", "never", "none"], [0, 1, 1])
    assert segments.sizes == [1, 2, 0, 0] and segments.customers == ["a", "b", "c"]
    assert segments.to_polars().rows()[0] == ("a", 0, "vip", "vip")
    assert segments.about[1]["description"] == "everyone"


@pytest.mark.parametrize(
    "rules, error",
    [
        ("vip", TypeError),
        ([("vip", "recency")], TypeError),
        ([("vip", ["abc"])], TypeError),
        ([("vip", [("recency", "<=")])], TypeError),
        ([("vip", [("recency", "<=", "many")])], TypeError),
        ([("vip", [(3, "<=", 1.0)])], TypeError),
        ([("vip", [("recency", "=", 1.0)])], errors.InvalidParameter),
        ([("vip", [("recency", "<=", 10**400)])], errors.InvalidParameter),
    ],
)
def test_what_is_no_rule(rules, error):
    with pytest.raises(error):
        crm.SegmentRules(rules)


def test_rules_that_cannot_be_asked():
    features = of_columns(x=[1.0])
    with pytest.raises(errors.InvalidParameter, match="rules must be one rule at least"):
        crm.SegmentRules().apply(features)
    with pytest.raises(errors.InvalidParameter, match="bound must be a number"):
        crm.SegmentRules([("a", [("x", "<", float("nan"))])]).apply(features)
    with pytest.raises(errors.MissingColumn):
        crm.SegmentRules([("a", [("y", "<", 1.0)])]).apply(features)
    with pytest.raises(errors.InvalidParameter, match="SegmentRules: json must be as SegmentRules.to_json writes it"):
        crm.SegmentRules.from_json('{"rules": 3}')


def test_named_segments():
    segments = crm.NamedSegments(["a", "b"], np.array([1, 0, -1], dtype=np.int32), customers=[10, 9, 2])
    assert segments.customers == [2, 9, 10] and segments.labels == [-1, 0, 1] and segments.sizes == [1, 1]
    assert segments.to_polars()["segment_name"].to_list() == [None, "a", "b"]
    # In the order of Features of the same customers.
    features = of_columns([10, 9, 2], x=[1.0, 2.0, 3.0])
    assert features.customers == segments.customers
    assert crm.NamedSegments(["a"], []).labels == [] and crm.NamedSegments(["a"], [0]).customers is None
    model = crm.learn.Dbscan(eps=1.0, min_points=2).fit([[1.0], [1.5], [9.0], [9.5], [30.0]])
    clusters = crm.NamedSegments.of_clusters(model.labels_, list("abcde"))
    assert clusters.names == ["cluster 1", "cluster 2"] and clusters.labels == [0, 0, 1, 1, -1]
    assert crm.NamedSegments.of_clusters([]).names == []


def test_named_segments_refuse_what_does_not_fit():
    with pytest.raises(errors.InvalidParameter, match="names must be each name once"):
        crm.NamedSegments(["a", "a"], [0])
    for wrong in (1, -2, 2**40):
        with pytest.raises(errors.InvalidParameter, match="NamedSegments: labels must be"):
            crm.NamedSegments(["a"], [wrong])
    with pytest.raises(TypeError, match="labels must be a whole number; got float"):
        crm.NamedSegments(["a"], [0.5])
    with pytest.raises(errors.InvalidParameter, match="of_clusters: labels must be numbered without gaps"):
        crm.NamedSegments.of_clusters([2**31 - 1])
    with pytest.raises(errors.LengthMismatch):
        crm.NamedSegments(["a"], [0, 0], customers=["x"])
    with pytest.raises(errors.InvalidValue):
        crm.NamedSegments(["a"], [0, 0], customers=["x", "x"])
    with pytest.raises(TypeError, match="a key must be str or int"):
        crm.NamedSegments(["a"], [0], customers=[1.5])
    with pytest.raises(TypeError, match="customers must be a sequence"):
        crm.NamedSegments(["a"], [0], customers="x")
    with pytest.raises(TypeError):
        crm.NamedSegments.of(3)
    features = of_columns(x=[1.0, 2.0])
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(errors.InvalidParameter, match="NamedSegments.top_share: share must be from 0 to 1"):
            crm.NamedSegments.top_share(features, "x", wrong)
    with pytest.raises(errors.MissingColumn):
        crm.NamedSegments.top_share(features, "y", 0.5)


def test_segments_over_time():
    keys = [f"c{i:02}" for i in range(80)]
    june, july = spends(10.0, customer=keys), spends(14.0, customer=keys)
    two = crm.Segmentation.kmeans(2)
    before, after = two.fit(june), two.fit(july)
    by_centers = crm.match_segments(before, after, "centers")
    assert by_centers.by == "centers" and (by_centers.appeared, by_centers.disappeared) == ([], [])
    assert crm.match_segments(before.model, after.model, "centers").pairs == by_centers.pairs
    by_customers = crm.match_segments(before, after, "customers")
    assert [pair["cost"] for pair in by_customers.pairs] == [0.0, 0.0]
    moved = by_customers.migration(before, after)
    assert isinstance(moved, crm.Migration) and moved.counts == [[40, 0], [0, 40]]
    three = crm.Segmentation.kmeans(3).fit(july)
    assert len(crm.match_segments(before, three, "customers").appeared) == 1
    assert len(crm.match_segments(three, before, "customers").disappeared) == 1
    drift = crm.SegmentDrift.between((before, june), (after, july), by_centers)
    low, high = drift.pairs
    assert low["features"][0]["mean_after"] - low["features"][0]["mean_before"] == pytest.approx(4.0)
    assert low["together"]["adjusted_p"] < 1e-6 and high["features"][0]["p"] == 1.0
    assert drift.to_polars()["segment"].to_list() == [pair["name"] for pair in drift.pairs]
    with pytest.raises(errors.Incompatible):
        by_centers.migration(before, three)
    with pytest.raises(errors.Incompatible):
        crm.SegmentDrift.between((before, june), (three, july), by_centers)
    with pytest.raises(errors.LengthMismatch):
        crm.SegmentDrift.between((before, june), (after, of_columns(spend=[1.0])), by_centers)
    with pytest.raises(errors.FeatureMismatch):
        crm.SegmentDrift.between((before, june), (after, of_columns(money=[1.0] * 80)), by_centers)


def test_matches_refuse_what_does_not_fit():
    two = crm.Segmentation.kmeans(2)
    unnamed, named = two.fit(spends(10.0)), two.fit(spends(10.0, customer=range(80)))
    for before, after in ((unnamed, unnamed), (named, two.fit(spends(10.0, customer=range(100, 180))))):
        with pytest.raises(errors.NotEnoughData):
            crm.match_segments(before, after, "customers")
    with pytest.raises(errors.FeatureMismatch):
        crm.match_segments(unnamed, two.fit(of_columns(x=[1.0, 2.0, 9.0])), "centers")
    with pytest.raises(errors.InvalidParameter, match='by must be "centers" or "customers"'):
        crm.match_segments(named, named, "luck")
    with pytest.raises(TypeError, match="must be Segments or a SegmentModel; got crm_mining.NamedSegments"):
        crm.match_segments(named, crm.NamedSegments(["a"], [0]), "centers")
    with pytest.raises(TypeError, match="must be Segments, NamedSegments, RfmScores or Tiers; got crm_mining.SegmentModel"):
        crm.match_segments(named, named.model, "customers")


def test_saved_models(rfm, chosen):
    model = chosen.segments.model
    for other in (crm.SegmentModel.from_json(model.to_json()), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert other == model
        assert other.predict(rfm).to_polars().equals(chosen.segments.to_polars())
    assert (model.k, model.segments) == (chosen.segments.k, chosen.segments.segments)
    assert model.feature_names == ["recency", "frequency", "monetary"]
    assert np.array(model.centers).shape == (model.k, 3) and model.mean_inertia(rfm) > 0
    assert not any(customer in model.to_json() for customer in rfm.customers)
    assert chosen.segments.segments[0]["name"] in repr(model)
    saved = json.loads(model.to_json())
    with pytest.raises(errors.InvalidParameter, match="json must be as SegmentModel.to_json writes it"):
        crm.SegmentModel.from_json(json.dumps(saved | {"centers": saved["centers"][1:]}))
    for text in ("", "{}", "[]", "null", model.to_json()[:-9]):
        with pytest.raises(errors.InvalidParameter):
            crm.SegmentModel.from_json(text)
    with pytest.raises(errors.FeatureMismatch):
        model.predict(of_columns(x=[1.0]))
    with pytest.raises(errors.NotEnoughData):
        crm.Segmentation.kmeans(2).fit(spends(1.0)).model.mean_inertia(of_columns(spend=pl.Series([], dtype=pl.Float64)))


def test_checks_of_a_saved_model():
    segments = crm.Segmentation.kmeans(2).fit(spends(10.0))
    check = crm.Refit().check(segments, spends(10.0))
    assert check.decision == "keep" and check.moved == 0.0 and check.n_customers == 80
    assert str(check).startswith("keep: ") and check.why in str(check)
    assert check.gain == pytest.approx(1 - check.new_inertia / check.old_inertia)
    assert check.to_polars()["silhouette"].to_list() == [check.old_silhouette, check.new_silhouette]
    stages = []
    moved = crm.Refit().check(segments.model, spends(-40.0, 300.0), progress=lambda *told: stages.append(told))
    assert moved.decision == "refit" and moved.gain > 0.05
    one = crm.Refit().check(segments.model, spends(500.0, 900.0))
    assert one.old_silhouette is None and one.decision == "refit"
    for settings in ({"min_gain": 2.0}, {"min_silhouette_gain": -1.0}, {"min_gain": float("nan")}):
        with pytest.raises(errors.InvalidParameter):
            crm.Refit(**settings).check(segments, spends(10.0))
    with pytest.raises(errors.NotEnoughData):
        crm.Refit().check(segments, of_columns(spend=[1.0]))
    with pytest.raises(errors.TooManyClusters):
        crm.Refit().check(segments, of_columns(spend=[1.0] * 10))
    with pytest.raises(errors.FeatureMismatch):
        crm.Refit().check(segments, of_columns(x=[1.0, 2.0]))
    refit = crm.Refit(min_gain=0.1, seed=7)
    assert pickle.loads(pickle.dumps(refit)) == refit != crm.Refit()


def test_raw_rows_are_prepared_and_scored():
    import polars as pl

    frame = pl.DataFrame(
        {
            "spend": [[20.0, 900.0][i % 2] + i * i % 13 if i != 7 else None for i in range(60)],
            "tier": [["basic", "gold"][i % 2] for i in range(60)],
        }
    )
    preparation = {"rule": {"missing": "median", "scaling": "yeo_johnson"}, "numeric": ["spend"], "categorical": ["tier"]}
    settings = crm.Segmentation(2, preparation=preparation)
    assert settings.preparation["rule"]["log"] == "when_skewed"
    segments = settings.fit(frame)
    assert segments.feature_names == ["spend", "tier=basic", "tier=gold"]
    assert segments.predict(frame.head(4)).to_polars()["segment"].to_list() == list(segments.labels[:4])
    assert segments.plot(frame).title == "Silhouettes"
    with pytest.raises(crm.CrmMiningError):
        crm.Segmentation(2, preparation={"rule": {"scaling": "tallest"}})
    with pytest.raises(crm.CrmMiningError):
        crm.Segmentation(2).fit(frame)
    with pytest.raises(crm.CrmMiningError):
        segments.predict(pl.DataFrame({"spend": [1.0], "tier": ["platinum"]}))


def test_rows_keep_their_order_and_are_followed():
    ids = [f"{'zamb'[i % 4]}{i:02}" for i in range(40)]
    frame = pl.DataFrame({"id": ids, "x": [[100.0, 1, 90, 2][i % 4] + i / 9 for i in range(40)], "g": ["u", "v"] * 20})
    preparation = {"numeric": ["x"], "categorical": ["g"], "customer": "id"}
    segments = crm.Segmentation.kmeans(2, preparation=preparation).fit(frame)
    of = dict(zip(segments.customers, segments.labels))
    saved = crm.SegmentModel.from_json(segments.model.to_json())
    for model in (segments, saved):
        assert model.predict(frame).to_polars()["segment"].to_list() == [of[customer] for customer in frame["id"]]
    assert crm.Refit().check(saved, frame).decision == "keep"
    assert saved.mean_inertia(frame) < 1
    matched = crm.match_segments(saved, segments, "centers")
    drift = crm.SegmentDrift.between((saved, frame), (segments, frame), matched)
    assert all(of["shift"] == 0 for pair in drift.pairs for of in pair["features"])
    assert crm.ExplainSegments().explain(frame, segments).n_customers == 40
    with pytest.raises(TypeError, match="must be Features or RfmScores where the segments were not learnt"):
        crm.ExplainSegments().explain(frame, crm.NamedSegments(["a"], [0] * 40))


@pytest.mark.parametrize("key", ["categorial", "rule"])
def test_misspelt_preparations_are_refused(key):
    preparation = {"numeric": ["x"], key: {"missin": "median"} if key == "rule" else ["g"]}
    with pytest.raises(errors.InvalidParameter, match="missin" if key == "rule" else key):
        crm.Segmentation(2, preparation=preparation)


def test_a_frame_needs_names_of_columns():
    with pytest.raises(errors.InvalidParameter, match="numeric must be the names of columns"):
        crm.Segmentation.choose(2, 3).fit(pl.DataFrame({"x": [1.0, 2.0, 9.0]}))


def test_columns_of_nothing_cross():
    table = crm.Table(pl.DataFrame({"a": [None, None], "b": [1, 2]})).to_polars()
    assert table["a"].null_count() == 2 and table["b"].to_list() == [1, 2]


@pytest.mark.parametrize("criterion", ["silhouette", "stability", "smallest_share", "gap", "inertia"])
def test_criteria_are_drawn(chosen, criterion):
    pytest.importorskip("matplotlib").use("agg")
    axes = chosen.choice.plot(criterion).axes()
    axes.figure.canvas.draw()
    assert {"2", "6"} <= {label.get_text() for label in axes.get_xticklabels()}


def test_settings_out_of_range_are_named_as_they_were_given():
    with pytest.raises(errors.InvalidParameter, match="seed"):
        crm.Segmentation(2, seed=-1)
    with pytest.raises(errors.InvalidParameter, match="k must be a range from 2 or more, not empty; got 0 to 0"):
        crm.Segmentation(0).fit(of_columns(x=[1.0, 2.0]))
