"""The examples run, and find on real data what the Rust library and the customary script find."""

import json
import os
import pathlib
import re
import subprocess
import sys

import nbclient
import nbformat
import pytest

import crm_mining as crm

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / "examples" / "customer_profiles.py"
NOTEBOOK = ROOT / "examples" / "customer_profiles.ipynb"
DATA = pathlib.Path(os.environ.get("CRM_MINING_DATA", ROOT.parent / "shared" / "data"))


def run(*arguments, folder):
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    # Whatever the console speaks, the script speaks UTF-8 here.
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "progress is shown to a terminal only"
    return done.stdout


def test_the_script_on_the_sample_shop(tmp_path):
    said = run("--out", tmp_path / "deep" / "out", folder=tmp_path)
    assert re.search(r"^sample shop: \d+ rows, 0 could not be read$", said, re.M)
    assert "exact duplicates" in said and "BG/NBD" in said and "AUC" in said and " → " in said
    profiles = crm.Profiles.read_jsonl(tmp_path / "deep" / "out" / "profiles.jsonl")
    assert f"{len(profiles)} profiles in " in said and len(profiles) > 1900
    assert profiles["000004"].facts["customer_name"] == "</script>"
    names = {path.name for path in (tmp_path / "deep" / "out").iterdir()}
    assert names == {"profiles.jsonl", "profiles.parquet", "rules.csv", "rejected.csv", "unread.csv"}
    assert crm.read_parquet(tmp_path / "deep" / "out" / "profiles.parquet").shape[0] == len(profiles)


def test_a_file_that_is_not_there(tmp_path):
    done = subprocess.run([sys.executable, str(SCRIPT), "none.csv"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and done.stderr.startswith("error: none.csv: cannot open")
    assert "Traceback" not in done.stderr


def test_the_notebook_runs_and_is_kept_without_output(tmp_path):
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    assert all(not cell.get("outputs") and cell.get("execution_count") is None for cell in notebook.cells)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    shown = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert len([output for output in shown if "text/html" in output.get("data", {})]) >= 8
    cards = notebook.cells[-2].outputs[0]["data"]["text/html"]
    assert "O&#39;Neill, &quot;Jo&quot;" in cards


def test_the_figures_of_the_customary_script_on_real_data(tmp_path):
    file = DATA / "online_retail" / "online_retail.csv.gz"
    if not file.exists():
        pytest.skip(f"no {file}; set CRM_MINING_DATA")
    said = run(file, "--customary", "--out", tmp_path, folder=tmp_path)
    for expected in (
        "541909 rows, 0 could not be read",
        "391150 lines of 4334 customers until 2011-12-09, 8104362.49 in all",
        "632 champion",
        "r=0.8229, alpha=69.09",
        "p=2.1759, q=3.6262, v=482.17",
        "43.02 % of 3368 customers bought nothing in 90 days",
        "732 rules from 18402 baskets",
        "lift 66.4",
        "4334 profiles in ",
    ):
        assert expected in said, said
    worth = float(re.search(r"12 months of 30 days: (\d+)", said)[1])
    assert worth == pytest.approx(6_936_112, abs=20)
    line = json.loads((tmp_path / "profiles.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert line["source"] == "online_retail.csv.gz" and line["as_of"] == "2011-12-09"
