"""Merging sources."""

import pickle

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

CRM = {"id": ["7", "8", None], "mail": ["anna@old.example", "li@a.example", "x@a.example"], "seen": ["2024-01-05"] * 3}
SHOP = {
    "login": ["a7", "m9", "zz"],
    "email": ["anna@new.example", "mo@a.example", "who@a.example"],
    "at": ["2024-03-01", "2023-12-31", "2024-01-01"],
    "spent": ["10", "20", "30"],
    "currency": ["EUR", "USD", "EUR"],
}
LOGINS = {"login": ["a7", "m9"], "customer": ["7", "9"]}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}

SETTINGS = {
    "sources": [
        {
            "name": "crm",
            "key": {"column": "id"},
            "columns": [{"from": "mail", "to": "email"}],
            "as_of": {"column": "seen"},
        },
        {
            "name": "shop",
            "trust_rank": 2,
            "key": {"mapped": {"column": "login", "from": "login", "to": "customer"}},
            "columns": [
                {"from": "email", "to": "email"},
                {"from": "spent", "to": "spent", "conversion": {"currency_column": "currency"}},
            ],
            "as_of": {"column": "at"},
        },
    ],
    "columns": [{"name": "email", "kind": "text", "rules": ["newest"]}, {"name": "spent", "kind": "number"}],
    "rates": {"target": "EUR", "rates": [{"currency": "USD", "rate": 0.5}]},
}


@pytest.fixture
def merge():
    return crm.Merge(**SETTINGS)


@pytest.mark.parametrize("frame", FRAMES)
def test_sources_become_one_customer_base(merge, frame):
    frame = FRAMES[frame]
    merged = merge.run({"crm": frame(CRM), "shop": frame(SHOP)}, mappings={"shop": frame(LOGINS)})
    assert merged.table.to_polars().rows() == [
        ("7", "anna@new.example", 10.0),
        ("8", "li@a.example", None),
        ("9", "mo@a.example", 10.0),
    ]
    cell = merged.provenance.to_polars().row(0, named=True)
    assert (cell["customer"], cell["column"], cell["source"], cell["row"]) == ("7", "email", "shop", 1)
    assert (cell["decided_by"], cell["losing"]) == ("newest", 1)
    lost = merged.conflicts.to_polars()
    assert lost.select("customer", "kept", "lost", "lost_source", "lost_row").rows() == [
        ("7", "anna@new.example", "anna@old.example", "crm", 1)
    ]
    assert merged.rejected.to_polars().rows() == [
        ("crm", 3, "names no customer"),
        ("shop", 3, "key not in the mapping table"),
    ]
    assert merged.rejected_rows["shop"].to_polars()["login"].to_list() == ["zz"]
    assert merged.rows_in == 6 == sum(merged.sources.to_polars()["used"]) + len(merged.rejected)
    assert merged.report.to_polars()["conflicts"].to_list() == [1, 0]
    assert len(merged.collisions) == 0
    assert repr(merged).startswith("3 customers of 6 rows; 1 cells with different values, 2 rows set aside")
    assert "shop" in merged._repr_html_()


def given(name):
    return {"name": name, "key": "given", "columns": [{"from": "name", "to": "name"}]}


def test_customers_are_given_for_rows():
    merge = crm.Merge([given("people")], [{"name": "name", "kind": "text"}])
    people = pl.DataFrame({"name": ["anna", "anna li", "ben", "carl"]})
    merged = merge.run({"people": people}, customers={"people": [1, 1, 0, None]})
    assert merged.table.to_polars().rows() == [(0, "ben"), (1, "anna")]
    assert merged.rejected.to_polars()["row"].to_list() == [4]
    for keys in (["b", "b", "a", None], pl.Series(["b", "b", "a", None]), pd.Series(["b", "b", "a", None], dtype=object)):
        merged = merge.run({"people": people}, customers={"people": keys})
        assert merged.table.to_polars()["customer"].to_list() == ["a", "b"]
    with pytest.raises(TypeError, match="key"):
        merge.run({"people": people}, customers={"people": [0.5] * 4})
    with pytest.raises(crm.errors.LengthMismatch):
        merge.run({"people": people}, customers={"people": [1]})
    with pytest.raises(crm.errors.InvalidParameter, match="persons"):
        merge.run({"people": people}, customers={"persons": [1, 1, 0, 2]})


