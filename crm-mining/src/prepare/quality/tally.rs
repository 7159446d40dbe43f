//! The distinct values of a column and how often each occurs: what everything else is told from.

use crate::data::{Bitmap, Column, Text, Values};
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;
use std::cmp::Ordering;

/// Rows that one task sorts.
const CHUNK: usize = 1 << 17;
const STAGE: &str = "data profiling";

/// The distinct values of a column with their counts; those of numbers and moments in ascending order.
pub(super) enum Tally<'a> {
    Text { text: &'a Text, counts: Vec<u32> },
    Whole(Vec<(i64, u32)>),
    Real(Vec<(f64, u32)>),
    Moments(Vec<(i64, u32)>),
    Flags([u32; 2]),
}

impl<'a> Tally<'a> {
    pub(super) fn of(column: &'a Column, control: &Control) -> Result<Tally<'a>> {
        let present = |bits: &Option<Bitmap>, row| bits.as_ref().is_none_or(|bits| bits.get(row));
        Ok(match column.values() {
            Values::Text(text) => Tally::Text { text, counts: counted(text, control)? },
            Values::Int(values, bits) => {
                Tally::Whole(runs(values, |row, value| present(bits, row).then_some(value), control)?)
            }
            Values::Time(values, bits) => {
                Tally::Moments(runs(values, |row, value| present(bits, row).then_some(value), control)?)
            }
            Values::Float(values) => {
                // Adding zero makes one value of 0 and -0.
                let key = |_, value: f64| (!value.is_nan()).then(|| ordered(value + 0.0));
                let runs = runs(values, key, control)?;
                Tally::Real(runs.into_iter().map(|(key, count)| (unordered(key), count)).collect())
            }
            Values::Bool(values, bits) => {
                let mut counts = [0; 2];
                for row in (0..values.len()).filter(|&row| present(bits, row)) {
                    if let Some(count) = counts.get_mut(usize::from(values.get(row))) {
                        *count += 1;
                    }
                }
                Tally::Flags(counts)
            }
        })
    }

    /// How often each distinct value occurs; values that do not occur are left out.
    pub(super) fn counts(&self) -> Box<dyn Iterator<Item = u64> + '_> {
        let counts: Box<dyn Iterator<Item = u32>> = match self {
            Tally::Text { counts, .. } => Box::new(counts.iter().copied()),
            Tally::Whole(runs) | Tally::Moments(runs) => Box::new(runs.iter().map(|&(_, count)| count)),
            Tally::Real(runs) => Box::new(runs.iter().map(|&(_, count)| count)),
            Tally::Flags(counts) => Box::new(counts.iter().copied()),
        };
        Box::new(counts.filter(|&count| count > 0).map(u64::from))
    }

    /// The `k` most frequent values, the smaller first among equally frequent ones.
    pub(super) fn top(&self, k: usize) -> Vec<(String, u64)> {
        fn numbers<T: Copy>(runs: &[(T, u32)], k: usize, show: impl Fn(T) -> String) -> Vec<(String, u64)> {
            // Stable: the values ascend.
            let best = most(runs.iter().copied(), k, |a, b| b.1.cmp(&a.1));
            best.into_iter().map(|(value, count)| (show(value), u64::from(count))).collect()
        }
        match self {
            Tally::Text { text, counts } => most_frequent(occurring(text, counts), k),
            Tally::Whole(runs) => numbers(runs, k, |value| value.to_string()),
            Tally::Real(runs) => numbers(runs, k, |value| ryu::Buffer::new().format(value).to_owned()),
            Tally::Moments(runs) => numbers(runs, k, crate::data::show_time),
            Tally::Flags(counts) => {
                let both = ["false", "true"].into_iter().zip(*counts).filter(|&(_, count)| count > 0);
                most_frequent(both, k)
            }
        }
    }

    /// What two columns must share when their values correspond one to one: a hash of how often the values
    /// occur, whatever they are.
    pub(super) fn signature(&self) -> u64 {
        let mix = |count: u64| (count ^ (count >> 7)).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        self.counts().map(|count| mix(mix(count))).fold(0, u64::wrapping_add)
    }
}

/// The distinct texts that occur, with their counts.
pub(super) fn occurring<'a>(text: &'a Text, counts: &'a [u32]) -> impl Iterator<Item = (&'a str, u32)> {
    text.distinct().iter().zip(counts.iter().copied()).filter(|&(_, count)| count > 0)
}

