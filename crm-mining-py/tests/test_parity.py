"""Settings are those of the Rust library: names, order and defaults."""

import inspect
import json
import os

import pytest

import crm_mining as crm

DEFAULTS = json.loads(os.environ.get("CRM_MINING_DEFAULTS", "null"))
pytestmark = pytest.mark.skipif(DEFAULTS is None, reason="needs the defaults of Rust; run by cargo test")


def python_names(settings):
    """The settings of Rust under their names in Python: spans of days say so, and so do shares and counts."""
    for name, value in settings.items():
        if name == "min_support":
            yield "min_support", value["share"]
            yield "min_count", None
        elif name == "k" and isinstance(value, dict):
            yield "k", (value["start"], value["end"])
        elif name == "clusters":
            yield "clusters", value["count"]
        elif name == "every":
            yield "every_days", value
        elif name == "within":
            yield "within_days", value
        elif name == "horizon":
            yield "horizon_days", value["days"]
            yield "months", None
        elif name == "discount":
            yield "monthly_discount", value["monthly"]
            yield "annual_discount", None
        elif name == "from":
            yield "from_", value
        elif isinstance(value, list):
            yield name, tuple(value)
        elif name in ("logistic", "forest", "truth", "weights", "dependencies", "sheet", "rates", "read_as", "silence", "scales", "preparation", "silhouette"):
            yield name, None
        else:
            yield name, value


CALLS = {
    "CsvReader": crm.read_csv,
    "JsonLinesReader": crm.read_jsonl,
    "ExcelReader": crm.read_excel,
    "ParquetReader": crm.read_parquet,
}
ONLY_PYTHON = {"source", "path", "dialect", "name", "progress", "categorical"}
# Of read_csv_chunks.
ONLY_RUST = {"chunk_bytes"}


@pytest.mark.parametrize("name", [name for name in DEFAULTS or [] if name[0].isupper()])
def test_names_order_and_defaults(name):
    call = CALLS.get(name) or getattr(crm, name, None) or getattr(crm.learn, name)
    parameters = inspect.signature(call).parameters.values()
    in_python = [(p.name, p.default) for p in parameters if p.name not in ONLY_PYTHON]
    in_rust = [(key, value) for key, value in python_names(DEFAULTS[name]) if key not in ONLY_RUST]
    if name == "Clv":
        in_rust = [(key, value) for key, value in in_rust if key not in ("buying", "spend")]
        in_python = in_python[2:]
    if name == "CompareK":
        # As in Rust, the numbers of clusters have no default.
        in_rust, in_python = in_rust[1:], in_python[1:]
    if name in ("Linker", "Merge"):
        in_rust, in_python = in_rust[2:], in_python[2:]
    assert in_python == in_rust


def test_settings_made_without_arguments_are_the_defaults():
    assert crm.Churn().logistic == DEFAULTS["Churn"]["logistic"]
    assert crm.Churn().forest == DEFAULTS["Churn"]["forest"]
    assert crm.Lifecycle().silence == DEFAULTS["Lifecycle"]["silence"]
    assert crm.CompositeValue().weights == DEFAULTS["CompositeValue"]["weights"]
    assert crm.CompositeValue().scales == DEFAULTS["CompositeValue"]["scales"]
    assert crm.Quality().weights == DEFAULTS["Quality"]["weights"]
    assert crm.learn.CompareK(2).silhouette == DEFAULTS["CompareK"]["silhouette"]
    search = crm.ErrorDetector().dependencies
    assert search == crm.DependencySearch()
    in_rust = DEFAULTS["ErrorDetector"]["dependencies"]
    assert {name: getattr(search, name) for name in in_rust} == in_rust == DEFAULTS["DependencySearch"]
    assert crm.SampleShop().truth == DEFAULTS["SampleShop"]["truth"]
    assert str(crm.SampleShop().from_) == DEFAULTS["SampleShop"]["from"]
    assert crm.Cleaner.transactions().steps == DEFAULTS["transactions"]["steps"]
    assert crm.Cleaner.customary().steps == DEFAULTS["customary"]["steps"]
