//! The likelihood of an accelerated failure time model.
//!
//! With τ = 1/deviation and γ = τ · coefficients, z = τ ln t − γ x is linear in the variables (γ, τ), so every
//! subject adds a function of one number, and the log-likelihood is concave (Burridge 1981) unless subjects
//! come late.
#![allow(clippy::indexing_slicing, reason = "every row holds `width` values, as many as there are variables")]

use super::super::newton::{Place, dot};
use super::distribution::AftDistribution;
use rayon::prelude::*;

/// One term of the likelihood.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Term {
    Event,
    Survival,
    /// Had the event come before the subject was watched, it would not be here.
    Entry,
}

/// A subject as it enters the likelihood.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) time: f64,
    pub(super) observed: bool,
    pub(super) weight: f64,
    pub(super) entry: f64,
    pub(super) values: &'a [f64],
}

/// Rows of −1, −x, ln t, with the term that each adds.
#[derive(Debug, Clone)]
pub(super) struct Design {
    width: usize,
    rows: Vec<f64>,
    terms: Vec<(Term, f64)>,
    /// Times are in units of e^`shift`.
    pub(super) shift: f64,
    spread: f64,
    /// Σ weight over the events, and Σ weight · ln t.
    events: (f64, f64),
}

/// Rows per piece of work.
const PIECE: usize = 4096;

impl Design {
    /// Of subjects with so many features, in an order that does not depend on that of the rows.
    pub(super) fn new<'a>(width: usize, subjects: impl Iterator<Item = Subject<'a>> + Clone) -> Design {
        // Whoever was watched for no time at all says nothing.
        let subjects = subjects.filter(|subject| subject.time > 0.0);
        let (total, sum) = subjects.clone().fold((0.0, 0.0), |(total, sum), subject| {
            (total + subject.weight, sum + subject.weight * subject.time.ln())
        });
        let shift = sum / total;
        let square: f64 =
            subjects.clone().map(|subject| subject.weight * (subject.time.ln() - shift).powi(2)).sum();
        let mut design = Design {
            width: width + 2,
            rows: Vec::new(),
            terms: Vec::new(),
            shift,
            spread: (square / total).sqrt(),
            events: (0.0, 0.0),
        };
        for subject in subjects {
            let log = subject.time.ln();
            if subject.observed {
                design.events.0 += subject.weight;
                design.events.1 += subject.weight * log;
            }
            let term = if subject.observed { Term::Event } else { Term::Survival };
            design.push(term, &subject, log);
            if subject.entry > 0.0 {
                design.push(Term::Entry, &subject, subject.entry.ln());
            }
        }
        design
    }

    fn push(&mut self, term: Term, subject: &Subject<'_>, log: f64) {
        self.rows.push(-1.0);
        self.rows.extend(subject.values.iter().map(|value| -value));
        self.rows.push(log - self.shift);
        self.terms.push((term, subject.weight));
    }

    /// The same subjects without their features.
    pub(super) fn without_features(&self) -> Design {
        let ends = |row: &[f64]| [row[0], row[self.width - 1]];
        let rows = self.rows.chunks_exact(self.width).flat_map(ends).collect();
        Design { width: 2, rows, ..self.clone() }
    }

    /// The same subjects, as if all had been watched from the start; `None` when they were.
    pub(super) fn without_entries(&self) -> Option<Design> {
        let kept = |term: &Term| *term != Term::Entry;
        if self.terms.iter().all(|(term, _)| kept(term)) {
            return None;
        }
        let rows = self.rows.chunks_exact(self.width).zip(&self.terms);
        let rows = rows.filter(|(_, (term, _))| kept(term)).flat_map(|(row, _)| row).copied().collect();
        let terms = self.terms.iter().copied().filter(|(term, _)| kept(term)).collect();
        Some(Design { rows, terms, ..self.clone() })
    }

    /// Where a search begins: no feature matters.
    pub(super) fn start(&self) -> Vec<f64> {
        let tau = if self.spread > 0.0 { 1.0 / self.spread } else { 1.0 };
        let farthest = self.rows.chunks_exact(self.width).map(|row| row[self.width - 1] * tau);
        let mut start = vec![0.0; self.width];
        // Far below e²⁰⁰ everything is finite.
        start[0] = (farthest.fold(0.0, f64::max) - 20.0).max(0.0);
        start[self.width - 1] = tau;
        start
    }

    /// The log-likelihood; −∞ where τ is not above 0.
    pub(super) fn at(&self, distribution: AftDistribution, at: &[f64]) -> Place {
        let last = self.width - 1;
        let mut place = Place::zero(self.width);
        let tau = at[last];
        if tau.is_nan() || tau <= 0.0 {
            place.value = f64::NEG_INFINITY;
            return place;
        }
        let pieces: Vec<Place> = (self.rows.par_chunks(PIECE * self.width))
            .zip(self.terms.par_chunks(PIECE))
            .map(|(rows, terms)| piece(distribution, at, rows, terms))
            .collect();
        for piece in &pieces {
            place.add(piece);
        }
        let (events, logs) = self.events;
        place.value += events * tau.ln() - logs;
        place.gradient[last] += events / tau;
        place.information[last * self.width + last] += events / (tau * tau);
        place.mirror();
        place
    }
}