/// The `k` most frequent texts, in order of the alphabet among equally frequent ones.
pub(super) fn most_frequent<'a>(
    values: impl Iterator<Item = (&'a str, u32)>,
    k: usize,
) -> Vec<(String, u64)> {
    let best = most(values, k, |a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    best.into_iter().map(|(value, count)| (value.to_owned(), u64::from(count))).collect()
}

/// The `k` first by `order`, in order; equals stay as they came.
fn most<T: Copy>(values: impl Iterator<Item = T>, k: usize, order: impl Fn(&T, &T) -> Ordering) -> Vec<T> {
    let mut best: Vec<T> = Vec::new();
    for value in values {
        if best.len() < k || best.last().is_some_and(|last| order(&value, last).is_lt()) {
            let place = best.partition_point(|other| order(other, &value).is_le());
            best.insert(place, value);
            best.truncate(k);
        }
    }
    best
}

fn counted(text: &Text, control: &Control) -> Result<Vec<u32>> {
    let mut counts = vec![0_u32; text.distinct().len()];
    for codes in text.codes().chunks(CHUNK * 16) {
        control.check(STAGE)?;
        for &code in codes {
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
    }
    Ok(counts)
}

/// The distinct keys in ascending order with their counts: chunks are sorted, then merged two by two.
fn runs<T: Copy + Sync>(
    values: &[T],
    key: impl Fn(usize, T) -> Option<i64> + Sync,
    control: &Control,
) -> Result<Vec<(i64, u32)>> {
    let sorted = |(chunk, values): (usize, &[T])| {
        control.check(STAGE)?;
        let keyed = values.iter().enumerate().filter_map(|(i, &value)| key(chunk * CHUNK + i, value));
        let mut keys: Vec<i64> = keyed.collect();
        keys.sort_unstable();
        let same = keys.chunk_by(|a, b| a == b);
        Ok(same.filter_map(|run| Some((*run.first()?, run.len() as u32))).collect())
    };
    let mut parts: Vec<Vec<(i64, u32)>> =
        values.par_chunks(CHUNK).enumerate().map(sorted).collect::<Result<_>>()?;
    while parts.len() > 1 {
        control.check(STAGE)?;
        parts = parts.par_chunks(2).map(merged).collect();
    }
    Ok(parts.pop().unwrap_or_default())
}

fn merged(pair: &[Vec<(i64, u32)>]) -> Vec<(i64, u32)> {
    let [a, b] = pair else { return pair.concat() };
    let (mut a, mut b) = (a.iter().copied().peekable(), b.iter().copied().peekable());
    let mut all = Vec::with_capacity(a.len().max(b.len()));
    loop {
        let next = match (a.peek(), b.peek()) {
            (Some(x), Some(y)) if x.0 == y.0 => a.next().zip(b.next()).map(|(x, y)| (x.0, x.1 + y.1)),
            (Some(x), Some(y)) if x.0 > y.0 => b.next(),
            (Some(_), _) => a.next(),
            _ => b.next(),
        };
        match next {
            Some(run) => all.push(run),
            None => return all,
        }
    }
}

/// A number as an integer of the same order.
fn ordered(value: f64) -> i64 {
    let bits = value.to_bits() as i64;
    bits ^ (((bits >> 63) as u64) >> 1) as i64
}

fn unordered(key: i64) -> f64 {
    f64::from_bits((key ^ (((key >> 63) as u64) >> 1) as i64) as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_of_numbers_survives() {
        let values = [f64::NEG_INFINITY, -1e9, -1.5, 0.0, 1e-300, 2.0, f64::INFINITY];
        for pair in values.windows(2) {
            assert!(ordered(pair[0]) < ordered(pair[1]));
        }
        assert!(values.iter().all(|&value| unordered(ordered(value)) == value));
    }

    #[test]
    fn long_columns_merge() {
        let values: Vec<i64> = (0..300_000).map(|i| i * 7919 % 1000).collect();
        let column = Column::ints("x", values);
        let Tally::Whole(runs) = Tally::of(&column, &Control::default()).unwrap() else { panic!() };
        assert_eq!(runs, (0..1000).map(|value| (value, 300)).collect::<Vec<_>>());
    }

    #[test]
    fn top_values_break_ties_by_value() {
        let column = Column::text("x", ["b", "c", "a", "c", "d"].map(Some));
        let top = Tally::of(&column, &Control::default()).unwrap().top(3);
        assert_eq!(top, [("c".to_owned(), 2), ("a".to_owned(), 1), ("b".to_owned(), 1)]);
    }
}
