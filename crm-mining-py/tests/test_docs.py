"""Every public name is documented, and its parameters with it."""

import inspect

import pytest

import crm_mining as crm

CLASSES = [value for name in crm.__all__ if inspect.isclass(value := getattr(crm, name))]


def members(cls):
    return [(name, getattr(cls, name)) for name in vars(cls) if not name.startswith("_")]


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_class_and_method_says_what_it_does_and_takes(cls):
    documented = [(cls.__name__, cls), *members(cls)]
    for name, member in documented:
        text = inspect.getdoc(member)
        assert text, f"{name} has no documentation"
        if callable(member) and not issubclass(cls, Exception):
            taken = [p for p in inspect.signature(member).parameters if p not in ("self", "progress")]
            missing = [parameter for parameter in taken if parameter not in text]
            assert not missing, f"{cls.__name__}.{name} does not document {missing}"


def test_the_package_shows_its_names():
    assert set(crm.__all__) <= set(dir(crm))
    assert all(value.__module__ in ("crm_mining", "crm_mining.errors") for value in CLASSES)
