"""A cleaning plan of ten steps on ten million rows: polars and crm-mining.

usage: python run.py [--runs N] [--rows N]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "pyarrow==26.0.1", "polars==2.1.0"]
FACTS = ["rows", "price", "age", "spend", "quantity", "cities", "emails"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each after one to warm up (3)")
    arguments.add_argument("--rows", type=int, default=10_000_000, help="rows (10,000,000)")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    python = environment(*PACKAGES)
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "plan")
    stack, folder = Path(__file__).with_name("polars_stack.py"), WORK / f"plan_{arguments.rows}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "paid.f64").is_file():
        say("generating")
        run([python, stack, "generate", folder, arguments.rows], folder / "generate.log")
    contenders = {
        "polars": [python, stack, "run", folder],
        "crm-mining": [TARGET / "release/examples/plan", folder],
    }
    costs, facts = {name: [] for name in contenders}, {}
    for turn in range(arguments.runs + 1):
        for name, words in contenders.items():
            text, cost = run(words, folder / f"{name}.log")
            said = json.loads(text.splitlines()[-1])
            say(f"{'warm-up' if turn == 0 else f'run {turn}'}  {name:<12} {said['wall']:6.2f} s  {load()}")
            facts[name] = said
            if turn:
                costs[name].append({"wall": said["wall"], "cpu": said["cpu"], "peak": cost["peak"]})
    agree(facts)
    costs = {name: median(each) for name, each in costs.items()}
    ours, found = costs["crm-mining"], facts["crm-mining"]
    print(f"\n{arguments.rows:,} rows, {found['rows']:,} left, {found['changes']:,} changes logged; taken back in "
          f"{found['undo']:.2f} s; medians of {arguments.runs} runs, interleaved, two threads; {load()}")
    rows = [
        [name, cost["wall"], cost["wall"] / ours["wall"], cost["cpu"], cost["cpu"] / ours["cpu"], f"{cost['peak']:,.0f}"]
        for name, cost in costs.items()
    ]
    table(["", "wall s", "ratio", "CPU s", "ratio", "peak MB"], rows)


def agree(facts):
    """Whoever does the same must find the same."""
    ours, theirs = facts["crm-mining"], facts["polars"]
    for fact in FACTS:
        if abs(ours[fact] - theirs[fact]) > 1e-9 * abs(theirs[fact]):
            sys.exit(f"polars finds {fact} {theirs[fact]}, crm-mining {ours[fact]}")


if __name__ == "__main__":
    main()
