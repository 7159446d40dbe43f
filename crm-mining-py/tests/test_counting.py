"""Purchases counted by stated rules, from frames and arrays; summaries with covariates and in periods."""

import datetime as dt
import math

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

ROWS = {
    "customer": [12, 7, 12, 12, 7, 12, 9],
    "time": [dt.datetime(2024, 3, day, 16, 30) for day in (1, 2, 5, 5, 9, 28, 3)],
    "amount": [10.0, 5.5, 25.0, -5.0, 4.5, 40.0, -1.0],
}
COUNTS = {
    "rows": 7,
    "purchases": 4,
    "merged": 0,
    "refunds": 1,
    "after_end": 1,
    "without_amount": 0,
    "refunds_left_out": 1,
    "unknown_amounts": 0,
    "customers": 2,
    "customers_without_purchase": 1,
}
ARRAYS = {
    "customer": np.array(ROWS["customer"]),
    "time": np.array(ROWS["time"], "M8[us]"),
    "amount": np.array(ROWS["amount"]),
}
FORMS = {
    "arrays": lambda: ARRAYS,
    "nanoseconds": lambda: {**ARRAYS, "time": ARRAYS["time"].astype("M8[ns]")},
    "dates": lambda: {**ARRAYS, "time": [moment.date() for moment in ROWS["time"]]},
    "narrow": lambda: {**ARRAYS, "customer": ARRAYS["customer"].astype("i4"), "amount": ARRAYS["amount"].astype("f4")},
    "pandas": lambda: pd.DataFrame(ROWS),
    "polars": lambda: pl.DataFrame(ROWS),
    "polars_lazy": lambda: pl.LazyFrame(ROWS),
    "pyarrow": lambda: pa.table(ROWS),
    "pyarrow_chunks": lambda: pa.concat_tables([pa.table(ROWS)[:3], pa.table(ROWS)[3:]]),
    "duckdb": lambda: duckdb.from_arrow(pa.table(ROWS)),
    "table": lambda: crm.Table(pa.table(ROWS)),
    "transactions": lambda: crm.Transactions(pa.table(ROWS)),
}


@pytest.mark.parametrize("form", FORMS)
def test_rows_in_every_form(form):
    counted = crm.PurchaseCounting().count(FORMS[form](), "2024-03-20")
    assert counted.counts == COUNTS
    assert counted.summary.to_polars().rows() == [(7, 1.0, 7.0, 18.0, 4.5), (12, 1.0, 4.0, 19.0, 20.0)]
    assert (counted.without_purchase, counted.refunds) == ([9], None)
    assert counted.summary.log_gaps == [math.log(7), math.log(4)]
    assert repr(counted) == "4 purchases of 2 customers; 2 of 7 rows left out"


def test_the_default_is_the_summary_of_the_ledger(orders):
    for zone in ("UTC", "Asia/Shanghai"):
        ledger = crm.Ledger(orders, zone=zone)
        counted = crm.PurchaseCounting(zone=zone).count(orders)
        assert counted.summary.to_polars().equals(ledger.summary().to_polars())
        used = ("purchases", "merged", "refunds", "after_end", "without_amount", "refunds_left_out")
        assert sum(counted.counts[reason] for reason in used) == counted.counts["rows"] == len(orders)


def test_refunds_told_apart():
    counted = crm.PurchaseCounting("separate").count(ROWS)
    assert counted.refunds.to_polars().rows() == [(7, 10.0, 0.0, 0, 0.0), (12, 75.0, 5.0, 1, 5 / 75)]
    assert counted.summary.to_polars()["monetary"].to_list() == [4.5, 32.5]
    assert crm.PurchaseCounting("ignore").count(ROWS).counts["refunds_left_out"] == 2


