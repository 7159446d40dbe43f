//! What a customer of the BG/NBD family who is alive does within a span.
//!
//! The textbook form of expected purchases is a difference with Gauss's ₂F₁, divided by a − 1. It overflows for frequent
//! buyers and cancels near a = 1. Both forms below add positive terms only.
#![allow(clippy::indexing_slicing, reason = "lanes and horizons are cut to equal lengths before the loops")]

use super::beta_rule::BetaRule;
use super::regular::Passed;

/// What is believed of a customer who is alive: rate of the stages between purchases ~ Gamma(shape, rate) before the
/// stages begun since the last purchase are counted, probability to leave after a purchase ~ Beta(a, b).
#[derive(Debug, Clone, Copy)]
pub(in crate::insight::value) struct BgAlive {
    pub(super) shape: f64,
    pub(super) rate: f64,
    pub(super) a: f64,
    pub(super) b: f64,
    /// Stages between purchases.
    pub(super) k: u32,
    /// (T − t_x) / (α + T).
    pub(super) reach: f64,
}

/// Spans computed side by side.
const LANES: usize = 16;

impl BgAlive {
    /// Expected purchases within each of the spans, written to `out`.
    pub(super) fn expected(&self, spans: &[f64], out: &mut [f64]) {
        if self.k > 1 {
            out.iter_mut().zip(spans).for_each(|(out, span)| *out = self.regular(*span));
            return;
        }
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

    /// The stages that may have been passed since the last purchase, with the probability of each number.
    pub(super) fn begun(&self) -> impl Iterator<Item = (f64, f64)> {
        let mut weights = Vec::with_capacity(self.k as usize);
        let mut weight = 1.0;
        for stage in 0..self.k {
            let stage = f64::from(stage);
            weights.push((stage, weight));
            weight *= (self.shape + stage) / (stage + 1.0) * self.reach;
        }
        let all: f64 = weights.iter().map(|(_, weight)| weight).sum();
        weights.into_iter().map(move |(stage, weight)| (stage, weight / all))
    }

    /// The probability of each number of purchases within a span, from none on, written to `out`.
    pub(super) fn counts(&self, span: f64, out: &mut [f64]) {
        out.fill(0.0);
        for (stage, weight) in self.begun() {
            let mut passed = Passed::new(self.shape + stage, self.rate, span);
            let (mut stays, mut leaves, mut below, mut number) = (1.0, 0.0, 0.0_f64, 0.0);
            for out in out.iter_mut() {
                // This many purchases: so many and no more stages, or more and left after the last.
                let (mut these, mut more) = (0.0, f64::from(self.k));
                if number == 0.0 {
                    more -= stage;
                }
                while more > 0.0 {
                    these += passed.next();
                    more -= 1.0;
                }
                *out += weight * (stays * these + leaves * (1.0 - below).max(0.0));
                below += these;
                let all = self.a + self.b + number;
                // The first chance to leave is that after the first of these purchases.
                (stays, leaves) = match self.a == 0.0 {
                    true => (1.0, 0.0),
                    false => (stays * (self.b + number) / all, stays * self.a / all),
                };
                number += 1.0;
            }
        }
    }

    /// The probability of a purchase within a span.
    pub(super) fn within(&self, span: f64) -> f64 {
        if self.k == 1 {
            return -(-self.shape * (span / self.rate).ln_1p()).exp_m1();
        }
        let mut none = [0.0];
        self.counts(span, &mut none);
        1.0 - none.iter().sum::<f64>()
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

    /// ∫ Beta(p; a, b) (1 − (1 + p t / rate)^−shape) / p dp.
    fn integral(&self, span: f64) -> f64 {
        let reach = span / self.rate;
        let given = |p: f64| -(-self.shape * (p * reach).ln_1p()).exp_m1() / p;
        BetaRule::new(self.a, self.b, 0.15).mean(self.shape * reach, given(1.0), given)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUYER: BgAlive = BgAlive { shape: 3.2, rate: 40.0, a: 0.6, b: 4.4, k: 1, reach: 0.0 };

    fn one(alive: &BgAlive, span: f64) -> f64 {
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
                    let alive = BgAlive { shape, rate: 3.0, a, b, ..BUYER };
                    let (series, integral) = (alive.series([span])[0], alive.integral(span));
                    assert!((series / integral - 1.0).abs() < 1e-11, "{alive:?} {span}: {series} {integral}");
                }
            }
        }
    }

    #[test]
    fn beyond_the_series_too() {
        // mpmath 1.4.1, 40 digits, closed form with hyp2f1: ten thousand purchases; a span 3650 times the rate.
        let often = BgAlive { shape: 1e4, rate: 30.0, a: 0.4, b: 1e4, ..BUYER };
        let long = BgAlive { shape: 0.8, rate: 0.1, a: 0.3, b: 2.0, ..BUYER };
        assert!((one(&often, 365.0) / 61_591.233_956_907_313 - 1.0).abs() < 1e-10, "{}", one(&often, 365.0));
        assert!((one(&long, 365.0) / 393.639_312_896_383_6 - 1.0).abs() < 1e-10, "{}", one(&long, 365.0));
    }

    #[test]
    fn a_span_does_not_depend_on_those_beside_it() {
        let alive = BUYER;
        let spans: Vec<f64> = (1..40).map(|month| 30.0 * f64::from(month)).collect();
        let mut together = vec![0.0; spans.len()];
        alive.expected(&spans, &mut together);
        for (span, together) in spans.iter().zip(together) {
            assert!((one(&alive, *span) / together - 1.0).abs() < 1e-14);
        }
    }

    #[test]
    fn counts_sum_to_one_and_to_the_expectation() {
        for k in [1, 2, 5] {
            for (shape, a, b, span) in
                [(3.2, 0.6, 4.4, 90.0), (0.24, 0.79, 2.4, 300.0), (40.0, 0.0, 1.0, 50.0)]
            {
                let alive = BgAlive { shape, rate: 40.0, a, b, k, reach: 0.4 };
                let mut counts = vec![0.0; 1500];
                alive.counts(span, &mut counts);
                let mean: f64 = (0u32..).zip(&counts).map(|(n, p)| f64::from(n) * p).sum();
                assert!((counts.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{alive:?}");
                assert!((mean / one(&alive, span) - 1.0).abs() < 1e-10, "{alive:?}: {mean}");
                assert!((alive.within(span) + counts[0] - 1.0).abs() < 1e-14, "{alive:?}");
            }
        }
    }
}
