//! Links customers, for `benches/peers/link/run.py`: `link LEFT.csv RIGHT.csv` or `link CUSTOMERS`, so many made up.
//!
//! One line of JSON says what was found and what it cost, from the tables in memory to the scored pairs.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use benches::people;
use crm_mining::data::Table;
use crm_mining::prepare::{Linker, Links, Records, read_csv};
use crm_mining::{Fit, Predict};
use std::collections::HashSet;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.as_slice() {
        [left, right] => {
            let (left, right) = (read_csv(left)?.table, read_csv(right)?.table);
            let gold = by_number(&left, &right)?;
            report(&Records::between(&left, &right), &gold)
        }
        [customers] => {
            let people = people(customers.parse()?, 1)?;
            report(&Records::within(&people.table), &people.same.iter().copied().collect())
        }
        _ => Err("usage: link LEFT.csv RIGHT.csv, or link CUSTOMERS".into()),
    }
}

/// The rows of one number: rec-N-org on the left, rec-N-dup-0 on the right.
fn by_number(left: &Table, right: &Table) -> Result<HashSet<(u32, u32)>, Box<dyn Error>> {
    let mut rows = std::collections::HashMap::new();
    let number = |table: &Table, row| -> Option<String> {
        Some(table.find("rec_id")?.show(row)?.split('-').nth(1)?.to_owned())
    };
    for row in 0..left.n_rows() {
        rows.insert(number(left, row).ok_or("no rec_id")?, row as u32);
    }
    let border = left.n_rows() as u32;
    let pairs =
        (0..right.n_rows()).filter_map(|row| Some((*rows.get(&number(right, row)?)?, border + row as u32)));
    Ok(pairs.collect())
}

fn report(records: &Records<'_>, gold: &HashSet<(u32, u32)>) -> Result<(), Box<dyn Error>> {
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let linker = Linker::for_records(records)?;
    let proposed = start.elapsed().as_secs_f64();
    let model = linker.fit(records)?;
    let fitted = start.elapsed().as_secs_f64();
    let links: Links = model.predict(records)?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let found = links.above(0.5).count() as f64;
    let right = links.above(0.5).filter(|link| gold.contains(&(link.left, link.right))).count() as f64;
    let (precision, recall) = (right / found, right / gold.len() as f64);
    let expected = links.expected(0.5);
    println!(
        r#"{{"wall": {wall}, "cpu": {cpu}, "settings": {proposed}, "fit": {}, "predict": {}, "pairs": {}, "left_out": {}, "precision": {precision}, "recall": {recall}, "f1": {}, "expected_precision": {}, "expected_recall": {}}}"#,
        fitted - proposed,
        wall - fitted,
        model.report().compared,
        model.report().blocks.iter().map(|block| block.left_out).sum::<u64>(),
        2.0 * precision * recall / (precision + recall),
        expected.precision,
        expected.recall,
    );
    Ok(())
}

/// What all threads of this process, none of which has ended, have used.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let mut nanoseconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let times = std::fs::read_to_string(task?.path().join("schedstat"))?;
        nanoseconds += times.split(' ').next().ok_or("an empty schedstat")?.parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}
