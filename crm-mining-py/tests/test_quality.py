"""Data profiling: what a table holds and how good it is."""

import copy
import datetime as dt
import json
import pickle

import polars as pl
import pytest

import crm_mining as crm

CUSTOMERS = {
    "id": ["00123", "123", "0123", "77"],
    "mobile": ["13812345678", None, "13987654321", "13712345678"],
    "spend": ["18.5", "NA", "7", "unknown"],
    "changed": ["2024-03-05", "2024-03-01", "2020-01-01", "2024-02-11"],
}


@pytest.fixture(scope="module")
def quality():
    return crm.Quality().measure(crm.Table(pl.DataFrame(CUSTOMERS), name="customers"))


def test_columns_are_rows(quality):
    rows = {row["column"]: row for row in quality.to_polars().iter_rows(named=True)}
    assert list(rows) == list(CUSTOMERS) and len(quality) == 4
    assert rows["id"]["roles"] == "id; key"
    assert (rows["mobile"]["missing"], rows["mobile"]["top"]) == (1, "99999999999")
    assert (rows["changed"]["content"], rows["changed"]["first"]) == ("date", "2020-01-01")


def test_the_whole_and_its_score(quality):
    assert (quality.table, quality.n_rows, quality.repeated_rows, quality.keys_of_two) == ("customers", 4, 0, [])
    assert quality.score["completeness"] == 14 / 16
    assert quality.score["timeliness"] is None and 0 < quality.score["score"] <= 100
    mobile = quality.columns[1]
    assert mobile["roles"][-1]["personal"]["kind"] == "phone"
    assert quality.to_dict() == json.loads(quality.to_json())
    assert quality.to_dict()["columns"] == quality.columns


def test_it_is_shown_as_text_and_as_html(quality):
    assert "mobile" in str(quality) and repr(quality) == str(quality) and len(str(quality).splitlines()) > 5
    assert quality._repr_html_() == quality.to_html()
    assert "138" not in str(quality) + quality.to_html() + quality.to_json()
    hostile = "</script><img src=x onerror=alert(1)>"
    shown = crm.Quality().measure(pl.DataFrame({hostile: [hostile, "a"]})).to_html()
    assert "<img" not in shown and "<script" not in shown


def test_it_travels(quality):
    for back in (crm.TableQuality.from_json(quality.to_json()), pickle.loads(pickle.dumps(quality)), copy.copy(quality)):
        assert isinstance(back, crm.TableQuality) and back.to_dict() == quality.to_dict()
    with pytest.raises(crm.errors.InvalidParameter):
        crm.TableQuality.from_json("{}")


def test_settings():
    settings = crm.Quality(
        3,
        quantiles=[0.5],
        personal_values="shown",
        markers=["unknown"],
        weights={"completeness": 3},
        timeliness=("changed", "2024-03-31", 90),
    )
    assert settings.weights == {**dict.fromkeys(crm.Quality().weights, 1.0), "completeness": 3.0}
    assert settings.timeliness == ("changed", dt.date(2024, 3, 31), 90)
    assert pickle.loads(pickle.dumps(settings)) == settings != crm.Quality()
    assert eval(repr(settings), {"Quality": crm.Quality, "datetime": dt}) == settings
    quality = settings.measure(pl.DataFrame(CUSTOMERS))
    assert "q0.5" in quality.to_polars().columns and "q0.95" not in quality.to_polars().columns
    assert quality.columns[1]["top"][0]["value"].startswith("13")
    assert quality.columns[2]["markers"] == 2
    assert quality.score["timeliness"] == 3 / 4


@pytest.mark.parametrize(
    "wrong",
    [{"quantiles": [2.0]}, {"type_share": 0.5}, {"personal_share": 0.0}, {"weights": {"validity": -1.0}}],
)
def test_settings_out_of_range(wrong):
    with pytest.raises(crm.errors.InvalidParameter, match=next(iter(wrong))):
        crm.Quality(**wrong).measure(pl.DataFrame(CUSTOMERS))


def test_what_settings_are_not():
    with pytest.raises(crm.errors.InvalidParameter, match="shown"):
        crm.Quality(personal_values="hidden")
    with pytest.raises(crm.errors.InvalidColumn):
        crm.Quality(timeliness=("id", dt.date(2024, 1, 1), 9)).measure(pl.DataFrame({"id": ["x", "y"]}))
    with pytest.raises(crm.errors.MissingColumn):
        crm.Quality(timeliness=("when", dt.date(2024, 1, 1), 9)).measure(pl.DataFrame(CUSTOMERS))


def test_any_frame_is_profiled_alike(frame):
    quality = crm.Quality().measure(frame)
    columns = {column["name"]: column for column in quality.columns}
    assert quality.n_rows == 6 and columns["Customer ID"]["distinct"] == 3
    assert columns["UnitPrice"]["numbers"]["max"] == 20.0 and columns["StockCode"]["top"][0]["count"] == 3
