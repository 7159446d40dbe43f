"""Models of buying fitted to a million customers, and their lifetime value: lifetimes and crm-mining.

usage: python run.py [--runs N] [--customers N]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "pandas==3.1.1", "Lifetimes==0.11.3"]
# Each of our jobs with those of lifetimes that it stands beside.
JOBS = {"bg": ["bg", "bg-collapsed"], "pareto": ["pareto-collapsed"], "clv": ["clv"]}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each (3)")
    arguments.add_argument("--customers", type=int, default=1_000_000, help="customers (1,000,000)")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    python = environment(*PACKAGES)
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "value")
    peer, folder = Path(__file__).with_name("lifetimes_value.py"), WORK / "value"
    folder.mkdir(parents=True, exist_ok=True)
    customers = folder / f"customers_{arguments.customers}"
    if not customers.is_file():
        say("simulating")
        run([python, peer, "simulate", customers, arguments.customers], folder / "simulate.log")
    contenders = {}
    for ours, peers in JOBS.items():
        contenders |= {f"lifetimes {job}": [python, peer, job, customers] for job in peers}
        contenders[f"crm-mining {ours}"] = [TARGET / "release/examples/value", ours, customers]
    costs, found = {name: [] for name in contenders}, {}
    for turn in range(arguments.runs):
        for name, words in contenders.items():
            text, cost = run(words, folder / "run.log")
            said = json.loads(text.splitlines()[-1])
            say(f"run {turn + 1}  {name:<26} {said['wall']:7.2f} s  {load()}")
            found[name] = said["found"]
            costs[name].append({"wall": said["wall"], "cpu": said["cpu"], "peak": cost["peak"]})
    costs = {name: median(each) for name, each in costs.items()}
    print(f"\n{arguments.customers:,} customers; medians of {arguments.runs} runs, interleaved, two threads; {load()}")
    rows = []
    for ours, peers in JOBS.items():
        best = costs[f"crm-mining {ours}"]
        for name in [*(f"lifetimes {job}" for job in peers), f"crm-mining {ours}"]:
            cost, values = costs[name], " ".join(f"{value:.5g}" for value in found[name])
            rows.append([name, cost["wall"], cost["wall"] / best["wall"], cost["cpu"], cost["cpu"] / best["cpu"],
                         f"{cost['peak']:.0f}", values])
    table(["", "wall s", "ratio", "CPU s", "ratio", "peak MB", "found"], rows)


if __name__ == "__main__":
    main()
