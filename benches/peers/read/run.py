"""CSV to a typed table: DuckDB, polars and crm-mining; and a file larger than memory, chunk by chunk.

usage: python run.py [--runs N] [--megabytes N] [--stream MEGABYTES]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "duckdb==2.0.0", "polars==2.1.0"]
SHAPES = ["orders", "distinct"]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--runs", type=int, default=3, help="runs of each (3)")
    arguments.add_argument("--megabytes", type=int, default=500, help="size of the files (500)")
    arguments.add_argument("--stream", type=int, default=5000, help="size of the file read by chunks (5000)")
    arguments = arguments.parse_args()
    if arguments.runs < 1:
        sys.exit("--runs must be at least 1")
    python, here = environment(*PACKAGES), Path(__file__).parent
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "read_csv")
    folder, ours = WORK / "read", TARGET / "release/examples/read_csv"
    folder.mkdir(parents=True, exist_ok=True)

    def generated(shape, megabytes):
        path = folder / f"{shape}_{megabytes}.csv"
        if not path.is_file():
            say(f"generating {path.name}")
            run([python, here / "generate.py", shape, megabytes, path], folder / "generate.log")
        return path

    for shape in SHAPES:
        path = generated(shape, arguments.megabytes)
        path.read_bytes()
        contenders = {
            "duckdb": [python, here / "peer.py", "duckdb", path],
            "polars": [python, here / "peer.py", "polars", path],
            "crm-mining": [ours, path],
        }
        compare(shape, contenders, arguments.runs, folder)
    if arguments.stream:
        path = generated("orders", arguments.stream)
        text, cost = run([ours, path, "chunks"], folder / "chunks.log")
        path.unlink()
        said = json.loads(text.splitlines()[-1])
        print(f"\n{arguments.stream:,} MB by chunks: {said['rows']:,} rows, read twice in {said['wall']:.1f} s, {said['cpu']:.1f} CPU s; "
              f"peak {said['peak_reading']:.0f} MB reading, {cost['peak']:.0f} MB with a ledger of each chunk")


def compare(shape, contenders, runs, folder):
    costs, rows = {name: [] for name in contenders}, {}
    for turn in range(runs):
        for name, words in contenders.items():
            text, cost = run(words, folder / f"{name}.log")
            said = json.loads(text.splitlines()[-1])
            say(f"run {turn + 1}  {shape:<9} {name:<12} {said['wall']:7.2f} s  {load()}")
            rows[name] = said["rows"]
            costs[name].append({"wall": said["wall"], "cpu": said["cpu"], "peak": cost["peak"]})
    if len(set(rows.values())) > 1:
        sys.exit(f"they read different rows: {rows}")
    costs = {name: median(each) for name, each in costs.items()}
    best = {figure: min(cost[figure] for name, cost in costs.items() if name != "crm-mining") for figure in ("wall", "cpu")}
    print(f"\n{shape}: {rows['crm-mining']:,} rows; medians of {runs} runs, interleaved, two threads; {load()}")
    table(["", "wall s", "of the faster peer", "CPU s", "of the faster peer", "peak MB"], [
        [name, cost["wall"], cost["wall"] / best["wall"], cost["cpu"], cost["cpu"] / best["cpu"], f"{cost['peak']:.0f}"]
        for name, cost in costs.items()
    ])


if __name__ == "__main__":
    main()
