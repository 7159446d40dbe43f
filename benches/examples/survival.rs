//! Fits Cox's proportional hazards to the customers of a file, for `benches/peers/survival/run.py`.
//!
//! The file holds 8-byte little-endian floats: the days of all customers, 1 where they ended with the event and 0
//! elsewhere, then five features, customer by customer. One line of JSON says what was found and what it cost.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::Fit;
use crm_mining::data::Features;
use crm_mining::learn::{Cox, Durations, Timed};
use std::error::Error;
use std::time::Instant;

const FEATURES: [&str; 5] = ["a", "b", "c", "d", "e"];

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args_os().nth(1).ok_or("usage: survival FILE")?;
    let bytes = std::fs::read(path)?;
    let mut values: Vec<f64> = bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect();
    let n = values.len() / (2 + FEATURES.len());
    let features = values.split_off(2 * n);
    let observed = values.split_off(n).into_iter().map(|event| event == 1.0).collect();
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let data = Timed::new(Features::new(FEATURES, features)?, Durations::new(values, observed)?)?;
    let model = Cox::default().fit(&data)?;
    println!(
        r#"{{"wall": {}, "cpu": {}, "coefficients": {:?}, "log_likelihood": {}, "concordance": {}}}"#,
        start.elapsed().as_secs_f64(),
        cpu_seconds()? - cpu,
        model.coefficients(),
        model.log_likelihood(),
        model.concordance().unwrap_or_default(),
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
