//! Rules as counts, and which of them is stronger.

use crate::data::Csr;
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;
use std::cmp::Ordering;

/// In how many baskets a rule, its antecedent and its consequent stand.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Counts {
    pub(super) both: u32,
    pub(super) antecedent: u32,
    pub(super) consequent: u32,
}

impl Counts {
    pub(super) fn confidence(self) -> f64 {
        f64::from(self.both) / f64::from(self.antecedent)
    }

    pub(super) fn lift(self, n_baskets: usize) -> f64 {
        (u128::from(self.both) * n_baskets as u128) as f64 / self.by_chance() as f64
    }

    /// Whether the lift is above 1.
    pub(super) fn is_lifted(self, n_baskets: usize) -> bool {
        u128::from(self.both) * n_baskets as u128 > self.by_chance()
    }

    fn by_chance(self) -> u128 {
        u128::from(self.antecedent) * u128::from(self.consequent)
    }

    pub(super) fn leverage(self, n_baskets: usize) -> f64 {
        let n = n_baskets as f64;
        let (together, by_chance) = (u128::from(self.both) * n_baskets as u128, self.by_chance());
        let size = together.abs_diff(by_chance) as f64 / (n * n);
        if together < by_chance { -size } else { size }
    }

    pub(super) fn conviction(self, n_baskets: usize) -> f64 {
        if self.both == self.antecedent {
            return f64::INFINITY;
        }
        let without = n_baskets as u128 - u128::from(self.consequent);
        let fails = n_baskets as u128 * u128::from(self.antecedent - self.both);
        (without * u128::from(self.antecedent)) as f64 / fails as f64
    }

    /// The stronger first. Lifts and confidences are compared as fractions, so that equal ones are equal.
    fn stronger_first(self, other: Counts) -> Ordering {
        let lift = |a: Counts, b: Counts| u128::from(a.both) * b.by_chance();
        let confidence = |a: Counts, b: Counts| u64::from(a.both) * u64::from(b.antecedent);
        lift(other, self)
            .cmp(&lift(self, other))
            .then_with(|| confidence(other, self).cmp(&confidence(self, other)))
            .then_with(|| other.both.cmp(&self.both))
    }
}

/// Rules side by side.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Found {
    pub(super) antecedents: Csr<u32>,
    pub(super) consequents: Csr<u32>,
    pub(super) counts: Vec<Counts>,
}

impl Found {
    pub(super) fn append(&mut self, other: Found) {
        self.antecedents.append(other.antecedents);
        self.consequents.append(other.consequents);
        self.counts.extend(other.counts);
    }
}

/// Rules sorted by one task.
const RUN: usize = 1 << 16;

const STAGE: &str = "rules: order";

type Ranked = (Counts, u32);

impl Found {
    /// The rules in the order that [`RuleSet`](super::RuleSet) promises. A merge sort of runs, so that a
    /// caller who wants to stop does not wait for the whole.
    pub(super) fn strongest_first(self, control: &Control) -> Result<Found> {
        let numbered: Vec<Ranked> = self.counts.iter().copied().zip(0u32..).collect();
        let mut runs: Vec<Vec<Ranked>> = numbered
            .par_chunks(RUN)
            .map(|run| {
                control.check(STAGE)?;
                let mut run = run.to_vec();
                run.sort_unstable_by(|a, b| self.order(a, b));
                Ok(run)
            })
            .collect::<Result<_>>()?;
        while runs.len() > 1 {
            runs = runs.par_chunks(2).map(|pair| self.merged(pair, control)).collect::<Result<_>>()?;
        }
        let mut sorted = Found {
            antecedents: Csr::with_capacity(self.counts.len(), self.antecedents.values().len()),
            consequents: Csr::with_capacity(self.counts.len(), self.consequents.values().len()),
            counts: Vec::with_capacity(self.counts.len()),
        };
        for (counts, rule) in runs.into_iter().flatten() {
            sorted.antecedents.push_row(self.antecedents.row(rule as usize).iter().copied());
            sorted.consequents.push_row(self.consequents.row(rule as usize).iter().copied());
            sorted.counts.push(counts);
        }
        Ok(sorted)
    }

    /// A total order: no two rules have the same sides.
    fn order(&self, (a, rule_a): &Ranked, (b, rule_b): &Ranked) -> Ordering {
        let items = |rule: u32| (self.antecedents.row(rule as usize), self.consequents.row(rule as usize));
        a.stronger_first(*b).then_with(|| items(*rule_a).cmp(&items(*rule_b)))
    }

    /// One run out of one or two.
    fn merged(&self, pair: &[Vec<Ranked>], control: &Control) -> Result<Vec<Ranked>> {
        let [a, b] = pair else { return Ok(pair.concat()) };
        let mut merged = Vec::with_capacity(a.len() + b.len());
        let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
        loop {
            if merged.len().is_multiple_of(RUN) {
                control.check(STAGE)?;
            }
            let next = match (a.peek(), b.peek()) {
                (Some(x), Some(y)) if self.order(x, y) == Ordering::Greater => b.next(),
                (Some(_), _) => a.next(),
                (None, _) => b.next(),
            };
            match next {
                Some(&rule) => merged.push(rule),
                None => return Ok(merged),
            }
        }
    }
}
