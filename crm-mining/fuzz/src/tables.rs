//! A table in CSV, looked at from all sides: quality, dependencies, cells that look wrong.

use super::table_of;
use crm_mining::prepare::{DependencySearch, ErrorDetector, Quality};

pub fn run(data: &[u8]) {
    let Some(table) = table_of(data) else { return };
    let (rows, width) = (table.n_rows(), table.columns().len());
    if let Ok(quality) = Quality::default().measure(&table) {
        assert_eq!(quality.columns.len(), width);
        for column in &quality.columns {
            assert!(column.present() <= rows as u64);
        }
        let html = quality.to_html();
        assert!(!html.contains("<script"), "{html}");
        let _ = (quality.to_string(), serde_json::to_string(&quality).unwrap());
    }
    if let Ok(suspicions) = ErrorDetector::default().detect(&table) {
        for suspicion in &suspicions.cells {
            assert!((0.0..=1.0).contains(&suspicion.score) && (0.0..=1.0).contains(&suspicion.confidence));
        }
    }
    if let Ok(found) = DependencySearch::default().find(&table) {
        for dependency in found {
            dependency.violations(&table).unwrap();
        }
    }
}
