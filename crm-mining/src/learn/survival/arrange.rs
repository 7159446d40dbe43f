//! Subjects in order of time, with columns brought to mean 0 and variance 1.
#![allow(clippy::indexing_slicing, reason = "rows lie below the number of rows, columns below the width")]

use super::durations::Timed;
use crate::data::Features;
use crate::error::{ErrorKind, Result};
use rayon::prelude::*;

/// What a line says of its subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Event,
    Censored,
    /// Before this time the subject had not come yet.
    Entry,
}

/// Lines in falling order of time. Within one time they stand in an order of their contents, so that no sum
/// depends on the order of the rows.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) width: usize,
    pub(super) times: Vec<f64>,
    pub(super) kinds: Vec<Kind>,
    pub(super) weights: Vec<f64>,
    /// The row of each line.
    pub(super) rows: Vec<u32>,
    /// Standardised values, line by line.
    pub(super) values: Vec<f64>,
}

/// How columns were standardised.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling {
    pub(super) means: Vec<f64>,
    /// Standard deviations; 1 for a constant column.
    pub(super) deviations: Vec<f64>,
    /// From the least to the greatest value, in standard deviations; 0 for a constant column.
    pub(super) ranges: Vec<f64>,
}

/// Sizes beyond which squares leave the range of `f64`.
const SMALLEST: f64 = 1e-100;
const LARGEST: f64 = 1e100;

impl Lines {
    /// Every row as a line; with `entries`, one more for every late entry.
    pub(super) fn of(of: &'static str, data: &Timed, entries: bool) -> Result<(Lines, Scaling)> {
        let (features, durations) = (data.features(), data.durations());
        let late = durations.entry().filter(|_| entries);
        let mut keys: Vec<(u64, u64, Kind, u32)> = (0..features.n_rows() as u32)
            .into_par_iter()
            .map(|row| {
                let kind = if durations.observed()[row as usize] { Kind::Event } else { Kind::Censored };
                (!durations.duration()[row as usize].to_bits(), contents(data, row as usize), kind, row)
            })
            .collect();
        let late = late.unwrap_or_default().iter().zip(0u32..).filter(|(entry, _)| **entry > 0.0);
        keys.extend(
            late.map(|(entry, row)| (!entry.to_bits(), contents(data, row as usize), Kind::Entry, row)),
        );
        keys.par_sort_unstable();
        let weights: Vec<f64> = keys.iter().map(|key| durations.weight_of(key.3 as usize)).collect();
        let width = features.n_features();
        let mut values: Vec<f64> = vec![0.0; keys.len() * width];
        values.par_chunks_mut(width * 4096).zip(keys.par_chunks(4096)).for_each(|(values, keys)| {
            for (values, key) in values.chunks_exact_mut(width).zip(keys) {
                values.copy_from_slice(features.row(key.3 as usize));
            }
        });
        let lines = Lines {
            width,
            times: keys.iter().map(|key| f64::from_bits(!key.0)).collect(),
            kinds: keys.iter().map(|key| key.2).collect(),
            weights,
            rows: keys.iter().map(|key| key.3).collect(),
            values,
        };
        lines.standardized(of, features)
    }

    pub(super) fn len(&self) -> usize {
        self.times.len()
    }

    pub(super) fn line(&self, line: usize) -> &[f64] {
        &self.values[line * self.width..(line + 1) * self.width]
    }

    fn standardized(mut self, of: &'static str, features: &Features) -> Result<(Lines, Scaling)> {
        let scaling = self.scaling(of, features)?;
        self.values.par_chunks_mut(self.width * 4096).for_each(|values| {
            for values in values.chunks_exact_mut(scaling.means.len()) {
                for ((value, mean), deviation) in
                    values.iter_mut().zip(&scaling.means).zip(&scaling.deviations)
                {
                    *value = (*value - mean) / deviation;
                }
            }
        });
        Ok((self, scaling))
    }

