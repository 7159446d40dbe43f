"""Reads a CSV file into a table of types: peer.py duckdb|polars FILE

Types are found by each program itself, dates included. One line of JSON says what was read and what it cost.
"""

import json
import resource
import sys
import time


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def by_duckdb(path):
    import duckdb

    connection = duckdb.connect()
    connection.execute("set threads = 2")

    def read():
        connection.execute("create table t as select * from read_csv(?)", [path])

    def shape():
        columns = connection.execute("describe t").fetchall()
        return connection.execute("select count(*) from t").fetchone()[0], [column[1] for column in columns]

    return read, shape


def by_polars(path):
    import polars

    frames = []

    def read():
        frames.append(polars.read_csv(path, try_parse_dates=True))

    return read, lambda: (len(frames[0]), [str(kind) for kind in frames[0].dtypes])


def main():
    read, shape = {"duckdb": by_duckdb, "polars": by_polars}[sys.argv[1]](sys.argv[2])
    start, used = time.perf_counter(), cpu()
    read()
    cost = {"wall": time.perf_counter() - start, "cpu": cpu() - used}
    rows, types = shape()
    print(json.dumps({**cost, "rows": rows, "types": types}))


if __name__ == "__main__":
    main()
