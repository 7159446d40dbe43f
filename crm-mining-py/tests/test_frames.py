"""Frames of every library come in, and results go out to every library."""

import datetime as dt
import sys

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm


def test_every_frame_gives_the_same_ledger(frame, ledger):
    made = crm.Ledger(crm.Transactions(frame))
    assert made.to_polars().equals(ledger.to_polars())
    assert made.customers == ["00123", "0123", "123"]


def test_every_frame_becomes_the_same_table(frame, lines):
    table = crm.Table(frame, name="orders")
    assert (table.name, table.shape, len(table)) == ("orders", (6, 6), 6)
    assert table.to_pyarrow().to_pydict() == lines


@pytest.mark.parametrize(
    "take",
    [
        lambda table: table.to_polars(),
        lambda table: pl.DataFrame(table),
        lambda table: pl.from_pandas(table.to_pandas()),
        lambda table: pl.from_pandas(pd.DataFrame.from_arrow(table)),
        lambda table: pl.DataFrame(table.to_pyarrow()),
        lambda table: pl.DataFrame(pa.table(table)),
        lambda result: pl.DataFrame(duckdb.sql("from result")),
        lambda table: pl.DataFrame(pa.RecordBatchReader.from_stream(table)),
    ],
)
def test_every_library_takes_a_table_over(take, lines):
    taken = take(crm.Table(pl.DataFrame(lines)))
    assert taken.to_dict(as_series=False) == lines


def test_duckdb_reads_a_result_by_its_name(ledger):
    summary = ledger.summary()
    assert duckdb.sql("select max(age) from summary").fetchall() == [(26.0,)]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "Asia/Shanghai"])
def test_moments_of_every_unit(unit, zone):
    moments = pa.array([0, 1_700_000_000], pa.int64()).cast(pa.timestamp("s"))
    table = pa.table({"time": moments.cast(pa.timestamp(unit, tz=zone))})
    assert crm.Table(table).to_polars()["time"].to_list() == [
        dt.datetime(1970, 1, 1),
        dt.datetime(2023, 11, 14, 22, 13, 20),
    ]


def test_missing_is_missing_from_every_library():
    columns = {"n": [1, None, 3], "x": [0.5, None, 2.5], "s": ["a", None, "NA"], "b": [True, None, False]}
    for frame in (pl.DataFrame(columns), pa.table(columns), pd.DataFrame(columns).convert_dtypes()):
        assert crm.Table(frame).to_pyarrow().to_pydict() == columns


def test_not_a_number_is_missing():
    assert crm.Table(pl.DataFrame({"x": [1.0, float("nan")]})).to_pyarrow()["x"].null_count == 1
    assert crm.Table(pd.DataFrame({"x": [1.0, np.nan]})).to_pyarrow()["x"].null_count == 1


def test_integers_with_gaps_name_the_same_customers_in_pandas_and_polars(lines):
    ids = [17850, 12583, 17850, 13047, 12583, None]
    lines = {**lines, "Customer ID": ids}
    pandas = pd.DataFrame(lines).dropna()
    polars = pl.DataFrame(lines).drop_nulls()
    assert pandas["Customer ID"].dtype == float
    for frame in (pandas, polars):
        assert crm.Transactions(frame).customers == [12583, 13047, 17850]


def test_a_pandas_column_of_numbers_and_text_is_text():
    codes = pd.Series([536365, "C536379", 17850.0, None, 2.5], dtype=object)
    table = crm.Table(pd.DataFrame({"code": codes}))
    assert table.to_polars()["code"].to_list() == ["536365", "C536379", "17850", None, "2.5"]


def test_columns_without_a_part_are_not_looked_at(lines, ledger):
    odd = pd.DataFrame(lines).assign(notes=[{"a": 1}, "x", 2, None, [3], object()], tags=[[]] * 6)
    assert crm.Ledger(crm.Transactions(odd)).to_polars().equals(ledger.to_polars())
    odd = pl.DataFrame(lines).with_columns(pl.Series("notes", [object()] * 6, dtype=pl.Object))
    assert crm.Ledger(crm.Transactions(odd)).to_polars().equals(ledger.to_polars())


def test_parts_named_by_the_caller(lines, ledger):
    renamed = pl.DataFrame(lines).rename({"Customer ID": "x", "InvoiceDate": "y", "InvoiceNo": "z"})
    orders = crm.Transactions(renamed, customer="x", time="y", order="z")
    assert crm.Ledger(orders).to_polars().equals(ledger.to_polars())


def test_a_stream_is_read_once(lines):
    class Twice:
        def __init__(self, frame):
            self.stream = frame.__arrow_c_stream__()

        def __arrow_c_stream__(self, requested_schema=None):
            return self.stream

    frame = Twice(pl.DataFrame(lines))
    assert len(crm.Table(frame)) == 6
    with pytest.raises(crm.errors.Malformed, match="must not have been read before"):
        crm.Table(frame)


def test_an_empty_stream_has_columns(lines):
    reader = pa.table(lines).to_reader()
    crm.Table(reader)
    assert crm.Table(reader).shape == (0, 6)


def test_a_failing_stream_is_an_exception(lines):
    batch = pa.RecordBatch.from_pydict(lines)

    def batches():
        yield batch
        raise OSError("the tape broke")

    reader = pa.RecordBatchReader.from_batches(batch.schema, batches())
    with pytest.raises(crm.errors.Malformed, match="the tape broke"):
        crm.Table(reader)


@pytest.mark.parametrize("data", [{"a": [1]}, [1, 2], "orders.csv", None, 3, np.zeros(3), pd.Series([1])])
def test_what_is_no_frame_is_a_type_error(data):
    with pytest.raises((TypeError, crm.errors.Malformed), match="frame|record batch"):
        crm.Table(data)


def test_a_forged_capsule_is_refused(lines):
    class Forged:
        def __init__(self, **methods):
            self.__dict__.update(methods)

        __arrow_c_stream__ = property(lambda self: self.stream)

    datetime_capsule = __import__("datetime").datetime_CAPI
    for stream in (lambda: datetime_capsule, lambda: 3):
        with pytest.raises((TypeError, ValueError)):
            crm.Table(Forged(stream=stream))


def test_no_pyarrow_is_said_with_the_cure(monkeypatch, lines):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install pyarrow") as raised:
        crm.Table(pd.DataFrame(lines))
    assert isinstance(raised.value, crm.CrmMiningError)


def test_no_polars_is_said_with_the_cure(monkeypatch, ledger):
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(crm.errors.MissingPackage, match="pip install polars"):
        ledger.to_polars()


def test_a_result_outlives_what_it_was_made_from(lines):
    frame = pl.DataFrame(lines)
    stream = crm.Table(frame).__arrow_c_stream__()
    table = pa.RecordBatchReader._import_from_c_capsule(stream).read_all()
    del frame, stream
    assert table.to_pydict() == lines
