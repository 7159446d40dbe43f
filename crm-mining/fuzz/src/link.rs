//! One table in CSV, or two with a line `---` between them: which rows are one customer.

use super::{parts, table_of};
use crm_mining::data::Table;
use crm_mining::prepare::{Linker, Records};
use crm_mining::{Fit, Predict};

pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let tables: Vec<Table> = parts(&text).into_iter().filter_map(|csv| table_of(csv.as_bytes())).collect();
    match &tables[..] {
        [table] => linked(&Records::within(table), table.n_rows()),
        [left, right, ..] => linked(&Records::between(left, right), left.n_rows() + right.n_rows()),
        [] => {}
    }
}

fn linked(records: &Records<'_>, rows: usize) {
    let Ok(linker) = Linker::for_records(records) else { return };
    let Ok(model) = linker.fit(records) else { return };
    let links = model.predict(records).unwrap();
    for link in links.pairs() {
        assert!(link.weight.is_finite() && (0.0..=1.0).contains(&link.probability), "{link:?}");
    }
    assert!(links.expected(0.5).f1.is_finite() && links.suggest_threshold().is_finite());
    let clusters = links.clusters(0.5).unwrap();
    assert_eq!(clusters.cluster_of().len(), rows);
    assert_eq!(clusters.iter().map(<[u32]>::len).sum::<usize>(), rows);
    if let Some(link) = links.pairs().first() {
        model.explain(records, link.left, link.right).unwrap();
    }
}
