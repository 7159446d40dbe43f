//! The first byte chooses settings, the rest is a file.

use super::{every_row_accounted, shown};
use crm_mining::ErrorKind;
use crm_mining::prepare::{CsvReader, CsvWriter, Dialect, Encoding, Formulas, Mend, RawTable, RepeatedNames};

pub fn run(data: &[u8]) {
    let Some((&how, file)) = data.split_first() else { return };
    let reader = reader(how);
    if let Ok(raw) = reader.read_bytes("t", file) {
        every_row_accounted(&raw);
        reads_back(&raw);
        same_in_chunks(&reader, file, &raw);
    }
}

fn reader(how: u8) -> CsvReader {
    // Small limits, so that small files reach them.
    let mut reader = CsvReader::default().max_field_bytes(1 << 12).chunk_bytes(64);
    reader = match how % 3 {
        0 => reader,
        1 => reader.mend(Mend::Nothing),
        _ => reader.mend(Mend::Short),
    };
    if how & 8 != 0 {
        reader = reader.repeated_names(RepeatedNames::Numbered);
    }
    match how >> 4 & 3 {
        0 => reader.dialect(Dialect::default()),
        1 => reader.encoding(Encoding::Utf8),
        2 => reader.header_rows(0),
        _ => reader,
    }
}

/// What was read is written and read again as it is; a row that says the header again would be taken for one.
fn reads_back(raw: &RawTable) {
    let told = shown(&raw.table);
    let is_header = |row: usize| told.iter().all(|(name, values)| values[row].as_deref() == Some(name));
    if (0..raw.table.n_rows()).any(is_header) {
        return;
    }
    let mut written = Vec::new();
    CsvWriter { formulas: Formulas::Keep }.write(&raw.table, &mut written).unwrap();
    let reader = CsvReader::default().dialect(Dialect::default()).encoding(Encoding::Utf8);
    match reader.read_bytes("t", &written) {
        Ok(again) => {
            assert_eq!(shown(&again.table), told);
            assert!(again.rejected.is_empty(), "{:?}", again.rejected);
        }
        // The dates may have had their order from elsewhere.
        Err(error) => assert!(matches!(error.kind(), ErrorKind::AmbiguousDates { .. }), "{error}"),
    }
}

/// A file read by chunks has the same rows.
fn same_in_chunks(reader: &CsvReader, file: &[u8], whole: &RawTable) {
    let mut chunks = reader.chunks_of("t", file).unwrap();
    let (mut rejected, mut rows) = (Vec::new(), 0);
    let names = shown(&whole.table).into_iter().map(|(name, _)| (name, Vec::new()));
    let mut columns: Vec<(String, Vec<Option<String>>)> = names.collect();
    for chunk in &mut chunks {
        // Chunks may show less of what decides than the whole.
        let Ok(chunk) = chunk else { return };
        rows += chunk.report.rows;
        for (column, (_, values)) in columns.iter_mut().zip(shown(&chunk.table)) {
            column.1.extend(values);
        }
        rejected.extend(chunk.rejected);
    }
    assert_eq!(columns, shown(&whole.table));
    assert_eq!((rejected, rows), (whole.rejected.clone(), whole.report.rows));
}
