"""Models of buying, their answers and how they are judged."""

import copy
import datetime as dt
import math
import pickle
import types

import polars as pl
import pytest

import crm_mining as crm


@pytest.fixture(scope="module")
def pareto(sample_summary):
    return crm.ParetoNbd().fit(sample_summary)


@pytest.fixture(scope="module")
def holdout(sample_ledger):
    end = sample_ledger.last_day
    return crm.Holdout(sample_ledger, end - dt.timedelta(days=90), end)


@pytest.mark.parametrize(
    ("settings", "process", "names"),
    [
        (crm.BgNbd(), "BG/NBD", ["r", "alpha", "a", "b"]),
        (crm.BgNbd(dropout="after_every"), "MBG/NBD", ["r", "alpha", "a", "b"]),
        (crm.BgNbd("after_every", 2), "MBG/CNBD-2", ["r", "alpha", "a", "b"]),
        (crm.ParetoNbd(), "Pareto/NBD", ["r", "alpha", "s", "beta"]),
        (crm.Nbd(), "NBD", ["r", "alpha"]),
    ],
)
def test_every_model_answers(sample_summary, settings, process, names):
    model = settings.fit(sample_summary)
    assert model.process == process and list(model.parameters) == names and process in repr(model)
    errors = model.standard_errors
    assert errors is None if model.status == "boundary" else list(errors) == names
    assert model.aic < model.bic and model.n_customers == len(sample_summary)
    alive = model.p_alive(sample_summary).to_polars()["p_alive"]
    assert alive.is_between(0, 1).all()
    expected = model.expected_purchases(sample_summary, 90).to_polars()["expected_purchases"]
    counts = model.count_probabilities(sample_summary, 90, 200).to_polars().drop("customer")
    assert counts.shape == (len(sample_summary), 201)
    assert (counts.sum_horizontal() - 1).abs().max() < 1e-9
    mean = sum(number * counts[f"p_{number}"] for number in range(201))
    assert (mean - expected).abs().max() < 1e-6
    discounted = model.discounted_purchases(sample_summary, 0.15).to_polars()["discounted_purchases"]
    assert (discounted >= 0).all() and discounted.is_finite().all()
    for other in (type(model).from_json(model.to_json()), pickle.loads(pickle.dumps(model)), copy.deepcopy(model)):
        assert other == model


def test_one_order_does_not_tell(sample_summary, buying, pareto):
    once = sample_summary.to_polars()["frequency"] == 0
    assert buying.identified(sample_summary).to_polars()["identified"].to_list() == (~once).to_list()
    assert pareto.identified(sample_summary).to_polars()["identified"].all()
    assert pareto.p_alive(sample_summary).to_polars()["p_alive"].filter(once).max() < 1


def test_scores_do_not_depend_on_company(sample_summary, pareto):
    rows = sample_summary.to_polars().rows()
    alone = crm.Summary(*([rows[0][place]] for place in (1, 2, 3, 4)))
    together = pareto.p_alive(sample_summary).to_polars()["p_alive"][0]
    assert pareto.p_alive(alone).to_polars()["p_alive"][0] == together


def test_forecasts_hold_their_figures(sample_summary, pareto, spend):
    forecast = pareto.forecast(sample_summary, 90)
    frame = forecast.to_polars()
    assert forecast.level == 0.9 and forecast.parameters_included
    assert (frame["low"] <= frame["expected"]).all() and (frame["expected"] <= frame["high"]).all()
    assert (frame["low_count"] <= frame["high_count"]).all()
    expected, low, high = forecast.total
    assert low < expected < high and expected == pytest.approx(frame["expected"].sum())
    groups = forecast.groups([row % 2 for row in range(len(frame))])
    assert sum(group[0] for group in groups) == pytest.approx(expected)
    with pytest.raises(crm.errors.LengthMismatch):
        forecast.groups([0])
    clv = crm.Clv(pareto, spend, months=12)
    value = clv.forecast(sample_summary, level=0.8)
    assert value.total[1] < value.total[0] < value.total[2]
    assert value.to_polars()["clv"].sum() == pytest.approx(clv.predict(sample_summary).to_polars()["clv"].sum())
    months = clv.by_month(sample_summary).to_polars()
    assert len(months) == 12 and months["discounted"].sum() == pytest.approx(value.total[0])
    with pytest.raises(crm.errors.InvalidParameter, match="level"):
        pareto.forecast(sample_summary, 90, level=1.0)


