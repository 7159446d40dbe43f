"""Generates customers and cleans them with polars, for run.py.

usage: python polars_stack.py generate FOLDER ROWS
       python polars_stack.py run FOLDER
"""

import json
import sys
import time
from pathlib import Path


def generate(folder, rows):
    """Dirty customers: `customers.arrow` for polars and one file for each column for the example."""
    import numpy as np
    import pyarrow as pa

    random = np.random.default_rng(1)
    id = np.sort(random.integers(0, rows * 50, rows))
    # Every fiftieth row is there twice.
    twice = random.integers(0, rows, rows)
    twice = np.where(random.random(rows) < 0.02, twice, np.arange(rows))
    spellings = [f"{a}{name}{b}" for name in (f"City {n:03}" for n in range(300))
                 for a, b in [("", ""), (" ", ""), ("", "  "), ("\u3000", "")]]
    spellings += ["".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text) for text in spellings[::4]]
    spellings += [text.upper() for text in spellings[::4]]
    mails = rows // 3
    mail = [f"{'User' if n % 3 else 'user'}{n}@{'Mail.example' if n % 5 else 'mail.example '}" for n in range(mails)]
    prices = np.round(random.gamma(2.0, 400.0, 200_000), 2)
    price = [f"${value:,.2f}" if n % 2 else f"{value:.2f}" for n, value in enumerate(prices)]

    def holes(values, share):
        return pa.array(values, mask=random.random(rows) < share)

    def texts(of, share):
        return pa.array(of).take(holes(random.integers(0, len(of), rows).astype("int32"), share)).take(pa.array(twice))

    def numbers(values, share=0.0):
        return holes(values, share).take(pa.array(twice))

    due = np.round(random.gamma(2.0, 100.0, rows), 2)
    columns = {
        "id": numbers(id),
        "city": texts(spellings, 0.03),
        "email": texts(mail, 0.1),
        "segment": texts([f"segment {n}" for n in range(12)], 0.0),
        "price": texts(price, 0.02),
        "age": numbers(np.round(random.normal(45, 25, rows)), 0.05),
        "spend": numbers(np.round(random.gamma(2.0, 150.0, rows), 2), 0.1),
        "quantity": numbers(np.round(random.lognormal(1.0, 1.2, rows))),
        "due": numbers(due),
        "paid": numbers(np.round(due * random.choice([1.0, 0.5, 0.0, 1.2, -0.1], rows, p=[0.8, 0.1, 0.08, 0.01, 0.01]), 2)),
    }
    table = pa.table(columns)
    with pa.OSFile(str(folder / "customers.arrow"), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    for name, column in columns.items():
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        if pa.types.is_string(column.type):
            text = "\n".join(value or "" for value in column.to_pylist())
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
        elif pa.types.is_integer(column.type):
            column.to_numpy().astype("<i8").tofile(folder / f"{name}.i64")
        else:
            column.to_numpy(zero_copy_only=False).astype("<f8").tofile(folder / f"{name}.f64")


def plan(table):
    """The ten steps of benches/examples/plan.rs, each on what the one before left."""
    import polars as pl

    col = pl.col
    mean, deviation = col("quantity").mean(), col("quantity").std()
    return (
        table.lazy()
        .unique(maintain_order=True, keep="first")
        .with_columns(col("city").str.normalize("NFKC").str.replace_all(r"\s+", " ").str.strip_chars().str.to_lowercase())
        .with_columns(col("email").str.strip_chars().str.to_lowercase())
        .with_columns(col("price").str.strip_prefix("$").str.replace_all(",", "", literal=True).cast(pl.Float64, strict=False))
        .drop_nulls("city")
        .with_columns(col("age").fill_null(col("age").median()))
        .with_columns(col("spend").fill_null(col("spend").mean().over("segment")))
        .with_columns(col("quantity").clip(mean - 3 * deviation, mean + 3 * deviation))
        .filter(col("age").is_between(0, 120))
        .filter((col("paid") >= 0) & (col("paid") <= col("due")))
    )


def main(folder):
    import polars as pl

    table = pl.read_ipc(folder / "customers.arrow").rechunk()
    wall, cpu = time.perf_counter(), time.process_time()
    cleaned = plan(table).collect()
    said = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "rows": len(cleaned)}
    for name in ["price", "age", "spend", "quantity"]:
        said[name] = cleaned[name].sum()
    print(json.dumps({**said, "cities": cleaned["city"].n_unique(), "emails": cleaned["email"].drop_nulls().n_unique()}))


if __name__ == "__main__":
    folder = Path(sys.argv[2])
    if sys.argv[1] == "generate":
        generate(folder, int(sys.argv[3]))
    else:
        main(folder)