def test_a_missing_amount_is_refused_left_out_or_unknown():
    rows = {**ROWS, "amount": [10.0, 5.5, None, -5.0, 4.5, 40.0, -1.0]}
    for frame in (pl.DataFrame(rows), pd.DataFrame(rows), crm.Table(pl.DataFrame(rows))):
        with pytest.raises(crm.errors.InvalidValue, match='column "amount", row 3: must be present'):
            crm.PurchaseCounting().count(frame)
        left_out = crm.PurchaseCounting(missing_amount="leave_out").count(frame)
        assert left_out.counts["without_amount"] == 1
        assert left_out.summary.to_polars()["monetary"].to_list() == [4.5, 40.0]
        unknown = crm.PurchaseCounting(missing_amount="unknown").count(frame)
        assert unknown.counts["unknown_amounts"] == 1
        assert unknown.summary.to_polars().row(1) == (12, 2.0, 27.0, 27.0, 40.0)


def test_units_and_zones():
    frequency = lambda **rules: crm.PurchaseCounting(**rules).count(ROWS).summary.to_polars()["frequency"].to_list()  # noqa: E731
    assert frequency(unit="week_from_monday") == [1.0, 2.0]
    assert frequency(unit="month") == [0.0, 0.0]
    by_order = crm.PurchaseCounting(unit="order").count({**ROWS, "order": list("ABCCDEF")})
    assert (by_order.counts["refunds"], by_order.summary.log_gaps) == (1, None)
    night = {"customer": [1] * 3, "time": np.array(["2024-03-05T15:30", "2024-03-05T16:30", "2024-03-06T16:30"], "M8[us]")}
    night["amount"] = [1.0, 2.0, 4.0]
    count = lambda zone: crm.PurchaseCounting(zone=zone).count(night).summary.to_polars()["frequency"][0]  # noqa: E731
    assert (count("UTC"), count("Asia/Shanghai")) == (1.0, 2.0)


def test_columns_are_named_or_found():
    renamed = {"who": ROWS["customer"], "paid": ROWS["time"], "total_x": ROWS["amount"], "note": ["?"] * 7}
    counted = crm.PurchaseCounting().count(renamed, "2024-03-20", customer="who", time="paid", amount="total_x")
    assert counted.counts == COUNTS
    with pytest.raises(crm.errors.MissingColumn):
        crm.PurchaseCounting().count(renamed)
    with pytest.raises(TypeError):
        crm.PurchaseCounting().count([1, 2])
    none = pl.DataFrame(ROWS).clear()
    assert crm.PurchaseCounting().count(none).counts["rows"] == 0
    assert crm.PurchaseCounting().count(pa.table(ROWS)[:0]).counts["rows"] == 0


@pytest.mark.parametrize("wrong", [{"refunds": "gross"}, {"missing_amount": 0}, {"unit": "year"}, {"zone": "Mars"}])
def test_rules_are_checked(wrong):
    with pytest.raises((crm.errors.InvalidParameter, TypeError)):
        crm.PurchaseCounting(**wrong)


def test_settings_are_values():
    counting = crm.PurchaseCounting(unit="month")
    assert repr(counting) == "PurchaseCounting(refunds='net', missing_amount='refuse', unit='month', zone='UTC')"
    assert counting == crm.PurchaseCounting(unit="month") != crm.PurchaseCounting()


def test_a_summary_with_covariates():
    summary = crm.PurchaseCounting().count(ROWS).summary
    frame = pl.DataFrame({"id": [12, 9, 7], "web": [1.0, 0.0, 0.5]})
    assert summary.covariates is None
    known = summary.with_covariates(frame, customer="id")
    assert known.covariates.to_polars()["web"].to_list() == [0.5, 1.0]
    assert summary.with_covariates(crm.Features(frame, ["web"], "id")).covariates.names == ["web"]
    assert summary.with_covariates(pl.DataFrame({"web": [3, 4]})).covariates.to_polars()["web"].to_list() == [3.0, 4.0]
    with pytest.raises(crm.errors.LengthMismatch):
        summary.with_covariates(pl.DataFrame({"web": [3]}))
    with pytest.raises(crm.errors.InvalidValue, match="among the customers"):
        summary.with_covariates(frame[:2], customer="id")
    with pytest.raises(crm.errors.MissingColumn):
        summary.with_covariates(frame, customer="who")


def test_a_summary_in_periods():
    summary = crm.Summary([1], [2], [5], [9.5])
    assert (summary.log_gaps, summary.in_periods(365.25).days_per_unit) == (None, 365.25)
    with pytest.raises(crm.errors.InvalidParameter):
        summary.in_periods(0)
