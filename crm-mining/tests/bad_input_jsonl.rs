//! JSON lines that others wrote: every line is a row or comes back with its reason; nothing panics.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use common::data;
use crm_mining::ErrorKind;
use crm_mining::data::Found;
use crm_mining::data::Values;
use crm_mining::prepare::{BadRowReason, Encoding, JsonLinesReader, RawTable};
use std::io::{Read, Write};

fn read(text: impl AsRef<[u8]>) -> RawTable {
    JsonLinesReader::default().read_bytes("lines", text.as_ref()).unwrap()
}

fn column(raw: &RawTable, name: &str) -> Vec<Option<String>> {
    let column = raw.table.column(name).unwrap();
    (0..column.len()).map(|row| column.show(row).map(|value| value.into_owned())).collect()
}

#[test]
fn every_line_is_kept_or_returned() {
    let text = b"\xEF\xBB\xBF{\"id\":1,\"x\":\"a\"}\r\n\n{\"id\":2,\n{\"y\":true,\"id\":3}\n[1]\n{\"id\":\"\xFF\"}\n{\"id\":5}";
    let raw = read(text);
    assert_eq!(column(&raw, "id"), ["1", "3", "5"].map(|id| Some(id.to_owned())));
    assert_eq!(column(&raw, "x"), [Some("a".to_owned()), None, None]);
    assert_eq!(column(&raw, "y"), [None, Some("true".to_owned()), None]);
    let bad: Vec<_> = raw.rejected.iter().map(|bad| (bad.row, bad.line, bad.reason, &*bad.text)).collect();
    assert_eq!(
        bad,
        [
            (2, 3, BadRowReason::BadJson { at: 8 }, "{\"id\":2,"),
            (4, 5, BadRowReason::NotAnObject, "[1]"),
            (5, 6, BadRowReason::BadEncoding, "{\"id\":\"\u{FFFD}\"}"),
        ]
    );
    for bad in &raw.rejected {
        assert_eq!(text[3 + bad.offset as usize], bad.text.as_bytes()[0]);
    }
    assert_eq!((raw.report.rows, raw.table.row_number(2)), (6, 6));
    let Values::Text(ids) = raw.table.column("id").unwrap().values() else { panic!() };
    assert_eq!(ids.found(), Found::Int);
}

#[test]
fn keys_given_twice_and_names_that_meet() {
    let raw = read("{\"a\":1,\"a\":2}\n{\"a.b\":1,\"a\":{\"b\":2}}\n");
    assert_eq!(column(&raw, "a"), [Some("2".to_owned()), None]);
    assert_eq!(column(&raw, "a.b"), [None, Some("2".to_owned())]);
}

#[test]
fn limits_are_kept() {
    let reader = JsonLinesReader::default().max_line_bytes(20);
    let long = format!("{{\"a\":1}}\n{{\"a\":\"{}\"}}\n{{\"a\":2}}\n", "x".repeat(2_000_000));
    let raw = reader.read_bytes("long", long.as_bytes()).unwrap();
    assert_eq!(column(&raw, "a"), ["1", "2"].map(|a| Some(a.to_owned())));
    assert_eq!((raw.rejected[0].reason, raw.rejected[0].text.len()), (BadRowReason::TooLong, 1024));
    assert_eq!((raw.report.rows, raw.table.row_number(1)), (3, 3));

    let limited = |reader: JsonLinesReader, text: &str| reader.read_bytes("x", text.as_bytes()).unwrap_err();
    let columns = limited(JsonLinesReader::default().max_columns(2), "{\"a\":1,\"b\":1,\"c\":1}");
    assert!(matches!(columns.kind(), ErrorKind::LimitExceeded { setting: "max_columns", .. }), "{columns}");
    let cells = limited(JsonLinesReader::default().max_cells(3), "{\"a\":1,\"b\":1}\n{\"a\":1}");
    assert!(
        matches!(cells.kind(), ErrorKind::LimitExceeded { setting: "max_cells", needed: 4, .. }),
        "{cells}"
    );
    let deep = format!("{{\"a\":{}1{}}}\n{{\"a\":0}}", "[".repeat(128), "]".repeat(128));
    let raw = read(&deep);
    assert_eq!((raw.table.n_rows(), raw.rejected[0].reason), (1, BadRowReason::TooDeep));
    let endless = format!("{{\"a\":0}}\n{{\"a\":{}", "[".repeat(1_000_000));
    assert_eq!(read(&endless).rejected[0].reason, BadRowReason::TooDeep);
    for text in ["", "\n \n", "{}\n", "[]\n"] {
        let error = JsonLinesReader::default().read_bytes("x", text.as_bytes()).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::EmptyInput { .. }), "{text:?}: {error}");
    }
    let wrong = limited(JsonLinesReader::default().flatten(65), "{\"a\":1}");
    assert!(matches!(wrong.kind(), ErrorKind::InvalidParameter { parameter: "flatten", .. }), "{wrong}");
    let json = serde_json::to_string(&JsonLinesReader::default()).unwrap();
    assert_eq!(serde_json::from_str::<JsonLinesReader>(&json).unwrap(), JsonLinesReader::default());
}

