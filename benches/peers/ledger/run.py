"""Ten million sales by customer and by customer and day: DuckDB, polars and `crm_mining.Ledger`.

usage: python run.py [--runs N] [--rows N]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import WORK, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "pyarrow==26.0.1", "duckdb==2.0.0", "polars==2.1.0", "./crm-mining-py"]
CONTENDERS = {
    "duckdb_customer": "DuckDB by customer",
    "duckdb_day": "DuckDB by customer and day",
    "polars_customer": "polars by customer",
    "polars_day": "polars by customer and day",
    "ledger": "crm-mining Ledger",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each after one to warm up (3)")
    arguments.add_argument("--rows", type=int, default=10_000_000, help="rows (10,000,000)")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    python = environment(*PACKAGES)
    contend = Path(__file__).with_name("contend.py")
    folder = WORK / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    sales = folder / f"sales_{arguments.rows}.arrow"
    if not sales.is_file():
        say("generating")
        run([python, contend, "generate", sales, arguments.rows], folder / "generate.log")
    costs, facts = {name: [] for name in CONTENDERS}, {}
    for turn in range(arguments.runs + 1):
        for name in CONTENDERS:
            text, _ = run([python, contend, name, sales], folder / f"{name}.log")
            said = json.loads(text.splitlines()[-1])
            say(f"{'warm-up' if turn == 0 else f'run {turn}'}  {name:<16} {said['cost']['wall']:6.2f} s  {load()}")
            facts[name] = said["facts"]
            if turn:
                costs[name].append(said["cost"])
    agree(facts)
    report({name: median(each) for name, each in costs.items()}, arguments, facts["ledger"])


def agree(facts):
    """Whoever counts the same must find the same."""
    of = facts["ledger"]
    for name, found in facts.items():
        for fact, value in found.items():
            if abs(value - of[fact]) > 1e-9 * abs(of[fact]):
                sys.exit(f"{name} finds {fact} {value}, the ledger {of[fact]}")


def report(costs, arguments, facts):
    ours = costs["ledger"]
    rows = [
        [title, cost["wall"], cost["wall"] / ours["wall"], cost["cpu"], cost["cpu"] / ours["cpu"],
         f"{cost['peak']:,.0f}", f"{cost['above']:,.0f}"]
        for title, cost in ((title, costs[name]) for name, title in CONTENDERS.items())
    ]
    print(f"\n{arguments.rows:,} rows, {facts['customers']:,} customers, {facts['cells']:,} days of customers; "
          f"medians of {arguments.runs} runs, interleaved, two threads; {load()}")
    table(["", "wall s", "ratio", "CPU s", "ratio", "peak MB", "above data MB"], rows)


if __name__ == "__main__":
    main()
