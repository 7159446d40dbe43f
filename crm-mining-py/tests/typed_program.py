"""A program that mypy checks: frames of every library are accepted, and what is wrong is found.

Run by `mypy --strict`, which complains of an `ignore` that hides no error.
"""

from datetime import date

import duckdb
import polars as pl

import crm_mining as crm


def every_frame(a: pl.DataFrame, b: pl.LazyFrame, c: duckdb.DuckDBPyRelation) -> list[crm.Table]:
    return [crm.Table(a), crm.Table(b), crm.Table(c)]


def the_program(orders: pl.DataFrame) -> pl.DataFrame:
    ledger = crm.Ledger(crm.Transactions(orders, customer="buyer"), zone="Europe/London")
    last: date = ledger.last_day
    summary = ledger.summary(as_of=last).in_weeks()
    return crm.Table(summary, name="summary").to_polars()


def what_is_wrong(orders: crm.Transactions) -> None:
    crm.Table([1, 2])  # type: ignore[arg-type]
    crm.Table({"customer": ["A"]})  # type: ignore[arg-type]
    crm.Transactions(orders)  # type: ignore[arg-type]
    crm.Ledger(orders, 8)  # type: ignore[arg-type]
    crm.Ledger(orders).summary(as_of=20.5)  # type: ignore[arg-type]


def the_field_of_an_error(frame: pl.DataFrame) -> list[str]:
    try:
        crm.Transactions(frame)
    except crm.errors.MissingColumn as error:
        return error.found
    return []
