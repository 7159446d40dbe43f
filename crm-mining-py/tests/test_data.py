"""Transactions, ledger, summary and baskets."""

import datetime as dt

import numpy as np
import pandas as pd
import polars as pl
import pytest

import crm_mining as crm


def test_transactions_know_lines_and_customers(frame):
    orders = crm.Transactions(frame)
    assert (len(orders), orders.customers, orders.source) == (6, ["00123", "0123", "123"], "data")
    assert repr(orders) == "data: 6 lines of 3 customers"


def test_ledger_is_a_table_of_customer_days(ledger):
    assert isinstance(ledger, crm.Table)
    assert ledger.column_names == ["customer", "day", "orders", "lines", "units", "amount"]
    assert ledger.to_polars().row(1) == ("00123", dt.datetime(2024, 3, 9), 1, 2, 2.0, -9.5)
    assert (ledger.first_day, ledger.last_day) == (dt.date(2024, 3, 5), dt.date(2024, 3, 31))


def test_days_begin_in_the_zone(lines):
    orders = crm.Transactions(pl.DataFrame(lines))
    shanghai = crm.Ledger(orders, zone="Asia/Shanghai")
    assert (shanghai.zone, shanghai.last_day) == ("Asia/Shanghai", dt.date(2024, 4, 1))
    with pytest.raises(crm.errors.Incompatible, match="zone"):
        shanghai.merge(crm.Ledger(orders))


def test_merged_parts_equal_the_whole(lines, ledger):
    frame = pl.DataFrame(lines)
    part = lambda rows: crm.Ledger(crm.Transactions(frame[rows]))  # noqa: E731
    merged = part([4, 0, 5]).merge(part([2, 3, 1]))
    assert merged.to_polars().equals(ledger.to_polars())


def test_summary_of_the_ledger(ledger):
    summary = ledger.summary()
    assert summary.customers == ["00123", "0123", "123"]
    assert summary.to_polars().row(2) == ("123", 1.0, 26.0, 26.0, 0.4)
    assert summary.in_weeks().to_polars()["age"].to_list() == pytest.approx([26 / 7, 25 / 7, 26 / 7])
    assert (summary.days_per_unit, summary.in_weeks().days_per_unit) == (1.0, 7.0)


@pytest.mark.parametrize(
    "as_of",
    [
        dt.date(2024, 3, 6),
        dt.datetime(2024, 3, 6, 23, 59),
        dt.datetime(2024, 3, 6, tzinfo=dt.timezone.utc),
        "2024-03-06",
        pd.Timestamp("2024-03-06T12:00"),
        np.datetime64("2024-03-06"),
        np.datetime64("2024-03-06T12:00:00.5", "ns"),
    ],
)
def test_a_day_in_every_form(ledger, as_of):
    assert ledger.summary(as_of).to_polars()["age"].to_list() == [1.0, 0.0, 1.0]


@pytest.mark.parametrize(
    ("as_of", "error"),
    [
        (3, TypeError),
        (2.5, TypeError),
        (b"2024-03-06", TypeError),
        ("06/03/2024", crm.errors.InvalidParameter),
        ("2024-02-30", crm.errors.InvalidParameter),
        (pd.NaT, (TypeError, ValueError)),
        (np.datetime64("NaT"), TypeError),
    ],
)
def test_what_is_no_day(ledger, as_of, error):
    with pytest.raises(error):
        ledger.summary(as_of)


@pytest.mark.parametrize("kind", [list, tuple, np.array, pd.Series, pl.Series])
def test_summary_out_of_columns(kind):
    summary = crm.Summary(kind([2, 0]), kind([30.43, 0]), kind([38.86, 38.86]), kind([22.35, 0]))
    assert summary.to_polars()["recency"].to_list() == [30.43, 0.0]
    assert summary.customers == [0, 1]


def test_summary_refuses_what_cannot_be():
    with pytest.raises(crm.errors.InvalidValue, match="from 0 to the age"):
        crm.Summary([1], [40], [39], [1])
    with pytest.raises(crm.errors.LengthMismatch):
        crm.Summary([1, 2], [40], [39], [1])


def test_baskets(lines):
    baskets = crm.Baskets(crm.Transactions(pl.DataFrame(lines)))
    assert (len(baskets), baskets.items) == (5, ["cup", "pot", "tea"])
    baskets = crm.Baskets.from_rows([["milk", "bread", "milk"], ["bread"]])
    assert repr(baskets) == "2 baskets of 2 items"


@pytest.mark.parametrize("rows", ["ab", ["ab"], [[1, "a"]], [[None]], [None], 3, [["a", float("nan")]]])
def test_what_is_no_basket(rows):
    with pytest.raises(TypeError):
        crm.Baskets.from_rows(rows)


def test_nothing_bought_is_no_fault():
    empty = {"customer": pl.String, "time": pl.Datetime, "amount": pl.Float64}
    orders = crm.Transactions(pl.DataFrame(schema=empty))
    ledger = crm.Ledger(orders)
    assert (len(orders), len(ledger), len(ledger.summary())) == (0, 0, 0)
    assert ledger.last_day == dt.date(1970, 1, 1)


def test_objects_do_not_change(ledger):
    with pytest.raises(AttributeError):
        ledger.zone = "Asia/Shanghai"
