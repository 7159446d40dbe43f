"""Reading, cleaning, and the sample shop."""

import gzip
import math

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

MESSY = {
    "customer": ["7", "7", "7", None, "8", "7"],
    "date": ["2024-03-05", "2024-03-06", "2024-03-09", "2024-03-09", "soon", "2024-03-05"],
    "sku": ["tea", "pot", "tea", "tea", "tea", "tea"],
    "quantity": [10, 1, -4, 2, 1, 10],
    "price": [2.5, 20.0, 2.5, 2.5, 2.5, 2.5],
}
FRAMES = {"pandas": pd.DataFrame, "polars": pl.DataFrame, "pyarrow": pa.table}


@pytest.fixture(params=FRAMES)
def messy(request):
    return FRAMES[request.param](MESSY)


def test_every_row_is_kept_changed_or_set_aside_with_a_reason(messy):
    cleaned = crm.Cleaner.transactions().clean(messy)
    assert cleaned.rows_in == 6 == len(cleaned.table) + len(cleaned.rejected) + len(cleaned.unread)
    rejected = cleaned.rejected.to_polars()
    assert rejected.select("row", "reason").rows() == [
        (3, "cancellation, taken off the sale in row 1"),
        (4, "no customer"),
        (5, "time is not a date"),
        (6, "equals row 1"),
    ]
    assert rejected["customer"].to_list() == ["7", None, "8", "7"]
    change = cleaned.changes.to_polars().row(0, named=True)
    assert (change["row"], change["before"], change["after"], change["because_of"]) == (1, 10.0, 6.0, "3")
    assert cleaned.steps.to_polars()["rejected"].to_list() == [1, 1, 1, 1, 0]
    assert cleaned.reasons["duplicate"] == 1
    assert "2 of 6 rows left" in repr(cleaned) and "exact duplicates" in cleaned._repr_html_()


def test_roles_found_are_those_of_the_next_step(messy):
    cleaned = crm.Cleaner.transactions().clean(messy)
    assert cleaned.roles == {
        "customer": "customer",
        "time": "date",
        "item": "sku",
        "quantity": "quantity",
        "unit_price": "price",
    }
    orders = crm.Transactions(cleaned.table, **cleaned.roles)
    profile = crm.Profiles(orders, as_of="2024-03-31")["7"]
    assert (profile.rows, profile.facts["lines"]) == ("1-2", 2)


def test_steps_are_plain_data():
    cleaner = crm.Cleaner.customary(customer="CustomerID")
    assert cleaner.steps[3:] == [{"cancellations": "drop"}, "non_positive", {"item_pattern": "^[0-9]{5}"}, "cap"]
    assert crm.Cleaner(cleaner.steps, cleaner.roles) == cleaner
    fewer = crm.Cleaner([step for step in cleaner.steps if step != "cap"])
    assert len(fewer.steps) == 6 and fewer != cleaner
    with pytest.raises(crm.errors.InvalidParameter, match="exact_duplicates"):
        crm.Cleaner(["dedupe"])
    with pytest.raises(crm.errors.InvalidParameter, match="regular expression"):
        crm.Cleaner([{"item_pattern": "("}]).clean(pl.DataFrame(MESSY))


def test_a_role_that_is_none_is_a_type_error():
    with pytest.raises(TypeError, match="buyer"):
        crm.Cleaner.transactions(buyer="x")


@pytest.mark.parametrize("missing", ["customer", "date", "price"])
def test_a_part_without_a_column_is_named(missing):
    frame = pl.DataFrame(MESSY).drop(missing)
    with pytest.raises(crm.errors.MissingColumn) as raised:
        crm.Cleaner.transactions().clean(frame)
    assert raised.value.found == frame.columns


CSV = "customer;date;amount\n00123;05/03/2024;2.50\n123;06/03/2024;4;9\nNA;31/03/2024;1.00\n"


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_file_or_its_bytes(tmp_path, pack):
    content = pack(CSV.encode())
    path = tmp_path / "orders.csv"
    path.write_bytes(content)
    for raw in (crm.read_csv(path), crm.read_csv(str(path)), crm.read_csv(content, name="orders.csv")):
        assert (raw.name, len(raw), raw.report["rows"], raw.report["delimiter"]) == ("orders.csv", 2, 3, ";")
        assert raw.rejected.to_polars().row(0) == (2, 3, 43, "too many fields: expected 3, got 4", "123;06/03/2024;4;9")
        cleaned = crm.Cleaner.transactions().clean(raw)
        assert cleaned.rows_in == 3 and len(cleaned.unread) == 1
        assert crm.Transactions(cleaned.table).customers == ["00123", "NA"]


