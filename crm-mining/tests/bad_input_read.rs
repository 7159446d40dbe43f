//! Bad files: what is owed for each is a typed error or a counted, kept row; never a panic.

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
use crm_mining::data::{Column, DateOrder, Found, Table, Values};
use crm_mining::prepare::{
    Aspect, BadRowReason, CsvReader, Dialect, Encoding, Escape, JsonLinesReader, Mend, Mending, RawTable,
    RepeatedNames, read_csv,
};
use crm_mining::{Control, ErrorKind};
use std::io::Read;

fn read(text: impl AsRef<[u8]>) -> RawTable {
    CsvReader::default().read_bytes("file", text.as_ref()).unwrap()
}

fn refused(text: impl AsRef<[u8]>) -> ErrorKind {
    CsvReader::default().read_bytes("file", text.as_ref()).unwrap_err().into_kind()
}

fn column(raw: &RawTable, name: &str) -> Vec<Option<String>> {
    let column = raw.table.column(name).unwrap();
    (0..column.len()).map(|row| column.show(row).map(|value| value.into_owned())).collect()
}

fn texts(values: &[&str]) -> Vec<Option<String>> {
    values.iter().map(|value| Some((*value).to_owned())).collect()
}

#[test]
fn nothing_to_read() {
    for text in ["", "\n\r\n\n", "\u{FEFF}"] {
        assert!(matches!(refused(text), ErrorKind::EmptyInput { .. }), "{text:?}");
    }
    let header = read("a,b\n");
    assert_eq!((header.table.n_rows(), header.table.columns().len(), header.report.rows), (0, 2, 0));
    assert_eq!(read("a,b").table.columns().len(), 2);
}

#[test]
fn paths_that_are_no_files() {
    let directory = std::env::temp_dir();
    for path in [directory.clone(), directory.join("crm-mining-absent.csv")] {
        let error = read_csv(&path).unwrap_err();
        let ErrorKind::Io { path: named, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(*named, path);
    }
}

#[test]
fn names_that_repeat() {
    let ErrorKind::DuplicateColumn { column, first, second, .. } = refused("v,a,v\n1,2,3\n") else {
        panic!()
    };
    assert_eq!((column.as_str(), first, second), ("v", 1, 3));
}

#[test]
fn headers_that_are_none() {
    let strict = CsvReader::default().mend(Mend::Nothing);
    for text in [&b"a,\"b\nc,d\n"[..], b"\"a\"x,b\n1,2\n", b"caf\xFF,\xE7\x8E\x8B\n\xE7\x8E\x8B,2\n"] {
        let error = strict.read_bytes("file", text).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Malformed { .. }), "{text:?}");
    }
    assert_eq!(read("a,\"b\nc,d\n").table.columns()[1].name(), "\"b");
}

#[test]
fn identities_stay_apart() {
    let raw = read(
        "id,name\n00123,NA\n123,null\n0123,None\n9007199254740993,=1+1\n9007199254740992,</script>\n,nan\n",
    );
    let mut expected = texts(&["00123", "123", "0123", "9007199254740993", "9007199254740992"]);
    expected.push(None);
    assert_eq!(column(&raw, "id"), expected);
    assert_eq!(column(&raw, "name"), texts(&["NA", "null", "None", "=1+1", "</script>", "nan"]));
}

#[test]
fn zero_bytes_are_kept() {
    assert_eq!(column(&read("a,b\nx\0y,1\n"), "a"), texts(&["x\0y"]));
}

#[test]
fn encodings_are_found_and_named() {
    let text = "编号,姓名,城市\n1,王小明,上海\n2,李雷,北京\n";
    let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
    let western = encoding_rs::WINDOWS_1252.encode("id,姓名\n1,Müller\n2,Zoë\n").0.into_owned();
    let cases = [
        (text.as_bytes().to_vec(), Encoding::Utf8),
        ([b"\xEF\xBB\xBF", text.as_bytes()].concat(), Encoding::Utf8),
        ([b"\xFF\xFE".to_vec(), utf16(u16::to_le_bytes)].concat(), Encoding::Utf16Le),
        ([b"\xFE\xFF".to_vec(), utf16(u16::to_be_bytes)].concat(), Encoding::Utf16Be),
        (encoding_rs::GB18030.encode(text).0.into_owned(), Encoding::Gb18030),
    ];
    for (bytes, encoding) in cases {
        let raw = read(&bytes);
        assert_eq!(raw.report.encoding, Some(encoding));
        assert_eq!(column(&raw, "姓名"), texts(&["王小明", "李雷"]), "{encoding}");
    }
    let raw = read(&western);
    assert_eq!(raw.report.encoding, Some(Encoding::Windows1252));
    assert_eq!(raw.table.columns()[1].show(0).as_deref(), Some("Müller"));
}

