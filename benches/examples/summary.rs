//! Counts the purchases of a file of rows, for `benches/peers/summary/run.py`.
//!
//! The file holds three columns of 8 bytes a row, little-endian, one after the other: customers, moments in
//! microseconds, amounts. One line of JSON says what was found and what it cost.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::data::{PurchaseCounting, PurchaseRows, Zone};
use std::error::Error;
use std::io::{BufReader, Read};
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().ok_or("usage: summary FILE [ZONE]")?;
    let zone =
        Zone::named(arguments.next().and_then(|zone| zone.into_string().ok()).as_deref().unwrap_or("UTC"))?;
    let n = std::fs::metadata(&path)?.len() as usize / 24;
    let mut file = BufReader::new(std::fs::File::open(path)?);
    let customers = column(&mut file, n, i64::from_le_bytes)?;
    let times = column(&mut file, n, i64::from_le_bytes)?;
    let amounts = column(&mut file, n, f64::from_le_bytes)?;
    let held = peak()?;
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let rows = PurchaseRows::new(&customers[..], &times[..], &amounts)?;
    let as_of = rows.last_day(&zone);
    let counted = PurchaseCounting::default().zone(zone).count(rows, as_of)?;
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    let summary = &counted.summary;
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    println!(
        r#"{{"cost": {{"wall": {wall}, "cpu": {cpu}, "peak": {}, "above": {}}}, "facts": {{"customers": {}, "frequency": {}, "recency": {}, "age": {}, "monetary": {}}}}}"#,
        peak()?,
        peak()? - held,
        summary.len(),
        sum(summary.frequency()),
        sum(summary.recency()),
        sum(summary.age()),
        sum(summary.monetary()),
    );
    Ok(())
}

fn column<T>(file: &mut impl Read, n: usize, read: fn([u8; 8]) -> T) -> Result<Vec<T>, Box<dyn Error>> {
    let mut values = Vec::with_capacity(n);
    let mut bytes = [0; 8];
    for _ in 0..n {
        file.read_exact(&mut bytes)?;
        values.push(read(bytes));
    }
    Ok(values)
}

/// The most megabytes this process has held.
fn peak() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.split_whitespace().nth(1).ok_or("an empty VmHWM")?.parse::<f64>()? / 1024.0)
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
