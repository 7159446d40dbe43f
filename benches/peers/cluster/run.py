"""Rows divided into clusters by the peers and by crm-mining.

usage: python run.py [JOB...] [--runs N]

See README.md in this folder.
"""

import argparse
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, load, median, run, say, table

PACKAGES = ["numpy==2.4.6", "scikit-learn==1.9.1", "fastcluster==1.3.0"]
# Each job with the peers that do it too.
JOBS = {
    **dict.fromkeys(["kmeans_1m", "kmeans_200k", "kmeans_10m", "kmeans_10m_drawn"], ["scikit-learn"]),
    **dict.fromkeys(["choose", "dbscan", "hdbscan"], ["scikit-learn"]),
    **dict.fromkeys(["ward_10k", "ward_50k"], ["fastcluster"]),
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("jobs", nargs="*", metavar="JOB", help=f"of {', '.join(JOBS)} (all)")
    arguments.add_argument("--runs", type=int, default=3, help="runs of each (3)")
    arguments = arguments.parse_args()
    jobs = arguments.jobs or list(JOBS)
    if arguments.runs < 1 or not set(jobs) <= set(JOBS):
        sys.exit(f"--runs must be at least 1, jobs of {', '.join(JOBS)}")
    python = environment(*PACKAGES)
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "cluster")
    script, folder = Path(__file__).with_name("peers.py"), WORK / "cluster"
    folder.mkdir(parents=True, exist_ok=True)
    for job in jobs:
        if not (folder / job).is_file():
            say(f"generating {job}")
            command(python, script, "rows", job, folder / job)
    costs, found = {}, {}
    for turn in range(arguments.runs):
        for job in jobs:
            contenders = {peer: [python, script, peer, job, folder / job] for peer in JOBS[job]}
            contenders["crm-mining"] = [TARGET / "release/examples/cluster", job, folder / job]
            for name, words in contenders.items():
                text, cost = run(words, folder / "run.log")
                said = json.loads(text.splitlines()[-1])
                say(f"run {turn + 1}  {job:<12} {name:<14} {said['wall']:8.3f} s  {load()}")
                found[job, name] = said["found"]
                cost = {"wall": said["wall"], "cpu": said["cpu"], "peak": cost["peak"]}
                costs.setdefault((job, name), []).append(cost)
    costs = {name: median(each) for name, each in costs.items()}
    print(f"\nMedians of {arguments.runs} runs, interleaved, two threads; {load()}")
    rows = []
    for (job, name), cost in costs.items():
        ours, values = costs[job, "crm-mining"], " ".join(f"{value:.12g}" for value in found[job, name])
        rows.append([f"{job} {name}", f"{cost['wall']:.3f}", cost["wall"] / ours["wall"], f"{cost['cpu']:.3f}",
                     cost["cpu"] / ours["cpu"], f"{cost['peak']:.0f}", values])
    table(["", "wall s", "ratio", "CPU s", "ratio", "peak MB", "found"], rows)


if __name__ == "__main__":
    main()
