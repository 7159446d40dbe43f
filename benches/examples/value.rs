//! Fits models of buying to the customers of a file, or values them, for `benches/peers/value/run.py`.
//!
//! The file holds 8-byte little-endian floats: the frequencies of all customers, their recencies, their ages and their mean
//! spends. One line of JSON says what was found and what it cost.
#![allow(clippy::print_stdout, reason = "a program speaks to its user")]

use crm_mining::data::Summary;
use crm_mining::insight::{BgNbd, BuyingModel, Clv, GammaGamma, ParetoNbd};
use crm_mining::{Fit, Predict};
use std::error::Error;
use std::time::Instant;

const USAGE: &str = "usage: value bg|pareto|clv FILE";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (job, path) = (arguments.next().ok_or(USAGE)?, arguments.next().ok_or(USAGE)?);
    let bytes = std::fs::read(path)?;
    let values: Vec<f64> = bytes.as_chunks().0.iter().map(|&value| f64::from_le_bytes(value)).collect();
    let n = values.len() / 4;
    let column = |at: usize| values.iter().skip(at * n).take(n).copied().collect::<Vec<f64>>();
    let summary = Summary::new(column(0), column(1), column(2), column(3))?;
    let clv = match job.as_str() {
        "clv" => {
            Some(Clv::new(&BgNbd::default().fit(&summary)?, &GammaGamma::default().fit(&summary)?).months(12))
        }
        _ => None,
    };
    let (start, cpu) = (Instant::now(), cpu_seconds()?);
    let found = match (job.as_str(), &clv) {
        ("bg", _) => parameters(&BgNbd::default().fit(&summary)?),
        ("pareto", _) => parameters(&ParetoNbd::default().fit(&summary)?),
        ("clv", Some(clv)) => vec![clv.predict(&summary)?.clv().iter().sum()],
        _ => return Err(USAGE.into()),
    };
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds()? - cpu);
    println!(r#"{{"wall": {wall}, "cpu": {cpu}, "found": {found:?}}}"#);
    Ok(())
}

fn parameters(model: &BuyingModel) -> Vec<f64> {
    model.parameters().iter().map(|parameter| parameter.value).collect()
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
