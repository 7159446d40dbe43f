//! The fast likelihood against its definition, and its derivatives against differences.

use super::super::super::arrange::Lines;
use super::super::super::durations::{Durations, Timed};
use super::*;
use crate::data::Features;
use crate::math::random::Random;

const POINTS: [[f64; 2]; 3] = [[0.0, 0.0], [0.4, -0.7], [-1.1, 0.2]];

/// Few distinct times, and more rows than one piece holds when `n` is large.
fn data(n: usize, times: u64, late: bool, weights: [f64; 3]) -> Timed {
    let mut random = Random::new(5);
    let mut below = |k: u64| (random.uniform() * k as f64) as u64;
    let (mut values, mut duration, mut observed, mut entry, mut weight) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..n {
        values.extend([below(5) as f64, below(1000) as f64 / 50.0]);
        let time = 1 + below(times);
        duration.push(time as f64);
        observed.push(below(3) > 0);
        entry.push(below(2 * time).saturating_sub(time) as f64);
        weight.push(weights[below(3) as usize]);
    }
    let mut durations = Durations::new(duration, observed).unwrap().weighted(weight).unwrap();
    if late {
        durations = durations.entering(entry).unwrap();
    }
    Timed::new(Features::new(["a", "b"], values).unwrap(), durations).unwrap()
}

/// The log-likelihood by its definition, each risk set summed anew, on the standardised values.
fn naive(data: &Timed, lines: &Lines, ties: Ties, at: &[f64]) -> f64 {
    let durations = data.durations();
    let subjects: Vec<(f64, f64, f64, bool, f64)> = (0..lines.len())
        .filter(|&line| lines.kinds[line] != Kind::Entry)
        .map(|line| {
            let row = lines.rows[line] as usize;
            let eta = dot(lines.line(line), at);
            (
                durations.entry_of(row),
                lines.times[line],
                durations.weight_of(row),
                durations.observed()[row],
                eta,
            )
        })
        .collect();
    let whole = subjects.iter().all(|subject| subject.2.fract() == 0.0);
    let mut times: Vec<f64> = subjects.iter().filter(|subject| subject.3).map(|subject| subject.1).collect();
    times.sort_by(f64::total_cmp);
    times.dedup();
    let mut value = 0.0;
    for time in times {
        let risk = |&(_, _, weight, _, eta): &(f64, f64, f64, bool, f64)| weight * eta.exp();
        let there: f64 = subjects.iter().filter(|s| s.0 < time && time <= s.1).map(risk).sum();
        let with_event: Vec<_> = subjects.iter().filter(|s| s.3 && s.1 == time).copied().collect();
        let tied: f64 = with_event.iter().map(risk).sum();
        let weight: f64 = with_event.iter().map(|s| s.2).sum();
        value += with_event.iter().map(|s| s.2 * s.4).sum::<f64>();
        let terms = if whole { weight as usize } else { with_event.len() };
        for term in 0..terms {
            let c = if ties == Ties::Efron { term as f64 / terms as f64 } else { 0.0 };
            value -= weight / terms as f64 * (there - c * tied).ln();
        }
    }
    value
}

#[test]
fn equals_the_definition() {
    for (times, late, weights) in [
        (30, false, [1.0; 3]),
        (3, false, [1.0; 3]),
        (30, true, [1.0; 3]),
        (12, false, [1.0, 2.0, 5.0]),
        (12, true, [0.5, 1.25, 2.0]),
        (100_000, true, [1.0, 3.0, 1.0]),
    ] {
        let data = data(400, times, late, weights);
        let (lines, _) = Lines::of("test", &data, true).unwrap();
        for ties in [Ties::Efron, Ties::Breslow] {
            let partial = Partial::new(&lines, ties, 0.0);
            for at in &POINTS {
                let (fast, slow) = (partial.at(at).value, naive(&data, &lines, ties, at));
                assert!((fast / slow - 1.0).abs() < 1e-12, "{times} {late} {ties:?}: {fast}, {slow}");
            }
        }
    }
}

#[test]
fn derivatives_match_differences() {
    let data = data(30_000, 700, true, [1.0, 2.0, 0.5]);
    let (lines, _) = Lines::of("test", &data, true).unwrap();
    let h = 1e-5;
    for (ties, penalizer) in [(Ties::Efron, 0.0), (Ties::Breslow, 0.0), (Ties::Efron, 0.3)] {
        let partial = Partial::new(&lines, ties, penalizer);
        assert!(partial.pieces.len() > 3);
        for at in &POINTS {
            let place = partial.at(at);
            for variable in 0..2 {
                let beside = |by: f64| {
                    let mut at = *at;
                    at[variable] += by;
                    partial.at(&at)
                };
                let (below, above) = (beside(-h), beside(h));
                let slope = (above.value - below.value) / (2.0 * h);
                let gradient = place.gradient[variable];
                assert!((gradient - slope).abs() < 1e-6 * place.value.abs(), "{gradient}, {slope}");
                for other in 0..2 {
                    let bend = (below.gradient[other] - above.gradient[other]) / (2.0 * h);
                    let information = place.information[variable * 2 + other];
                    assert!(
                        (information - bend).abs() < 1e-7 * place.information[0],
                        "{information}, {bend}"
                    );
                }
            }
        }
    }
}
