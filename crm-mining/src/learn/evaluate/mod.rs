//! How good predictions are: ranking, lift, calibration, uplift, and the folds to measure them on.

mod auc;
mod calibration;
mod confusion;
mod folds;
mod lift;
mod uplift;

pub use auc::auc;
pub use calibration::{Calibration, CalibrationBin};
pub use confusion::Confusion;
pub use folds::Folds;
pub use lift::{Lift, LiftBin};
pub use uplift::{Uplift, UpliftAt, UpliftPoint};

use crate::error::{ErrorKind, Result};

/// What every measure asks of its input: as many scores as labels, and finite scores.
fn check_scores(of: &'static str, labels: &[bool], scores: &[f64]) -> Result<()> {
    if labels.len() != scores.len() {
        let (a_len, b_len) = (labels.len(), scores.len());
        return Err(ErrorKind::LengthMismatch { of, a: "labels", a_len, b: "scores", b_len }.into());
    }
    check_each(of, "scores", scores, "finite", |score| score.is_finite())
}

/// As [`check_scores`], for scores that are probabilities.
fn check_probabilities(of: &'static str, labels: &[bool], probabilities: &[f64]) -> Result<()> {
    check_scores(of, labels, probabilities)?;
    check_each(of, "scores", probabilities, "from 0 to 1", |p| (0.0..=1.0).contains(&p))?;
    if labels.is_empty() {
        return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
    }
    Ok(())
}

fn check_each(
    of: &'static str,
    column: &str,
    values: &[f64],
    must_be: &str,
    holds: impl Fn(f64) -> bool,
) -> Result<()> {
    match values.iter().position(|&value| !holds(value)) {
        None => Ok(()),
        Some(row) => Err(ErrorKind::InvalidValue {
            table: of.into(),
            column: column.into(),
            row: row as u64 + 1,
            must_be: must_be.into(),
            got: values.get(row).map_or_else(String::new, f64::to_string),
        }
        .into()),
    }
}

/// How many labels are set; an error when all of them are, or none.
fn both_classes(of: &'static str, labels: &[bool]) -> Result<usize> {
    let positives = labels.iter().filter(|&&label| label).count();
    if labels.is_empty() {
        return Err(ErrorKind::NotEnoughData { of, needed: 2, unit: "rows", got: 0 }.into());
    }
    if positives == 0 || positives == labels.len() {
        return Err(ErrorKind::SingleClass { of, class: positives > 0, rows: labels.len() }.into());
    }
    Ok(positives)
}

/// Groups of equal scores, the highest first: of each, how many rows and how many of them are positive.
fn ties_from_the_top(labels: &[bool], scores: &[f64]) -> Vec<(usize, usize)> {
    // Adding 0 makes one zero of the two.
    let mut ranked: Vec<(f64, bool)> =
        scores.iter().map(|score| score + 0.0).zip(labels.iter().copied()).collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
    ranked
        .chunk_by(|a, b| a.0 == b.0)
        .map(|tie| (tie.len(), tie.iter().filter(|(_, label)| *label).count()))
        .collect()
}
