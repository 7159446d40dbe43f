"""The Python of the README runs as it stands, one block after the other."""

import random
import re
from pathlib import Path

import polars as pl

import crm_mining as crm

README = Path(__file__).parents[2] / "README.md"
BLOCKS = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def customers():
    """People with their faults: a fifth of them twice, spelt otherwise."""
    dice = random.Random(5)
    sign = lambda signs, n: "".join(dice.choice(signs) for _ in range(n))  # noqa: E731
    lines = ["name,city,phone,email,age,postcode"]
    for number in range(300):
        name = f"{sign('bcdf', 1)}{sign('aeiou', 2)}{sign('lmnr', 2)} {sign('stuv', 1)}{sign('aeiou', 3)}"
        city = sign("xyz", 4)
        phone, age = f"138{dice.randrange(10**8):08}", dice.choice(["", dice.randrange(18, 90)])
        lines.append(f"{name},{city},{phone},u{number}@mail.example,{age},0{dice.randrange(1000)}")
        if number % 5 == 0:
            lines.append(f" {name.title()},{city},+86 {phone},v{number}@mail.example,{age},0{dice.randrange(1000)}")
    return "\n".join(lines) + "\n"


def test_every_block_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shop = crm.SampleShop(customers=300).generate().csv
    header = "InvoiceNo,CustomerID,Name,City,InvoiceDate,StockCode,Description,Quantity,UnitPrice,Channel"
    Path("orders.csv").write_text(header + shop[shop.index("\n") :], encoding="utf-8")
    Path("customers.csv").write_text(customers(), encoding="utf-8")
    names = {}
    assert len(BLOCKS) == 5
    for block in BLOCKS:
        exec(compile(block, "README.md", "exec"), names)
    assert Path("profiles.jsonl").stat().st_size > 100_000
    assert names["chosen"].choice.k == names["later"].k == len(names["report"])
    assert sum(names["by_hand"].sizes) == len(names["now"]) == len(names["labels"])
    assert len(names["raw"]) == 360 and names["raw"].to_polars()["postcode"].dtype == pl.String
    assert names["cleaned"].undo().to_polars().equals(names["raw"].to_polars())
    assert 300 <= names["customers"].n_customers < 330
    assert len(names["ledger"].customers) > 290
