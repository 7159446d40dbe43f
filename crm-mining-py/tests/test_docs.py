"""Every public name is documented, its parameters with it, and the examples run."""

import datetime as dt
import doctest
import inspect
import re

import polars as pl
import pytest

import crm_mining as crm
from crm_mining._estimator import Estimator

PUBLIC = [getattr(module, name) for module in (crm, crm.learn) for name in module.__all__]
CLASSES = [value for value in PUBLIC if inspect.isclass(value)]
FUNCTIONS = [value for value in PUBLIC if inspect.isroutine(value)]


def name_of(value):
    return value.__name__


def has_constructor(cls):
    return issubclass(cls, Estimator) or not issubclass(cls, Exception) and cls.__text_signature__ is not None


def members(cls):
    own = dir(cls) if issubclass(cls, Estimator) else vars(cls)
    return [(name, getattr(cls, name)) for name in own if not name.startswith("_")]


@pytest.mark.parametrize("cls", CLASSES, ids=name_of)
def test_every_class_and_method_says_what_it_does_and_takes(cls):
    documented = [(cls.__name__, cls), *members(cls)]
    for name, member in documented:
        text = inspect.getdoc(member)
        assert text, f"{name} has no documentation"
        if callable(member) and (member is not cls or has_constructor(cls)):
            missing = [parameter for parameter in inspect.signature(member).parameters if parameter not in text]
            assert set(missing) <= {"self"}, f"{cls.__name__}.{name} does not document {missing}"


@pytest.mark.parametrize("function", FUNCTIONS, ids=name_of)
def test_every_function_says_what_it_does_and_takes(function):
    for parameter in inspect.signature(function).parameters:
        assert parameter in function.__doc__, f"{function.__name__} does not document {parameter}"


VALUE = """
Summary BgNbd ParetoNbd Nbd BgBb BuyingModel Forecast NextPurchases SimulatedBuyers Holdout HoldoutReport Tracking
FrequencyTable GammaGamma GammaGammaModel Clv ClvEstimates ClvForecast ClvByMonth Contract ContractModel Rfm RfmScores
ValueTiers Tiers Concentration Lifecycle Stages Migration Cohorts CohortTable RollingRetention RollingTable PeriodOnPeriod
PeriodTable PurchaseGaps RevenueTree GainLoss
""".split()
LEARN = """
Durations KaplanMeier SurvivalCurve Cox CoxModel Aft AftModel CompareK KComparison Gap GapAt Stability StabilityScore
""".split()


@pytest.mark.parametrize(
    "cls", [*(getattr(crm, name) for name in VALUE), *(getattr(crm.learn, name) for name in LEARN)], ids=name_of
)
def test_worth_survival_and_how_many_are_documented_in_full(cls):
    """A first line that says what it is; every parameter with its type, and its default where it has one."""
    for name, member in [(cls.__name__, cls), *members(cls)]:
        text = inspect.getdoc(member)
        place = f"{cls.__name__}.{name}"
        first = text.split("\n\n")[0].replace("\n", " ")
        assert first.rstrip()[-1] in ".?:" and len(first.split()) > 2, f"{place}: {first}"
        if not callable(member) or member is cls and not has_constructor(cls):
            continue
        for parameter in inspect.signature(member).parameters.values():
            if parameter.name == "self":
                continue
            line = re.search(rf"^(?:\w+, )*{parameter.name}(?:, \w+)* : (.+)$", text, re.M)
            assert line, f"{place} does not say of what type {parameter.name} is"
            if parameter.default is not inspect.Parameter.empty:
                assert "optional" in line[1] or "default" in line[1], f"{place}: {line[0]}"
                if isinstance(parameter.default, (int, float)) and "default" in line[1]:
                    default = line[1].split("default ")[1].replace(",", "").rstrip(".")
                    assert float({"False": 0, "True": 1}.get(default, default)) == parameter.default, f"{place}: {line[0]}"


@pytest.mark.parametrize("cls", [cls for cls in CLASSES if has_constructor(cls)], ids=name_of)
def test_every_class_that_a_user_makes_has_an_example(cls):
    assert ">>>" in inspect.getdoc(cls)


@pytest.fixture(scope="module")
def shop():
    """Sixty customers: half buy every ten days, half stop; anna buys every five, and most."""
    start = dt.datetime(2024, 1, 1)
    lines = []
    for number in range(60):
        name = "anna" if number == 0 else f"c{number:02}"
        last = 201 if number % 2 == 0 else 60 + number
        for day in range(number % 10, last, 5 if number == 0 else 10):
            order, amount = f"{name} {day}", 20.0 + 3 * (number % 7) + day % 3
            lines.append((name, start + dt.timedelta(days=day), order, ("tea", "pot", "cup")[day % 3], amount))
            lines.append((name, start + dt.timedelta(days=day), order, "milk", 2.0))
    orders = crm.Transactions(pl.DataFrame(lines, ["customer", "time", "order", "item", "amount"], orient="row"))
    ledger = crm.Ledger(orders)
    return {"crm": crm, "orders": orders, "ledger": ledger, "summary": ledger.summary()}


@pytest.mark.parametrize("value", [*CLASSES, *FUNCTIONS], ids=name_of)
def test_examples_run(value, shop, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    texts = [inspect.getdoc(value)]
    texts += [inspect.getdoc(member) or "" for _, member in members(value)] if inspect.isclass(value) else []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    said = []
    for text in texts:
        runner.run(doctest.DocTestParser().get_doctest(text, dict(shop), value.__name__, None, 0), out=said.append)
    assert runner.summarize(verbose=False).failed == 0, "".join(said)


def test_the_package_shows_its_names():
    assert set(crm.__all__) <= set(dir(crm))
    modules = ("crm_mining", "crm_mining.errors", "crm_mining.learn")
    assert all(value.__module__ in modules for value in CLASSES)


def test_results_are_made_by_methods_only():
    for cls in CLASSES:
        if not has_constructor(cls) and not issubclass(cls, Exception):
            with pytest.raises(TypeError):
                cls()
