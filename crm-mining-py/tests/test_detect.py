"""Errors found without labels, and the dependencies behind them."""

import pickle

import polars as pl
import pytest

import crm_mining as crm

TOWNS = {"8010": "Graz", "4020": "Linz", "5020": "Salzburg", "6020": "Innsbruck"}

WORDS = {"misspelling": "signs from what", "dependency": "hold another value"}


@pytest.fixture
def shops():
    frame = pl.DataFrame({"zip": list(TOWNS) * 25, "city": list(TOWNS.values()) * 25, "units": list(range(100))})
    frame[7, "city"] = "Innsbrxck"
    frame[12, "city"] = "Linz"
    return frame


def test_cells_that_look_wrong(shops):
    found = crm.ErrorDetector().detect(shops)
    assert found.n_cells == 300
    rows = {(row["row"], row["column"]): row for row in found.to_polars().iter_rows(named=True)}
    assert (8, "city") in rows and (13, "city") in rows
    spelt = rows[8, "city"]
    assert (spelt["found"], spelt["action"], spelt["repair"]) == ("Innsbrxck", "replace", "Innsbruck")
    assert 0.5 <= spelt["score"] <= 1 and "24 rows" in spelt["reasons"]
    counted = {name: sum(words in row["reasons"] for row in rows.values()) for name, words in WORDS.items()}
    assert counted == {name: found.reasons[name] for name in WORDS} and counted["dependency"] >= 2
    assert "suspicions" in repr(found)


def test_fewer_are_listed_above_a_higher_threshold(shops):
    scores = crm.ErrorDetector(0.5).detect(shops).to_polars()["score"]
    higher = crm.ErrorDetector(scores.max()).detect(shops).to_polars()["score"]
    assert len(higher) >= 1 and higher.min() >= scores.max()
    with pytest.raises(crm.errors.InvalidParameter, match="threshold"):
        crm.ErrorDetector(0.0).detect(shops)


def test_a_clean_table_has_no_suspicion():
    found = crm.ErrorDetector().detect(pl.DataFrame({"city": ["Graz", "Linz"] * 30}))
    assert len(found) == 0 and found.reasons == {} and found.column_names[0] == "row"


def test_dependencies_and_their_violations(shops):
    found = crm.dependencies(shops)
    assert found.column_names == ["determinant", "dependent", "g3", "g3_by_chance", "rows"]
    assert len(found) == len(list(found)) and found[-1] == list(found)[-1]
    city = next(one for one in found if one.dependent == "city")
    assert (city.determinant, city.rows, city.g3) == (["zip"], 100, pytest.approx(0.02, abs=1e-15))
    assert city.g3 < city.g3_by_chance
    assert repr(city) == "zip → city (g3 0.0200)"
    assert city.violations(shops).to_polars().rows() == [
        (8, "Innsbrxck", "Innsbruck", 24, 25),
        (13, "Linz", "Graz", 24, 25),
    ]
    with pytest.raises(crm.errors.MissingColumn):
        city.violations(shops.drop("zip"))
    with pytest.raises(IndexError):
        found[len(found)]


def test_settings_of_the_search(shops):
    search = crm.DependencySearch(max_g3=0.01, determinants="single")
    assert all(one.dependent != "city" for one in search.find(shops))
    detector = crm.ErrorDetector(0.6, search)
    assert detector.dependencies == search != crm.DependencySearch()
    assert pickle.loads(pickle.dumps(detector)) == detector != crm.ErrorDetector(0.6)
    assert "DependencySearch(max_g3=0.01" in repr(detector)
    with pytest.raises(crm.errors.InvalidParameter, match="pairs"):
        crm.DependencySearch(determinants="three")
    with pytest.raises(crm.errors.InvalidParameter, match="max_g3"):
        crm.DependencySearch(max_g3=0.9).find(shops)


def test_progress_is_told_and_any_frame_taken(frame):
    told = []
    found = crm.ErrorDetector().detect(frame, progress=lambda *step: told.append(step))
    assert found.n_cells == 36
    assert all(stage and done <= total for stage, done, total in told)
