"""Ten million purchases into x, t_x, T and mean spend: DuckDB, polars and `PurchaseCounting`.

usage: python run.py [--runs N] [--rows N]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "pyarrow==26.0.1", "duckdb==2.0.0", "polars==2.1.0", "./crm-mining-py"]
TITLES = {
    "duckdb": "DuckDB",
    "polars": "polars",
    "crm_mining": "crm-mining, Python",
    "rust": "crm-mining, Rust",
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each after one to warm up (3)")
    arguments.add_argument("--rows", type=int, default=10_000_000, help="rows (10,000,000)")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    python = environment(*PACKAGES)
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "summary")
    compare(python, TARGET / "release/examples/summary", arguments.rows, arguments.runs)


def compare(python, example, rows, runs):
    """Runs everybody in turns and prints the table."""
    contend = Path(__file__).with_name("contend.py")
    folder = WORK / "summary"
    folder.mkdir(parents=True, exist_ok=True)
    sales = folder / f"sales_{rows}"
    if not sales.is_file():
        say("generating")
        run([python, contend, "generate", sales, rows], folder / "generate.log")
    words = {name: [python, contend, name, sales] for name in TITLES}
    words["rust"] = [example, sales]
    costs, facts = {name: [] for name in TITLES}, {}
    for turn in range(runs + 1):
        for name in TITLES:
            text, _ = run(words[name], folder / f"{name}.log")
            said = json.loads(text.splitlines()[-1])
            say(f"{'warm-up' if turn == 0 else f'run {turn}'}  {name:<12} {said['cost']['cpu']:6.2f} s CPU  {load()}")
            facts[name] = said["facts"]
            if turn:
                costs[name].append(said["cost"])
    agree(facts)
    report({name: median(each) for name, each in costs.items()}, rows, runs, facts["rust"])


def agree(facts):
    """Everybody must find the same; amounts are added in another order by each."""
    of = facts["rust"]
    for name, found in facts.items():
        for fact, value in found.items():
            if abs(value - of[fact]) > (1e-9 * abs(of[fact]) if fact == "monetary" else 0):
                sys.exit(f"{name} finds {fact} {value}, PurchaseCounting {of[fact]}")


def report(costs, rows, runs, facts):
    ours = costs["rust"]
    lines = [
        [title, cost["wall"], cost["wall"] / ours["wall"], cost["cpu"], cost["cpu"] / ours["cpu"],
         f"{cost['peak']:,.0f}", f"{cost['above']:,.0f}"]
        for title, cost in ((title, costs[name]) for name, title in TITLES.items())
    ]
    print(f"\n{rows:,} rows, {facts['customers']:,} customers, {facts['frequency']:,.0f} repeat purchases; "
          f"medians of {runs} runs, interleaved, two threads; {load()}")
    table(["", "wall s", "ratio", "CPU s", "ratio", "peak MB", "above data MB"], lines)


if __name__ == "__main__":
    main()
