"""Every error of the Rust library has its exception, which derives from the built-in a user expects."""

import inspect
import pathlib
import pickle
import re

import polars as pl
import pytest

import crm_mining as crm

CORE = pathlib.Path(__file__).parents[2] / "crm-mining" / "src"
CLASSES = dict(inspect.getmembers(crm.errors, inspect.isclass))


def kinds():
    source = (CORE / "error.rs").read_text(encoding="utf-8")
    body = re.search(r"pub enum ErrorKind \{(.*?)\n\}\n", source, re.S)[1]
    for name, fields in re.findall(r"^    ([A-Z]\w+) \{(.*?)\}", body, re.S | re.M):
        yield name, set(re.findall(r"(\w+):", fields))


def test_every_kind_has_its_exception_with_its_fields():
    found = dict(kinds())
    assert len(found) >= 20
    # Ctrl-C is a KeyboardInterrupt; the fields of Io are those of OSError; `class` is no name in Python.
    del found["Cancelled"], found["Io"]
    found["SingleClass"].remove("class")
    for name, fields in found.items():
        assert name in CLASSES, f"crm_mining.errors has no class {name}"
        assert fields == set(CLASSES[name].__annotations__), name


def test_every_exception_derives_from_ours_and_from_a_built_in():
    for name, error in CLASSES.items():
        assert issubclass(error, crm.CrmMiningError)
        if name != "CrmMiningError":
            assert any(base.__module__ == "builtins" and base is not Exception for base in error.__mro__[1:-2])
        assert error.__doc__ and error("x").kind == name and str(error("it's 'x'")) == "it's 'x'"


def test_fields_and_message_of_an_exception(lines):
    with pytest.raises(KeyError) as raised:
        crm.Transactions(pl.DataFrame(lines), customer="buyer")
    error = raised.value
    assert isinstance(error, crm.errors.MissingColumn)
    assert (error.kind, error.table, error.found) == ("MissingColumn", "data", list(lines))
    assert str(error).startswith('data: no column for "buyer"; found columns: Customer ID,')


def test_an_unsound_line_is_named_and_hidden(lines):
    lines["UnitPrice"] = ["1", "2", "Anna 13812345678", "4", "5", "6"]
    with pytest.raises(ValueError) as raised:
        crm.Transactions(pl.DataFrame(lines))
    assert (raised.value.row, raised.value.column) == (3, "UnitPrice")
    assert "Anna" not in str(raised.value)


def test_exceptions_travel_between_processes(lines):
    with pytest.raises(crm.errors.MissingColumn) as raised:
        crm.Transactions(pl.DataFrame({"a": [1]}))
    copy = pickle.loads(pickle.dumps(raised.value))
    assert (str(copy), copy.found) == (str(raised.value), ["a"])
