//! How many purchases a BG/NBD customer who is alive makes within a span.
//!
//! The textbook form is a difference with Gauss's ₂F₁, divided by a − 1. It overflows for frequent buyers
//! and cancels near a = 1. Both forms below add positive terms only.
#![allow(clippy::indexing_slicing, reason = "lanes and horizons are cut to equal lengths before the loops")]

/// What is believed of a customer who is alive: buying rate ~ Gamma(shape, rate), probability to leave after
/// a purchase ~ Beta(a, b).
#[derive(Debug, Clone, Copy)]
pub(super) struct Alive {
    pub(super) shape: f64,
    pub(super) rate: f64,
    pub(super) a: f64,
    pub(super) b: f64,
}

/// Spans computed side by side.
const LANES: usize = 16;

impl Alive {
    /// Expected purchases within each of the spans, written to `out`.
    pub(super) fn expected(&self, spans: &[f64], out: &mut [f64]) {
        if let ([span], [out]) = (spans, &mut *out) {
            return self.expected_in([*span], std::slice::from_mut(out));
        }
        for (spans, out) in spans.chunks(LANES).zip(out.chunks_mut(LANES)) {
            let mut lanes = [0.0; LANES];
            lanes[..spans.len()].copy_from_slice(spans);
            self.expected_in(lanes, out);
        }
    }

    fn expected_in<const L: usize>(&self, spans: [f64; L], out: &mut [f64]) {
        if self.a == 0.0 {
            out.iter_mut().zip(spans).for_each(|(out, span)| *out = self.shape * (span / self.rate));
            return;
        }
        let fits = spans.map(|span| self.series_fits(span));
        let short: [f64; L] = std::array::from_fn(|lane| if fits[lane] { spans[lane] } else { 0.0 });
        let sums = self.series(short);
        for (lane, out) in out.iter_mut().enumerate() {
            *out = if fits[lane] { sums[lane] } else { self.integral(spans[lane]) };
        }
    }

    /// Whether the series needs a few thousand terms at most and begins above the smallest float.
    fn series_fits(&self, span: f64) -> bool {
        span < 100.0 * self.rate && self.shape * (span / self.rate).ln_1p() < 600.0
    }

    /// Σₙ P(n arrivals) · E[purchases | n arrivals]. Arrivals are negative binomial; of n arrivals the k-th
    /// is a purchase if the customer stayed after each of the k − 1 before.
    fn series<const L: usize>(&self, spans: [f64; L]) -> [f64; L] {
        let z = spans.map(|span| span / (self.rate + span));
        let longest = z.iter().fold(0.0, |most: f64, &z| most.max(z));
        let mut arrivals = spans.map(|span| (-self.shape * (span / self.rate).ln_1p()).exp());
        let mut sums = [0.0; L];
        let (mut stays, mut purchases, mut n) = (1.0, 0.0, 1.0);
        loop {
            for _ in 0..8 {
                let growth = (self.shape + n - 1.0) / n;
                purchases += stays;
                stays *= (self.b + n - 1.0) / (self.a + self.b + n - 1.0);
                for lane in 0..L {
                    arrivals[lane] *= growth * z[lane];
                    sums[lane] += arrivals[lane] * purchases;
                }
                n += 1.0;
            }
            // Terms now shrink at least by this ratio, so the rest is below a geometric sum.
            let ratio = longest * ((self.shape + n - 1.0) / n).max(1.0) * (n / (n - 1.0));
            let settled = |lane: usize| arrivals[lane] * purchases <= 1e-17 * (1.0 - ratio) * sums[lane];
            if ratio < 1.0 && (0..L).all(settled) {
                return sums;
            }
        }
    }

