"""One contender in a process of its own: the table is loaded first, then the work is timed.

usage: python contend.py NAME FILE   or   python contend.py generate FILE ROWS
"""

import json
import re
import sys
import time

import pyarrow as pa


def generate(path, rows):
    """Sales of 300,000 customers (text ids) over two years, as an Arrow file."""
    import numpy as np

    random = np.random.default_rng(1)
    n_customers = 300_000
    # Some buy far more often than others.
    customer = (n_customers * random.random(rows) ** 2).astype("int32")
    names = pa.array([f"C{number:07}" for number in range(n_customers)])
    start = np.datetime64("2023-01-01", "us").astype("int64")
    time_of = start + random.integers(0, 730 * 86_400, rows) * 1_000_000
    table = pa.table({
        "customer": names.take(pa.array(customer)),
        "time": pa.array(time_of, pa.timestamp("us")),
        "amount": np.round(random.gamma(2.0, 20.0, rows), 2),
    })
    with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def by_duckdb(select, group):
    def contender(sales):
        import duckdb

        connection = duckdb.connect(config={"threads": 2})
        connection.register("sales", sales)
        return lambda: connection.sql(f"select {select} from sales group by {group}").to_arrow_table()

    return contender


def by_polars(day):
    def contender(sales):
        import polars as pl

        pl.thread_pool_size()
        amount, time = pl.col("amount"), pl.col("time")
        measures = [pl.len().alias("n"), amount.sum().alias("spend")]
        if not day:
            measures += [time.min().alias("first"), time.max().alias("last")]
        keys = ["customer", time.dt.date().alias("day")] if day else ["customer"]
        return lambda: pl.from_arrow(sales).group_by(keys).agg(measures)

    return contender


def by_ledger(sales):
    import crm_mining as crm

    return lambda: crm.Ledger(crm.Transactions(sales, customer="customer", time="time", amount="amount"))


CONTENDERS = {
    "duckdb_customer": by_duckdb(
        "customer, count(*) as n, sum(amount) as spend, min(time) as first, max(time) as last", "customer"),
    "duckdb_day": by_duckdb(
        "customer, cast(time as date) as day, count(*) as n, sum(amount) as spend", "customer, day"),
    "polars_customer": by_polars(day=False),
    "polars_day": by_polars(day=True),
    "ledger": by_ledger,
}


def facts(name, result):
    """What all who count the same must agree on."""
    import pyarrow.compute as pc

    result = pa.table(result)
    spend = "amount" if name == "ledger" else "spend"
    customers = result["customer"].cast(pa.string())  # polars gives a view, of which Arrow counts nothing
    found = {"spend": pc.sum(result[spend]).as_py(), "customers": pc.count_distinct(customers).as_py()}
    return found if name.endswith("_customer") else {**found, "cells": len(result)}


def peak():
    """The most megabytes this process has held."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def main(name, path):
    with pa.OSFile(path) as file:
        sales = pa.ipc.open_file(file).read_all()
    work = CONTENDERS[name](sales)
    held, wall, cpu = peak(), time.perf_counter(), time.process_time()
    result = work()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    cost = {**cost, "peak": peak(), "above": peak() - held}
    print(json.dumps({"cost": cost, "facts": facts(name, result)}))


if __name__ == "__main__":
    if sys.argv[1] == "generate":
        generate(sys.argv[2], int(sys.argv[3]))
    else:
        main(*sys.argv[1:])
