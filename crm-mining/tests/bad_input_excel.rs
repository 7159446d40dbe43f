//! Excel workbooks, sound and hostile, written here part by part.
#![cfg(feature = "excel")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use crm_mining::ErrorKind;
use crm_mining::data::{Column, Values};
use crm_mining::prepare::{ExcelReader, Sheet};
use std::io::Write;

const NS: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
    xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";

/// A zip file of these parts, deflated.
fn zip(parts: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in parts {
        let mut crc = flate2::Crc::new();
        crc.update(bytes);
        let mut packer = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(bytes).unwrap();
        let packed = packer.finish().unwrap();
        let offset = file.len() as u32;
        // Version, flags, method, time, date, checksum, sizes, length of the name and of the rest.
        let mut head = vec![20, 0, 0, 0, 8, 0, 0, 0, 0x21, 0];
        head.extend(crc.sum().to_le_bytes());
        head.extend((packed.len() as u32).to_le_bytes());
        head.extend((bytes.len() as u32).to_le_bytes());
        head.extend((name.len() as u16).to_le_bytes());
        head.extend([0, 0]);
        file.extend(b"PK\x03\x04");
        file.extend(&head);
        file.extend(name.as_bytes());
        file.extend(&packed);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&head);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let start = file.len() as u32;
    file.extend(&directory);
    file.extend(b"PK\x05\x06\0\0\0\0");
    file.extend((parts.len() as u16).to_le_bytes());
    file.extend((parts.len() as u16).to_le_bytes());
    file.extend((directory.len() as u32).to_le_bytes());
    file.extend(start.to_le_bytes());
    file.extend([0, 0]);
    file
}

/// A workbook with these sheets (name, cells), these shared texts, and cells of style 1 shown as dates.
fn workbook(sheets: &[(&str, &str)], texts: &str, properties: &str) -> Vec<u8> {
    let mut listed = String::new();
    let mut relations = String::new();
    let mut parts = Vec::new();
    let names: Vec<String> = (1..=sheets.len()).map(|i| format!("xl/worksheets/sheet{i}.xml")).collect();
    for (i, (name, cells)) in sheets.iter().enumerate() {
        let id = i + 1;
        listed += &format!("<sheet name=\"{name}\" sheetId=\"{id}\" r:id=\"rId{id}\"/>");
        relations += &format!(
            "<Relationship Id=\"rId{id}\" Type=\"{RELATIONS}/worksheet\" Target=\"worksheets/sheet{id}.xml\"/>"
        );
        let sheet = format!("<worksheet {NS}><sheetData>{cells}</sheetData></worksheet>");
        parts.push((names[i].as_str(), sheet.into_bytes()));
    }
    let root = format!(
        "<Relationships {PACKAGE}><Relationship Id=\"rId1\" Type=\"{RELATIONS}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let strings = "<Relationship Id=\"rId98\" Type=\"".to_owned()
        + RELATIONS
        + "/sharedStrings\" Target=\"sharedStrings.xml\"/><Relationship Id=\"rId99\" Type=\""
        + RELATIONS
        + "/styles\" Target=\"styles.xml\"/>";
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    parts.push(("[Content_Types].xml", types.into()));
    parts.push(("_rels/.rels", root.into_bytes()));
    parts.push((
        "xl/workbook.xml",
        format!("<workbook {NS}>{properties}<sheets>{listed}</sheets></workbook>").into(),
    ));
    parts.push((
        "xl/_rels/workbook.xml.rels",
        format!("<Relationships {PACKAGE}>{relations}{strings}</Relationships>").into(),
    ));
    parts.push(("xl/sharedStrings.xml", format!("<sst {NS}>{texts}</sst>").into()));
    let styles = "<cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs>";
    parts.push(("xl/styles.xml", format!("<styleSheet {NS}>{styles}</styleSheet>").into()));
    zip(&parts)
}

const TEXTS: &str = "<si><t>id</t></si><si><t>day</t></si><si><t>00123</t></si><si><t>王小明</t></si>";
const ORDERS: &str = "<row r=\"3\"><c r=\"B3\" t=\"s\"><v>0</v></c><c r=\"C3\" t=\"s\"><v>1</v></c>\
    <c r=\"D3\" t=\"inlineStr\"><is><t>paid</t></is></c><c r=\"E3\" t=\"inlineStr\"><is><t>ok</t></is></c></row>\
    <row r=\"4\"><c r=\"B4\" t=\"s\"><v>2</v></c><c r=\"C4\" s=\"1\"><v>45292.5</v></c><c r=\"D4\"><v>9.5</v></c>\
    <c r=\"E4\" t=\"b\"><v>1</v></c></row>\
    <row r=\"6\"><c r=\"B6\"><v>123</v></c><c r=\"D6\"><v>-1</v></c><c r=\"F6\" t=\"e\"><v>#DIV/0!</v></c></row>";

fn orders(properties: &str) -> Vec<u8> {
    workbook(
        &[("Orders", ORDERS), ("Other", "<row r=\"1\"><c r=\"A1\"><v>7</v></c></row>")],
        TEXTS,
        properties,
    )
}

fn shown(column: &Column) -> Vec<Option<String>> {
    (0..column.len()).map(|row| column.show(row).map(|value| value.into_owned())).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_sheet_as_a_table() {
    let raw = ExcelReader::default().read_bytes("book", &orders("")).unwrap();
    let columns = raw.table.columns();
    let names: Vec<&str> = columns.iter().map(Column::name).collect();
    assert_eq!(names, ["id", "day", "paid", "ok", "column 5"]);
    assert_eq!(shown(&columns[0]), [some("00123"), some("123")]);
    assert!(matches!(columns[1].values(), Values::Time(..)));
    assert_eq!(shown(&columns[1]), [some("2024-01-01T12:00:00"), None]);
    assert!(matches!(columns[2].values(), Values::Float(values) if *values == [9.5, -1.0]));
    assert!(matches!(columns[3].values(), Values::Bool(..)));
    assert_eq!(shown(&columns[4]), [None, some("#DIV/0!")]);
    assert_eq!((raw.table.row_number(0), raw.table.row_number(1), raw.report.rows), (1, 3, 2));
}

#[test]
fn sheets_headers_and_date_systems() {
    let read = |reader: ExcelReader, bytes: &[u8]| reader.read_bytes("book", bytes).unwrap().table;
    let book = orders("<workbookPr date1904=\"1\"/>");
    let table = read(ExcelReader::default(), &book);
    assert_eq!(shown(&table.columns()[1])[0], some("2028-01-02T12:00:00"));
    for sheet in [Sheet::Named("Other".into()), Sheet::At(2)] {
        let table = read(ExcelReader::default().sheet(sheet), &book);
        assert_eq!((table.columns()[0].name(), table.n_rows()), ("7", 0));
    }
    let below = read(ExcelReader::default().header_row(4), &book);
    assert_eq!((below.columns()[0].name(), below.columns()[1].name()), ("00123", "2028-01-02T12:00:00"));
    for sheet in [Sheet::Named("None".into()), Sheet::At(0), Sheet::At(3)] {
        let error = ExcelReader::default().sheet(sheet).read_bytes("book", &book).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidParameter { parameter: "sheet", .. }), "{error}");
    }
}

