//! Values far from the others of their column.

use super::cells::Cells;
use super::fill::median;
use super::fitted::{Learned, foreign};
use super::frame::{CHUNK, Frame};
use super::step::{Kind, named, owned, refuse};
use crate::error::{ErrorKind, Result};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// What is done with a value that breaks a bound, or with its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// A new column of truth values says which rows it concerns; the table stays as it is otherwise.
    Flag,
    /// The value becomes missing.
    SetMissing,
    /// The value becomes the bound that it broke (in columns of whole numbers and dates the nearest whole
    /// value within).
    Cap,
    /// The row is set aside.
    Reject,
}

/// How the bounds of a column are learnt from its finite values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutlierRule {
    /// Mean ± so many standard deviations (of a sample, n − 1).
    Sigma(f64),
    /// First quartile − f · IQR to third quartile + f · IQR (Tukey 1977: f = 1.5).
    BoxPlot(f64),
    /// Median ± c · MAD / 0.6745 (Iglewicz and Hoaglin 1993: c = 3.5). Where more than half of the values are
    /// equal, 1.2533 · the mean absolute deviation from the median stands for MAD / 0.6745.
    Mad(f64),
    /// These two quantiles, between 0 and 1 (linear interpolation, as NumPy's).
    Quantiles(f64, f64),
}

/// Deals with values outside bounds learnt from their column. The new column of [`Action::Flag`] is called
/// after the column, with `_outlier` behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outliers {
    /// The columns, of numbers or dates.
    pub columns: Vec<String>,
    /// How the bounds are learnt.
    pub rule: OutlierRule,
    /// What is done with values outside.
    pub action: Action,
}

impl Outliers {
    /// Values further than three standard deviations from the mean.
    pub fn three_sigma<S: Into<String>>(columns: impl IntoIterator<Item = S>, action: Action) -> Outliers {
        Outliers { columns: owned(columns), rule: OutlierRule::Sigma(3.0), action }
    }

    /// Values beyond the whiskers of a box plot.
    pub fn box_plot<S: Into<String>>(columns: impl IntoIterator<Item = S>, action: Action) -> Outliers {
        Outliers { rule: OutlierRule::BoxPlot(1.5), ..Outliers::three_sigma(columns, action) }
    }

    /// Values with a modified z-score above 3.5.
    pub fn mad<S: Into<String>>(columns: impl IntoIterator<Item = S>, action: Action) -> Outliers {
        Outliers { rule: OutlierRule::Mad(3.5), ..Outliers::three_sigma(columns, action) }
    }

    /// Values below and above these quantiles are put on them (winsorised).
    pub fn winsorize<S: Into<String>>(columns: impl IntoIterator<Item = S>, low: f64, high: f64) -> Outliers {
        Outliers { columns: owned(columns), rule: OutlierRule::Quantiles(low, high), action: Action::Cap }
    }
}

/// The bounds of a column.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Bounds {
    pub(super) lower: Option<f64>,
    pub(super) upper: Option<f64>,
}

impl Bounds {
    pub(super) fn is_sound(&self) -> bool {
        let finite = |bound: Option<f64>| bound.is_none_or(f64::is_finite);
        let ordered = self.lower.zip(self.upper).is_none_or(|(lower, upper)| lower <= upper);
        finite(self.lower) && finite(self.upper) && ordered
    }
}

/// What a value outside the bounds is called.
const OUTLIER: &str = "outlier";

impl Kind for Outliers {
    fn numbers(&self, _: &Frame) -> Vec<String> {
        self.columns.clone()
    }

    fn check(&self) -> Result<()> {
        named(&self.columns)?;
        match self.rule {
            OutlierRule::Sigma(factor) | OutlierRule::BoxPlot(factor) | OutlierRule::Mad(factor) => {
                if !(factor >= 0.0 && factor.is_finite()) {
                    return refuse("factor of the rule", "finite and at least 0", factor);
                }
            }
            OutlierRule::Quantiles(low, high) => {
                if !(0.0 <= low && low <= high && high <= 1.0) {
                    return refuse("quantiles", "0 <= low <= high <= 1", (low, high));
                }
            }
        }
        Ok(())
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let learn = |name: &String| self.rule.bounds(&mut frame.finite(frame.column(name)?)?);
        Ok(Learned::Bounds(self.columns.iter().map(learn).collect::<Result<_>>()?))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Bounds(bounds) = learned else { return foreign(frame) };
        if bounds.len() != self.columns.len() {
            return foreign(frame);
        }
        for (name, &bounds) in self.columns.iter().zip(bounds) {
            let column = frame.column(name)?;
            frame.hold(column, bounds, self.action, OUTLIER)?;
        }
        Ok(())
    }
}

impl OutlierRule {
    fn bounds(&self, values: &mut [f64]) -> Result<Bounds> {
        let around = |middle: f64, spread: f64| (middle - spread, middle + spread);
        let (lower, upper) = match *self {
            OutlierRule::Sigma(factor) => {
                let (mean, deviation) = moments(values);
                around(mean, factor * deviation)
            }
            OutlierRule::BoxPlot(factor) => {
                let (q1, q3) = (quantile(values, 0.25), quantile(values, 0.75));
                (q1 - factor * (q3 - q1), q3 + factor * (q3 - q1))
            }
            OutlierRule::Mad(cutoff) => {
                let middle = median(values).unwrap_or(0.0);
                around(middle, cutoff * deviation_from(middle, values))
            }
            OutlierRule::Quantiles(low, high) => (quantile(values, low), quantile(values, high)),
        };
        let bounds = Bounds { lower: Some(lower), upper: Some(upper) };
        match bounds.is_sound() {
            true => Ok(bounds),
            false => {
                let got = if lower.is_finite() { upper } else { lower };
                Err(ErrorKind::Overflow { of: "bounds of a column", got, limit: f64::MAX }.into())
            }
        }
    }
}