#[test]
fn encoding_is_told_where_it_shows() {
    let mut late = b"id,name\n".to_vec();
    (0..400_000).for_each(|i| late.extend(format!("{i},Anna\n").bytes()));
    late.extend(b"x,M\xFCller\n");
    let raw = read(&late);
    assert_eq!(raw.report.encoding, Some(Encoding::Windows1252));
    assert_eq!(raw.table.column("name").unwrap().show(400_000).as_deref(), Some("Müller"));
}

#[test]
fn one_row_of_bad_bytes() {
    let raw = read(b"id,name\n1,\xE7\x8E\x8B\n2,M\xFCller\n3,Zo\xC3\xAB\n");
    assert_eq!(column(&raw, "id"), texts(&["1", "3"]));
    let bad = &raw.rejected[0];
    assert_eq!((bad.row, bad.line, bad.offset, bad.reason), (2, 3, 14, BadRowReason::BadEncoding));
    assert_eq!(bad.text, "2,M\u{FFFD}ller");
    assert_eq!(raw.table.row_number(1), 3);
    // A file of two-byte signs, cut amid the last one.
    let mut cut = encoding_rs::GB18030.encode("编号,姓名\n一,王小明\n二,李雷\n").0.into_owned();
    cut.truncate(cut.len() - 2);
    let raw = read(&cut);
    assert_eq!((raw.table.n_rows(), raw.rejected[0].reason), (1, BadRowReason::BadEncoding));
}

#[test]
fn ragged_rows_are_set_aside() {
    let raw = read("a,b\n1,2\n3\n4,5,6\n7,8\n");
    assert_eq!(column(&raw, "a"), texts(&["1", "7"]));
    assert_eq!(raw.rejected[0].reason, BadRowReason::TooFewFields { expected: 2, got: 1 });
    assert_eq!(raw.rejected[1].reason, BadRowReason::TooManyFields { expected: 2, got: 3 });
    let table = raw.rejected_table();
    assert_eq!(table.column("text").unwrap().show(1).as_deref(), Some("4,5,6"));
    assert_eq!(table.column("row").unwrap().show(1).as_deref(), Some("3"));
}

#[test]
fn one_open_quote_costs_one_row() {
    let mut text = "id,name\n".to_owned();
    (0..1000).for_each(|i| text += &format!("{i},{}Anna {i}\n", if i == 500 { "\"" } else { "" }));
    for (text, rows) in [(text.clone(), 999), (text + "x,\"quoted, too\"\n", 1000)] {
        let raw = CsvReader::default().mend(Mend::Nothing).read_bytes("file", text.as_bytes()).unwrap();
        assert_eq!((raw.rejected.len(), raw.table.n_rows()), (1, rows));
        assert_eq!((raw.rejected[0].row, raw.rejected[0].reason), (501, BadRowReason::UnclosedQuote));
        // Its line has as many fields as the others when the quote stands for itself.
        let raw = read(&text);
        assert_eq!((raw.rejected.len(), raw.table.n_rows()), (0, rows + 1));
        let mended = &raw.report.mended[0];
        assert_eq!((mended.row, mended.line, mended.how), (501, 502, Mending::StrayQuote));
        assert_eq!(mended.text, "500,\"Anna 500");
        assert_eq!(column(&raw, "name")[500].as_deref(), Some("\"Anna 500"));
    }
}

#[test]
fn dates_that_need_an_order() {
    let text = "id,day\n1,03/04/2024\n2,05/06/2024\n";
    let ErrorKind::AmbiguousDates { column, day_first, month_first, either, row, .. } = refused(text) else {
        panic!();
    };
    assert_eq!((column.as_str(), day_first, month_first, either, row), ("day", 0, 0, 2, 1));
    let found = |raw: RawTable| match raw.table.column("day").unwrap().values() {
        Values::Text(text) => text.found(),
        _ => panic!(),
    };
    let chosen = CsvReader::default().date_order(DateOrder::MonthFirst).read_bytes("file", text.as_bytes());
    assert_eq!(found(chosen.unwrap()), Found::Time(Some(DateOrder::MonthFirst)));
    assert_eq!(found(read("id,day\n1,03/04/2024\n2,25/12/2024\n")), Found::Time(Some(DateOrder::DayFirst)));
    // The row of the message is that of the file, rejected rows counted.
    let ErrorKind::AmbiguousDates { row: 2, .. } = refused("id,day\n1,2,3\n2,03/04/2024\n") else { panic!() };
}

