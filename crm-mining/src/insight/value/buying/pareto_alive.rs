//! What a Pareto/NBD customer who is alive does within a span.
#![allow(clippy::indexing_slicing, reason = "the first place of arrays that have one")]

use super::regular::Passed;
use crate::math::quadrature::{panels, two_powers};

/// What is believed of a customer who is alive: buying rate ~ Gamma(shape, rate), rate of leaving ~ Gamma(s, beta).
#[derive(Debug, Clone, Copy)]
pub(in crate::insight::value) struct ParetoAlive {
    pub(super) shape: f64,
    pub(super) rate: f64,
    pub(super) s: f64,
    pub(super) beta: f64,
}

impl ParetoAlive {
    /// Expected purchases within a span.
    pub(super) fn expected(&self, span: f64) -> f64 {
        let (tail, log) = (self.s - 1.0, (span / self.beta).ln_1p());
        let time = if tail == 0.0 { log } else { -(-tail * log).exp_m1() / tail };
        self.shape * (self.beta / self.rate) * time
    }

    /// The probability of each number of purchases within a span, from none on, written to `out`.
    pub(super) fn counts(&self, span: f64, out: &mut [f64]) {
        out.fill(0.0);
        let stays = (-self.s * (span / self.beta).ln_1p()).exp();
        self.add_counts(stays, span, out);
        // Left at a time within the span. A number of purchases is likely over a stretch of times as wide, on the
        // scale of logarithms, as 1 / √number, and that many panels follow it.
        let near = self.rate.min(self.beta);
        let reach = (span / near).ln_1p();
        let n = (reach * (1.0 + self.shape.sqrt() / 3.0)).ceil().clamp(1.0, 200.0);
        panels(reach, n, |u, weight| {
            let time = near * u.exp_m1();
            let density = -(self.s + 1.0) * (time / self.beta).ln_1p();
            let jacobian = near / self.beta * u.exp();
            self.add_counts(weight * self.s * jacobian * density.exp(), time, out);
        });
    }

    fn add_counts(&self, weight: f64, span: f64, out: &mut [f64]) {
        let mut passed = Passed::new(self.shape, self.rate, span);
        out.iter_mut().for_each(|out| *out += weight * passed.next());
    }

    /// The probability of a purchase within a span, or ever.
    pub(super) fn within(&self, span: f64) -> f64 {
        let mut sum = 0.0;
        let width = span.min(1e200 * self.rate.min(self.beta));
        two_powers([self.shape + 1.0, self.rate], [self.s, self.beta], 0.0, width, |node| sum += node.weight);
        (self.shape / self.rate * sum).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_sum_to_one_and_to_the_expectation() {
        for (shape, rate, s, beta, span) in [
            (2.55, 49.4, 0.606, 50.5, 39.0),
            (0.553, 10.6, 0.606, 11.7, 39.0),
            (26.5, 41.6, 0.606, 42.7, 52.0),
            (200.5, 106.0, 0.29, 118.0, 10.0),
            (3.0, 10.0, 1e12, 1e13, 20.0),
        ] {
            let alive = ParetoAlive { shape, rate, s, beta };
            let mut counts = vec![0.0; 1000];
            alive.counts(span, &mut counts);
            let mean: f64 = (0u32..).zip(&counts).map(|(n, p)| f64::from(n) * p).sum();
            assert!(
                (counts.iter().sum::<f64>() - 1.0).abs() < 1e-9,
                "{alive:?}: {}",
                counts.iter().sum::<f64>()
            );
            assert!((mean / alive.expected(span) - 1.0).abs() < 1e-9, "{alive:?}: {mean}");
            assert!((alive.within(span) + counts[0] - 1.0).abs() < 1e-9, "{alive:?} {}", alive.within(span));
            assert!(alive.within(f64::INFINITY) > alive.within(1e9) - 1e-12);
        }
    }
}
