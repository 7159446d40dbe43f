//! Linking against data with known duplicates: F1 beside the figures of Splink 5.0.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]
#![allow(clippy::print_stderr, reason = "the figures reached")]

mod common;

use crm_mining::prelude::*;
use crm_mining::prepare::{Linker, Links, Records};
use std::collections::{BTreeMap, BTreeSet};

fn table(file: &str) -> Option<Table> {
    Some(read_csv(common::data(file)?).unwrap().table)
}

/// The pairs of rows with one number in `rec_id` (rec-N-org, rec-N-dup-k).
fn gold(tables: &[&Table]) -> BTreeSet<(u32, u32)> {
    let mut rows_of: BTreeMap<String, Vec<u32>> = BTreeMap::new();
    let mut row = 0;
    for table in tables {
        let ids = table.column("rec_id").unwrap();
        for at in 0..table.n_rows() {
            let number = ids.show(at).unwrap().split('-').nth(1).unwrap().to_owned();
            rows_of.entry(number).or_default().push(row);
            row += 1;
        }
    }
    let pairs = |rows: &Vec<u32>| {
        let rows = rows.clone();
        (0..rows.len()).flat_map(move |a| {
            let rows = rows.clone();
            (a + 1..rows.len()).map(move |b| (rows[a], rows[b]))
        })
    };
    rows_of.values().flat_map(pairs).collect()
}

/// Precision, recall and F1 of the links of at least this probability.
fn score(links: &Links, gold: &BTreeSet<(u32, u32)>, threshold: f64) -> (f64, f64, f64) {
    let found = links.above(threshold).count() as f64;
    let right = links.above(threshold).filter(|link| gold.contains(&(link.left, link.right))).count() as f64;
    let (precision, recall) = (right / found, right / gold.len() as f64);
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

/// Settings found, model fitted, pairs scored: nothing told about the file.
fn linked(left: &Table, right: Option<&Table>) -> Links {
    let records = Records { left, right };
    Linker::for_records(&records).unwrap().fit(&records).unwrap().predict(&records).unwrap()
}

/// Splink 5.0.0 with the model of its own example for febrl4 (7 blocking rules written for it): F1 .9991 at p ≥ .5.
#[test]
fn febrl4() {
    let (Some(left), Some(right)) = (table("febrl/dataset4a.csv"), table("febrl/dataset4b.csv")) else {
        return;
    };
    let links = linked(&left, Some(&right));
    let gold = gold(&[&left, &right]);
    assert_eq!(gold.len(), 5_000);
    let (precision, recall, f1) = score(&links, &gold, 0.5);
    eprintln!("F1 {f1:.5}");
    assert!(f1 >= 0.9995, "precision {precision}, recall {recall}, F1 {f1}");
    // What the model expects of itself is what it does.
    let expected = links.expected(0.5);
    assert!((expected.precision - precision).abs() < 0.002 && (expected.recall - recall).abs() < 0.002);
    // One row has one partner here.
    let one_to_one = links.one_to_one(0.5);
    assert!(one_to_one.pairs().iter().all(|link| gold.contains(&(link.left, link.right))));
    assert!(one_to_one.pairs().len() >= 4_995);
}

/// Splink 5.0.0 with the model of its own example for febrl3: F1 .9961 at p ≥ .5.
#[test]
fn febrl3() {
    let Some(table) = table("febrl/dataset3.csv") else { return };
    let links = linked(&table, None);
    let gold = gold(&[&table]);
    assert_eq!(gold.len(), 6_538);
    let (precision, recall, f1) = score(&links, &gold, 0.5);
    eprintln!("F1 {f1:.5}");
    assert!(f1 >= 0.999, "precision {precision}, recall {recall}, F1 {f1}");
    let (.., at_suggested) = score(&links, &gold, links.suggest_threshold());
    assert!(at_suggested >= 0.999, "F1 {at_suggested}");
    // Clusters join through others, so they find at least the links.
    let clusters = links.clusters(0.5).unwrap();
    let of = clusters.cluster_of();
    let joined = gold.iter().filter(|(a, b)| of[*a as usize] == of[*b as usize]).count() as f64;
    assert!(joined / gold.len() as f64 >= 0.999);
    assert_eq!(clusters.to_table().n_rows(), 5_000);
}

/// Two lists of restaurants, most of whose rows are towns and streets alone. The truth lists 89 pairs; some 23 more have
/// one telephone number and one name, so what finds all is held to a precision of 0.8 at most.
#[test]
fn restaurants() {
    let tables = ["rest1", "rest2", "gt"].map(|file| table(&format!("er_restaurants/{file}.csv")));
    let [Some(left), Some(right), Some(truth)] = tables else { return };
    let id = |name: &str, row| truth.column(name).unwrap().show(row).unwrap().parse::<u32>().unwrap();
    let border = left.n_rows() as u32;
    let gold = (0..truth.n_rows()).map(|row| (id("D1", row), border + id("D2", row))).collect();
    let (precision, recall, f1) = score(&linked(&left, Some(&right)), &gold, 0.5);
    eprintln!("restaurants: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}");
    assert!(f1 >= 0.85 && recall >= 0.95, "precision {precision}, recall {recall}, F1 {f1}");
}

/// One and two files more, of fewer duplicates.
#[test]
fn febrl1_and_2() {
    for (file, pairs) in [("febrl/dataset1.csv", 500), ("febrl/dataset2.csv", 1_934)] {
        let Some(table) = table(file) else { return };
        let gold = gold(&[&table]);
        assert_eq!(gold.len(), pairs);
        let (precision, recall, f1) = score(&linked(&table, None), &gold, 0.5);
        assert!(f1 >= 0.999, "{file}: precision {precision}, recall {recall}, F1 {f1}");
    }
}
