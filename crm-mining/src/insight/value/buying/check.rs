//! What the models of buying ask of a summary.

use super::process::BuyingProcess;
use crate::data::Summary;
use crate::error::{Error, ErrorKind, Result};

pub(super) fn check(of: &'static str, process: BuyingProcess, summary: &Summary) -> Result<()> {
    let not_enough = |needed, unit, got| Err(ErrorKind::NotEnoughData { of, needed, unit, got }.into());
    if summary.len() < 2 {
        return not_enough(2, "customers", summary.len());
    }
    if summary.frequency().iter().all(|&x| x == 0.0) {
        return not_enough(1, "customers with a repeat purchase", 0);
    }
    check_records(process, summary)?;
    let mut rows = summary.frequency().iter().zip(summary.recency());
    match rows.position(|(&x, &recency)| x > 0.0 && recency <= 0.0) {
        Some(row) => Err(invalid("recency", row, "above 0 with a repeat purchase", 0.0)),
        None => Ok(()),
    }
}

/// The rules for each record.
pub(super) fn check_records(process: BuyingProcess, summary: &Summary) -> Result<()> {
    let rows = summary.frequency().iter().zip(summary.recency()).zip(summary.age()).enumerate();
    for (row, ((&x, &recency), &age)) in rows {
        if x > 1e6 {
            return Err(invalid("frequency", row, "at most a million", x));
        }
        if process == BuyingProcess::BgBb {
            if !(age.fract() == 0.0 && age <= 1e6) {
                return Err(invalid("age", row, "a whole number of opportunities, at most a million", age));
            }
            if !(recency.fract() == 0.0 && recency >= x) {
                let rule = "a whole number of opportunities, at least the frequency";
                return Err(invalid("recency", row, rule, recency));
            }
        }
    }
    Ok(())
}

fn invalid(column: &str, row: usize, must_be: &str, got: f64) -> Error {
    ErrorKind::InvalidValue {
        table: "Summary".into(),
        column: column.into(),
        row: row as u64 + 1,
        must_be: must_be.into(),
        got: got.to_string(),
    }
    .into()
}
