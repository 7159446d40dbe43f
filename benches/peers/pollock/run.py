"""Pollock's polluted CSV files: Python's csv, pandas and crm-mining by one scorer, beside the published figures.

usage: python run.py

See README.md in this folder.
"""

import csv
import json
import sys
import tarfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import TARGET, WORK, command, environment, say, shared, table

PACKAGES = ["numpy==2.4.6", "pandas==3.1.1", "python-dateutil==4.0.0", "price-parser==0.5.1"]
# What the authors call the readers.
PUBLISHED = {"csv": "pycsv", "pandas": "pandas"}


def main():
    data, here, folder = shared("CRM_MINING_DATA", "../shared/data") / "pollock", Path(__file__).parent, WORK / "pollock"
    if not data.is_dir():
        sys.exit(f"{data} is absent")
    python = environment(*PACKAGES)
    say("building the example")
    command("cargo", "build", "--release", "-p", "benches", "--example", "pollock")
    polluted, loaded = folder / "polluted_files", folder / "loaded"
    if not polluted.is_dir():
        say("unpacking")
        with tarfile.open(data / "polluted_files.tar.xz") as packed:
            packed.extractall(folder, filter="data")
    command(TARGET / "release/examples/pollock", polluted / "csv", loaded)
    with open(data / "published_results_polluted_files.csv") as file:
        published = {row["sut"]: row for row in csv.DictReader(file)}
    lines = []
    for name, reader in {"csv": "csv", "pandas": "pandas", "crm-mining": loaded}.items():
        said = json.loads(command(python, "-W", "ignore", here / "score.py", reader, polluted, data / "pollock_weights.json"))
        row = published.get(PUBLISHED.get(name))
        figures = [f"{float(row[kind]):.4f}" if row else "" for kind in ("pollock_simple", "pollock_weighted")]
        lines.append([name, f"{said['simple']:.4f}", figures[0], f"{said['weighted']:.4f}", figures[1],
                      f"{said['means']['record_f1']:.4f}", f"{len(said['refused'])}"])
    print(f"{said['files']:,} files")
    table(["", "simple", "published", "weighted", "published", "record F1", "refused"], lines)


if __name__ == "__main__":
    main()
