"""Cleaning plans."""

import copy
import json
import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

PEOPLE = {
    "name": [" Ｌi ", "Wu", "Li", "Wu", None],
    "age": [31.0, None, 31.0, 240.0, 45.0],
    "city": ["York", "Bath", "York", "Bath", "NA"],
}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}
STEPS = [
    {"missing_markers": {"columns": ["city"]}},
    {"normalize_text": {"columns": ["name"], "forms": ["half_width", "trim"]}},
    {"duplicates": {}},
    {"rule": {"rule": "age <= 120", "action": "reject"}},
    {"fill": {"columns": ["age"], "with": "mean"}},
]


@pytest.fixture(params=FRAMES)
def people(request):
    return FRAMES[request.param](PEOPLE)


@pytest.fixture
def plan():
    return crm.CleaningPlan(STEPS)


def test_every_row_is_kept_or_set_aside_and_every_change_logged(plan, people):
    result = plan.run(people)
    assert result.table.to_polars().rows() == [("Li", 31.0, "York"), ("Wu", 38.0, "Bath"), (None, 45.0, None)]
    assert result.rows_in == 5 == len(result.table) + len(result.rejected)
    rejected = result.rejected.to_polars()
    assert rejected.select("row", "step", "reason", "because_of").rows() == [
        (3, "duplicates", "equals another row", "1"),
        (4, "rule", "breaks the rule age <= 120", None),
    ]
    assert result.reasons == {"breaks the rule age <= 120": 1, "equals another row": 1}
    log = result.log.to_polars()
    assert log.select("row", "column", "before", "after").rows() == [
        (5, "city", "NA", None),
        (1, "name", " Ｌi ", "Li"),
        (2, "age", None, "38.0"),
    ]
    assert result.steps.to_polars()["rejected"].to_list() == [0, 0, 1, 1, 0]


def test_the_input_can_be_had_back(plan):
    people = pl.DataFrame(PEOPLE)
    assert plan.run(people).undo().to_polars().equals(people)
    assert people.equals(pl.DataFrame(PEOPLE))


def test_a_table_that_python_keeps_stays_as_it_is(plan):
    table = crm.Table(pl.DataFrame(PEOPLE), name="people")
    result = plan.run(table)
    assert table.to_polars().equals(pl.DataFrame(PEOPLE))
    assert "people: 3 of 5 rows left; 2 set aside, 3 values changed" == repr(result)


def test_what_was_learnt_is_applied_unchanged(plan):
    fitted = plan.fit(pl.DataFrame(PEOPLE))
    assert fitted.plan == plan
    test = pl.DataFrame({"name": ["Mo", "Ann"], "age": [None, 20.0], "city": ["Ely", "Ely"]})
    # 38 is the mean of what the plan was learnt on, not of the test.
    assert fitted.run(test).table.to_polars()["age"].to_list() == [38.0, 20.0]
    for twin in (crm.FittedPlan.from_json(fitted.to_json()), pickle.loads(pickle.dumps(fitted)), copy.copy(fitted)):
        assert twin == fitted and twin.run(test).table.to_polars().equals(fitted.run(test).table.to_polars())
    assert repr(fitted) == "FittedPlan: missing markers, normalize text, duplicates, rule, fill"


def test_a_plan_is_plain_data(plan):
    assert crm.CleaningPlan(plan.steps) == plan == eval(repr(plan), {"CleaningPlan": crm.CleaningPlan})
    assert crm.CleaningPlan.from_json(plan.to_json()) == plan == pickle.loads(pickle.dumps(plan))
    assert json.loads(plan.to_json())["steps"] == plan.steps
    assert plan != crm.CleaningPlan(STEPS[1:])
    assert plan.steps[2] == {"duplicates": {"columns": [], "keep": "first"}}


def test_every_step_of_the_documentation_is_one():
    text = crm.CleaningPlan.__doc__
    assert text.count("    - {") == 17
    for line in text.replace("\n      ", " ").splitlines():
        if line.strip().startswith("- {"):
            step, _ = json.JSONDecoder().raw_decode(line.strip()[2:])
            assert len(crm.CleaningPlan([step]).steps) == 1


def test_what_is_no_plan(plan):
    with pytest.raises(crm.errors.InvalidParameter, match="duplicates"):
        crm.CleaningPlan([{"dedupe": {}}])
    with pytest.raises(crm.errors.InvalidParameter, match="sigma|rule"):
        crm.CleaningPlan([{"outliers": {"columns": ["age"], "rule": {"sigma": -3}, "action": "flag"}}])
    with pytest.raises(crm.errors.Malformed):
        crm.CleaningPlan.from_json('{"steps": 3}')
    with pytest.raises(crm.errors.Malformed):
        crm.FittedPlan.from_json("{}")
    with pytest.raises(crm.errors.MissingColumn):
        plan.run(pl.DataFrame({"name": ["Li"]}))


def test_a_plan_tells_progress_and_obeys(plan):
    told = []
    plan.run(pl.DataFrame(PEOPLE), progress=lambda *progress: told.append(progress))
    assert all(stage == "cleaning plan" and total == 5 for stage, _, total in told)

    def stop(*progress):
        raise RuntimeError("enough")

    many = pl.DataFrame({"name": [f"n{i}" for i in range(400_000)], "age": 1.0, "city": "Ely"})
    with pytest.raises(RuntimeError, match="enough"):
        plan.run(many, progress=stop)


def test_a_result_in_a_notebook_is_no_markup():
    hostile = "<img src=x> "
    plan = crm.CleaningPlan([{"normalize_text": {"columns": ["a"], "forms": ["trim"]}}])
    result = plan.run(pl.DataFrame({"a": [hostile]}))
    shown = result._repr_html_()
    assert "<img" not in shown and shown.count("&lt;img") == 2
    assert "normalize text" in shown and "1 of 1 rows left" in shown
    assert "changes" not in crm.CleaningPlan([]).run(pl.DataFrame({"a": ["x"]}))._repr_html_()