    /// ∫ Beta(p; a, b) (1 − (1 + p t / rate)^−shape) / p dp, by the trapezoidal rule in ln(p / (1 − p)), which
    /// converges geometrically (Trefethen & Weideman 2014).
    ///
    /// The integrand's values at p = 0 and p = 1 are integrated exactly; what is left vanishes at both ends
    /// and is averaged under Beta(a + 1, b + 1), so neither a nor b near 0 makes the range long.
    fn integral(&self, span: f64) -> f64 {
        let (a, b, reach) = (self.a, self.b, span / self.rate);
        let given = |p: f64| -(-self.shape * (p * reach).ln_1p()).exp_m1() / p;
        // A beta this narrow is a point; what its width would add is of the order of its square.
        if 1.0 / a + 1.0 / b < 1e-12 {
            return given(a / (a + b));
        }
        // For a large a the value at p = 0 weighs nothing and would only cancel.
        let (at_0, left) = if a < 0.5 { (self.shape * reach, 1.0) } else { (0.0, 0.0) };
        let at_1 = given(1.0);
        let (weight_p, weight_q) = (a + left, b + 1.0);
        let weigh = |v: f64| {
            let (p, q) = (1.0 / (1.0 + (-v).exp()), 1.0 / (1.0 + v.exp()));
            let log_weight = weight_p * p.ln() + weight_q * q.ln();
            let rest = (given(p) - at_0 * q - at_1 * p) / (if left > 0.0 { p * q } else { q });
            (log_weight, rest)
        };
        let middle = (weight_p / weight_q).ln();
        let spread = (1.0 / weight_p + 1.0 / weight_q).sqrt();
        let step = (0.6 * spread).min(0.15);
        let (top, rest) = weigh(middle);
        let (mut weights, mut sum) = (1.0, rest);
        for direction in [-step, step] {
            for k in 1..20_000 {
                let (log_weight, rest) = weigh(middle + direction * f64::from(k));
                let weight = (log_weight - top).exp();
                weights += weight;
                sum += weight * rest;
                if weight * (1.0 + rest.abs()) < 1e-18 * (weights + sum.abs()) {
                    break;
                }
            }
        }
        let share = if left > 0.0 { a * b / ((a + b) * (a + b + 1.0)) } else { b / (a + b) };
        (at_0 * b + at_1 * a) / (a + b) + share * sum / weights
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(alive: &Alive, span: f64) -> f64 {
        let mut out = [0.0];
        alive.expected(&[span], &mut out);
        out[0]
    }

    #[test]
    fn series_and_integral_agree() {
        for shape in [0.1, 1.0, 7.5, 300.0] {
            for (a, b) in
                [(0.003, 7.2), (0.793, 2.426), (1.0, 1.0), (5.0, 0.3), (0.02, 0.01), (1222.8, 9043.8)]
            {
                for span in [0.01, 1.0, 5.0] {
                    let alive = Alive { shape, rate: 3.0, a, b };
                    let (series, integral) = (alive.series([span])[0], alive.integral(span));
                    assert!((series / integral - 1.0).abs() < 1e-11, "{alive:?} {span}: {series} {integral}");
                }
            }
        }
    }

    #[test]
    fn beyond_the_series_too() {
        // mpmath 1.4.1, 40 digits, closed form with hyp2f1: ten thousand purchases; a span 3650 times the rate.
        let often = Alive { shape: 1e4, rate: 30.0, a: 0.4, b: 1e4 };
        let long = Alive { shape: 0.8, rate: 0.1, a: 0.3, b: 2.0 };
        assert!((one(&often, 365.0) / 61_591.233_956_907_313 - 1.0).abs() < 1e-10, "{}", one(&often, 365.0));
        assert!((one(&long, 365.0) / 393.639_312_896_383_6 - 1.0).abs() < 1e-10, "{}", one(&long, 365.0));
    }

    #[test]
    fn a_span_does_not_depend_on_those_beside_it() {
        let alive = Alive { shape: 3.2, rate: 40.0, a: 0.6, b: 4.4 };
        let spans: Vec<f64> = (1..40).map(|month| 30.0 * f64::from(month)).collect();
        let mut together = vec![0.0; spans.len()];
        alive.expected(&spans, &mut together);
        for (span, together) in spans.iter().zip(together) {
            assert!((one(&alive, *span) / together - 1.0).abs() < 1e-14);
        }
    }
}
