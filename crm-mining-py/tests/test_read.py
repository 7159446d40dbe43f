"""Files of every dialect, JSON lines and workbooks in; what was found about them out."""

import datetime as dt
import io
import zipfile

import polars as pl
import pyarrow as pa
import pytest

import crm_mining as crm

EXPORT = (
    "Export of 5 March\n"
    "\n"
    "id;name;amount\n"
    "1;'O;Hara';2,50\n"
    "2;'it''s';3,10\n"
    "3;plain;4,00;;\n"
    "4;short\n"
    "5;'five';5,00\n"
).encode()


def test_the_dialect_is_found_and_stated_with_its_evidence():
    raw = crm.read_csv(EXPORT)
    assert raw.report["dialect"] == {
        "delimiter": ";",
        "repeat": "once",
        "quote": "'",
        "escape": "doubled",
        "spaces": "kept",
        "preamble_lines": 2,
        "header_rows": 1,
    }
    assert (raw.report["line_ends"], raw.report["zstd"], raw.report["gzip"]) == ("lf", False, False)
    assert raw.report["preamble"].splitlines()[0] == "Export of 5 March"
    assert raw.to_polars()["name"].to_list() == ["O;Hara", "it's", "plain", "five"]
    assert raw.rejected.to_polars().select("row", "line").rows() == [(4, 7)]
    assert raw.mended.to_polars().select("row", "line", "how").rows() == [
        (3, 6, "empty fields were left out: expected 3, got 5")
    ]
    findings = {of: (found, evidence) for of, found, evidence in raw.findings.to_polars().iter_rows()}
    assert findings["delimiter"][0] == ";" and findings["delimiter"][1]
    assert {"encoding", "quote", "preamble", "header"} <= set(findings)
    shown = raw._repr_html_()
    assert "1 rows set aside, 1 mended" in shown and "evidence" in shown


@pytest.mark.parametrize(("mend", "rows", "mended"), [("nothing", 3, 0), ("certain", 4, 1), ("short", 5, 2)])
def test_what_is_mended(mend, rows, mended):
    raw = crm.read_csv(EXPORT, mend=mend)
    assert (len(raw), len(raw.mended), len(raw) + len(raw.rejected)) == (rows, mended, 5)


def test_every_part_of_the_dialect_can_be_told():
    rows = lambda text, **told: crm.read_csv(text.encode(), **told).to_polars().rows()  # noqa: E731
    assert rows("a;b\n'1;2'\n", quote="", delimiter=";") == [("'1", "2'")]
    assert rows('a,b\n"x\\"y",2\n', escape="backslash") == [('x"y', 2)]
    assert rows("a, b\n1, 2\n", spaces="kept") == [(1, 2.0)]
    assert rows("a, b\n1, 2\n", spaces="skipped") == [(1, 2)]
    assert rows("x,y\na,b\n1,2\n", preamble_lines=1) == [(1, 2)]
    assert rows("1,2\n3,4\n", header_rows=0) == [(1, 2), (3, 4)]
    told = {"delimiter": "|", "repeat": "once", "quote": None, "escape": "doubled", "spaces": "kept"}
    told |= {"preamble_lines": 0, "header_rows": 1}
    raw = crm.read_csv(b"a|b\n1|'2\n", dialect=told)
    assert raw.report["dialect"] == told and raw.to_polars().rows() == [(1, "'2")]
    assert crm.read_csv(b"a|b\n1|2\n", dialect=told, header_rows=0).shape == (2, 2)


def test_the_dialect_found_reads_the_next_file():
    first = crm.read_csv(EXPORT)
    again = crm.read_csv(EXPORT, dialect=first.report["dialect"])
    assert again.to_polars().equals(first.to_polars())


def test_repeated_names():
    with pytest.raises(crm.errors.DuplicateColumn):
        crm.read_csv(b"a,a\n1,2\n")
    assert crm.read_csv(b"a,a\n1,2\n", repeated_names="numbered").column_names == ["a", "a (2)"]


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"quote": "ab"}, "quote"),
        ({"quote": "x"}, "quote"),
        ({"escape": "twice"}, "doubled"),
        ({"spaces": "all"}, "skipped"),
        ({"mend": "all"}, "certain"),
        ({"repeated_names": "last"}, "numbered"),
        ({"header_rows": 17}, "at most 16"),
        ({"dialect": {"escape": "twice"}}, "doubled"),
        ({"date_order": "ymd"}, "year_first"),
    ],
)
def test_what_cannot_be_told(told, words):
    with pytest.raises(crm.errors.InvalidParameter, match=words):
        crm.read_csv(b"a\n1\n", **told)


