//! Filling missing values with one learnt for the column, or for the group of the row.

use super::fitted::{Learned, foreign};
use super::frame::{CHUNK, Frame};
use super::scalar::{Literal, Scalar};
use super::step::{Kind, named, owned};
use super::views::{Groups, bits, is_missing};
use crate::data::{Text, Values};
use crate::error::{ErrorKind, Result};
use hashbrown::HashMap;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Fills missing values with a value learnt from those present, of the column or of the row's group.
///
/// A row without group, or of a group in which nothing was learnt, takes the value of the whole column.
/// Columns of whole numbers and dates take the mean and the median rounded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fill {
    /// The columns.
    pub columns: Vec<String>,
    /// What is put in.
    pub with: FillWith,
    /// The column whose equal values make a group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// What a missing value is filled with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FillWith {
    /// The mean of the finite values.
    Mean,
    /// The median of the finite values; of an even number, halfway between the middle two.
    Median,
    /// The most frequent value; of equally frequent ones, the smallest.
    Mode,
    /// This value.
    Constant(Literal),
}

impl Fill {
    /// Fills with the mean.
    pub fn mean<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Fill {
        Fill { columns: owned(columns), with: FillWith::Mean, by: None }
    }

    /// Fills with the median.
    pub fn median<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Fill {
        Fill { with: FillWith::Median, ..Fill::mean(columns) }
    }

    /// Fills with the most frequent value.
    pub fn mode<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Fill {
        Fill { with: FillWith::Mode, ..Fill::mean(columns) }
    }

    /// Fills with this value.
    pub fn constant<S: Into<String>>(
        columns: impl IntoIterator<Item = S>,
        value: impl Into<Literal>,
    ) -> Fill {
        Fill { with: FillWith::Constant(value.into()), ..Fill::mean(columns) }
    }

    /// The same within groups of equal values of this column.
    pub fn by(mut self, column: impl Into<String>) -> Fill {
        self.by = Some(column.into());
        self
    }
}

/// What was learnt of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FillOf {
    overall: Scalar,
    /// Names of groups and their values.
    groups: Vec<(String, Scalar)>,
}

impl FillOf {
    pub(super) fn is_sound(&self) -> bool {
        self.overall.is_sound() && self.groups.iter().all(|(_, scalar)| scalar.is_sound())
    }
}

impl Kind for Fill {
    fn check(&self) -> Result<()> {
        named(&self.columns)
    }

    fn numbers(&self, _: &Frame) -> Vec<String> {
        match self.with {
            FillWith::Mean | FillWith::Median => self.columns.clone(),
            FillWith::Mode | FillWith::Constant(_) => Vec::new(),
        }
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let by = self.by.as_ref().map(|by| frame.column(by)).transpose()?;
        let learn = |name: &String| {
            let column = frame.column(name)?;
            let overall = self.overall(frame, column)?;
            let groups = match (by, &self.with) {
                (None, _) | (_, FillWith::Constant(_)) => Vec::new(),
                (Some(by), _) => self.by_group(frame, column, by)?,
            };
            Ok(FillOf { overall, groups })
        };
        Ok(Learned::Fills(self.columns.iter().map(learn).collect::<Result<_>>()?))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Fills(fills) = learned else { return foreign(frame) };
        if fills.len() != self.columns.len() {
            return foreign(frame);
        }
        for (name, fill) in self.columns.iter().zip(fills) {
            let column = frame.column(name)?;
            let (rows, which) = match &self.by {
                None => {
                    let values = frame.values(column);
                    frame.pick(|row| is_missing(values, row).then_some(0u32))?
                }
                Some(by) => fill.places(frame, column, frame.column(by)?)?,
            };
            let scalars: Vec<Scalar> = std::iter::once(&fill.overall)
                .chain(fill.groups.iter().map(|(_, scalar)| scalar))
                .cloned()
                .collect();
            frame.fill(column, rows, &which, &scalars)?;
        }
        Ok(())
    }
}

impl FillOf {
    /// The rows with a missing value, and which value is theirs: 0 the overall one, else that of a group.
    fn places(&self, frame: &Frame, column: usize, by: usize) -> Result<(Vec<u32>, Vec<u32>)> {
        let values = frame.values(column);
        let groups = Groups::of(frame, by);
        let known: HashMap<&str, u32> =
            self.groups.iter().map(|(name, _)| name.as_str()).zip(1u32..).collect();
        let of_code: Vec<u32> =
            groups.names.iter().map(|name| known.get(name).copied().unwrap_or(0)).collect();
        frame.pick(|row| {
            let code = groups.code(row) as usize;
            is_missing(values, row).then(|| of_code.get(code).copied().unwrap_or(0))
        })
    }
}

impl Fill {
    fn overall(&self, frame: &Frame, column: usize) -> Result<Scalar> {
        match &self.with {
            FillWith::Constant(literal) => frame.literal(column, literal),
            FillWith::Mean => {
                let values = frame.finite(column)?;
                let sum: f64 = values
                    .par_chunks(CHUNK)
                    .map(|chunk| chunk.iter().sum::<f64>())
                    .collect::<Vec<_>>()
                    .iter()
                    .sum();
                finite_mean(sum, values.len())
            }
            FillWith::Median => {
                let median = median(&mut frame.finite(column)?);
                median.map_or_else(|| frame.refuse(column, "present", "nothing"), |m| Ok(Scalar::Float(m)))
            }
            FillWith::Mode => {
                let rows = frame.rows().map(|row| (0u32, row));
                let mut found = modes(frame, column, rows, 1);
                match found.pop().flatten() {
                    Some(scalar) => Ok(scalar),
                    None => frame.refuse(column, "at least one value to learn from", "none"),
                }
            }
        }
    }

