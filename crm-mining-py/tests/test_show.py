"""How tables show themselves."""

import polars as pl

import crm_mining as crm


def test_a_table_in_a_notebook_is_no_markup():
    hostile = "</script><img src=x onerror=alert(1)>&'\""
    shown = crm.Table(pl.DataFrame({hostile: [hostile]}), name=hostile)._repr_html_()
    assert "<img" not in shown and "</script" not in shown
    assert shown.count("&lt;/script&gt;&lt;img") == 3 and "&amp;&#39;&quot;" in shown


def test_a_table_in_a_console(ledger):
    lines = repr(ledger).splitlines()
    assert lines[0] == "ledger: 5 rows × 6 columns"
    assert lines[1].split() == ["customer", "day", "orders", "lines", "units", "amount"]
    assert lines[2].split() == ["00123", "2024-03-05", "1", "1", "2.0", "7.0"]


def test_a_long_table_is_cut():
    table = crm.Table(pl.DataFrame({"text": ["a\nb" * 50] * 1000}))
    assert repr(table).endswith("…") and len(repr(table).splitlines()) == 8
    assert table._repr_html_().count("<tr>") == 11


def test_what_is_missing_shows_so():
    assert "–" in repr(crm.Table(pl.DataFrame({"a": ["x", None]})))


def test_long_numbers_are_shown_short():
    numbers = [1 / 3, 200 / 3, 1234567.891234567, -0.000123456789, 1.23456789e-9, 2 / 3 * 1e20, 0.1, 12.0, 1e300]
    shown = repr(crm.Table(pl.DataFrame({"number": numbers[:5]}))).splitlines()[2:]
    assert shown == ["0.333333", "66.6667", "1234567.89", "-0.000123457", "1.23457e-9"]
    shown = repr(crm.Table(pl.DataFrame({"number": numbers[5:]}))).splitlines()[2:]
    assert shown == ["6.66667e19", "0.1", "12.0", "1e300"]
    assert crm.Table(pl.DataFrame({"number": numbers})).to_polars()["number"].to_list() == numbers
