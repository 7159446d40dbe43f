"""Cox's proportional hazards fitted to a million customers: survival, lifelines and crm-mining.

usage: python run.py [--runs N] [--customers N] [--lifelines]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "survival==2.0.0"]
LIFELINES = ["pandas==2.3.3", "lifelines==0.30.3"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each (3)")
    arguments.add_argument("--customers", type=int, default=1_000_000, help="customers (1,000,000)")
    arguments.add_argument("--lifelines", action="store_true", help="fit by lifelines too, which takes half a minute")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    python = environment(*PACKAGES, *(LIFELINES if arguments.lifelines else []))
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "survival")
    peer, folder = Path(__file__).with_name("peer.py"), WORK / "survival"
    folder.mkdir(parents=True, exist_ok=True)
    customers = folder / f"customers_{arguments.customers}"
    if not customers.is_file():
        say("simulating")
        run([python, peer, "simulate", customers, arguments.customers], folder / "simulate.log")
    peers = ["coxph_fit", "coxph_fit_raw"] + ["lifelines"] * arguments.lifelines
    contenders = {name: [python, peer, name, customers] for name in peers}
    contenders["crm-mining"] = [TARGET / "release/examples/survival", customers]
    costs, found = {name: [] for name in contenders}, {}
    for turn in range(arguments.runs):
        for name, words in contenders.items():
            text, cost = run(words, folder / f"{name}.log")
            said = json.loads(text.splitlines()[-1])
            say(f"run {turn + 1}  {name:<14} {said['wall']:7.2f} s  {load()}")
            found[name] = said["coefficients"]
            costs[name].append({"wall": said["wall"], "cpu": said["cpu"], "peak": cost["peak"]})
    costs = {name: median(each) for name, each in costs.items()}
    ours = costs["crm-mining"]
    print(f"\n{arguments.customers:,} customers; medians of {arguments.runs} runs, interleaved, two threads; {load()}")
    rows = [
        [name, cost["wall"], cost["wall"] / ours["wall"], cost["cpu"], cost["cpu"] / ours["cpu"],
         f"{cost['peak']:.0f}", *(f"{value:.6f}" for value in found[name])]
        for name, cost in costs.items()
    ]
    table(["", "fit wall s", "ratio", "fit CPU s", "ratio", "peak MB", "a", "b", "c", "d", "e"], rows)


if __name__ == "__main__":
    main()
