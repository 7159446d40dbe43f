//! Reads a CSV file, whole or by chunks, for `benches/peers/read/run.py`.
//!
//! One line of JSON says what was read and what it cost.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::data::{Ledger, Transactions};
use crm_mining::prepare::{CsvReader, read_csv};
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    const USAGE: &str = "usage: read_csv FILE [chunks]";
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().ok_or(USAGE)?;
    let start = Instant::now();
    let (rows, peak_reading) = match arguments.next() {
        None => (read_csv(path)?.report.rows, 0.0),
        Some(_) => {
            let mut read = CsvReader::default().chunks(&path)?;
            read.try_for_each(|chunk| chunk.map(drop))?;
            let peak = peak_megabytes()?;
            let mut chunks = CsvReader::default().chunks(&path)?;
            for chunk in &mut chunks {
                drop(Ledger::new(&Transactions::from_table(&chunk?.table)?));
            }
            (chunks.report().rows, peak)
        }
    };
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()?);
    println!(r#"{{"wall": {wall}, "cpu": {cpu}, "rows": {rows}, "peak_reading": {peak_reading}}}"#);
    Ok(())
}

/// The most memory this process has held.
fn peak_megabytes() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
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
