//! What every classifier asks of its data, checked before any of its arithmetic.

use crate::data::{Features, Labeled};
use crate::error::{ErrorKind, Result};

/// Two classes must be there.
pub(super) fn check_labels(of: &'static str, data: &Labeled) -> Result<()> {
    let (rows, positives) = (data.features().n_rows(), data.n_positive());
    if rows < 2 {
        return Err(ErrorKind::NotEnoughData { of, needed: 2, unit: "rows", got: rows }.into());
    }
    if positives == 0 || positives == rows {
        return Err(ErrorKind::SingleClass { of, class: positives > 0, rows }.into());
    }
    Ok(())
}

/// Features at prediction must have the names of the fit, in the same order.
pub(super) fn check_names(of: &'static str, names: &[String], features: &Features) -> Result<()> {
    if features.names() == names {
        return Ok(());
    }
    Err(ErrorKind::FeatureMismatch { of, expected: names.to_vec(), got: features.names().to_vec() }.into())
}
