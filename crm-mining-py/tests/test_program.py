"""The program we want our users to write, to the letter, with frames of three libraries."""

import pandas as pd
import polars as pl
import pyarrow.csv
import pytest

import crm_mining as crm

HEADER = "InvoiceNo,CustomerID,Name,City,InvoiceDate,StockCode,Description,Quantity,UnitPrice,Channel"


@pytest.fixture(scope="module")
def orders_csv(tmp_path_factory):
    csv = crm.SampleShop(customers=400).generate().csv
    path = tmp_path_factory.mktemp("program") / "orders.csv"
    path.write_text(HEADER + csv[csv.index("\n") :], encoding="utf-8")
    return path


READ = {"pandas": pd.read_csv, "polars": pl.read_csv, "pyarrow": pyarrow.csv.read_csv}


def the_program(frame):
    cleaned = crm.Cleaner.transactions().clean(frame)
    orders = crm.Transactions(cleaned.table, customer="CustomerID", time="InvoiceDate",
                              order="InvoiceNo", item="StockCode", quantity="Quantity", unit_price="UnitPrice")  # fmt: skip
    ledger = crm.Ledger(orders)
    rfm = crm.Rfm().score(ledger)
    churn = crm.Churn(within_days=90).fit(ledger)
    assert churn.evaluation.auc > 0.7
    profiles = crm.Profiles(rfm, churn, orders, crm.Rules().mine(orders))
    return cleaned, rfm, profiles


def test_every_library_gives_the_same_profiles_to_the_byte(orders_csv, tmp_path):
    results = {name: the_program(read(orders_csv)) for name, read in READ.items()}
    written = {}
    for name, (_, _, profiles) in results.items():
        profiles.write_jsonl(tmp_path / name)
        written[name] = (tmp_path / name).read_bytes()
    assert len(written["pandas"]) > 100_000
    assert written["pandas"] == written["polars"] == written["pyarrow"]
    rejected = [cleaned.rejected.to_polars()["reason"].to_list() for cleaned, _, _ in results.values()]
    assert rejected[0] == rejected[1] == rejected[2] and len(rejected[0]) > 100


def test_a_file_read_by_the_library_gives_the_same_figures(orders_csv):
    cleaned, rfm, _ = the_program(crm.read_csv(orders_csv))
    by_pandas, rfm_by_pandas, _ = the_program(pd.read_csv(orders_csv))
    assert cleaned.reasons == by_pandas.reasons and cleaned.rows_in == by_pandas.rows_in
    # Identities are text here and integers there: 000001 is 1.
    assert [int(customer) for customer in rfm.customers] == rfm_by_pandas.customers
    figures = lambda scores: scores.to_polars().drop("customer")  # noqa: E731
    assert figures(rfm).equals(figures(rfm_by_pandas))
