"""One contender in a process of its own: the table is loaded first, then the work is timed.

usage: python contend.py NAME FILE   or   python contend.py generate FILE ROWS
"""

import json
import re
import sys
import time

import numpy as np


def generate(path, rows):
    """Purchases of a tenth as many customers over two years, in no order: customers, microseconds, amounts."""
    random = np.random.default_rng(4)
    customer = random.integers(0, rows // 10, rows) * 7 + 1_000_000
    start = np.datetime64("2023-01-01", "us").astype("int64")
    moment = start + random.integers(0, 730 * 86_400, rows) * 1_000_000
    amount = np.round(random.gamma(2.0, 20.0, rows), 2)
    with open(path, "wb") as file:
        for column, kind in ((customer, "<i8"), (moment, "<i8"), (amount, "<f8")):
            column.astype(kind).tofile(file)


def load(path):
    """The columns, each in memory of its own, as an Arrow table over them."""
    import pyarrow as pa

    with open(path, "rb") as file:
        rows = file.seek(0, 2) // 24
        file.seek(0)
        customer, moment, amount = (np.fromfile(file, kind, rows) for kind in ("<i8", "<M8[us]", "<f8"))
    return pa.table({"customer": pa.array(customer), "time": pa.array(moment), "amount": pa.array(amount)})


def by_duckdb(sales):
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    connection.register("sales", sales)
    return lambda: connection.sql("""
        with days as (
            select customer, cast(time as date) as day, sum(amount) as amount
            from sales group by all
        ), firsts as (
            select customer, count(*) - 1 as frequency, max(day) - min(day) as recency, min(day) as first,
                   sum(amount) - arg_min(amount, day) as repeat
            from days group by customer
        )
        select customer, frequency, recency, (select max(day) from days) - first as age,
               case when frequency > 0 then repeat / frequency else 0 end as monetary
        from firsts order by customer
    """).to_arrow_table()


def by_polars(sales):
    import polars as pl

    pl.thread_pool_size()
    day, amount = pl.col("day"), pl.col("amount")

    def work():
        days = (
            pl.from_arrow(sales).lazy()
            .group_by("customer", pl.col("time").dt.date().alias("day")).agg(amount.sum())
            .collect()
        )
        end = days["day"].max()
        return (
            days.lazy().group_by("customer").agg(
                frequency=pl.len() - 1,
                recency=(day.max() - day.min()).dt.total_days(),
                age=(pl.lit(end) - day.min()).dt.total_days(),
                monetary=(amount.sum() - amount.get(day.arg_min())) / (pl.len() - 1),
            )
            .with_columns(pl.col("monetary").fill_nan(0.0), pl.col("frequency").cast(pl.Int64)).sort("customer").collect()
        )

    return work


def by_counting(sales):
    import crm_mining as crm

    return lambda: crm.PurchaseCounting().count(sales).summary


CONTENDERS = {"duckdb": by_duckdb, "polars": by_polars, "crm_mining": by_counting}


def facts(result):
    """What all must agree on: the customers, and the sum of each figure."""
    import pyarrow as pa
    import pyarrow.compute as pc

    result = pa.table(result)
    sums = {name: pc.sum(result[name]).as_py() or 0 for name in ("frequency", "recency", "age", "monetary")}
    return {"customers": len(result), **{name: float(value) for name, value in sums.items()}}


def peak():
    """The most megabytes this process has held."""
    with open("/proc/self/status") as status:
        return int(re.search(r"VmHWM:\s+(\d+)", status.read())[1]) / 1024


def main(name, path):
    work = CONTENDERS[name](load(path))
    held, wall, cpu = peak(), time.perf_counter(), time.process_time()
    result = work()
    cost = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}
    cost = {**cost, "peak": peak(), "above": peak() - held}
    print(json.dumps({"cost": cost, "facts": facts(result)}))


if __name__ == "__main__":
    if sys.argv[1] == "generate":
        generate(sys.argv[2], int(sys.argv[3]))
    else:
        main(*sys.argv[1:])
