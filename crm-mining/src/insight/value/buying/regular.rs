//! Purchases that take several stages: Erlang gaps.
#![allow(clippy::indexing_slicing, reason = "angles are as many as stages")]

use super::beta_rule::BetaRule;
use super::bg_alive::BgAlive;

impl BgAlive {
    /// Expected purchases within a span.
    pub(super) fn regular(&self, span: f64) -> f64 {
        let few = span < 20.0 * self.rate && self.shape * (span / self.rate) < 400.0;
        if few { self.regular_series(span) } else { self.regular_integral(span) }
    }

    /// Σ P(n stages) · E[purchases | n stages], the first purchase coming when those begun are completed.
    fn regular_series(&self, span: f64) -> f64 {
        let k = f64::from(self.k);
        let mut expected = 0.0;
        for (stage, weight) in self.begun() {
            let mut passed = Passed::new(self.shape + stage, self.rate, span);
            let (mut stays, mut purchases, mut bought, mut sum) = (1.0, 0.0, 0.0, 0.0);
            loop {
                let stages = passed.n + stage;
                let probability = passed.next();
                if stages >= k * (bought + 1.0) {
                    purchases += stays;
                    stays *= if self.a == 0.0 { 1.0 } else { (self.b + bought) / (self.a + self.b + bought) };
                    bought += 1.0;
                }
                sum += probability * purchases;
                let rest = probability * (purchases + 1.0);
                if passed.falls() && (rest <= 1e-17 * (1.0 - passed.ratio()) * sum || rest < 1e-300) {
                    break;
                }
            }
            expected += weight * sum;
        }
        expected
    }

    /// ∫ Beta(p; a, b) (1 − E[(1 − p)^purchases]) / p dp, where the purchases are those of one who never leaves.
    fn regular_integral(&self, span: f64) -> f64 {
        let begun: Vec<(f64, f64)> = self.begun().collect();
        let over =
            |of: &dyn Fn(f64) -> f64| begun.iter().map(|(stage, weight)| weight * of(*stage)).sum::<f64>();
        let reach = span / self.rate;
        let forever = over(&|stage| self.forever(stage, reach));
        let some = over(&|stage| 1.0 - self.none(stage, span));
        BetaRule::new(self.a, self.b, 0.15)
            .mean(forever, some, |p| over(&|stage| self.lost(stage, span, p)) / p)
    }

    /// The probability of no purchase.
    fn none(&self, stage: f64, span: f64) -> f64 {
        let mut passed = Passed::new(self.shape + stage, self.rate, span);
        (0..self.k).take((f64::from(self.k) - stage) as usize).map(|_| passed.next()).sum()
    }

    /// Expected purchases of one who never leaves: stages in all, less those of a purchase begun, over k.
    fn forever(&self, stage: f64, reach: f64) -> f64 {
        let (k, shape) = (f64::from(self.k), self.shape + stage);
        let mut over = 0.0;
        for u in 1..self.k {
            over += f64::from(u) * self.residue(stage, reach, u);
        }
        (stage + shape * reach - over) / k
    }

    /// The probability that the number of stages leaves this remainder when divided by k.
    fn residue(&self, stage: f64, reach: f64, remainder: u32) -> f64 {
        let k = f64::from(self.k);
        let terms = (0..self.k).map(|turn| {
            let angle = std::f64::consts::TAU * f64::from(turn) / k;
            let (log, phase) = self.transform(stage, reach, 1.0, angle);
            log.exp() * (phase - angle * f64::from(remainder)).cos()
        });
        terms.sum::<f64>() / k
    }

    /// E[zⁿ] over the stages n, those begun included, for z of this size and angle: its logarithm and its angle.
    fn transform(&self, stage: f64, reach: f64, size: f64, angle: f64) -> (f64, f64) {
        let (real, imaginary) = (1.0 + reach * (1.0 - size * angle.cos()), -reach * size * angle.sin());
        let shape = self.shape + stage;
        (
            stage * size.ln() - shape * real.hypot(imaginary).ln(),
            stage * angle - shape * imaginary.atan2(real),
        )
    }

    /// 1 − E[(1 − p)^purchases].
    fn lost(&self, stage: f64, span: f64, p: f64) -> f64 {
        let (k, reach) = (f64::from(self.k), span / self.rate);
        if p > 0.5 {
            // The powers fall fast.
            let mut passed = Passed::new(self.shape + stage, self.rate, span);
            let (mut power, mut sum, mut more) = (1.0, 0.0, k - stage);
            while power > 1e-17 {
                while more > 0.0 {
                    sum += power * passed.next();
                    more -= 1.0;
                }
                (power, more) = (power * (1.0 - p), k);
            }
            return 1.0 - sum;
        }
        // (1 − p)^purchases = z^(stages − remainder), with z the k-th root of 1 − p: sorted out by the roots of unity.
        let log = (-p).ln_1p() / k;
        let first: f64 = (0..self.k).map(|u| (-f64::from(u) * log).exp_m1()).sum::<f64>() / k;
        let plain = -(self.shape + stage) * (-reach * log.exp_m1()).ln_1p() + stage * log;
        let mut lost = -(first.ln_1p() + plain).exp_m1();
        for turn in 1..self.k {
            let angle = std::f64::consts::TAU * f64::from(turn) / k;
            let (size, phase) = self.transform(stage, reach, log.exp(), angle);
            // The cosines sum to 0, so that only what the powers differ from 1 by is left.
            let terms = (0..self.k).map(|u| {
                let u = f64::from(u);
                (-u * log).exp_m1() * (phase - angle * u).cos()
            });
            lost -= size.exp() * terms.sum::<f64>() / k;
        }
        lost
    }