fn piece(distribution: AftDistribution, at: &[f64], rows: &[f64], terms: &[(Term, f64)]) -> Place {
    let width = at.len();
    let mut place = Place::zero(width);
    for (row, &(term, weight)) in rows.chunks_exact(width).zip(terms) {
        let z = dot(row, at);
        let (weight, (value, slope, bend)) = match term {
            Term::Event => (weight, distribution.event(z)),
            Term::Survival => (weight, distribution.survival(z)),
            Term::Entry => (-weight, distribution.survival(z)),
        };
        place.value += weight * value;
        let (slope, bend) = (weight * slope, weight * bend);
        for (variable, value) in row.iter().enumerate() {
            place.gradient[variable] += slope * value;
            let bent = bend * value;
            let sums = &mut place.information[variable * width..=variable * width + variable];
            for (sum, other) in sums.iter_mut().zip(row) {
                *sum -= bent * other;
            }
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_match_differences() {
        let values: Vec<[f64; 1]> = (0..40).map(|row| [f64::from(row * 7 % 11) / 5.0 - 1.0]).collect();
        let subjects = values.iter().zip(0u32..).map(|(values, row)| Subject {
            time: f64::from(row * 37 % 101) / 9.0,
            observed: row % 3 > 0,
            weight: 1.0 + f64::from(row % 4),
            entry: if row % 5 == 1 { f64::from(row * 37 % 101) / 30.0 } else { 0.0 },
            values,
        });
        let (design, h) = (Design::new(1, subjects), 1e-5);
        assert!(design.without_entries().is_some());
        for distribution in
            [AftDistribution::Weibull, AftDistribution::LogNormal, AftDistribution::LogLogistic]
        {
            for at in [[0.0, 0.0, 1.0], [0.3, -0.4, 0.6], [-0.2, 0.5, 1.7]] {
                let place = design.at(distribution, &at);
                for variable in 0..3 {
                    let beside = |by: f64| {
                        let mut at = at;
                        at[variable] += by;
                        design.at(distribution, &at)
                    };
                    let (below, above) = (beside(-h), beside(h));
                    let slope = (above.value - below.value) / (2.0 * h);
                    assert!((place.gradient[variable] - slope).abs() < 1e-6 * (1.0 + slope.abs()));
                    for other in 0..3 {
                        let bend = (below.gradient[other] - above.gradient[other]) / (2.0 * h);
                        let information = place.information[variable * 3 + other];
                        assert!((information - bend).abs() < 1e-6 * (1.0 + bend.abs()), "{distribution:?}");
                    }
                }
            }
        }
    }
}
