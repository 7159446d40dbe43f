//! What all scalers share: columns are fitted one by one, and values changed one by one.

use crate::data::Features;
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use rayon::prelude::*;

/// Squares of larger values, summed, could leave the range of `f64`.
pub(super) const LARGEST: f64 = 1e140;

/// Rows that one piece of work changes.
const ROWS: usize = 4096;

/// One column brought to another scale, and back.
pub(super) trait Scale: Send + Sync {
    /// The value on the new scale.
    fn scaled(&self, value: f64) -> f64;

    /// The value that has this one on the new scale; NaN when there is none.
    fn restored(&self, scaled: f64) -> f64;

    /// Whether every value that the methods could meet is defined; false for a tampered model.
    fn is_sound(&self) -> bool;
}

/// Fits every column, the columns on all threads.
pub(super) fn fit_columns<S: Send>(
    of: &'static str,
    features: &Features,
    control: &Control,
    fit: impl Fn(&[f64]) -> Result<S> + Sync,
) -> Result<Vec<S>> {
    if features.n_rows() == 0 {
        return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
    }
    bounded(of, features.values())?;
    let one = |feature| {
        control.check("scaling")?;
        fit(&features.column(feature).collect::<Vec<f64>>())
    };
    (0..features.n_features()).into_par_iter().map(one).collect()
}

/// Refuses values whose squares could not be summed.
pub(super) fn bounded(of: &'static str, values: &[f64]) -> Result<()> {
    match values.iter().find(|value| value.abs() >= LARGEST) {
        Some(&got) => Err(ErrorKind::Overflow { of, got, limit: LARGEST }.into()),
        None => Ok(()),
    }
}

/// The features on the scale of the columns.
pub(super) fn scale(
    of: &'static str,
    names: &[String],
    columns: &[impl Scale],
    features: &Features,
) -> Result<Features> {
    features.expect_names(of, names)?;
    changed(features, |column, value| columns.get(column).map_or(f64::NAN, |scale| scale.scaled(value)))
}

/// The features back in the units of the fit.
pub(super) fn restore(
    of: &'static str,
    names: &[String],
    columns: &[impl Scale],
    features: &Features,
) -> Result<Features> {
    features.expect_names(of, names)?;
    changed(features, |column, value| columns.get(column).map_or(f64::NAN, |scale| scale.restored(value)))
}

/// The same rows of the same customers with every value changed; the values must be finite.
pub(super) fn changed(features: &Features, change: impl Fn(usize, f64) -> f64 + Sync) -> Result<Features> {
    let width = features.n_features();
    let mut values = vec![0.0; features.values().len()];
    values.par_chunks_mut(ROWS * width).zip(features.values().par_chunks(ROWS * width)).for_each(
        |(to, from)| {
            for (to, from) in to.chunks_exact_mut(width).zip(from.chunks_exact(width)) {
                for (column, (to, from)) in to.iter_mut().zip(from).enumerate() {
                    *to = change(column, *from);
                }
            }
        },
    );
    let changed = Features::new(features.names().to_vec(), values)?;
    match features.customers() {
        Some(customers) => changed.of_customers(customers.clone()),
        None => Ok(changed),
    }
}

/// A saved scaler has one sound column for each name, and one name at least.
pub(super) fn check_saved(place: &'static str, names: &[String], columns: &[impl Scale]) -> Result<()> {
    let refused = |rule: &str, found: String| -> Result<()> {
        Err(ErrorKind::Malformed { place: place.into(), rule: rule.into(), found }.into())
    };
    if names.is_empty() || names.len() != columns.len() {
        let found = format!("{} names and {} columns", names.len(), columns.len());
        return refused("a column for each of one or more names", found);
    }
    match names.iter().zip(columns).find(|(_, column)| !column.is_sound()) {
        Some((name, _)) => refused("finite values in order", format!("column {name:?}")),
        None => Ok(()),
    }
}

/// Mean and standard deviation (divisor n) of values; the latter is 0 exactly when all are equal.
pub(super) fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let first = values.first().copied().unwrap_or_default();
    // The distance from a value of the column is small where the values are large but close together.
    let from_first = || values.iter().map(|value| value - first);
    let largest = from_first().fold(0.0, |largest: f64, shift| largest.max(shift.abs()));
    if largest == 0.0 {
        return (first, 0.0);
    }
    let shift = from_first().sum::<f64>() / n;
    let variance = from_first().map(|value| ((value - shift) / largest).powi(2)).sum::<f64>() / n;
    (first + shift, variance.sqrt() * largest)
}
