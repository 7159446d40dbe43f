//! Filling missing values from the rows most like theirs.

use super::fitted::{Learned, foreign};
use super::frame::Frame;
use super::scalar::Scalar;
use super::step::{Kind, named, owned, refuse};
use super::views::{Numbers, is_missing};
use crate::data::{Text, Values};
use crate::error::Result;
use crate::math::random::Random;
use hashbrown::HashMap;
use serde::{Deserialize, Serialize};

/// Fills missing values from the `k` rows most alike in other columns: numbers and dates with their mean, the
/// rest with their most frequent value (of several, that of the nearest).
///
/// Alike is Gower's: per column, the difference of numbers over the range learnt, or 0 and 1 for equal and
/// different texts, averaged over the columns present in both rows. A row with none in common with any donor
/// keeps its gap. With fewer than `k` donors, all of them are taken.
///
/// The fitted plan keeps the donors, that is rows of the table it learnt from, in these columns.
///
/// # Complexity
/// O(rows with gaps · donors · columns). `donors` bounds it: 1,000 donors and ten columns take about ten
/// microseconds a row.
///
/// # Reference
/// Troyanskaya et al. (2001), Missing value estimation methods; Gower (1971) for the distance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NearestFill {
    /// The columns to fill, of any type.
    pub columns: Vec<String>,
    /// The columns in which rows are compared.
    pub using: Vec<String>,
    /// How many donors a value is taken from.
    pub k: u32,
    /// The most donors that are kept, 1 to 100,000; drawn from the rows that have a value to give.
    pub donors: u32,
    /// The seed of the draw.
    #[serde(default)]
    pub seed: u64,
}

impl NearestFill {
    /// From the five nearest of at most 1,000 donors.
    pub fn of<S: Into<String>, T: Into<String>>(
        columns: impl IntoIterator<Item = S>,
        using: impl IntoIterator<Item = T>,
    ) -> NearestFill {
        NearestFill { columns: owned(columns), using: owned(using), k: 5, donors: 1_000, seed: 0 }
    }

    /// From so many nearest.
    pub fn k(mut self, k: u32) -> NearestFill {
        self.k = k;
        self
    }
}

/// The donors of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Donors {
    /// What each of them gives.
    gives: Vec<Scalar>,
    /// How they compare, one for each column used.
    like: Vec<Like>,
}

/// The values of the donors in a column used.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Like {
    /// Numbers and their range.
    Numbers(Vec<Option<f64>>, f64),
    Texts(Vec<Option<String>>),
    Truths(Vec<Option<bool>>),
}

/// A column used at the run, next to what the donors have in it.
enum Compared<'a> {
    Numbers(Numbers<'a>, &'a [Option<f64>], f64),
    /// Codes of the rows, and of the donors in the same dictionary ([`Text::MISSING`] when it lacks the text).
    Codes(&'a [u32], Vec<Option<u32>>),
    Truths(&'a Values, &'a [Option<bool>]),
}

impl Kind for NearestFill {
    fn numbers(&self, _: &Frame) -> Vec<String> {
        [self.columns.as_slice(), self.using.as_slice()].concat()
    }

