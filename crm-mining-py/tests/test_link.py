"""Linking duplicates."""

import json
import pickle
import random

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

FIRST = "anna ben carl dora eva finn gina hugo iris jack kate liam mona nils olga paul".split()
LAST = "abbott baker carter dixon ellis foster grant harris irwin jenkins knight lawson mercer norton".split()
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


def people(count=400, seed=1):
    """People, and a tenth of them again with a letter off: positions `count` and after."""
    dice = random.Random(seed)
    rows = []
    for _ in range(count):
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)}"
        born = f"{dice.randint(1940, 2005)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"
        rows.append({"name": name, "born": born, "phone": f"07{dice.randint(10**8, 10**9 - 1)}"})
    for row in rows[: count // 10]:
        name = row["name"]
        at = dice.randrange(1, len(name) - 1)
        rows.append({**row, "name": name[:at] + name[at + 1 :]})
    return {column: [row[column] for row in rows] for column in rows[0]}


COMPARISONS = [{"column": "name", "kind": "name"}, {"column": "born", "kind": "date"}, {"column": "phone", "kind": "phone"}]
BLOCKING = ["phone", ["born", {"column": "name", "transform": "soundex"}]]


@pytest.fixture(scope="module")
def data():
    return people()


@pytest.fixture(scope="module")
def links(data):
    frame = pl.DataFrame(data)
    return crm.Linker(COMPARISONS, BLOCKING).fit(frame).predict(frame)


@pytest.mark.parametrize("frame", FRAMES)
def test_duplicates_are_found_in_every_frame(data, frame, links):
    frame = FRAMES[frame](data)
    linker = crm.Linker.for_records(frame)
    assert [each["column"] for each in linker.comparisons] == ["name", "born", "phone"]
    found = linker.fit(frame).predict(frame)
    clusters = found.clusters()
    assert clusters.n_customers == 400 == max(clusters.cluster_of) + 1
    assert [clusters.members(i) for i in range(3)] == [[0, 400], [1, 401], [2, 402]]


def test_links_are_a_table(links):
    table = links.to_polars()
    assert table.columns[:6] == ["left_position", "right_position", "left_row", "right_row", "weight", "probability"]
    assert table.columns[6:] == ["name level", "born level", "phone level"]
    sure = table.filter(pl.col("probability") > 0.9)
    assert sure.select("left_position", "right_position").rows() == [(i, i + 400) for i in range(40)]
    assert (table["left_row"] == table["left_position"] + 1).all()
    expected = links.expected(0.5)
    assert expected["links"] == 40 and expected["precision"] > 0.99 and expected == links.expected()
    assert 0 < links.suggest_threshold() < 1
    with pytest.raises(crm.errors.InvalidParameter, match="threshold"):
        links.clusters(0.0)


def test_clusters_can_be_split_and_joined_again(links):
    clusters = links.clusters(0.5)
    assert clusters.column_names == ["position", "customer", "table", "row", "rows_of_customer"]
    assert clusters.threshold == 0.5 and len(clusters) == 440
    parted = clusters.unlink(0, 400)
    assert (clusters.n_customers, parted.n_customers, parted.members(0)) == (400, 401, [0])
    assert clusters.split(1, [[1], [401]]).members(1) == [1]
    joined = parted.join(0, 400).join(0, 1)
    assert joined.members(0) == [0, 1, 400, 401]
    table = joined.to_polars().filter(pl.col("customer") == 0)
    assert table["position"].to_list() == [0, 1, 400, 401] and table["row"].to_list() == [1, 2, 401, 402]
    with pytest.raises(crm.errors.InvalidParameter):
        clusters.split(0, [[5]])
    with pytest.raises(crm.errors.InvalidParameter):
        clusters.join(0, 9999)


def test_a_pair_is_explained(links):
    why = links.explain(0, 400)
    table = why.to_polars()
    assert table["comparison"].to_list() == ["prior", "name", "born", "phone"]
    assert sum(table["weight"]) == pytest.approx(why.weight) and why.prior == table["weight"][0]
    assert why.probability > 0.99
    assert why.probability == pytest.approx(links.to_polars().row(0, named=True)["probability"])
    shown = why._repr_html_()
    assert shown.count("<tr>") == 4 and "width:" in shown and "born" in shown
    assert "prior" in repr(why)
    assert links.explain(0, 1).probability < 0.01
    with pytest.raises(crm.errors.InvalidParameter):
        links.explain(0, 440)


def test_the_model_is_plain_data(data, links):
    frame = pl.DataFrame(data)
    model = crm.Linker(COMPARISONS, BLOCKING).fit(frame)
    for twin in (crm.LinkModel.from_json(model.to_json()), pickle.loads(pickle.dumps(model))):
        assert twin == model and twin.predict(frame).to_polars().equals(links.to_polars())
    levels = model.levels.to_polars()
    assert levels.columns == ["comparison", "level", "m", "u", "weight"]
    assert levels.row(0)[:2] == ("name", "equal") and model.prior < 0.01
    assert model.report["rows"] == 440 and len(model.report["blocks"]) == 2
    assert model.linker == crm.Linker(COMPARISONS, BLOCKING)
    assert "440 rows" in repr(model) and "equal" in model._repr_html_()
    with pytest.raises(crm.errors.InvalidParameter):
        crm.LinkModel.from_json("{}")


def test_two_tables(data):
    frame = pl.DataFrame(data)
    left, right = frame[:400], frame[400:].rename({"name": "full name"})
    linker = crm.Linker([{**COMPARISONS[0], "right_column": "full name"}, *COMPARISONS[1:]], ["phone", "born"])
    links = linker.fit(left, right).predict(left, right)
    pairs = links.one_to_one(0.5).to_polars()
    assert pairs.select("left_position", "right_position").rows() == [(i, 400 + i) for i in range(40)]
    assert pairs["right_row"].to_list() == list(range(1, 41))
    tables = links.clusters().to_polars().filter(pl.col("customer") == 0)["table"].to_list()
    assert tables == ["left", "right"]
    assert links.explain(0, 400).probability > 0.9


def test_one_new_record(data):
    frame = pl.DataFrame(data)
    base = crm.Linker(COMPARISONS, BLOCKING).fit(frame).index(frame)
    record = {column: values[7] for column, values in data.items()}
    found = base.link_one({**record, "name": record["name"].upper()}).to_polars()
    assert found.columns == ["position", "row", "weight", "probability"]
    assert sorted(found["position"].to_list()[:2]) == [7, 407] and found["probability"][0] > 0.99
    assert len(base.link_one({**record, "phone": None, "born": None})) == 0
    with pytest.raises(crm.errors.MissingColumn):
        base.link_one({"shoe": 42})
    assert repr(base) == "LinkIndex of 440 rows"


def test_settings_are_plain_data():
    linker = crm.Linker(COMPARISONS, BLOCKING, threshold=0.8, ignored=[{"column": "id", "reason": "row_number"}])
    whole = {"column": "phone", "right_column": None, "transform": "whole"}
    assert linker.blocking[0] == {"parts": [whole], "any_order": False}
    assert linker.blocking[1]["parts"][1]["transform"] == "soundex"
    assert linker.comparisons[1] == {
        "column": "born", "right_column": None, "kind": "date", "levels": [0.87, 0.75], "term_frequency": False,
    }  # fmt: skip
    assert eval(repr(linker), {"Linker": crm.Linker}) == linker == pickle.loads(pickle.dumps(linker))
    assert linker != crm.Linker(COMPARISONS, BLOCKING)
    any_order = crm.Linker(COMPARISONS, [{"parts": ["name", "phone"], "any_order": True}])
    assert any_order.blocking[0]["any_order"] is True
    with pytest.raises(crm.errors.InvalidParameter, match='"name"'):
        crm.Linker([{"column": "name", "kind": "nome"}], BLOCKING)
    with pytest.raises(crm.errors.InvalidParameter, match="a list of parts"):
        crm.Linker(COMPARISONS, [3])
    with pytest.raises(crm.errors.InvalidParameter, match="blocking"):
        crm.Linker(COMPARISONS, [{"parts": ["name"], "anyorder": True}])
    with pytest.raises(crm.errors.InvalidParameter, match="comparisons"):
        crm.Linker([{"column": "name", "kind": "name", "level": [0.9]}], BLOCKING)
    with pytest.raises(crm.errors.InvalidParameter, match="blocking"):
        crm.Linker(COMPARISONS, []).fit(pl.DataFrame(people(20)))
    with pytest.raises(crm.errors.MissingColumn):
        crm.Linker(COMPARISONS, BLOCKING).fit(pl.DataFrame({"name": ["a", "b"]}))


@pytest.fixture(scope="module")
def labeled(data):
    pairs = [(i, i + 400) for i in range(40)] + [(i, i + 1) for i in range(80)]
    return pairs, [b == a + 400 for a, b in pairs]


def test_by_example_within_a_table(data, labeled):
    frame, (pairs, labels) = pl.DataFrame(data), labeled
    settings = crm.LinkByExample(["name", "born"], forest={"n_trees": 40, "seed": 3})
    model = settings.fit(frame, None, pairs, labels)
    scored = model.predict(frame, None, pairs)
    assert scored.column_names == ["left_position", "right_position", "left_row", "right_row", "probability", "linked"]
    assert scored.links == pairs[:40] and 0 < scored.threshold == model.threshold < 1
    assert model.cross_validated["f1"] > 0.95
    quality = model.evaluate(frame, None, pairs, labels)
    assert (quality["true_links"], quality["precision"], quality["f1"]) == (40, 1.0, 1.0)
    for twin in (crm.LinkByExampleModel.from_json(model.to_json()), pickle.loads(pickle.dumps(model))):
        assert twin == model and twin.predict(frame, None, pairs).to_polars().equals(scored.to_polars())
    damaged = json.loads(model.to_json())
    damaged["learner"]["trees"][0]["left"][0] = 10**6
    for text in ("{}", "no json", json.dumps(damaged)):
        with pytest.raises(crm.errors.InvalidParameter):
            crm.LinkByExampleModel.from_json(text)


def test_positions_name_rows_everywhere(data):
    """What tables call a position is what methods take; a row number is that of the source, whatever was left out."""
    first = pl.DataFrame({column: values[:1] for column, values in data.items()})
    # Row 1 is said twice, and row 2 set aside: what stood at 3 stands at position 1.
    table = crm.CleaningPlan([{"duplicates": {}}]).run(pl.concat([first, pl.DataFrame(data)])).table
    links = crm.Linker(COMPARISONS, BLOCKING).fit(table).predict(table)
    for pair in links.to_polars().iter_rows(named=True):
        a, b = pair["left_position"], pair["right_position"]
        assert links.explain(a, b).probability == pytest.approx(pair["probability"])
        assert (pair["left_row"], pair["right_row"]) == tuple(row + (2 if row else 1) for row in (a, b))
    clusters = links.clusters(0.5)
    for row in clusters.to_polars().iter_rows(named=True):
        assert clusters.cluster_of[row["position"]] == row["customer"]
        assert row["position"] in clusters.members(row["customer"])
    base = crm.Linker(COMPARISONS, BLOCKING).fit(table).index(table)
    found = base.link_one({column: values[7] for column, values in data.items()}).to_polars()
    assert sorted(found.select("position", "row").rows()[:2]) == [(7, 9), (407, 409)]


def test_by_example_between_tables_of_other_libraries(data, labeled):
    frame, (pairs, labels) = pd.DataFrame(data), labeled
    left, right = frame, frame.iloc[::-1].reset_index(drop=True)
    pairs = pd.DataFrame([(a, len(frame) - 1 - b) for a, b in pairs]).to_numpy()
    settings = crm.LinkByExample(["name", "born"], forest={"n_trees": 40}, threshold=0.5)
    model = settings.fit(left, right, pairs, pd.Series(labels))
    assert model.cross_validated is None and model.threshold == 0.5
    assert len(model.predict(left, right, pairs).links) == 40
    with pytest.raises(crm.errors.InvalidParameter, match="rows"):
        model.predict(left, right, [(0, 9999)])
    with pytest.raises(crm.errors.LengthMismatch):
        settings.fit(left, right, pairs, [True])


def test_settings_by_example():
    settings = crm.LinkByExample(["name"], forest={"n_trees": 40})
    assert settings.forest["n_trees"] == 40 and settings.columns == ["name"]
    assert eval(repr(settings), {"LinkByExample": crm.LinkByExample}) == settings
    assert pickle.loads(pickle.dumps(settings)) == settings != crm.LinkByExample(["name"])
    with pytest.raises(TypeError, match="n_tree"):
        crm.LinkByExample(["name"], forest={"n_tree": 40})
    with pytest.raises(crm.errors.NotEnoughData):
        settings.fit(pl.DataFrame({"name": ["a", "b"]}), None, [(0, 1)], [True])
