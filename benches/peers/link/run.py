"""febrl4 linked by Splink and crm-mining, and a million made-up customers by crm-mining.

usage: python run.py [--runs N] [--customers N]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, shared, table

PACKAGES = ["splink==5.0.0", "duckdb==2.0.0", "pandas==3.1.1"]
SCORES = ["precision", "recall", "f1"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each (3)")
    arguments.add_argument("--customers", type=int, default=1_000_000, help="made-up customers (1,000,000)")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    data = shared("CRM_MINING_DATA", "../shared/data")
    files = [data / "febrl/dataset4a.csv", data / "febrl/dataset4b.csv"]
    python = environment(*PACKAGES)
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "link")
    folder, ours = WORK / "link", TARGET / "release/examples/link"
    folder.mkdir(parents=True, exist_ok=True)
    contenders = {
        "Splink": [python, Path(__file__).with_name("splink_febrl4.py"), *files],
        "crm-mining": [ours, *files],
    }
    costs, found = {name: [] for name in contenders}, {}
    for turn in range(arguments.runs):
        for name, words in contenders.items():
            text, cost = run(words, folder / f"{name}.log")
            said = json.loads(text.splitlines()[-1])
            say(f"run {turn + 1}  {name:<12} {said['wall']:7.2f} s  {load()}")
            found[name] = [said[score] for score in SCORES]
            costs[name].append({"wall": said["wall"], "cpu": said["cpu"], "peak": cost["peak"]})
    costs = {name: median(each) for name, each in costs.items()}
    us = costs["crm-mining"]
    print(f"\nfebrl4; medians of {arguments.runs} runs, interleaved, two threads; {load()}")
    rows = [
        [name, cost["wall"], cost["wall"] / us["wall"], cost["cpu"], cost["cpu"] / us["cpu"], f"{cost['peak']:.0f}",
         *(f"{value:.4f}" for value in found[name])]
        for name, cost in costs.items()
    ]
    table(["", "wall s", "ratio", "CPU s", "ratio", "peak MB", *SCORES], rows)
    text, cost = run([ours, arguments.customers], folder / "people.log")
    said = json.loads(text.splitlines()[-1])
    print(f"{arguments.customers:,} customers and a tenth of them twice; {load()}")
    row = ["crm-mining", said["wall"], said["cpu"], f"{cost['peak']:.0f}", f"{said['pairs']:,.0f}",
           f"{said['left_out']:,}", *(f"{said[score]:.4f}" for score in SCORES)]
    table(["", "wall s", "CPU s", "peak MB", "pairs", "left out", *SCORES], [row])


if __name__ == "__main__":
    main()