    fn check(&self) -> Result<()> {
        named(&self.columns)?;
        named(&self.using)?;
        if self.k == 0 {
            return refuse("k", "at least 1", self.k);
        }
        if let Some(name) = self.using.iter().find(|name| self.columns.contains(name)) {
            return refuse("using", "other columns than those to fill", name);
        }
        match self.donors {
            1..=100_000 => Ok(()),
            donors => refuse("donors", "1 to 100,000", donors),
        }
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let learn = |name: &String| {
            let column = frame.column(name)?;
            let values = frame.values(column);
            let rows = self.drawn(frame.select(|row| has_value(values, row))?);
            let gives: Vec<Scalar> =
                rows.iter().filter_map(|&row| Scalar::of(values, row as usize)).collect();
            if rows.is_empty() {
                return frame.refuse(column, "at least one value to learn from", "none");
            }
            let like = |name: &String| {
                let column = frame.column(name)?;
                Like::of(frame, column, &rows)
            };
            let like = self.using.iter().map(like).collect::<Result<_>>()?;
            Ok(Donors { gives, like })
        };
        Ok(Learned::Donors(self.columns.iter().map(learn).collect::<Result<_>>()?))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Donors(donors) = learned else { return foreign(frame) };
        if donors.len() != self.columns.len() || donors.iter().any(|d| d.like.len() != self.using.len()) {
            return foreign(frame);
        }
        for (name, donors) in self.columns.iter().zip(donors) {
            let column = frame.column(name)?;
            let using = self.using.iter().map(|name| frame.column(name)).collect::<Result<Vec<_>>>()?;
            let pairs = using.iter().zip(&donors.like);
            let compared =
                pairs.map(|(&column, like)| like.compared(frame, column)).collect::<Result<Vec<_>>>()?;
            let values = frame.values(column);
            let (rows, scalars) = frame.pick(|row| {
                // A row takes long enough to ask each time whether to go on.
                let gap = is_missing(values, row) && frame.check().is_ok();
                if gap { donors.value(&compared, row, self.k as usize) } else { None }
            })?;
            let which: Vec<u32> = (0..scalars.len() as u32).collect();
            frame.fill(column, rows, &which, &scalars)?;
        }
        Ok(())
    }
}

impl NearestFill {
    /// As many donors as the setting allows.
    fn drawn(&self, mut rows: Vec<u32>) -> Vec<u32> {
        let most = self.donors as usize;
        if rows.len() > most {
            Random::new(self.seed).shuffle(&mut rows);
            rows.truncate(most);
            rows.sort_unstable();
        }
        rows
    }
}

/// Whether there is a value that can be given on: neither missing nor infinite.
fn has_value(values: &Values, row: usize) -> bool {
    match values {
        Values::Float(values) => values.get(row).is_some_and(|value| value.is_finite()),
        _ => !is_missing(values, row),
    }
}

impl Like {
    fn of(frame: &Frame, column: usize, rows: &[u32]) -> Result<Like> {
        let values = frame.values(column);
        Ok(match values {
            Values::Text(text) => {
                Like::Texts(rows.iter().map(|&row| text.get(row as usize).map(str::to_owned)).collect())
            }
            Values::Bool(..) => {
                let truth = |&row: &u32| match Scalar::of(values, row as usize) {
                    Some(Scalar::Bool(truth)) => Some(truth),
                    _ => None,
                };
                Like::Truths(rows.iter().map(truth).collect())
            }
            _ => {
                let numbers = frame.numbers(column)?;
                let ends = |ends: Option<(f64, f64)>, value: f64| {
                    Some(ends.map_or((value, value), |(low, high)| (low.min(value), high.max(value))))
                };
                let all = frame.rows().filter_map(|row| numbers.finite(row)).fold(None, ends);
                let range = all.map_or(0.0, |(low, high)| (high - low).min(f64::MAX));
                Like::Numbers(rows.iter().map(|&row| numbers.finite(row as usize)).collect(), range)
            }
        })
    }

    fn len(&self) -> usize {
        match self {
            Like::Numbers(values, _) => values.len(),
            Like::Texts(values) => values.len(),
            Like::Truths(values) => values.len(),
        }
    }

    fn compared<'a>(&'a self, frame: &'a Frame, column: usize) -> Result<Compared<'a>> {
        match (self, frame.values(column)) {
            (Like::Numbers(donors, range), _) => {
                Ok(Compared::Numbers(frame.numbers(column)?, donors, *range))
            }
            (Like::Texts(donors), Values::Text(text)) => {
                let known: HashMap<&str, u32> = text.distinct().iter().zip(0u32..).collect();
                let code = |donor: &Option<String>| {
                    donor.as_ref().map(|text| known.get(text.as_str()).copied().unwrap_or(Text::MISSING))
                };
                Ok(Compared::Codes(text.codes(), donors.iter().map(code).collect()))
            }
            (Like::Truths(donors), values @ Values::Bool(..)) => Ok(Compared::Truths(values, donors)),
            _ => frame.wrong(column, "of the type it had when the plan was fitted"),
        }
    }
}