    /// Mean and deviation over the subjects by weight, as of a sample.
    fn scaling(&self, of: &'static str, features: &Features) -> Result<Scaling> {
        let first = self.line(0);
        let mut bounds: Vec<(f64, f64)> = first.iter().map(|&value| (value, value)).collect();
        // Sums are of distances from the first line: large values with small differences keep their digits.
        let (mut total, mut sums) = (0.0, vec![0.0; self.width]);
        for (line, weight) in self.subjects() {
            total += weight;
            for (((bound, sum), value), origin) in bounds.iter_mut().zip(&mut sums).zip(line).zip(first) {
                *bound = (bound.0.min(*value), bound.1.max(*value));
                *sum += (value - origin) * weight;
            }
        }
        for (&(low, high), name) in bounds.iter().zip(features.names()) {
            check_range(of, name, low, high)?;
        }
        let means: Vec<f64> = sums.iter().zip(first).map(|(sum, origin)| sum / total + origin).collect();
        // Squares are taken of shares of the range, which can neither overflow nor vanish.
        let spans: Vec<f64> = bounds.iter().map(|(low, high)| high - low).collect();
        let mut squares = vec![0.0; self.width];
        for (line, weight) in self.subjects() {
            for (((square, value), mean), span) in squares.iter_mut().zip(line).zip(&means).zip(&spans) {
                let share = (value - mean) / span.max(SMALLEST);
                *square += share * share * weight;
            }
        }
        let free = if total > 1.0 { total - 1.0 } else { total };
        let deviations: Vec<f64> = (squares.iter().zip(&spans))
            .map(|(square, &span)| if span > 0.0 { (square / free).sqrt() * span } else { 1.0 })
            .collect();
        let ranges = spans.iter().zip(&deviations).map(|(span, deviation)| span / deviation).collect();
        Ok(Scaling { means, deviations, ranges })
    }

    /// Values and weight of every line that is a subject.
    pub(super) fn subjects(&self) -> impl Iterator<Item = (&[f64], f64)> {
        let lines = self.values.chunks_exact(self.width).zip(&self.weights).zip(&self.kinds);
        lines.filter(|(_, kind)| **kind != Kind::Entry).map(|((line, weight), _)| (line, *weight))
    }

    /// The first column that follows from those before it, at any time.
    pub(super) fn dependent_column(&self) -> Option<usize> {
        let width = self.width;
        let mut moments = vec![0.0; width * width];
        for (line, weight) in self.subjects() {
            for (row, value) in line.iter().enumerate() {
                for (column, other) in line.iter().enumerate().take(row + 1) {
                    moments[row * width + column] += value * other * weight;
                }
            }
        }
        super::newton::Cholesky::new(&moments, width).err()
    }
}

impl Scaling {
    /// Of no columns.
    pub(super) fn none() -> Scaling {
        Scaling { means: Vec::new(), deviations: Vec::new(), ranges: Vec::new() }
    }

    /// Columns that hold one value only cannot explain anything.
    pub(super) fn check_constant(&self, of: &'static str, names: &[String]) -> Result<()> {
        match self.ranges.iter().zip(names).find(|(range, _)| **range == 0.0) {
            None => Ok(()),
            Some((_, name)) => useless(of, name, "at least two different values", "one value"),
        }
    }
}

/// A column that the fit can do nothing with, as an error.
pub(super) fn useless<T>(of: &'static str, name: &str, must_be: &str, got: &str) -> Result<T> {
    let (column, must_be, got) = (name.to_owned(), must_be.to_owned(), got.to_owned());
    Err(ErrorKind::InvalidColumn { table: of.into(), column, must_be, got }.into())
}

fn check_range(of: &'static str, name: &str, low: f64, high: f64) -> Result<()> {
    let range = high - low;
    if low.abs().max(high.abs()) <= LARGEST && (range == 0.0 || range >= SMALLEST) {
        return Ok(());
    }
    let must_be = "values up to 1e100 in size that differ by at least 1e-100, or not at all";
    useless(of, name, must_be, &format!("values from {low:e} to {high:e}"))
}

/// A number that stands for all a row says but its time: the multiplicative hash of Knuth, mixed as by Steele.
fn contents(data: &Timed, row: usize) -> u64 {
    let durations = data.durations();
    let mix = |hash: u64, value: f64| {
        let mixed = (hash ^ (value + 0.0).to_bits()).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ (mixed >> 32)
    };
    let own = [durations.weight_of(row), durations.entry_of(row), durations.duration()[row]];
    data.features().row(row).iter().chain(&own).fold(0, |hash, &value| mix(hash, value))
}