    /// Expected purchases at any time, each worth e^−discount·t of one now: the mean over rates λ and chances p of
    /// w^(k − stages begun) / (1 − (1 − p) wᵏ), where w = λ / (λ + discount) is what waiting for a stage leaves.
    pub(super) fn discounted(&self, discount: f64) -> f64 {
        let k = f64::from(self.k);
        let rule = BetaRule::new(self.a, self.b, 0.4);
        let begun: Vec<(f64, f64)> = self.begun().collect();
        let value = |rate: f64| {
            let log_w = -(discount / rate).ln_1p();
            let (all, left) = ((k * log_w).exp(), -(k * log_w).exp_m1());
            let mean = rule.mean(1.0 / left, 1.0, |p| 1.0 / (left + p * all));
            // Those with stages begun have faster rates: their density is λ^stages times as great.
            let mut faster = 1.0;
            let mut sum = 0.0;
            for (stage, weight) in &begun {
                sum += weight * faster * ((k - stage) * log_w).exp();
                faster *= self.rate * rate / (self.shape + stage);
            }
            sum * mean
        };
        // The trapezoidal rule in ln λ, from the top of the density to both sides.
        let step = (0.45 / self.shape.sqrt()).min(0.25);
        let middle = (self.shape / self.rate).ln();
        let at = |v: f64| {
            let weight = (self.shape * (v - middle) - self.shape * (v - middle).exp_m1()).exp();
            (weight, weight * value(v.exp()))
        };
        let (mut weights, mut sum) = at(middle);
        for direction in [-step, step] {
            let mut worth = true;
            for n in 1..20_000 {
                let (weight, term) = at(middle + direction * f64::from(n));
                weights += weight;
                if worth {
                    sum += term;
                    worth = term > 1e-14 * sum;
                }
                if weight < 1e-14 * weights {
                    break;
                }
            }
        }
        sum / weights
    }
}

/// The probabilities of passing 0, 1, 2, … stages within a span: negative binomial, term by term.
pub(super) struct Passed {
    shape: f64,
    share: f64,
    /// The logarithm of the next probability while that is too small for a number, then 0.
    log: f64,
    next: f64,
    n: f64,
}

impl Passed {
    pub(super) fn new(shape: f64, rate: f64, span: f64) -> Passed {
        let log = -shape * (span / rate).ln_1p();
        let mut passed = Passed { shape, share: span / (rate + span), log, next: 0.0, n: 0.0 };
        passed.emerge();
        passed
    }

    pub(super) fn next(&mut self) -> f64 {
        let probability = self.next;
        let growth = (self.shape + self.n) / (self.n + 1.0) * self.share;
        self.n += 1.0;
        if self.log == 0.0 {
            self.next *= growth;
        } else {
            self.log += growth.ln();
            self.emerge();
        }
        probability
    }

    /// Goes over from logarithms to numbers as soon as these do not underflow.
    fn emerge(&mut self) {
        if self.log > -600.0 {
            (self.next, self.log) = (self.log.exp(), 0.0);
        }
    }

    /// By how much the next term changes.
    fn ratio(&self) -> f64 {
        (self.shape + self.n).max(self.n + 1.0) / (self.n + 1.0) * self.share
    }

    fn falls(&self) -> bool {
        self.ratio() < 1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUYER: BgAlive = BgAlive { shape: 3.2, rate: 40.0, a: 0.6, b: 4.4, k: 1, reach: 0.3 };

    #[test]
    fn a_stage_of_one_is_the_plain_model() {
        for span in [1.0, 30.0, 400.0, 9000.0] {
            let mut plain = [0.0];
            BUYER.expected(&[span], &mut plain);
            assert!((BUYER.regular(span) / plain[0] - 1.0).abs() < 1e-11, "{span}");
        }
    }

    #[test]
    fn series_and_integral_agree() {
        for k in [2, 3, 7] {
            for (shape, a, b) in [(0.3, 0.79, 2.4), (3.2, 0.05, 1.0), (12.0, 4.0, 0.7), (60.0, 0.0, 1.0)] {
                for span in [40.0, 300.0, 2000.0] {
                    let alive = BgAlive { shape, a, b, k, ..BUYER };
                    let (series, integral) = (alive.regular_series(span), alive.regular_integral(span));
                    assert!((series / integral - 1.0).abs() < 1e-9, "{alive:?} {span}: {series} {integral}");
                }
            }
        }
    }

    /// Against ∫ E(t) d(1 − e^−discount·t), the same thing by another way.
    #[test]
    fn discounted_by_two_ways() {
        for k in [1, 2, 5] {
            for (shape, a, b) in [(0.3, 0.79, 2.4), (3.2, 0.05, 1.0), (40.0, 4.0, 0.7), (3.0, 0.0, 1.0)] {
                let (alive, discount) = (BgAlive { shape, a, b, k, ..BUYER }, 4e-4);
                let (mut sum, step) = (0.0, 0.1);
                for n in -140..130 {
                    let t = f64::exp(step * f64::from(n));
                    let mut expected = [0.0];
                    alive.expected(&[t], &mut expected);
                    sum += step * discount * t * (-discount * t).exp() * expected[0];
                }
                let got = alive.discounted(discount);
                assert!((got / sum - 1.0).abs() < 1e-8, "{alive:?}: {got} {sum}");
            }
        }
    }
}