impl Compared<'_> {
    /// How much a row differs from a donor; `None` when one of them has no value.
    fn difference(&self, row: usize, donor: usize) -> Option<f64> {
        match self {
            Compared::Numbers(numbers, donors, range) => {
                let difference = (numbers.finite(row)? - (*donors.get(donor)?)?).abs();
                let share = if *range > 0.0 { difference / range } else { f64::from(difference > 0.0) };
                Some(if share.is_finite() { share } else { 1.0 })
            }
            Compared::Codes(codes, donors) => {
                let code = codes.get(row).copied().filter(|&code| code != Text::MISSING)?;
                Some(f64::from((*donors.get(donor)?)? != code))
            }
            Compared::Truths(values, donors) => match Scalar::of(values, row)? {
                Scalar::Bool(truth) => Some(f64::from((*donors.get(donor)?)? != truth)),
                _ => None,
            },
        }
    }
}

impl Donors {
    pub(super) fn is_sound(&self) -> bool {
        let sound = |like: &Like| {
            like.len() == self.gives.len()
                && match like {
                    Like::Numbers(values, range) => {
                        *range >= 0.0
                            && range.is_finite()
                            && values.iter().all(|value| value.is_none_or(f64::is_finite))
                    }
                    Like::Texts(_) | Like::Truths(_) => true,
                }
        };
        self.gives.iter().all(Scalar::is_sound) && self.like.iter().all(sound)
    }

    /// What the nearest donors give to a row.
    fn value(&self, compared: &[Compared<'_>], row: usize, k: usize) -> Option<Scalar> {
        let mut nearest: Vec<(f64, usize)> = Vec::new();
        for donor in 0..self.gives.len() {
            let (sum, n) = compared
                .iter()
                .filter_map(|column| column.difference(row, donor))
                .fold((0.0, 0u32), |(sum, n), difference| (sum + difference, n + 1));
            if n == 0 {
                continue;
            }
            let distance = sum / f64::from(n);
            if nearest.len() == k && nearest.last().is_some_and(|&(furthest, _)| distance >= furthest) {
                continue;
            }
            let at = nearest.partition_point(|&(other, _)| other <= distance);
            nearest.insert(at, (distance, donor));
            nearest.truncate(k);
        }
        let gifts: Vec<&Scalar> = nearest.iter().filter_map(|&(_, donor)| self.gives.get(donor)).collect();
        average(&gifts).or_else(|| most_frequent(&gifts).cloned())
    }
}

/// The mean of numbers and of dates; `None` for other values.
fn average(gifts: &[&Scalar]) -> Option<Scalar> {
    let number = |gift: &&Scalar| match gift {
        Scalar::Float(value) => Some(*value),
        Scalar::Int(value) | Scalar::Time(value) => Some(*value as f64),
        Scalar::Text(_) | Scalar::Bool(_) => None,
    };
    let numbers: Vec<f64> = gifts.iter().map(number).collect::<Option<_>>()?;
    if numbers.is_empty() {
        return None;
    }
    let n = numbers.len() as f64;
    // Divided first, so that the sum of large numbers stays finite.
    let mean = numbers.iter().map(|number| number / n).sum::<f64>();
    mean.is_finite().then_some(Scalar::Float(mean))
}

fn most_frequent<'a>(gifts: &[&'a Scalar]) -> Option<&'a Scalar> {
    let count = |gift: &Scalar| gifts.iter().filter(|other| **other == gift).count();
    // Of several, the first, which is nearest.
    gifts.iter().rev().max_by_key(|gift| count(gift)).copied()
}