#[test]
fn limits_come_before_memory() {
    // 64 MB of blanks in 64 kB; a million cells; a million texts; two cells at the ends of a sheet.
    let blanks = workbook(&[("S", &" ".repeat(64 << 20))], "", "");
    assert!(blanks.len() < 1 << 20);
    let cells = workbook(&[("S", &"<c/>".repeat(1_000_000))], "", "");
    let texts = workbook(&[("S", "")], &"<si/>".repeat(1_000_000), "");
    let reader = || ExcelReader::default().max_bytes(16 << 20).max_cells(100_000).max_strings(100_000);
    for (book, setting) in [(&blanks, "max_bytes"), (&cells, "max_cells"), (&texts, "max_strings")] {
        let error = reader().read_bytes("book", book).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::LimitExceeded { setting: of, .. } if *of == setting),
            "{setting}: {error}"
        );
    }
    let wide = "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>2</v></c></row>";
    let raw = reader().read_bytes("book", &workbook(&[("S", wide)], "", "")).unwrap();
    assert_eq!((raw.table.n_rows(), raw.table.columns().len()), (1, 2));
    let error = ExcelReader::default().max_memory(100).read_bytes("book", &orders("")).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::LimitExceeded { setting: "max_memory", limit: 100, .. }),
        "{error}"
    );
    assert!(ExcelReader::default().max_memory(1 << 20).read_bytes("book", &orders("")).is_ok());
    let long = format!("<row r=\"1\" {}/>", "a=\"\" ".repeat(20_000));
    let error = reader().read_bytes("book", &workbook(&[("S", &long)], "", "")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Malformed { .. }), "{error}");
}

#[test]
fn hostile_books_are_typed_errors() {
    let book = orders("");
    for cut in (0..book.len()).step_by(7) {
        let error = ExcelReader::default().read_bytes("book", &book[..cut]).unwrap_err();
        assert!(
            matches!(error.kind(), ErrorKind::Malformed { .. } | ErrorKind::EmptyInput { .. }),
            "{cut}: {error}"
        );
    }
    for at in 0..book.len() {
        let mut flipped = book.clone();
        flipped[at] ^= 0x41;
        let _ = ExcelReader::default().read_bytes("book", &flipped);
    }
    for rows in [
        "<row r=\"2\"><c r=\"A2\"><v>1</v></c></row><row r=\"1\"><c r=\"A1\"><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>99</v></c></row>",
        "<row r=\"1\"><c r=\"\"><v>1</v></c></row>",
        "<row r=\"99999999999\"><c r=\"A99999999999\"><v>1</v></c></row>",
        "<row r=\"1\"><c r=\"A1\"><v>1",
    ] {
        let result = ExcelReader::default().read_bytes("book", &workbook(&[("S", rows)], "", ""));
        if let Err(error) = result {
            assert!(
                matches!(error.kind(), ErrorKind::Malformed { .. } | ErrorKind::EmptyInput { .. }),
                "{rows}: {error}"
            );
        }
    }
    let twice = "<row r=\"1\"><c r=\"A1\"><v>1</v></c><c r=\"B1\"><v>1</v></c></row>";
    let error = ExcelReader::default().read_bytes("book", &workbook(&[("S", twice)], "", "")).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::DuplicateColumn { first: 1, second: 2, .. }), "{error}");
    let empty = ExcelReader::default().read_bytes("book", &workbook(&[("S", "")], "", "")).unwrap_err();
    assert!(matches!(empty.kind(), ErrorKind::EmptyInput { .. }), "{empty}");
}