#[test]
fn long_files_in_blocks() {
    let lines: String = (0..40_000).map(|i| format!("{{\"i\":{i},\"text\":\"line {}\"}}\n", i % 7)).collect();
    let raw = read(&lines);
    assert_eq!((raw.table.n_rows(), raw.report.bytes), (40_000, lines.len() as u64));
    assert_eq!(raw.table.column("i").unwrap().show(39_999).as_deref(), Some("39999"));
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

#[test]
fn packed_and_torn() {
    let text = "{\"a\":1}\n{\"a\":2}\n".repeat(2_000);
    let packed = gzip(text.as_bytes());
    let raw = read(&packed);
    assert!(raw.report.gzip && raw.table.n_rows() == 4_000);
    let torn = JsonLinesReader::default().read_bytes("x", &packed[..packed.len() / 2]).unwrap_err();
    assert!(matches!(torn.kind(), ErrorKind::Malformed { .. }), "{torn}");
}

#[cfg(feature = "zstd")]
#[test]
fn packed_by_zstd_and_torn() {
    use crm_mining::prepare::CsvReader;
    let text = "a,b\n".to_owned() + &"1,2\n".repeat(5_000);
    let packed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    let two = [packed.clone(), zstd::encode_all(&b"3,4\n"[..], 3).unwrap()].concat();
    let raw = CsvReader::default().read_bytes("x", &two).unwrap();
    assert!(raw.report.zstd && !raw.report.gzip);
    assert_eq!(raw.table.n_rows(), 5_001);
    let mut flipped = packed.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0xFF;
    for bad in [&packed[..packed.len() - 3], &packed[..6], &flipped] {
        let read = CsvReader::default().read_bytes("x", bad);
        if let Err(error) = &read {
            let kind = error.kind();
            assert!(matches!(kind, ErrorKind::Malformed { .. } | ErrorKind::EmptyInput { .. }), "{error}");
        }
        assert!(read.is_err() || bad.len() == packed.len());
    }
}

#[cfg(feature = "zstd")]
#[test]
fn a_zstd_window_that_is_too_large() {
    let mut packer = zstd::Encoder::new(Vec::new(), 1).unwrap();
    packer.window_log(30).unwrap();
    packer.long_distance_matching(true).unwrap();
    packer.write_all(b"a\n1\n").unwrap();
    let packed = packer.finish().unwrap();
    let error = crm_mining::prepare::CsvReader::default().read_bytes("x", &packed).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Malformed { rule, .. } if rule.contains("128 MiB")), "{error}");
}

/// Seriot, "Parsing JSON is a minefield": `y_` must be accepted, `n_` refused, `i_` is free. Each document
/// is read as the value of one line (a carriage return is as blank as a line end), and as a file as it stands.
#[test]
fn json_test_suite() {
    let Some(path) = data("hostile/json/JSONTestSuite_test_parsing.tar.gz") else { return };
    let file = std::fs::File::open(path).unwrap();
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let (mut accepted, mut refused, mut free) = (0, 0, 0);
    for entry in archive.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().into_owned();
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        let mut document = Vec::new();
        entry.read_to_end(&mut document).unwrap();
        let _ = JsonLinesReader::default().read_bytes(&name, &document);
        document.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b'\r');
        let line = [b"{\"other\":0}\n{\"document\":".as_slice(), &document, b"}"].concat();
        let raw = JsonLinesReader::default().encoding(Encoding::Utf8).read_bytes(&name, &line).unwrap();
        assert_eq!(raw.table.n_rows() + raw.rejected.len(), 2, "{name}");
        match name.as_bytes() {
            [b'y', ..] => {
                assert!(raw.rejected.is_empty(), "{name}: {:?}", raw.rejected);
                accepted += 1;
            }
            [b'n', ..] => {
                assert_eq!(raw.rejected.len(), 1, "{name}");
                refused += 1;
            }
            [b'i', ..] => free += 1,
            _ => {}
        }
    }
    assert_eq!((accepted, refused, free), (95, 188, 35));
}
