"""The main job beside the peers: from the file of orders to profiles, by pandas, by polars and by crm-mining.

usage: python run.py [--runs N] [--without-python]

See README.md in this folder.
"""

import argparse
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import ROOT, TARGET, WORK, command, environment, load, median, run, say, shared, table

OURS = "crm-mining from Rust"
TOTAL = "TOTAL (imports excluded)"
# The peers' list leaves it out: polars needs it to hand a column to pandas, and pandas takes it for its texts.
PYARROW = "pyarrow==26.0.1"


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each after one to warm up (3)")
    arguments.add_argument("--without-python", action="store_true", help="leave out our job from Python")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    jobs = prepare(arguments.without_python)
    costs = {name: [] for name in jobs}
    loads = [load()]
    for turn in range(arguments.runs + 1):
        for name, job in jobs.items():
            cost = job()
            say(f"{'warm-up' if turn == 0 else f'run {turn}'}  {name:<24} {cost['wall']:7.2f} s  {load()}")
            if turn:
                costs[name].append(cost)
    loads.append(load())
    report({name: median(each) for name, each in costs.items()}, arguments.runs, loads)


def prepare(without_python):
    """Builds and installs everything and returns the jobs: functions that run once and say what it cost."""
    peers, data = shared("CRM_MINING_PEERS", "../shared/peers/main_job"), shared("CRM_MINING_DATA", "../shared/data")
    source = data / "online_retail/online_retail.csv.gz"
    if not source.is_file():
        sys.exit(f"{source} is absent")
    ours = [] if without_python else ["./crm-mining-py"]
    python = environment("-r", peers / "requirements.txt", PYARROW, *ours)
    say("building the example")
    command("cargo", "build", "--release", "-p", "examples", "--example", "customer_profiles")
    folder = WORK / "main_job"
    folder.mkdir(parents=True, exist_ok=True)
    orders = folder / "OnlineRetail.csv"
    if not orders.is_file():
        command(python, peers / "make_csv.py", source, orders.with_suffix(".part"))
        orders.with_suffix(".part").rename(orders)

    def peer(stack):
        facts = folder / f"{stack}.json"
        words = [python, peers / f"{stack}_stack.py", orders, folder / stack, facts]

        def job():
            _, cost = run(words, folder / f"{stack}.log", peers)
            stages = json.loads(facts.read_text())["stages"]
            inner = next(stage for stage in stages if stage["stage"] == TOTAL)
            return {**cost, "inner": inner["wall_s"], "inner_cpu": inner["cpu_s"]}

        return job

    def our(name, *program):
        words = [*program, orders, "--customary", "--out", folder / name]

        def job():
            text, cost = run(words, folder / f"{name}.log")
            inner = re.search(r"^imports excluded: ([\d.]+) s wall, ([\d.]+) s CPU", text, re.M)
            wall, cpu = map(float, inner.groups()) if inner else (cost["wall"], cost["cpu"])
            return {**cost, "inner": wall, "inner_cpu": cpu}

        return job

    jobs = {
        "pandas stack": peer("pandas"),
        "polars stack": peer("polars"),
        OURS: our("rust", TARGET / "release/examples/customer_profiles"),
    }
    if not without_python:
        jobs["crm-mining from Python"] = our("python", python, ROOT / "examples/customer_profiles.py")
    return jobs


def report(costs, runs, loads):
    ours = costs[OURS]
    rows = [
        [name, cost["wall"], cost["wall"] / ours["wall"], cost["inner"], cost["inner"] / ours["inner"],
         cost["cpu"], cost["cpu"] / ours["cpu"], f"{cost['peak']:.0f}", cost["peak"] / ours["peak"]]
        for name, cost in costs.items()
    ]
    print(f"\nmedians of {runs} runs, interleaved, two threads; {loads[0]} before, {loads[1]} after")
    table(["", "wall s", "ratio", "no imports s", "ratio", "CPU s", "ratio", "peak MB", "ratio"], rows)


if __name__ == "__main__":
    main()
