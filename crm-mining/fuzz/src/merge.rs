//! The settings of a merge in JSON, a line `---`, and the tables of its sources in CSV.

use super::{parts, table_of};
use crm_mining::data::{Table, ToTable};
use crm_mining::prepare::{Merge, SourceTable};

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = parts(&text).into_iter();
    let Some(Ok(merge)) = parts.next().map(serde_json::from_str::<Merge>) else { return };
    let tables: Vec<Table> = parts.filter_map(|csv| table_of(csv.as_bytes())).collect();
    let names: Vec<String> = merge.sources.iter().map(|source| source.name.clone()).collect();
    let sources: Vec<SourceTable<'_>> =
        names.iter().zip(&tables).map(|(name, table)| SourceTable::new(name, table)).collect();
    let Ok(merged) = merge.run(&sources) else { return };
    let rows: usize = tables.iter().take(sources.len()).map(Table::n_rows).sum();
    assert_eq!(merged.rows_in(), rows as u64);
    let used: u64 = merged.report.sources.iter().map(|source| source.used).sum();
    assert_eq!(used + merged.rejected.len() as u64, rows as u64);
    for table in [merged.provenance.to_table(), merged.conflicts.to_table(), merged.rejected.to_table()] {
        assert!(table.columns().iter().all(|column| column.len() == table.n_rows()));
    }
}
