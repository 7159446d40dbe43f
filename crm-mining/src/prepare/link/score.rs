//! The weight of a pair: evidence in bits, summed over the comparisons.
#![allow(clippy::indexing_slicing, reason = "all vectors have an entry per comparison, rows one per field")]

use super::model::{LinkModel, Parts};
use super::pattern::{EQUAL, MISSING, Pattern, level};
use super::records::Prepared;
use crate::data::Text;

/// Scores pairs of prepared rows.
#[derive(Debug, Clone)]
pub(super) struct Scorer<'a> {
    model: &'a Parts,
    prior: f64,
    /// The weight of each level of each comparison; 0 for missing values.
    weights: Vec<Vec<f64>>,
    /// The largest weight of a level of values that differ.
    best_unequal: Vec<f64>,
    /// What equality on each distinct value says, where rare values say more.
    equal: Vec<Option<Vec<f64>>>,
}

/// What a scorer says, apart from the rows.
#[derive(Debug, Clone)]
pub(super) struct Weights {
    pub(super) prior: f64,
    /// Of each level of each comparison.
    pub(super) levels: Vec<Vec<f64>>,
    /// Of equality by value, where rare values say more.
    pub(super) equal: Vec<Option<Vec<f64>>>,
}

/// A scored pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scored {
    pub(super) pattern: Pattern,
    pub(super) weight: f64,
}

/// The weight of the prior odds, in bits.
pub(super) fn prior_weight(prior: f64) -> f64 {
    (prior / (1.0 - prior)).log2()
}

/// The probability of a weight in bits.
pub(super) fn probability(weight: f64) -> f64 {
    1.0 / (1.0 + (-weight).exp2())
}

impl<'a> Scorer<'a> {
    pub(super) fn new(model: &'a LinkModel, prepared: &Prepared) -> Scorer<'a> {
        let parts = &model.0;
        let weights: Vec<Vec<f64>> = parts
            .levels
            .iter()
            .map(|levels| std::iter::once(0.0).chain(levels.iter().map(super::LevelShare::weight)).collect())
            .collect();
        let best = |weights: &Vec<f64>| weights.iter().skip(2).copied().fold(f64::NEG_INFINITY, f64::max);
        let equal = parts.terms.iter().zip(&parts.levels).zip(&prepared.fields);
        let equal = equal.map(|((terms, levels), field)| {
            let m = levels.first().map_or(1.0, |equal| equal.m.max(super::em::LEAST));
            let shares = terms.as_ref()?.shares(&field.distinct);
            Some(shares.into_iter().map(|share| (m / share).log2()).collect())
        });
        Scorer {
            model: parts,
            prior: prior_weight(parts.prior),
            best_unequal: weights.iter().map(best).collect(),
            equal: equal.collect(),
            weights,
        }
    }

    /// The prior odds, the weights of the levels, and those of equality by value.
    pub(super) fn into_weights(self) -> Weights {
        Weights { prior: self.prior, levels: self.weights, equal: self.equal }
    }

    /// What equality on this value says.
    #[inline]
    fn of_equal(&self, comparison: usize, code: u32) -> f64 {
        match &self.equal[comparison] {
            Some(weights) => weights[code as usize],
            None => self.weights[comparison][usize::from(EQUAL)],
        }
    }

    /// What a level says, of this value if it is equality.
    #[inline]
    pub(super) fn of_level(&self, comparison: usize, level: u8, code: u32) -> f64 {
        match level {
            MISSING => 0.0,
            EQUAL => self.of_equal(comparison, code),
            _ => self.weights[comparison][usize::from(level)],
        }
    }

    /// The score of a pair; `None` when it cannot reach `least`, which is often known without looking at a letter.
    #[inline]
    pub(super) fn score(&self, prepared: &Prepared, a: u32, b: u32, least: f64) -> Option<Scored> {
        let (x, y) = (prepared.row(a), prepared.row(b));
        let n = self.weights.len();
        let mut bound = self.prior;
        for at in 0..n {
            let (a, b) = (x[at], y[at]);
            if a == b {
                bound += if a == Text::MISSING { 0.0 } else { self.of_equal(at, a) };
            } else if a != Text::MISSING && b != Text::MISSING {
                bound += self.best_unequal[at];
            }
        }
        if bound < least {
            return None;
        }
        let mut pattern = Pattern::default();
        let mut weight = self.prior;
        for (at, comparison) in self.model.linker.comparisons.iter().enumerate() {
            let level = level(comparison, &prepared.fields[at], x[at], y[at]);
            pattern.set(at, level);
            let here = self.of_level(at, level, x[at]);
            weight += here;
            if level > EQUAL {
                bound += here - self.best_unequal[at];
                if bound < least {
                    return None;
                }
            }
        }
        if weight < least { None } else { Some(Scored { pattern, weight }) }
    }
}