#[test]
fn a_date_that_does_not_exist_stays_text() {
    let days: String = (1..=28).map(|day| format!("{day},2023-02-{day:02}\n")).collect();
    let raw = read(format!("id,day\n{days}29,2023-02-30\n"));
    assert_eq!(raw.table.column("day").unwrap().show(28).as_deref(), Some("2023-02-30"));
    assert_eq!(raw.table.column("day").unwrap().type_name(), "dates");
}

#[test]
fn a_cell_of_200_megabytes() {
    for quote in ["", "\""] {
        let start = format!("id,note\n1,{quote}");
        let cell = start.as_bytes().chain(std::io::repeat(b'x').take(200 << 20));
        let error = CsvReader::default().read("huge", cell).unwrap_err();
        let ErrorKind::LimitExceeded { setting: "max_field_bytes", needed, .. } = error.kind() else {
            panic!("{error}");
        };
        assert!(*needed < 64 << 20, "stopped after {needed} bytes");
    }
}

#[test]
fn torn_gzip() {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    (0..10_000).for_each(|i| writeln!(encoder, "{i},{}", i * i + 1).unwrap());
    let packed = encoder.finish().unwrap();
    assert_eq!(read(&packed).report.rows, 10_000);
    let mut flipped = packed.clone();
    flipped[packed.len() / 2] ^= 0xFF;
    for bytes in [&packed[..packed.len() / 2], &packed[..3], &flipped, &[&packed[..], b"rest"].concat()] {
        assert!(matches!(refused(bytes), ErrorKind::Malformed { .. }));
    }
}

/// Rows without end.
struct Endless(usize);

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        for byte in buffer.iter_mut() {
            *byte = b"12,34\n"[self.0 % 6];
            self.0 += 1;
        }
        Ok(buffer.len())
    }
}

#[test]
fn the_caller_can_stop() {
    let cancel = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true));
    let control = Control::default().cancelled_by(cancel);
    let error = CsvReader::default().read_with("endless", Endless(0), &control).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Cancelled { .. }));
}

#[test]
fn a_shop_with_half_a_million_rows() {
    let Some(path) = data("online_retail/online_retail.csv.gz") else { return };
    let raw = read_csv(&path).unwrap();
    assert!(raw.report.gzip);
    assert_eq!((raw.table.n_rows(), raw.rejected.len()), (541_909, 0));
    let missing = |name| {
        let column: &Column = raw.table.column(name).unwrap();
        (0..column.len()).filter(|&row| column.is_missing(row)).count()
    };
    assert_eq!(missing("CustomerID"), 135_080);
    let distinct = |name| match raw.table.column(name).unwrap().values() {
        Values::Text(text) => text.distinct().len(),
        _ => panic!(),
    };
    assert_eq!((distinct("InvoiceNo"), distinct("StockCode"), distinct("Country")), (25_900, 4_070, 38));
}

#[test]
fn tables_pass_for_raw_ones() {
    let table = Table::new("t", vec![Column::floats("x", vec![1.0, 2.0])]).unwrap();
    let raw = RawTable::from(table.clone());
    assert_eq!((raw.table, raw.rejected.len(), raw.report.rows), (table, 0, 2));
}

#[test]
fn the_shape_of_a_table() {
    // Case 5: delimiters, quotes and escapes.
    for (text, delimiter) in [("a;b\n1;2\n", ';'), ("a\tb\n1\t2\n", '\t'), ("a|b\n1|2\n", '|')] {
        let raw = read(text);
        assert_eq!(raw.report.dialect.unwrap(), Dialect { delimiter, ..Dialect::default() });
        let finding = raw.report.findings.iter().find(|finding| finding.of == Aspect::Delimiter).unwrap();
        assert_eq!(finding.evidence, "parts 2 of 2 rows into 2 fields");
    }
    let raw = read("id,note\n1,'a, b'\n2,'it''s'\n");
    assert_eq!(raw.report.dialect.unwrap().quote, Some('\''));
    assert_eq!(column(&raw, "note"), texts(&["a, b", "it's"]));
    let raw = read("id,note\n1,\"say \\\"hi, you\\\"\"\n2,\"b\"\n");
    assert_eq!(raw.report.dialect.unwrap().escape, Escape::Backslash);
    assert_eq!(column(&raw, "note"), texts(&["say \"hi, you\"", "b"]));
    // Case 8: preamble, two header rows, further tables.
    let table = "id,paid\n1,2.50\n2,3.50\n3,4.50\n";
    let raw = read(format!("Sales of May\nprinted 2024-06-01\n\n{table}"));
    assert_eq!(
        (raw.report.preamble.as_str(), raw.table.n_rows()),
        ("Sales of May\nprinted 2024-06-01\n\n", 3)
    );
    assert_eq!(column(&raw, "id"), texts(&["1", "2", "3"]));
    assert_eq!(read(format!("number,EUR\n{table}")).table.columns()[1].name(), "EUR paid");
    let raw = read(format!("{table}{table}"));
    assert_eq!((raw.table.n_rows(), raw.rejected[0].reason), (6, BadRowReason::RepeatedHeader));
    let raw = read(format!("{table}\nname,city,since\nAnna,Bonn,2020\nBob,Rome,2021\n"));
    assert_eq!((raw.table.n_rows(), raw.rejected.len()), (3, 3));
    assert!(raw.rejected.iter().all(|bad| bad.reason == BadRowReason::OtherTable));
    assert!(raw.report.findings.iter().any(|finding| finding.of == Aspect::SecondTable));
    let raw = read("1,2024-01-02\n2,2024-01-03\n");
    assert_eq!((raw.table.columns()[1].name(), raw.table.n_rows()), ("column 2", 2));
}

