//! The partial likelihood with its exact slope and curvature.
//!
//! With r the risks e^η by weight, and sums S₀ = Σ r, S₁ = Σ r x over those at risk at a time, and D₀, D₁ over
//! those with the event, the m tied events of weight ω add −ω Σ ln φ, φ = S₀ − c D₀, c = 0, 1/m, … (Breslow:
//! c = 0). The curvature needs Σ r x xᵀ over those at risk at every event. Summed the other way round, each
//! subject adds r x xᵀ once, times the sum of 1/φ over the events it was at risk at.
#![allow(
    clippy::indexing_slicing,
    reason = "groups lie within the lines and pieces within the groups by construction"
)]

use super::super::arrange::{Kind, Lines};
use super::super::newton::{Place, add, dot};
use super::Ties;
use rayon::prelude::*;
use std::ops::Range;

/// Lines of one time.
#[derive(Debug, Clone)]
struct Group {
    lines: Range<usize>,
    /// Events that the ties are shared among; 0 for a time without an event.
    terms: usize,
    /// The weight of each of them.
    weight: f64,
}

/// Lines from which on a piece of work ends. Pieces are cut by the data alone.
const PIECE: usize = 8192;

pub(super) struct Partial<'a> {
    lines: &'a Lines,
    ties: Ties,
    groups: Vec<Group>,
    pieces: Vec<Range<usize>>,
    /// Σ weight · x over the events.
    events: Vec<f64>,
    penalty: f64,
}

/// Risks of the lines of one piece, below 0 for those who had not come before their time, and their sums S₀,
/// S₁.
struct Risks {
    risks: Vec<f64>,
    sums: Vec<f64>,
}

/// What the events of one piece add.
struct Events {
    place: Place,
    /// Per group ω Σ 1/φ and ω Σ c/φ.
    rates: Vec<(f64, f64)>,
    /// The sum of the former.
    rate: f64,
}

/// Sums over the tied events of one time.
#[derive(Default)]
struct Tied {
    logs: f64,
    /// Σ 1/φ, Σ c/φ.
    rates: (f64, f64),
    /// Σ 1/φ², Σ c/φ², Σ c²/φ².
    squares: (f64, f64, f64),
}

