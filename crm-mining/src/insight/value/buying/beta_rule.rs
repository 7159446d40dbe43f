//! Means under a beta distribution.
#![allow(clippy::indexing_slicing, reason = "points have four places")]

/// Points p of an average under Beta(a, b), by the trapezoidal rule in ln(p / (1 − p)), which converges geometrically
/// (Trefethen & Weideman 2014).
///
/// The values at p = 0 and p = 1 are integrated exactly; what is left vanishes at both ends and is averaged under
/// Beta(a + 1, b + 1), so neither a nor b near 0 makes the range long.
pub(super) struct BetaRule {
    a: f64,
    b: f64,
    /// p, 1 − p, and the weight of what is left of the value at p.
    points: Vec<[f64; 3]>,
    /// Whether the value at p = 0 is taken out; for a large a it weighs nothing and would only cancel.
    from_0: bool,
}

impl BetaRule {
    /// `step` is the greatest step on the scale of ln(p / (1 − p)): 0.15 serves any power of 1 + p t, 0.4 serves
    /// rational functions, whose poles lie at distance π from the real line.
    pub(super) fn new(a: f64, b: f64, step: f64) -> BetaRule {
        let from_0 = a < 0.5;
        // A beta this narrow is a point; what its width would add is of the order of its square.
        if a == 0.0 || 1.0 / a + 1.0 / b < 1e-12 {
            return BetaRule { a, b, points: Vec::new(), from_0 };
        }
        let left = if from_0 { 1.0 } else { 0.0 };
        let (weight_p, weight_q) = (a + left, b + 1.0);
        let at = |v: f64| {
            let (p, q) = (1.0 / (1.0 + (-v).exp()), 1.0 / (1.0 + v.exp()));
            (p, q, weight_p * p.ln() + weight_q * q.ln())
        };
        let middle = (weight_p / weight_q).ln();
        let spread = (1.0 / weight_p + 1.0 / weight_q).sqrt();
        let step = (0.6 * spread).min(step);
        let (p, q, top) = at(middle);
        let (mut points, mut weights) = (vec![[p, q, 1.0]], 1.0);
        for direction in [-step, step] {
            for k in 1..20_000 {
                let (p, q, log_weight) = at(middle + direction * f64::from(k));
                let weight = (log_weight - top).exp();
                weights += weight;
                points.push([p, q, weight]);
                if weight < 1e-17 * weights {
                    break;
                }
            }
        }
        let share = if from_0 { a * b / ((a + b) * (a + b + 1.0)) } else { b / (a + b) };
        for [p, q, weight] in &mut points {
            *weight *= share / weights / if from_0 { *p * *q } else { *q };
        }
        BetaRule { a, b, points, from_0 }
    }

    /// The mean of a function, whose values at 0 and 1 are given apart because they may be limits.
    pub(super) fn mean(&self, at_0: f64, at_1: f64, given: impl Fn(f64) -> f64) -> f64 {
        let (a, b) = (self.a, self.b);
        if a == 0.0 {
            return at_0;
        }
        if self.points.is_empty() {
            return given(a / (a + b));
        }
        let at_0 = if self.from_0 { at_0 } else { 0.0 };
        let rest = |[p, q, weight]: &[f64; 3]| weight * (given(*p) - at_0 * q - at_1 * p);
        (at_0 * b + at_1 * a) / (a + b) + self.points.iter().map(rest).sum::<f64>()
    }
}