def test_next_purchases(sample_summary, sample_ledger, pareto):
    next_purchases = pareto.next_purchase(sample_summary, sample_ledger.last_day)
    frame = next_purchases.to_polars()
    assert next_purchases.level == 0.9 and next_purchases.customers == sample_summary.customers
    assert frame["probability"].is_between(0, 1).all() and (frame["days"] > 0).all()
    first = frame.filter(pl.col("date").is_not_null() & pl.col("latest").is_not_null())
    assert (first["earliest"] <= first["date"]).all() and (first["date"] <= first["latest"]).all()
    assert all(frame[name].dtype == pl.Datetime("us") for name in ("earliest", "date", "latest"))
    last = sample_ledger.last_day
    for row in frame.filter(pl.col("date").is_not_null()).head(20).rows(named=True):
        assert row["date"].date() == last + dt.timedelta(days=math.ceil(row["days"]))
    never = pareto.next_purchase(crm.Summary([0], [0], [5000], [0]), dt.date(9999, 12, 1)).to_polars()
    assert never["latest"].dtype == pl.Datetime("us") and never["latest"].is_null().all()


def test_a_holdout_judges_beside_naive_ways(holdout, sample_ledger):
    report = holdout.judge({"bg": crm.BgNbd(), "mbg": crm.BgNbd(dropout="after_every"), "pareto": crm.ParetoNbd()})
    frame = report.to_polars()
    assert frame["name"].to_list()[:3] == ["bg", "mbg", "pareto"] and len(frame) == 6
    assert frame["name"].str.starts_with("naive").sum() == 3 and report.failed == []
    assert frame["actual"].n_unique() == 1 and frame["actual"][0] == sum(holdout.actual)
    assert (frame["low"][:3] < frame["high"][:3]).all() and frame["low"][3:].is_null().all()
    assert holdout.horizon_days == 90 and len(holdout.customers) == len(holdout.calibration)
    tracking = holdout.track(report.models[0]).to_polars()
    assert (tracking["expected"].diff().drop_nulls() >= 0).all() and (tracking["actual"].diff().drop_nulls() >= 0).all()
    table = report.models[2].frequency_table(holdout.calibration).to_polars()
    assert table["actual"].sum() == len(holdout.customers) == pytest.approx(table["expected"].sum())
    with pytest.raises(TypeError, match="GammaGamma"):
        holdout.judge({"spend": crm.GammaGamma()})
    with pytest.raises(crm.errors.InvalidParameter, match="after the cut"):
        crm.Holdout(sample_ledger, "2024-01-02", "2024-01-01")


def test_simulated_buyers_lead_back_to_their_model(buying):
    buyers = buying.simulate([300.0] * 3000, 90, seed=1)
    assert buyers == buying.simulate([300.0] * 3000, 90, seed=1) != buying.simulate([300.0] * 3000, 90, seed=2)
    assert len(buyers.later) == len(buyers.alive) == len(buyers.summary) == 3000
    found = crm.BgNbd().fit(buyers.summary)
    for name, error in found.standard_errors.items():
        assert abs(found.parameters[name] - buying.parameters[name]) < 4 * error


def test_gifts_at_given_opportunities():
    summary = crm.Summary([6, 2, 0, 3, 1, 0, 4, 1], [6, 5, 0, 3, 1, 0, 6, 6], [6] * 8, [0] * 8).in_periods(365)
    model = crm.BgBb().fit(summary)
    five_years = model.expected_purchases(summary, 5 * 365).to_polars()["expected_purchases"]
    assert five_years[0] > five_years[2] and model.process == "BG/BB"
    with pytest.raises(crm.errors.InvalidValue, match="recency"):
        crm.BgBb().fit(crm.Summary([2, 1], [1, 1], [6, 6], [0, 0]))