def test_encodings_and_packing():
    text = "客戶,金額\n王小明,1\n林美玲,2\n"
    raw = crm.read_csv(text.encode("big5"), encoding="big5")
    assert (raw.column_names, raw.report["encoding"]) == (["客戶", "金額"], "big5")
    packed = pa.compress(text.encode(), "zstd", asbytes=True)
    raw = crm.read_csv(packed)
    assert raw.report["zstd"] and raw.to_polars()["客戶"].to_list() == ["王小明", "林美玲"]
    assert crm.read_csv("имя\nОльга\n".encode("cp1251"), encoding="windows1251").to_polars().item() == "Ольга"


def test_years_first():
    raw = crm.read_csv(b"customer,date,amount\nA,03/04/05,1\n", date_order="year_first")
    assert crm.Ledger(crm.Transactions(raw)).first_day == dt.date(2003, 4, 5)


def test_numbers_that_do_not_say_how_they_are_written():
    text = b"customer;date;amount\nA;2024-03-05;1,50\nB;2024-03-06;2.50\n"
    raw = crm.read_csv(text)
    with pytest.raises(crm.errors.AmbiguousNumbers) as raised:
        crm.Transactions(raw)
    error = raised.value
    assert (error.column, error.point, error.comma, error.row) == ("amount", 1, 1, 1)
    told = crm.read_csv(text.replace(b"2.50", b"2.500")).with_numbers("amount", "decimal_comma")
    assert crm.Ledger(crm.Transactions(told)).to_polars()["amount"].to_list() == [1.5, 2500.0]
    with pytest.raises(crm.errors.InvalidParameter, match="decimal_comma"):
        raw.with_numbers("amount", "german")
    with pytest.raises(crm.errors.MissingColumn):
        raw.with_numbers("total", "decimal_comma")


def test_amounts_in_two_currencies():
    raw = crm.read_csv("customer,date,amount\nA,2024-03-05,€5.50\nB,2024-03-06,$6.50\n".encode())
    with pytest.raises(crm.errors.MixedCurrencies) as raised:
        crm.Transactions(raw)
    assert len(raised.value.currencies) == 2 and raised.value.row == 2


def test_numbers_that_count_time():
    days = crm.Table(pl.DataFrame({"customer": ["A"], "day": [43830], "amount": [1.0]}))
    moments = days.with_time_unit("day", "excel_days1904")
    assert type(moments) is crm.Table and days.to_polars()["day"].to_list() == [43830]
    assert crm.Ledger(crm.Transactions(moments, time="day")).first_day == dt.date(2024, 1, 1)
    with pytest.raises(crm.errors.InvalidValue):
        crm.Table(pl.DataFrame({"day": [60]})).with_time_unit("day", "excel_days")
    with pytest.raises(crm.errors.InvalidParameter, match="unix_seconds"):
        days.with_time_unit("day", "seconds")


def test_local_times_and_what_is_told_of_their_source():
    raw = crm.read_csv(b"customer,paid\nA,2024-03-31 01:30\nB\nC,2024-10-27 01:30\nD,2024-06-01 12:00Z\n")
    moments = raw.with_local_times("paid", "Europe/London")
    assert moments.to_polars()["paid"].to_list() == [
        dt.datetime(2024, 3, 31, 1, 30),
        dt.datetime(2024, 10, 27, 0, 30),
        dt.datetime(2024, 6, 1, 12, 0),
    ]
    assert isinstance(moments, crm.RawTable)
    assert len(moments.rejected) == 1 and moments.report == raw.report
    with pytest.raises(crm.errors.InvalidValue) as raised:
        raw.with_local_times("paid", "Europe/London", "reject")
    assert raised.value.row == 1
    with pytest.raises(crm.errors.InvalidParameter, match="IANA"):
        raw.with_local_times("paid", "Europe/Atlantis")
    with pytest.raises(crm.errors.InvalidColumn):
        crm.Table(pl.DataFrame({"n": [True]})).with_local_times("n", "Europe/London")


LINES = b'{"id": 12345678901234567890, "buyer": {"city": "Linz", "tags": ["a"]}}\n{"id": "00123"}\n[1]\n{"id": 7\n'


def test_json_lines(tmp_path):
    path = tmp_path / "orders.jsonl"
    path.write_bytes(LINES)
    for raw in (crm.read_jsonl(path), crm.read_jsonl(LINES, name="orders.jsonl")):
        assert raw.name == "orders.jsonl"
        assert raw.to_polars().rows(named=True) == [
            {"id": "12345678901234567890", "buyer.city": "Linz", "buyer.tags": '["a"]'},
            {"id": "00123", "buyer.city": None, "buyer.tags": None},
        ]
        assert raw.rejected.to_polars().select("row", "reason").rows() == [
            (3, "JSON, but no object"),
            (4, "not JSON from byte 8 of the line on"),
        ]
        assert len(raw) + len(raw.rejected) == 4
    assert crm.read_jsonl(LINES, flatten=0).column_names == ["id", "buyer"]
    with pytest.raises(crm.errors.LimitExceeded, match="max_columns"):
        crm.read_jsonl(LINES, max_columns=2)
    with pytest.raises(crm.errors.InvalidParameter):
        crm.read_jsonl(LINES, max_depth=0)
    with pytest.raises(FileNotFoundError):
        crm.read_jsonl(tmp_path / "none.jsonl")


