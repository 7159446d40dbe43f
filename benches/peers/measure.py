"""What the comparisons share: an environment of their own, child processes with their costs, a table."""

import os
import statistics
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TARGET = (ROOT / (os.environ.get("CARGO_TARGET_DIR") or "target")).resolve()
WORK = TARGET / "peers"

# Two threads for everybody. Idle OpenMP workers sleep: spinning, they would cost the peers a multiple.
THREADS = {
    "OMP_WAIT_POLICY": "PASSIVE",
    "GOMP_SPINCOUNT": "0",
    "OMP_NUM_THREADS": "2",
    "OPENBLAS_NUM_THREADS": "2",
    "POLARS_MAX_THREADS": "2",
    "RAYON_NUM_THREADS": "2",
}


def shared(variable, default):
    """The folder that a variable names, by default one beside the repository. Ends the program without it."""
    folder = Path(os.environ.get(variable) or ROOT / default).resolve()
    if not folder.is_dir():
        sys.exit(f"{folder} is absent: name it by the variable {variable}")
    return folder


def environment(*packages):
    """A Python of the peers' own, with these packages (arguments of pip install)."""
    python = WORK / "venv/bin/python"
    if not python.exists():
        say(f"making {WORK / 'venv'}")
        venv.create(WORK / "venv", with_pip=True)
    say(f"installing {' '.join(map(str, packages))}")
    command(python, "-m", "pip", "install", "--quiet", *packages)
    return python


def command(*words, **settings):
    """Runs to the end; a failure ends this program with what the command said."""
    words = [str(word) for word in words]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, **settings)
    if done.returncode:
        sys.exit(f"{' '.join(words)} failed:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def run(words, log, folder=ROOT):
    """One child process on two threads: its output, and its wall and CPU seconds and peak megabytes."""
    words = [str(word) for word in words]
    with open(log, "w+") as output:
        start = time.perf_counter()
        child = subprocess.Popen(words, cwd=folder, env={**os.environ, **THREADS}, stdout=output, stderr=output)
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if child.returncode:
        sys.exit(f"{' '.join(words)} failed ({child.returncode}):\n{text[-4000:]}")
    cost = {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}
    return text, cost


def median(costs):
    """The median of every figure that all of these have."""
    return {name: statistics.median(cost[name] for cost in costs) for name in costs[0]}


def table(head, rows):
    """Prints rows under a head: the first column to the left, the others to the right."""
    rows = [head] + [[cell if isinstance(cell, str) else f"{cell:,.2f}" for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows)]
    print()
    for row in rows:
        first, *others = (cell.ljust(width) if at == 0 else cell.rjust(width)
                          for at, (cell, width) in enumerate(zip(row, widths)))
        print("  ".join([first, *others]).rstrip())
    print(flush=True)


def load():
    """How busy the machine is."""
    return f"load {' '.join(f'{value:.1f}' for value in os.getloadavg())} on {os.cpu_count()} cores"


def say(text):
    print(text, file=sys.stderr, flush=True)