    fn by_group(&self, frame: &Frame, column: usize, by: usize) -> Result<Vec<(String, Scalar)>> {
        let groups = Groups::of(frame, by);
        let n = groups.names.len();
        let rows =
            || frame.rows().map(|row| (groups.code(row), row)).filter(|&(group, _)| group != Text::MISSING);
        let scalars: Vec<Option<Scalar>> = match self.with {
            FillWith::Mode => modes(frame, column, rows(), n),
            _ => {
                let numbers = frame.numbers(column)?;
                let values = || rows().filter_map(|(group, row)| Some((group, numbers.finite(row)?)));
                match self.with {
                    FillWith::Mean => means(values(), n)?,
                    _ => medians(values, n),
                }
            }
        };
        let named = groups.names.iter().zip(scalars);
        Ok(named.filter_map(|(name, scalar)| Some((name.to_owned(), scalar?))).collect())
    }
}

fn finite_mean(sum: f64, n: usize) -> Result<Scalar> {
    match sum.is_finite() {
        true => Ok(Scalar::Float(sum / n as f64)),
        false => Err(ErrorKind::Overflow { of: "mean of a column", got: sum, limit: f64::MAX }.into()),
    }
}

fn means(values: impl Iterator<Item = (u32, f64)>, n: usize) -> Result<Vec<Option<Scalar>>> {
    let mut sums = vec![(0.0, 0usize); n];
    for (group, value) in values {
        if let Some((sum, count)) = sums.get_mut(group as usize) {
            *sum += value;
            *count += 1;
        }
    }
    let mean = |(sum, count)| (count > 0).then(|| finite_mean(sum, count)).transpose();
    sums.into_iter().map(mean).collect()
}

fn medians<I: Iterator<Item = (u32, f64)>>(values: impl Fn() -> I, n: usize) -> Vec<Option<Scalar>> {
    let mut starts = vec![0usize; n + 1];
    for (group, _) in values() {
        if let Some(count) = starts.get_mut(group as usize + 1) {
            *count += 1;
        }
    }
    let mut end = 0;
    for start in &mut starts {
        end += *start;
        *start = end;
    }
    let mut sorted = vec![0.0; end];
    let mut next = starts.clone();
    for (group, value) in values() {
        let Some(at) = next.get_mut(group as usize) else { continue };
        if let Some(place) = sorted.get_mut(*at) {
            *place = value;
        }
        *at += 1;
    }
    let mut rest = sorted.as_mut_slice();
    let mut of = Vec::with_capacity(n);
    for (start, end) in starts.iter().zip(starts.iter().skip(1)) {
        let (own, others) = std::mem::take(&mut rest).split_at_mut(end - start);
        rest = others;
        of.push(own);
    }
    of.into_par_iter().map(|own| median(own).map(Scalar::Float)).collect()
}

/// The median, which puts the values in another order.
pub(super) fn median(values: &mut [f64]) -> Option<f64> {
    let middle = values.len() / 2;
    let even = values.len().is_multiple_of(2);
    if values.is_empty() {
        return None;
    }
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    let upper = *upper;
    match below.iter().copied().max_by(f64::total_cmp).filter(|_| even) {
        Some(lower) => Some(lower.midpoint(upper)),
        None => Some(upper),
    }
}

/// The most frequent value of each group.
fn modes(
    frame: &Frame,
    column: usize,
    rows: impl Iterator<Item = (u32, usize)>,
    n: usize,
) -> Vec<Option<Scalar>> {
    let values = frame.values(column);
    let mut counts: HashMap<(u32, u64), (u64, u32)> = HashMap::new();
    for (group, row) in rows {
        if let Some(bits) = bits(values, row) {
            counts.entry((group, bits)).or_insert((0, row as u32)).0 += 1;
        }
    }
    let mut best: Vec<Option<(u64, u32)>> = vec![None; n];
    #[allow(clippy::iter_over_hash_type, reason = "the best of all does not depend on the order")]
    for ((group, _), (count, row)) in counts {
        let Some(best) = best.get_mut(group as usize) else { continue };
        let better = best.is_none_or(|(most, other)| {
            count > most || (count == most && is_smaller(values, row as usize, other as usize))
        });
        if better && Scalar::of(values, row as usize).is_some() {
            *best = Some((count, row));
        }
    }
    best.into_iter().map(|best| Scalar::of(values, best?.1 as usize)).collect()
}

fn is_smaller(values: &Values, a: usize, b: usize) -> bool {
    match values {
        Values::Text(text) => text.get(a) < text.get(b),
        Values::Float(values) => values.get(a).zip(values.get(b)).is_some_and(|(a, b)| a < b),
        Values::Int(values, _) | Values::Time(values, _) => values.get(a) < values.get(b),
        Values::Bool(values, _) => !values.get(a) & values.get(b),
    }
}
