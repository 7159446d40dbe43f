//! Fits the BG/NBD model to the customers of a file, for `benches/peers/bg_nbd/run.py`.
//!
//! The file holds 8-byte little-endian floats: the frequencies of all customers, their recencies, their ages.
//! One line of JSON says what was found and what it cost.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::Fit;
use crm_mining::data::Summary;
use crm_mining::insight::BgNbd;
use std::error::Error;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: bg_nbd FILE")?;
    let bytes = std::fs::read(path)?;
    let values: Vec<f64> = bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect();
    let n = values.len() / 3;
    let column = |at: usize| values.iter().skip(at * n).take(n).copied().collect::<Vec<f64>>();
    let summary = Summary::new(column(0), column(1), column(2), vec![0.0; n])?;
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let model = BgNbd::default().fit(&summary)?;
    println!(
        r#"{{"wall": {}, "cpu": {}, "r": {}, "alpha": {}, "a": {}, "b": {}}}"#,
        start.elapsed().as_secs_f64(),
        cpu_seconds()? - cpu,
        model.r(),
        model.alpha(),
        model.a(),
        model.b(),
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
