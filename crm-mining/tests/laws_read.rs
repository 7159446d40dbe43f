//! Laws of reading: what is written reads back, and whatever the bytes, no row is lost and nothing panics.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use crm_mining::ErrorKind;
use crm_mining::data::{Column, Table};
use crm_mining::prepare::{CsvReader, CsvWriter, Encoding, Formulas, RawTable};
use proptest::prelude::*;

const ODD: [&str; 14] = [
    "NA",
    "null",
    "=1+1",
    "</script>",
    "00123",
    "\"",
    "\"\"",
    ",",
    "\n",
    "\r\n",
    "\u{FEFF}",
    "王,小明",
    " ",
    "\t;|",
];

fn value() -> impl Strategy<Value = Option<String>> {
    let odd = proptest::sample::select(ODD.to_vec()).prop_map(str::to_owned);
    proptest::option::of(prop_oneof![odd, "[a-z,\"\n\r王é ]{1,12}", "\\PC{1,8}"])
}

fn table() -> impl Strategy<Value = Table> {
    (1..5_usize, 0..12_usize).prop_flat_map(|(width, rows)| {
        let column = proptest::collection::vec(value(), rows);
        (proptest::collection::vec(column, width), proptest::collection::vec(value(), width)).prop_map(
            |(columns, names)| {
                let columns = columns.into_iter().zip(names).enumerate();
                let named = |(i, (values, name)): (usize, (Vec<_>, Option<String>))| {
                    Column::text(format!("{}{i}", name.unwrap_or_default()), values)
                };
                Table::new("t", columns.map(named).collect()).unwrap()
            },
        )
    })
}

fn shown(table: &Table) -> Vec<(String, Vec<Option<String>>)> {
    let values = |c: &Column| (0..c.len()).map(|row| c.show(row).map(|v| v.into_owned())).collect();
    table.columns().iter().map(|c| (c.name().to_owned(), values(c))).collect()
}

fn written(table: &Table) -> Vec<u8> {
    let thread = format!("{:?}", std::thread::current().id());
    let path = std::env::temp_dir().join(format!("crm-mining-laws-{}-{thread}.csv", std::process::id()));
    CsvWriter { formulas: Formulas::Keep }.write_path(table, &path).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    bytes
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = Vec::new();
    // Two members, as `cat a.gz b.gz` makes them.
    let (a, b) = bytes.split_at(bytes.len() / 2);
    for part in [a, b] {
        let mut encoder = flate2::write::GzEncoder::new(&mut packed, flate2::Compression::fast());
        encoder.write_all(part).unwrap();
        encoder.finish().unwrap();
    }
    packed
}

/// Rows counted = rows kept + rows rejected, and their numbers are those from 1 on, each once.
fn every_row_accounted(raw: &RawTable) {
    assert_eq!(raw.report.rows, (raw.table.n_rows() + raw.rejected.len()) as u64);
    let kept = (0..raw.table.n_rows()).map(|row| raw.table.row_number(row));
    let mut numbers: Vec<u64> = kept.chain(raw.rejected.iter().map(|bad| bad.row)).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=raw.report.rows));
}

proptest! {
    #[test]
    fn written_tables_read_back(table in table()) {
        match CsvReader::default().delimiter(b',').read_bytes("t", &written(&table)) {
            Ok(raw) => {
                prop_assert_eq!(shown(&raw.table), shown(&table));
                prop_assert!(raw.rejected.is_empty());
            }
            // Dates may turn up by chance.
            Err(error) => {
                let by_chance = matches!(error.kind(), ErrorKind::AmbiguousDates { .. });
                prop_assert!(by_chance, "{}", error);
            }
        }
    }

    #[test]
    fn every_encoding_reads_the_same(table in table()) {
        let text = String::from_utf8(written(&table)).unwrap();
        let reader = CsvReader::default().delimiter(b',');
        let plain = reader.clone().encoding(Encoding::Utf8).read_bytes("t", text.as_bytes());
        let Ok(plain) = plain else { return Ok(()) };
        let utf16 = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        for (encoding, bytes) in [
            (Encoding::Utf16Le, utf16(u16::to_le_bytes)),
            (Encoding::Utf16Be, utf16(u16::to_be_bytes)),
            (Encoding::Gb18030, encoding_rs::GB18030.encode(&text).0.into_owned()),
        ] {
            let raw = reader.clone().encoding(encoding).read_bytes("t", &bytes).unwrap();
            prop_assert_eq!(&raw.table, &plain.table, "{}", encoding);
        }
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        prop_assert_eq!(&reader.read_bytes("t", &marked).unwrap().table, &plain.table);
        let packed = gzip(text.as_bytes());
        let unpacked = reader.encoding(Encoding::Utf8).read_bytes("t", &packed).unwrap();
        prop_assert_eq!(&unpacked.table, &plain.table);
    }

    #[test]
    fn no_bytes_break_the_reader(
        mut bytes in proptest::collection::vec(
            prop_oneof![8 => proptest::sample::select(b"ab1,;\"\n\r".to_vec()), 1 => any::<u8>()], 0..400),
        header in any::<bool>(),
    ) {
        if header {
            bytes.splice(0..0, *b"x,y,z\n");
        }
        if let Ok(raw) = CsvReader::default().max_field_bytes(64).read_bytes("t", &bytes) {
            every_row_accounted(&raw);
        }
    }

    #[test]
    fn a_changed_byte_breaks_few_rows(at in any::<proptest::sample::Index>(), to in any::<u8>()) {
        let mut bytes = b"id,name,day\n".to_vec();
        for i in 0..40 {
            bytes.extend(format!("{i},\"Anna, {i}\",2024-03-{:02}\n", 1 + i % 28).bytes());
        }
        let at = at.index(bytes.len() - 12) + 12;
        bytes[at] = to;
        let raw = CsvReader::default().encoding(Encoding::Utf8).read_bytes("t", &bytes).unwrap();
        every_row_accounted(&raw);
        prop_assert!(raw.table.n_rows() >= 38, "{:?}", raw.rejected);
    }
}
