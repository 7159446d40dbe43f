"""One small set of order lines, as a frame of every library."""

import datetime as dt
import os

# scikit-learn checks how estimators take arrays only where this is set before scipy is imported.
os.environ.setdefault("SCIPY_ARRAY_API", "1")

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

LINES = {
    "Customer ID": ["00123", "123", "0123", "00123", "00123", "123"],
    "InvoiceDate": [dt.datetime(2024, 3, day, 23, 30) for day in (5, 5, 6, 9, 9, 31)],
    "InvoiceNo": ["A1", "A2", "A3", "A4", "A4", "A5"],
    "StockCode": ["tea", "tea", "pot", "pot", "tea", "cup"],
    "Quantity": [2, 1, 1, -1, 3, 4],
    "UnitPrice": [3.5, 3.5, 20.0, 20.0, 3.5, 0.1],
}

FRAMES = {
    "pandas": pd.DataFrame,
    "pandas_categories": lambda lines: pd.DataFrame(lines).astype({"StockCode": "category"}),
    "pandas_indexed": lambda lines: pd.DataFrame(lines).set_index("Customer ID"),
    "pandas_filtered": lambda lines: pd.DataFrame(lines).iloc[::-1].iloc[::-1].query("Quantity > -5"),
    "pandas_arrow": lambda lines: pd.DataFrame(lines).convert_dtypes(dtype_backend="pyarrow"),
    "polars": pl.DataFrame,
    "polars_lazy": pl.LazyFrame,
    "polars_categories": lambda lines: pl.DataFrame(lines).with_columns(pl.col("StockCode").cast(pl.Categorical)),
    "pyarrow": pa.table,
    "pyarrow_batch": pa.RecordBatch.from_pydict,
    "pyarrow_reader": lambda lines: pa.table(lines).to_reader(max_chunksize=2),
    "duckdb": lambda lines: duckdb.from_arrow(pa.table(lines)),
    "crm_mining": lambda lines: crm.Table(pa.table(lines)),
}


@pytest.fixture
def lines():
    return {name: list(values) for name, values in LINES.items()}


@pytest.fixture(params=FRAMES)
def frame(request, lines):
    """The order lines as a frame of one library after the other."""
    return FRAMES[request.param](lines)


@pytest.fixture
def ledger(lines):
    return crm.Ledger(crm.Transactions(pl.DataFrame(lines)))


@pytest.fixture(scope="session")
def cleaned():
    """The cleaned order lines of a sample shop."""
    sample = crm.SampleShop(customers=400).generate()
    return crm.Cleaner.transactions().clean(crm.read_csv(sample.csv.encode(), name="sample shop"))


@pytest.fixture(scope="session")
def orders(cleaned):
    return crm.Transactions(cleaned.table, **cleaned.roles)


@pytest.fixture(scope="session")
def sample_ledger(orders):
    return crm.Ledger(orders)


@pytest.fixture(scope="session")
def sample_summary(sample_ledger):
    return sample_ledger.summary()


@pytest.fixture(scope="session")
def buying(sample_summary):
    return crm.BgNbd().fit(sample_summary)


@pytest.fixture(scope="session")
def spend(sample_summary):
    return crm.GammaGamma().fit(sample_summary)


@pytest.fixture(scope="session")
def churn(sample_ledger):
    return crm.Churn(within_days=90).fit(sample_ledger)