/// Mean and standard deviation of a sample; of one value, 0.
fn moments(values: &[f64]) -> (f64, f64) {
    let sum = |of: &(dyn Fn(f64) -> f64 + Sync)| {
        let parts: Vec<f64> =
            values.par_chunks(CHUNK).map(|chunk| chunk.iter().map(|&value| of(value)).sum()).collect();
        parts.iter().sum::<f64>()
    };
    let mean = sum(&|value| value) / values.len() as f64;
    let squares = sum(&|value| (value - mean) * (value - mean));
    (mean, (squares / (values.len().saturating_sub(1).max(1)) as f64).sqrt())
}

/// The usual distance from the median, on the scale of a standard deviation.
fn deviation_from(middle: f64, values: &mut [f64]) -> f64 {
    values.iter_mut().for_each(|value| *value = (*value - middle).abs());
    match median(values) {
        Some(mad) if mad > 0.0 => mad / 0.6745,
        _ => 1.253_314 * values.iter().sum::<f64>() / values.len() as f64,
    }
}

/// The quantile by linear interpolation; puts the values in another order.
fn quantile(values: &mut [f64], q: f64) -> f64 {
    let Some(last) = values.len().checked_sub(1) else { return 0.0 };
    let position = q * last as f64;
    let below = (position.floor() as usize).min(last);
    let (_, &mut low, above) = values.select_nth_unstable_by(below, f64::total_cmp);
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    low + (high - low) * position.fract()
}

impl Frame {
    /// Deals with the values of a column outside of bounds.
    pub(super) fn hold(&mut self, column: usize, bounds: Bounds, action: Action, what: &str) -> Result<()> {
        let numbers = self.numbers(column)?;
        let lower = bounds.lower.unwrap_or(f64::NEG_INFINITY);
        let upper = bounds.upper.unwrap_or(f64::INFINITY);
        let inward = if numbers.whole() { (lower.ceil(), upper.floor()) } else { (lower, upper) };
        let bound = |row: usize| match numbers.get(row) {
            Some(value) if value < lower => Some(inward.0),
            Some(value) if value > upper => Some(inward.1),
            _ => None,
        };
        let (rows, caps) = self.pick(bound)?;
        self.act(column, rows, action, what, |frame, rows| frame.write_numbers(column, rows, caps))
    }

    /// Does with these cells what the action says; `cap` only knows how to cap.
    pub(super) fn act(
        &mut self,
        column: usize,
        rows: Vec<u32>,
        action: Action,
        what: &str,
        cap: impl FnOnce(&mut Frame, Vec<u32>),
    ) -> Result<()> {
        let name = self.column_name(column).to_owned();
        match action {
            Action::Flag => self.flag(format!("{name}_{}", what.replace(' ', "_")), &rows)?,
            Action::SetMissing => self.write(column, rows, Cells::Missing),
            Action::Cap => cap(self, rows),
            Action::Reject if what == OUTLIER => self.reject(&rows, format!("{name} is an outlier")),
            Action::Reject => self.reject(&rows, format!("{name} is {what}")),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_as_numpy_finds_them() {
        let values = [2.0, 4.0, 4.0, 5.0, 7.0, 9.0, 40.0];
        let bounds = |rule: OutlierRule| rule.bounds(&mut values.to_vec()).unwrap();
        let close = |bounds: Bounds, lower: f64, upper: f64| {
            assert!((bounds.lower.unwrap() - lower).abs() < 1e-9, "{bounds:?}");
            assert!((bounds.upper.unwrap() - upper).abs() < 1e-9, "{bounds:?}");
        };
        // numpy 2.4.6: mean 10.142857142857142, std(ddof=1) 13.35949813713788; quantiles .25 4, .75 8.
        close(
            bounds(OutlierRule::Sigma(3.0)),
            10.142857142857142 - 3.0 * 13.35949813713788,
            50.22135155427078,
        );
        close(bounds(OutlierRule::BoxPlot(1.5)), -2.0, 14.0);
        // Median 5, absolute deviations 3 1 1 0 2 4 35: MAD 2.
        close(bounds(OutlierRule::Mad(3.5)), 5.0 - 7.0 / 0.6745, 5.0 + 7.0 / 0.6745);
        // numpy.quantile(values, [.1, .9])
        close(bounds(OutlierRule::Quantiles(0.1, 0.9)), 3.2, 21.4);
        assert!(OutlierRule::Sigma(3.0).bounds(&mut [f64::MAX, -f64::MAX, f64::MAX]).is_err());
    }

    #[test]
    fn more_than_half_equal() {
        let bounds = OutlierRule::Mad(3.5).bounds(&mut [1.0, 1.0, 1.0, 1.0, 11.0]).unwrap();
        assert!((bounds.upper.unwrap() - (1.0 + 3.5 * 1.253_314 * 2.0)).abs() < 1e-9);
        let constant = OutlierRule::Mad(3.5).bounds(&mut [4.0; 3]).unwrap();
        assert_eq!(constant, Bounds { lower: Some(4.0), upper: Some(4.0) });
    }
}