def test_customers_that_linking_found():
    people = pl.DataFrame(
        {
            "name": ["anna li", "anna lee", "ben fox", "ben fox", "carl ott", "dora may", "eva roth", "finn gray"],
            "town": ["york", "york", "bath", "bath", "ely", "wells", "ripon", "truro"],
        }
    )
    comparisons = [{"column": "name", "kind": "name"}, {"column": "town", "kind": "text"}]
    clusters = crm.Linker(comparisons, ["name", "town"]).fit(people).predict(people).clusters(0.3)
    merge = crm.Merge([given("people")], [{"name": "name", "kind": "text", "rules": ["longest"]}])
    merged = merge.run({"people": people}, customers={"people": clusters})
    assert merged.table.to_polars()["name"].to_list()[:3] == ["anna lee", "ben fox", "carl ott"]


def test_two_customers_under_one_id():
    merge = crm.Merge(
        [{"name": "crm", "key": {"column": "id"}, "columns": [{"from": "born", "to": "born"}]}],
        [{"name": "born", "kind": "moment"}],
        identity=["born"],
    )
    merged = merge.run({"crm": pl.DataFrame({"id": [1, 1], "born": ["1990-01-01", "1951-07-07"]})})
    collisions = merged.collisions.to_polars()
    assert collisions["collision"].to_list() == [1, 1] and collisions["column"].to_list() == ["born", "born"]
    assert sorted(collisions["row"]) == [1, 2]


def test_settings_are_plain_data(merge):
    assert merge.rules == ["most_trusted", "newest", "most_complete", "majority"]
    assert (merge.customer, merge.zone, merge.identity, merge.on_unknown) == ("customer", "UTC", [], "set_aside")
    assert merge.sources[0]["trust_rank"] == 1 and merge.rates["target"] == "EUR"
    assert eval(repr(merge), {"Merge": crm.Merge}) == merge == pickle.loads(pickle.dumps(merge))
    assert crm.Merge.from_json(merge.to_json()) == merge
    other = crm.Merge(merge.sources, merge.columns, rules=["newest"], zone="Asia/Shanghai", on_unknown="fail")
    assert other != merge and (other.rules, other.zone, other.on_unknown) == (["newest"], "Asia/Shanghai", "fail")
    with pytest.raises(crm.errors.InvalidParameter, match="most_trusted"):
        crm.Merge([], [], rules=["loudest"])
    for source in (
        {**merge.sources[0], "trust": 2},
        {**merge.sources[0], "columns": [{"from": "mail", "to": "email", "conversions": {"factor": 2}}]},
        {**merge.sources[0], "key": {"mapped": {"column": "a", "from": "b", "to": "c", "by": "d"}}},
    ):
        with pytest.raises(crm.errors.InvalidParameter, match="one of"):
            crm.Merge([source], [])
    with pytest.raises(crm.errors.InvalidParameter, match="rates"):
        crm.Merge([], [], rates={"targets": "EUR"})
    with pytest.raises(crm.errors.InvalidParameter):
        crm.Merge.from_json(merge.to_json().replace("identity", "identities"))
    with pytest.raises(crm.errors.InvalidParameter):
        crm.Merge([], [], zone="Mars/Base")
    with pytest.raises(crm.errors.InvalidParameter, match="set_aside"):
        crm.Merge([], [], on_unknown="guess")


def test_what_cannot_be_merged(merge):
    with pytest.raises(crm.errors.InvalidParameter, match="sources"):
        crm.Merge([], []).run({})
    with pytest.raises(crm.errors.InvalidParameter):
        merge.run({"crm": pl.DataFrame(CRM)})
    with pytest.raises(crm.errors.InvalidParameter, match="mapping"):
        merge.run({"crm": pl.DataFrame(CRM), "shop": pl.DataFrame(SHOP)})
    with pytest.raises(crm.errors.MissingColumn):
        merge.run({"crm": pl.DataFrame(SHOP), "shop": pl.DataFrame(SHOP)}, mappings={"shop": pl.DataFrame(LOGINS)})