impl<'a> Partial<'a> {
    pub(super) fn new(lines: &'a Lines, ties: Ties, penalizer: f64) -> Partial<'a> {
        let (mut groups, mut start) = (Vec::new(), 0);
        let whole = lines.weights.iter().all(|weight| weight.fract() == 0.0);
        let mut events = vec![0.0; lines.width];
        for times in lines.times.chunk_by(|a, b| a == b) {
            let range = start..start + times.len();
            start = range.end;
            let (mut count, mut weight) = (0, 0.0);
            for line in range.clone().filter(|&line| lines.kinds[line] == Kind::Event) {
                count += 1;
                weight += lines.weights[line];
                for (sum, value) in events.iter_mut().zip(lines.line(line)) {
                    *sum += value * lines.weights[line];
                }
            }
            let terms = if whole { weight as usize } else { count };
            groups.push(Group { lines: range, terms, weight: weight / terms.max(1) as f64 });
        }
        let (mut pieces, mut first) = (Vec::new(), 0);
        for (place, group) in groups.iter().enumerate() {
            if group.lines.end - groups[first].lines.start >= PIECE || place + 1 == groups.len() {
                pieces.push(first..place + 1);
                first = place + 1;
            }
        }
        let total: f64 = lines.subjects().map(|(_, weight)| weight).sum();
        Partial { lines, ties, groups, pieces, events, penalty: penalizer * total }
    }

    /// What the penalty takes off at a point.
    pub(super) fn penalty_at(&self, at: &[f64]) -> f64 {
        0.5 * self.penalty * dot(at, at)
    }

    /// The penalised log-likelihood at a point.
    pub(super) fn at(&self, at: &[f64]) -> Place {
        let width = self.lines.width;
        let risks: Vec<Risks> = self.pieces.par_iter().map(|piece| self.risks(piece, at)).collect();
        // Whoever is watched later is at risk earlier: pieces start with the sums of those before them.
        let mut sums = vec![0.0; width + 1];
        let starts: Vec<Vec<f64>> = risks
            .iter()
            .map(|risks| {
                let start = sums.clone();
                add(&mut sums, &risks.sums);
                start
            })
            .collect();
        let events: Vec<Events> = (self.pieces.par_iter().zip(&risks).zip(&starts))
            .map(|((piece, risks), start)| self.events(piece, &risks.risks, start))
            .collect();
        // Conversely, the rates of a subject are those of all earlier pieces and its own.
        let mut rate = 0.0;
        let mut rates: Vec<f64> = events
            .iter()
            .rev()
            .map(|events| {
                let earlier = rate;
                rate += events.rate;
                earlier
            })
            .collect();
        rates.reverse();
        let bends: Vec<Vec<f64>> = (self.pieces.par_iter().zip(&risks).zip(&events).zip(&rates))
            .map(|(((piece, risks), events), &rate)| self.bend(piece, &risks.risks, &events.rates, rate))
            .collect();
        let mut place = Place::zero(width);
        for (events, bend) in events.iter().zip(&bends) {
            place.add(&events.place);
            add(&mut place.information, bend);
        }
        place.mirror();
        place.value += dot(&self.events, at) - self.penalty_at(at);
        add(&mut place.gradient, &self.events);
        for (variable, value) in at.iter().enumerate() {
            place.gradient[variable] -= self.penalty * value;
            place.information[variable * width + variable] += self.penalty;
        }
        place
    }

    /// The cumulative hazard of a subject with the mean of every column, at the times of events in rising order
    /// (Breslow's estimator).
    pub(super) fn baseline(&self, at: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (mut there, mut steps) = (0.0, Vec::new());
        for piece in &self.pieces {
            let risks = self.risks(piece, at).risks;
            let mut risks = risks.iter();
            for group in &self.groups[piece.clone()] {
                there += risks.by_ref().take(group.lines.len()).sum::<f64>();
                if group.terms > 0 {
                    let hazard = group.weight * group.terms as f64 / there;
                    steps.push((self.lines.times[group.lines.start], hazard));
                }
            }
        }
        let mut sum = 0.0;
        steps
            .into_iter()
            .rev()
            .map(|(time, hazard)| {
                sum += hazard;
                (time, sum)
            })
            .unzip()
    }

    fn lines_of(&self, piece: &Range<usize>) -> Range<usize> {
        self.groups[piece.start].lines.start..self.groups[piece.end - 1].lines.end
    }

    fn risks(&self, piece: &Range<usize>, at: &[f64]) -> Risks {
        let lines = self.lines_of(piece);
        let mut sums = vec![0.0; self.lines.width + 1];
        let (own, others) = sums.split_at_mut(1);
        let values = &self.lines.values[lines.start * self.lines.width..lines.end * self.lines.width];
        let risks = (values.chunks_exact(at.len()))
            .zip(&self.lines.weights[lines.clone()])
            .zip(&self.lines.kinds[lines])
            .map(|((line, weight), kind)| {
                let sign = if *kind == Kind::Entry { -1.0 } else { 1.0 };
                let risk = sign * weight * dot(line, at).exp();
                own[0] += risk;
                for (sum, value) in others.iter_mut().zip(line) {
                    *sum += risk * value;
                }
                risk
            })
            .collect();
        Risks { risks, sums }
    }

    fn events(&self, piece: &Range<usize>, risks: &[f64], start: &[f64]) -> Events {
        let (first, width) = (self.lines_of(piece).start, self.lines.width);
        let mut place = Place::zero(width);
        let (mut there, mut tied) = (start.to_vec(), vec![0.0; width + 1]);
        let mut rates = Vec::with_capacity(piece.len());
        let mut rate = 0.0;
        for group in &self.groups[piece.clone()] {
            let shared = group.terms > 1 && self.ties == Ties::Efron;
            tied.fill(0.0);
            for line in group.lines.clone() {
                let risk = risks[line - first];
                add_risk(&mut there, risk, self.lines.line(line));
                if shared && self.lines.kinds[line] == Kind::Event {
                    add_risk(&mut tied, risk, self.lines.line(line));
                }
            }
            if group.terms == 0 {
                rates.push((0.0, 0.0));
                continue;
            }
            let terms = Tied::of(group.terms, shared, there[0], tied[0]);
            let (a, b) = (group.weight * terms.rates.0, group.weight * terms.rates.1);
            rates.push((a, b));
            rate += a;
            place.value -= group.weight * terms.logs;
            for ((sum, s), d) in place.gradient.iter_mut().zip(&there[1..]).zip(&tied[1..]) {
                *sum -= a * s - b * d;
            }
            let (ss, sd, dd) = terms.squares;
            for row in 0..width {
                let (s, d) = (group.weight * there[row + 1], group.weight * tied[row + 1]);
                let (of_there, of_tied) = (ss * s - sd * d, sd * s - dd * d);
                let sums = &mut place.information[row * width..row * width + row + 1];
                for ((sum, s), d) in sums.iter_mut().zip(&there[1..]).zip(&tied[1..]) {
                    *sum -= of_there * s - of_tied * d;
                }
            }
        }
        Events { place, rates, rate }
    }

    /// Σ r · rate · x xᵀ over the lines of a piece, its lower half.
    fn bend(&self, piece: &Range<usize>, risks: &[f64], rates: &[(f64, f64)], earlier: f64) -> Vec<f64> {
        let (first, width) = (self.lines_of(piece).start, self.lines.width);
        let mut bend = vec![0.0; width * width];
        let mut rate = earlier;
        for (group, (a, b)) in self.groups[piece.clone()].iter().zip(rates).rev() {
            rate += a;
            for line in group.lines.clone() {
                let own = if self.lines.kinds[line] == Kind::Event { rate - b } else { rate };
                let weight = risks[line - first] * own;
                let values = self.lines.line(line);
                for (row, value) in values.iter().enumerate() {
                    let weighted = weight * value;
                    for (sum, other) in bend[row * width..=row * width + row].iter_mut().zip(values) {
                        *sum += weighted * other;
                    }
                }
            }
        }
        bend
    }
}

#[inline]
fn add_risk(sums: &mut [f64], risk: f64, line: &[f64]) {
    sums[0] += risk;
    for (sum, value) in sums[1..].iter_mut().zip(line) {
        *sum += risk * value;
    }
}

impl Tied {
    /// Of so many events that leave S₀ by equal parts of D₀, or not.
    fn of(terms: usize, shared: bool, there: f64, tied: f64) -> Tied {
        if !shared {
            let (m, rate) = (terms as f64, 1.0 / there);
            let (rates, squares) = ((m * rate, 0.0), (m * rate * rate, 0.0, 0.0));
            return Tied { logs: m * there.ln(), rates, squares };
        }
        // Rounding must not leave fewer at risk than it happens to.
        let there = there.max(tied);
        let (mut sums, step) = (Tied::default(), 1.0 / terms as f64);
        // The logarithm of a product costs one instead of eight.
        let (mut product, mut factors) = (1.0, 0);
        for term in 0..terms {
            let c = term as f64 * step;
            let rate = 1.0 / (there - c * tied);
            product *= rate * there;
            factors += 1;
            if factors == 8 {
                sums.logs -= f64::ln(product);
                (product, factors) = (1.0, 0);
            }
            let square = rate * rate;
            sums.rates.0 += rate;
            sums.rates.1 += c * rate;
            sums.squares.0 += square;
            sums.squares.1 += c * square;
            sums.squares.2 += c * c * square;
        }
        sums.logs += terms as f64 * there.ln() - product.ln();
        sums
    }
}

#[cfg(test)]
mod tests;