#[test]
fn everything_found_can_be_told() {
    let text = b"# made by hand\n1:'a:b'\n2:c\n";
    let reader = CsvReader::default().delimiter(b':').quote(b'\'').preamble_lines(1).header_rows(0);
    let raw = reader.read_bytes("file", text).unwrap();
    assert_eq!(column(&raw, "column 2"), texts(&["a:b", "c"]));
    let again = CsvReader::default().dialect(raw.report.dialect.unwrap()).read_bytes("file", text).unwrap();
    assert_eq!(again.table, raw.table);
    let raw = CsvReader::default().quote(None).read_bytes("file", b"a,b\n\"1,2\"\n").unwrap();
    assert_eq!(column(&raw, "a"), texts(&["\"1"]));
    let reader = CsvReader::default().repeated_names(RepeatedNames::Numbered);
    let raw = reader.read_bytes("file", b"v,a,v\n1,2,3\n").unwrap();
    assert_eq!(raw.table.columns()[2].name(), "v (2)");
    let reader = CsvReader::default().mend(Mend::Short);
    let raw = reader.read_bytes("file", b"a,b,c\n1,2,3\n4\n").unwrap();
    assert_eq!((raw.table.n_rows(), column(&raw, "b")[1].clone()), (2, None));
    assert_eq!(raw.report.mended[0].how, Mending::FilledUp { expected: 3, got: 1 });
}

#[test]
fn surplus_fields_that_hold_nothing() {
    let good: String = (5..15).map(|i| format!("{i},2024-01-{i:02},x\n")).collect();
    let odd = ",2,2024-01-03,b\n3,2024-01-04,c,\n4,2024-01-05,,d\n5,x,y,z\n";
    let raw = read(format!("id,day,note\n{good}{odd}"));
    assert_eq!(column(&raw, "id")[10..], texts(&["2", "3", "4"]));
    assert_eq!(column(&raw, "note")[10..], texts(&["b", "c", "d"]));
    assert_eq!((raw.report.mended.len(), raw.rejected.len()), (3, 1));
}

#[test]
fn rows_without_the_empty_fields_at_their_end() {
    let row = |n: usize| ["7,Anna,2024-03-05,1.5\n", "8,Bob,2024-03-06\n", "9,Eva\n"][n % 3].to_owned();
    let csv = "id,name,day,paid\n".to_owned()
        + &(0..30).map(row).collect::<String>()
        + "Source: the office, 2024\n10\n";
    let raw = read(&csv);
    assert_eq!((raw.table.n_rows(), raw.rejected.len(), raw.report.mended.len()), (31, 1, 21));
    assert_eq!(raw.report.mended[0].how, Mending::FilledUp { expected: 4, got: 3 });
    assert_eq!(raw.rejected[0].reason, BadRowReason::TooFewFields { expected: 4, got: 2 });
    assert_eq!(column(&raw, "day")[2], None);
    // One short row is no habit, and with `Mend::Nothing` none is.
    assert_eq!(read("id,name,paid\n1,x,2\n2,y,3\n3,z\n4,u,5\n").rejected.len(), 1);
    let strict = CsvReader::default().mend(Mend::Nothing).read_bytes("x", csv.as_bytes()).unwrap();
    assert_eq!(strict.rejected.len(), 22);
}

#[test]
fn a_bad_row_is_returned_whole() {
    let long = "x".repeat(5000);
    let raw = read(format!("a,b\n1,2\n{long},{long},3\n"));
    assert_eq!(raw.rejected[0].text, format!("{long},{long},3"));
}