def test_covariates_are_used(sample_summary):
    n = len(sample_summary)
    features = crm.Features(pl.DataFrame({"channel": [float(row % 2) for row in range(n)]}), ["channel"])
    with_channel = sample_summary.with_covariates(features)
    model = crm.BgNbd().fit(with_channel)
    assert model.covariates == ["channel"]
    assert list(model.parameters)[4:] == ["buying: channel", "leaving: channel"]
    assert len(model.p_alive(with_channel)) == n
    with pytest.raises(crm.errors.Incompatible, match="covariates"):
        model.p_alive(sample_summary)
    assert model.expected_from_start(90, [1.0]) != model.expected_from_start(90, [0.0])


def test_contracts():
    """Fader & Hardie (2007): .668 and 3.806; the next seven renewals of those who stayed."""
    staying = crm.Contract().fit([[1000, 869, 743, 653, 593, 551, 517, 491]])
    assert (staying.alpha, staying.beta) == (pytest.approx(0.6681, abs=1e-4), pytest.approx(3.8061, abs=1e-3))
    assert staying.survival(12) == pytest.approx(0.378, abs=1e-3) and staying.retention(8) > staying.retention(1)
    assert staying.residual_lifetime(1, 0.1) == pytest.approx(5.4145, rel=1e-4)
    weibull = crm.Contract(weibull=True).fit([[1000, 869, 743, 653, 593, 551, 517, 491]])
    assert weibull.log_likelihood > staying.log_likelihood and weibull.c > 1
    assert type(staying).from_json(staying.to_json()) == staying == pickle.loads(pickle.dumps(staying))
    with pytest.raises(crm.errors.NotEnoughData):
        crm.Contract().fit([[10, 10]])
    with pytest.raises(crm.errors.InvalidValue):
        crm.Contract().fit([[10, 11]])


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (lambda text: "{}", 'JSON without "version"'),
        (lambda text: text[:40], "text that breaks off (line 1, column 40)"),
        (lambda text: "alpha = 3", "text that is no JSON (expected value (line 1, column 1))"),
        (lambda text: text.replace('"version":1', '"version":9'), "version 9, but version must be 1"),
        (lambda text: text.replace('"version":1', '"version":"1"'), 'text "1" in place of a whole number from 0 on'),
        (lambda text: text.replace('"version":1', '"version":1,"version":1'), 'JSON with "version" twice'),
        (lambda text: text.replace('"alpha":', '"alpha":-'), "which must be from 1e-30 to 1e30"),
        (lambda text: text.replace('"n_customers":', '"n_customers":-'), "in place of a whole number from 0 on"),
        (lambda text: "[]", "in place of"),
    ],
)
def test_damaged_models_are_refused(buying, damage, found):
    text = damage(buying.to_json())
    with pytest.raises(crm.errors.InvalidParameter) as raised:
        crm.BuyingModel.from_json(text)
    message = str(raised.value)
    assert message.startswith("BuyingModel: json must be as BuyingModel.to_json writes it; got ")
    assert found in message, message
    for word in ("struct", "f64", "u32", "usize", "`", "Saved"):
        assert word not in message, message


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f.buying.forecast(f.summary, -1), "BuyingModel: horizon_days must be from 0 to 36,525 days; got -1"),
        (
            lambda f: f.buying.forecast(f.summary, 10**12),
            "BuyingModel: horizon_days must be from -2147483648 to 2147483647; got 1000000000000",
        ),
        (
            lambda f: f.buying.forecast(f.summary, 10**5000),
            "BuyingModel: horizon_days must be from -2147483648 to 2147483647; got an integer of more than 40 digits",
        ),
        (lambda f: f.buying.frequency_table(f.summary, -3), "BuyingModel: most must be from 0 to"),
        (lambda f: f.buying.simulate([1.0], 30, -7), "BuyingModel: seed must be from 0 to"),
        (lambda f: f.buying.forecast(f.summary, 90).groups([-1]), "Forecast: group_of must be from 0 to"),
        (lambda f: crm.BgNbd(regularity=-1), "BgNbd: regularity must be from 0 to"),
        (lambda f: crm.BgNbd(max_iterations=-1), "BgNbd: max_iterations must be from 0 to"),
        (lambda f: crm.GammaGamma(penalizer=10**400), "GammaGamma: penalizer must be from -1.8e308 to"),
        (lambda f: crm.Rfm(bins=300), "Rfm: bins must be from 0 to 255; got 300"),
        (lambda f: crm.Rfm(weights=(1, 2)), "Rfm: weights must be three numbers; got 2 of them"),
        (lambda f: crm.Lifecycle(new_days=-1), "Lifecycle: new_days must be from 0 to"),
        (lambda f: crm.Clv(f.buying, f.spend, months=-1), "Clv: months must be from 0 to"),
        (
            lambda f: crm.Clv(f.buying, f.spend, horizon_days=0).predict(f.summary),
            "Clv: horizon_days must be from 1 to 36500 days; got 0",
        ),
        (
            lambda f: crm.Clv(f.buying, f.spend, monthly_discount=-0.5).predict(f.summary),
            "Clv: monthly_discount must be from 0 to 10; got -0.5",
        ),
        (
            lambda f: crm.Clv(f.buying, f.spend, annual_discount=11).predict(f.summary),
            "Clv: annual_discount must be from 0 to 10; got 11.0",
        ),
        (
            lambda f: crm.RollingRetention(every_days=0).table(f.ledger),
            "RollingRetention: every_days must be from 1 to 36500 days; got 0",
        ),
        (
            lambda f: crm.Rfm(bins=3, scoring={"borders": {"recency": [1]}}),
            'Rfm: scoring must be given with "frequency"; got {"borders": {"recency": [1]}}',
        ),
        (
            lambda f: crm.Lifecycle(silence={"days": {"at_risk": "x", "lost": 3}}),
            'Lifecycle: silence must be a whole number from 0 on; got text "x" in',
        ),
        (
            lambda f: crm.Lifecycle(silence={"days": {"at_risk": 90, "lost": 30}}).stages(f.ledger),
            "Lifecycle.silence: lost must be at least at_risk (90); got 30",
        ),
        (lambda f: crm.Concentration([1.0]).share_of_top(2), "Concentration.share_of_top: customers must be from 0"),
        (lambda f: crm.Clv(f.buying, f.spend).predict(f.summary).plot("x"), "ClvEstimates.plot: column must be"),
        (lambda f: crm.Churn(within_days=0).fit(f.ledger), "Churn: within_days must be at least 1 day; got 0"),
        (
            lambda f: crm.RevenueTree(f.ledger, ("2024-02-01", "2024-01-01"), ("2024-03-01", "2024-03-31")),
            "RevenueTree: before must be a first day and one not before it; got 2024-02-01 and 2024-01-01",
        ),
    ],
)
def test_messages_name_the_parameters_of_python(sample_ledger, sample_summary, buying, spend, call, message):
    given = types.SimpleNamespace(ledger=sample_ledger, summary=sample_summary, buying=buying, spend=spend)
    with pytest.raises(crm.errors.InvalidParameter) as raised:
        call(given)
    assert str(raised.value).startswith(message), raised.value
    assert isinstance(raised.value, ValueError)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda f: f.buying.forecast(f.summary, "90"), "BuyingModel: horizon_days must be a whole number; got str"),
        (lambda f: f.buying.forecast(f.summary, 90.5), "BuyingModel: horizon_days must be a whole number; got float"),
        (lambda f: f.buying.forecast(f.summary, 90, "0.9"), "BuyingModel: level must be a number; got str"),
        (lambda f: f.buying.forecast(f.summary, 90).groups("a" * 5), "Forecast: group_of must be a sequence; got str"),
        (lambda f: f.buying.forecast(f.summary, 90).groups(["a"]), "Forecast: group_of must be a whole number; got str"),
        (lambda f: crm.Summary([None], [0], [1], [0]), "Summary: frequency must be a number; got NoneType"),
        (lambda f: crm.Summary(iter([1]), [0], [1], [0]), "Summary: frequency must be a sequence; got list_iterator"),
        (lambda f: crm.Contract().fit([1000, 900]), "Contract: cohorts must be a sequence; got int"),
        (lambda f: crm.ValueTiers(high=None), "ValueTiers: high must be a number; got NoneType"),
    ],
)
def test_values_of_another_type_name_their_parameter(sample_summary, buying, call, message):
    with pytest.raises(TypeError) as raised:
        call(types.SimpleNamespace(summary=sample_summary, buying=buying))
    assert str(raised.value) == message