def workbook(**sheets):
    """A workbook of texts and numbers, the least that is one."""
    spread = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packages = "http://schemas.openxmlformats.org/package/2006/relationships"

    def cell(value):
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    listed = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="r{i}" Type="{office}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        start = f'<Relationship Id="r0" Type="{office}/officeDocument" Target="xl/workbook.xml"/>'
        parts.writestr("_rels/.rels", f'<Relationships xmlns="{packages}">{start}</Relationships>')
        parts.writestr("xl/workbook.xml", f'<workbook xmlns="{spread}" xmlns:r="{office}"><sheets>{listed}</sheets></workbook>')
        parts.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{packages}">{related}</Relationships>')
        for i, rows in enumerate(sheets.values(), 1):
            data = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
            parts.writestr(f"xl/worksheets/sheet{i}.xml", f'<worksheet xmlns="{spread}"><sheetData>{data}</sheetData></worksheet>')
    return packed.getvalue()


def test_a_workbook(tmp_path):
    book = workbook(Notes=[["made by hand"]], Orders=[["customer", "amount"], ["00123", 2.5], ["NA", 1]])
    path = tmp_path / "book.xlsx"
    path.write_bytes(book)
    for raw in (crm.read_excel(path, sheet="Orders"), crm.read_excel(book, sheet=2, name="book.xlsx")):
        assert raw.name == "book.xlsx" and raw.to_polars().rows() == [("00123", 2.5), ("NA", 1.0)]
    assert crm.read_excel(path).column_names == ["made by hand"]
    assert crm.read_excel(path, sheet=2, header_row=2).shape == (1, 2)
    with pytest.raises(crm.errors.InvalidParameter, match="Orders"):
        crm.read_excel(path, sheet="orders")
    with pytest.raises(crm.errors.LimitExceeded, match="max_cells"):
        crm.read_excel(path, sheet=2, max_cells=3)
    with pytest.raises(crm.errors.Malformed):
        crm.read_excel(book[:-40])
    with pytest.raises(crm.errors.EmptyInput):
        crm.read_excel(b"")


def test_chunks_together_are_the_file():
    rows = [f"{n},{n % 9}.5,2024-02-{n % 28 + 1:02}\n" if n % 57 else f"{n},too,many,fields\n" for n in range(200_000)]
    text = ("a,b,c\n" + "".join(rows)).encode()
    whole = crm.read_csv(text)
    chunks = crm.read_csv_chunks(text, chunk_bytes=10_000, delimiter=",")
    assert chunks.column_names == whole.column_names and iter(chunks) is chunks
    read = list(chunks)
    assert len(read) > 5 and next(chunks, None) is None
    assert pl.concat([chunk.to_polars() for chunk in read]).equals(whole.to_polars())
    assert pl.concat([chunk.rejected.to_polars() for chunk in read]).equals(whole.rejected.to_polars())
    assert chunks.report["rows"] == whole.report["rows"] == 200_000


def test_columns_are_read_as_told():
    text = b"zip,paid,price\n4020,03/04/2024,1.234\n1010,05/06/2024,2.500\n"
    told = {"zip": "text", "paid": "day_first", "price": "decimal_comma"}
    raw = crm.read_csv(text, read_as=told)
    assert raw.to_polars().rows()[0] == ("4020", dt.datetime(2024, 4, 3), 1234.0)
    found = {of: (what, why) for of, what, why in raw.findings.to_polars().iter_rows() if of == "column"}
    assert found["column"][1] == "given"
    assert next(crm.read_csv_chunks(text, read_as=told)).to_polars().equals(raw.to_polars())
    assert crm.read_jsonl(b'{"zip": 4020}', read_as={"zip": "text"}).to_polars()["zip"].to_list() == ["4020"]
    with pytest.raises(crm.errors.InvalidParameter, match="decimal_comma"):
        crm.read_csv(text, read_as={"zip": "string"})
    with pytest.raises(crm.errors.MissingColumn):
        crm.read_csv(text, read_as={"plz": "text"})


def test_chunks_end_after_an_error():
    chunks = crm.read_csv_chunks(b"k,v\n" + b"1,2\n" * 500_000 + b"3," + b"x" * 200 + b"\n", max_field_bytes=100)
    with pytest.raises(crm.errors.LimitExceeded):
        list(chunks)
    assert list(chunks) == []
    with pytest.raises(TypeError, match='no setting "sep"'):
        crm.read_csv_chunks(b"a\n", sep=";")
