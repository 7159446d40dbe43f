//! What each fuzz target does with its bytes: no input may panic, hang or lose a row.
//!
//! `tests/fuzz.rs` of the library includes this file and runs every target over its corpus.

pub mod csv;
pub mod dates;
#[cfg(feature = "excel")]
pub mod excel;
pub mod jsonl;
pub mod link;
pub mod merge;
pub mod numbers;
pub mod plans;
pub mod steps;
pub mod tables;

use crm_mining::data::{Table, Values};
use crm_mining::prepare::{CsvReader, RawTable};

/// Rows of the source = rows kept + rows set aside, numbered from 1 on, each once.
pub(crate) fn every_row_accounted(raw: &RawTable) {
    assert_eq!(raw.report.rows, (raw.table.n_rows() + raw.rejected.len()) as u64);
    let kept = (0..raw.table.n_rows()).map(|row| raw.table.row_number(row));
    let mut numbers: Vec<u64> = kept.chain(raw.rejected.iter().map(|bad| bad.row)).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=raw.report.rows));
}

/// The values of a table as texts, column by column, with the names.
pub(crate) fn shown(table: &Table) -> Vec<(String, Vec<Option<String>>)> {
    let values = |at: usize| {
        let column = &table.columns()[at];
        (0..column.len()).map(|row| column.show(row).map(|value| value.into_owned())).collect()
    };
    (0..table.columns().len()).map(|at| (table.columns()[at].name().to_owned(), values(at))).collect()
}

/// Everything there is to know of a table, NaN by its bits.
pub(crate) fn bytes(table: &Table) -> String {
    let numbers: Vec<u64> = (0..table.n_rows()).map(|row| table.row_number(row)).collect();
    let mut all = format!("{} {numbers:?}\n", table.name());
    for column in table.columns() {
        let values = match column.values() {
            Values::Float(values) => format!("{:?}", values.iter().map(|v| v.to_bits()).collect::<Vec<_>>()),
            other => format!("{other:?}"),
        };
        all.push_str(&format!("{} {values}\n", column.name()));
    }
    all
}

/// A small table from CSV with a header and commas, or none.
pub(crate) fn table_of(csv: &[u8]) -> Option<Table> {
    const MOST_CELLS: usize = 2_000;
    let reader = CsvReader::default().dialect(Default::default());
    let table = reader.read_bytes("t", csv).ok()?.table;
    (table.n_rows() * table.columns().len() <= MOST_CELLS).then_some(table)
}

/// The parts of a text between lines that hold `---` alone.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    text.split("\n---\n").collect()
}