#[test]
fn files_made_to_break_readers() {
    let Some(path) = data("hostile/parquet/arrow_and_parquet_testing_bad.tar.gz") else { return };
    let mut tar = Vec::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_end(&mut tar).unwrap();
    let text = |field: &[u8]| String::from_utf8_lossy(field).trim_end_matches(['\0', ' ']).to_owned();
    let (mut at, mut seen) = (0, 0);
    while at + 512 <= tar.len() && tar[at] != 0 {
        let size = usize::from_str_radix(text(&tar[at + 124..at + 136]).trim(), 8).unwrap();
        let bytes = &tar[at + 512..at + 512 + size];
        let name = text(&tar[at..at + 100]);
        // Any bytes will do: the Parquet files are read as text too.
        if let Ok(raw) = CsvReader::default().read_bytes(&name, bytes) {
            assert_eq!(raw.report.rows as usize, raw.table.n_rows() + raw.rejected.len(), "{name}");
        }
        seen += usize::from(name.contains("csv/fuzzing/clusterfuzz"));
        at += 512 + size.div_ceil(512) * 512;
    }
    assert!(seen >= 6, "{seen}");
}

/// What stops a reading: the limit and what it says it would need.
fn memory_needed<T>(read: Result<T, crm_mining::Error>) -> Option<(u64, u64)> {
    match read.map_err(|error| error.into_kind()) {
        Err(ErrorKind::LimitExceeded {
            of: "bytes of memory", limit, needed, setting: "max_memory", ..
        }) => Some((limit, needed)),
        Err(other) => panic!("{other}"),
        Ok(_) => None,
    }
}

#[test]
fn case_56_the_callers_memory_limit() {
    // 200,000 rows of two distinct texts: 12 bytes of text and 8 of code per row and column, and the tables of them.
    let row = |n: usize| format!("name {n:06},{:06}x\n", n * 7 % 1_000_003);
    let csv = "a,b\n".to_owned() + &(0..200_000).map(row).collect::<String>();
    let object = |n: usize| format!("{{\"a\":\"name {n:06}\",\"b\":\"{:06}x\"}}\n", n * 7 % 1_000_003);
    let lines = (0..200_000).map(object).collect::<String>();
    let csv_within = |bytes| CsvReader::default().max_memory(bytes).read_bytes("x", csv.as_bytes());
    let json_within = |bytes| JsonLinesReader::default().max_memory(bytes).read_bytes("x", lines.as_bytes());
    for limit in [1, 100_000, 5_000_000] {
        for (limit_said, needed) in
            [memory_needed(csv_within(limit)), memory_needed(json_within(limit))].map(Option::unwrap)
        {
            assert!(limit_said == limit && needed > limit, "{limit_said} {needed}");
        }
    }
    assert_eq!(memory_needed(csv_within(40 << 20)), None);
    assert_eq!(memory_needed(json_within(40 << 20)), None);
    assert_eq!(csv_within(40 << 20).unwrap(), CsvReader::default().read_bytes("x", csv.as_bytes()).unwrap());
    // Chunks are tables of their own: a file that does not fit may be read by them.
    let small = CsvReader::default().max_memory(5 << 20).chunk_bytes(1);
    let rows: u64 =
        small.chunks_of("x", csv.as_bytes()).unwrap().map(|chunk| chunk.unwrap().report.rows).sum();
    assert_eq!(rows, 200_000);
    // Rows set aside count too.
    let bad = "a,b\n1,2\n".to_owned() + &"1,2,3\n".repeat(100_000);
    assert!(
        memory_needed(CsvReader::default().max_memory(4 << 20).read_bytes("x", bad.as_bytes())).is_some()
    );
}

#[cfg(feature = "parquet")]
#[test]
fn case_56_in_parquet() {
    let texts = (0..100_000).map(|n| Some(format!("name {n}")));
    let table = Table::new("x", vec![Column::text("a", texts), Column::ints("b", vec![7; 100_000])]).unwrap();
    let path = std::env::temp_dir().join(format!("crm-mining-memory-{}.parquet", std::process::id()));
    crm_mining::prepare::write_parquet(&table, &path).unwrap();
    let within = |bytes| crm_mining::prepare::ParquetReader::default().max_memory(bytes).read_path(&path);
    let (limit, needed) = memory_needed(within(1_000_000)).unwrap();
    assert!(limit == 1_000_000 && needed > limit);
    assert_eq!(within(64 << 20).unwrap().table.columns(), table.columns());
    std::fs::remove_file(&path).unwrap();
}
