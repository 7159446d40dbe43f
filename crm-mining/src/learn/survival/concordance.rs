//! How often the subject that is said to be at greater risk has the event first.
#![allow(
    clippy::indexing_slicing,
    reason = "ranks lie from 1 to the number of distinct scores, lines below their number"
)]

use super::arrange::{Kind, Lines};
use super::durations::Durations;
use crate::error::{ErrorKind, Result};
use rayon::prelude::*;

/// Harrell's concordance: of all pairs of which one is known to have had the event first, the share in which
/// that one had the higher risk score, equal scores counting one half.
///
/// 1 is a perfect order, 0.5 is chance. Two events at one time are no pair; an event and a censored duration
/// of the same length are. Late entries are not looked at; weights multiply.
///
/// # Errors
/// Scores that are not finite or not as many as durations; [`ErrorKind::NotEnoughData`] without a pair.
///
/// # Complexity
/// O(n log n) time, O(n) memory.
///
/// # Reference
/// F. E. Harrell, K. L. Lee, D. B. Mark (1996), Multivariable prognostic models, Statistics in Medicine 15.
///
/// # Example
/// ```
/// use crm_mining::learn::{Durations, concordance};
///
/// let months = Durations::new(vec![1.0, 4.0, 6.0], vec![true, true, false])?;
/// assert_eq!(concordance(&months, &[0.9, 0.5, 0.1])?, 1.0);
/// assert_eq!(concordance(&months, &[0.5, 0.9, 0.1])?, 2.0 / 3.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
pub fn concordance(durations: &Durations, risk_scores: &[f64]) -> Result<f64> {
    if durations.len() != risk_scores.len() {
        let (a_len, b_len) = (durations.len(), risk_scores.len());
        let (of, a, b) = ("concordance", "durations", "risk_scores");
        return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
    }
    if let Some(row) = risk_scores.iter().position(|score| !score.is_finite()) {
        return Err(ErrorKind::InvalidValue {
            table: "concordance".into(),
            column: "risk_scores".into(),
            row: row as u64 + 1,
            must_be: "finite".into(),
            got: risk_scores[row].to_string(),
        }
        .into());
    }
    let mut subjects: Vec<Subject> = durations
        .subjects()
        .zip(risk_scores)
        .map(|((time, observed, weight), score)| Subject { time, observed, weight, score: score + 0.0 })
        .collect();
    // Events stand before the censored of the same time: they came first.
    subjects.par_sort_unstable_by(|a, b| {
        let by_time = a.time.total_cmp(&b.time).then(b.observed.cmp(&a.observed));
        by_time.then(a.score.total_cmp(&b.score)).then(a.weight.total_cmp(&b.weight))
    });
    let pairs = ErrorKind::NotEnoughData { of: "concordance", needed: 1, unit: "comparable pairs", got: 0 };
    of_sorted(&subjects).ok_or_else(|| pairs.into())
}

/// A subject with its score.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject {
    pub(super) time: f64,
    pub(super) observed: bool,
    pub(super) weight: f64,
    pub(super) score: f64,
}

/// The concordance of subjects in rising order of time, events first; `None` without a pair.
pub(super) fn of_sorted(subjects: &[Subject]) -> Option<f64> {
    let mut scores: Vec<(u64, u32)> =
        subjects.iter().zip(0..).map(|(s, row)| (ordered(s.score), row)).collect();
    scores.par_sort_unstable();
    let (mut ranks, mut rank, mut last) = (vec![0u32; subjects.len()], 0u32, None);
    for (score, row) in scores {
        if last != Some(score) {
            (rank, last) = (rank + 1, Some(score));
        }
        ranks[row as usize] = rank;
    }
    let mut earlier = Sums(vec![0.0; rank as usize + 1]);
    let mut same = earlier.0.clone();
    let (mut all, mut pairs, mut right) = (0.0, 0.0, 0.0);
    let groups = subjects.chunk_by(|a, b| a.time == b.time && a.observed == b.observed);
    let mut start = 0;
    for group in groups {
        let ranks = &ranks[start..start + group.len()];
        start += group.len();
        for (subject, &rank) in group.iter().zip(ranks) {
            pairs += subject.weight * all;
            // Earlier events with a higher score are in the right order, those with the same half.
            let below = earlier.up_to(rank - 1) + 0.5 * same[rank as usize];
            right += subject.weight * (all - below);
        }
        if group.first().is_some_and(|subject| subject.observed) {
            for (subject, &rank) in group.iter().zip(ranks) {
                all += subject.weight;
                earlier.add(rank, subject.weight);
                same[rank as usize] += subject.weight;
            }
        }
    }
    (pairs > 0.0).then(|| right / pairs)
}

/// Bits in the order of the values.
fn ordered(value: f64) -> u64 {
    let bits = value.to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// The subjects of lines, in rising order of time, events first.
pub(super) fn rising(lines: &Lines, score: impl Fn(usize) -> f64) -> Vec<Subject> {
    let (mut subjects, mut end) = (Vec::with_capacity(lines.len()), lines.len());
    for times in lines.times.chunk_by(|a, b| a == b).rev() {
        let start = end - times.len();
        for kind in [Kind::Event, Kind::Censored] {
            for line in (start..end).filter(|&line| lines.kinds[line] == kind) {
                let (time, weight) = (lines.times[line], lines.weights[line]);
                subjects.push(Subject { time, observed: kind == Kind::Event, weight, score: score(line) });
            }
        }
        end = start;
    }
    subjects
}

/// Sums up to any place, each place changing one at a time (Fenwick 1994).
struct Sums(Vec<f64>);

impl Sums {
    fn add(&mut self, place: u32, value: f64) {
        let mut place = place as usize;
        while place < self.0.len() {
            self.0[place] += value;
            place += place & place.wrapping_neg();
        }
    }

    fn up_to(&self, place: u32) -> f64 {
        let (mut place, mut sum) = (place as usize, 0.0);
        while place > 0 {
            sum += self.0[place];
            place &= place - 1;
        }
        sum
    }
}