def test_settings_of_the_reader(tmp_path):
    path = tmp_path / "gbk.csv"
    path.write_bytes("客户|金额\n王小明|1\n".encode("gb18030"))
    raw = crm.read_csv(path, encoding="gb18030", delimiter="|")
    assert raw.to_polars().rows() == [("王小明", 1)] and raw.report["encoding"] == "gb18030"
    ambiguous = b"customer,date,amount\nA,03/04/2024,1\n"
    with pytest.raises(crm.errors.AmbiguousDates):
        crm.read_csv(ambiguous)
    for order, day in (("day_first", "2024-04-03"), ("month_first", "2024-03-04")):
        raw = crm.read_csv(ambiguous, date_order=order)
        assert str(crm.Ledger(crm.Transactions(raw)).last_day) == day
    with pytest.raises(crm.errors.InvalidParameter, match='"utf8"'):
        crm.read_csv(path, encoding="latin-1")
    with pytest.raises(crm.errors.InvalidParameter, match="delimiter"):
        crm.read_csv(path, delimiter="，")
    with pytest.raises(crm.errors.LimitExceeded, match="max_field_bytes"):
        crm.read_csv(b"a\n" + b"x" * 999, max_field_bytes=100)
    for read, content in [(crm.read_csv, b"a\n1\n"), (crm.read_jsonl, b'{"a": "x"}\n')]:
        with pytest.raises(crm.errors.LimitExceeded, match="max_memory"):
            read(content, max_memory=10)
        assert len(read(content, max_memory=1 << 30)) == 1
    assert crm.read_csv(b"1::Toy Story::95\n2::Jumanji::96\n").report["dialect"]["repeat"] == "twice"
    assert crm.read_csv(b"a::b:\n", repeat="once", delimiter=":", header_rows=0).shape == (1, 4)


def test_what_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError) as raised:
        crm.read_csv(tmp_path / "none.csv")
    assert isinstance(raised.value, crm.CrmMiningError) and raised.value.filename == str(tmp_path / "none.csv")
    with pytest.raises(crm.errors.EmptyInput):
        crm.read_csv(b"")
    with pytest.raises(TypeError):
        crm.read_csv(3)


def test_a_formula_is_written_as_text(tmp_path):
    names = pl.DataFrame({"name": ["=1+1", "-5"]})
    crm.write_csv(names, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_bytes() == b"name\n'=1+1\n-5\n"
    crm.write_csv(names, tmp_path / "a.csv", formulas="keep")
    assert (tmp_path / "a.csv").read_bytes() == b"name\n=1+1\n-5\n"
    with pytest.raises(crm.errors.InvalidParameter, match="neutralize"):
        crm.write_csv(names, tmp_path / "a.csv", formulas="run")


def test_files_written_are_read_back(tmp_path, messy):
    crm.write_csv(messy, tmp_path / "a.csv")
    crm.write_parquet(messy, tmp_path / "a.parquet")
    assert crm.read_csv(tmp_path / "a.csv").shape == (6, 5)
    back = crm.read_parquet(tmp_path / "a.parquet")
    assert back.to_pyarrow().to_pydict() == pa.table(MESSY).to_pydict()
    assert crm.read_parquet(tmp_path / "a.parquet", columns=["price", "sku"]).column_names == ["price", "sku"]
    with pytest.raises(crm.errors.LimitExceeded):
        crm.read_parquet(tmp_path / "a.parquet", max_bytes=10)


def test_the_sample_shop_is_what_it_says():
    sample = crm.SampleShop(customers=200, from_="2022-05-01", days=365, seed=3).generate()
    assert sample.csv == crm.SampleShop(200, "2022-05-01", 365, seed=3).generate().csv
    assert sample.csv != crm.SampleShop(200, "2022-05-01", 365, seed=4).generate().csv
    cleaned = crm.Cleaner.transactions().clean(crm.read_csv(sample.csv.encode()))
    assert cleaned.rows_in == sample.mess["rows"]
    assert cleaned.reasons["missing customer"] <= sample.mess["without_customer"]
    ledger = crm.Ledger(crm.Transactions(cleaned.table))
    assert str(ledger.first_day) >= "2022-05-01"
    slower = crm.SampleShop(200, truth={**sample.truth, "alpha": 400.0}).generate()
    assert slower.mess["rows"] < crm.SampleShop(200).generate().mess["rows"] / 2
    assert all(math.isfinite(value) for value in sample.truth.values())
    with pytest.raises(crm.errors.InvalidParameter):
        crm.SampleShop(customers=0).generate()
    with pytest.raises(crm.errors.InvalidParameter):
        crm.SampleShop(truth={"r": 1.0})
