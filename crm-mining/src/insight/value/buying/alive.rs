//! What is believed of a customer who is alive, whatever the process.

use super::bg_alive::BgAlive;
use super::bgbb_alive::BgBbAlive;
use super::pareto_alive::ParetoAlive;

/// A customer who is alive. Spans are in the unit of time of the model, opportunities for BG/BB.
#[derive(Debug, Clone, Copy)]
pub(in crate::insight::value) enum Alive {
    Bg(BgAlive),
    Pareto(ParetoAlive),
    BgBb(BgBbAlive),
}

impl Alive {
    /// Expected purchases within each of the spans, written to `out`.
    pub(in crate::insight::value) fn expected(&self, spans: &[f64], out: &mut [f64]) {
        match self {
            Alive::Bg(of) => of.expected(spans, out),
            Alive::Pareto(of) => out.iter_mut().zip(spans).for_each(|(out, span)| *out = of.expected(*span)),
            Alive::BgBb(of) => out.iter_mut().zip(spans).for_each(|(out, span)| *out = of.expected(*span)),
        }
    }

    pub(super) fn expected_in(&self, span: f64) -> f64 {
        let mut expected = [0.0];
        self.expected(&[span], &mut expected);
        expected.iter().sum()
    }

    /// The probability of each number of purchases within a span, from none on, written to `out`.
    pub(super) fn counts(&self, span: f64, out: &mut [f64]) {
        match self {
            Alive::Bg(of) => of.counts(span, out),
            Alive::Pareto(of) => of.counts(span, out),
            Alive::BgBb(of) => of.counts(span, out),
        }
    }

    /// The probability of a purchase within a span.
    pub(super) fn within(&self, span: f64) -> f64 {
        match self {
            Alive::Bg(of) => of.within(span),
            Alive::Pareto(of) => of.within(span),
            Alive::BgBb(of) => of.within(span),
        }
    }

    /// The probability of another purchase at any time.
    pub(super) fn ever(&self) -> f64 {
        match self {
            Alive::Bg(_) => 1.0, // one leaves only after a purchase
            Alive::Pareto(of) => of.within(f64::INFINITY),
            Alive::BgBb(of) => of.within(1e5),
        }
    }

    /// The span within which the next purchase comes with probability `share`, given that one comes.
    pub(super) fn wait(&self, share: f64) -> f64 {
        if let Alive::Bg(BgAlive { shape, rate, k: 1, .. }) = self {
            return rate * (-(-share).ln_1p() / shape).exp_m1();
        }
        let goal = share * self.ever();
        if let Alive::BgBb(of) = self {
            let mut opportunities = 1.0;
            while of.within(opportunities) < goal && opportunities < 1e5 {
                opportunities += 1.0;
            }
            return opportunities;
        }
        let rate = match self {
            Alive::Bg(of) => of.rate,
            Alive::Pareto(of) => of.rate,
            Alive::BgBb(_) => 1.0,
        };
        root_of_rising(|log| self.within(log.exp()) - goal, (1e-3 * rate).ln(), rate.ln()).exp()
    }

    /// Expected purchases at any time, each worth e^−discount·t of one now. `discount` is above 0.
    ///
    /// For Pareto/NBD ∫ E(t) d(1 − e^−discount·t) by the trapezoidal rule in ln t, where the integrand dies away fast at both ends.
    pub(super) fn discounted(&self, discount: f64) -> f64 {
        let rate = match self {
            Alive::Bg(of) => return of.discounted(discount),
            Alive::Pareto(of) => of.rate.min(of.beta),
            Alive::BgBb(of) => return discounted_opportunities(of, discount),
        };
        const STEP: f64 = 0.2;
        let (start, end) = (rate.min(1.0 / discount).ln() - 16.0, 4.0 - discount.ln());
        let n = ((end - start) / STEP).ceil() as usize;
        let spans: Vec<f64> = (0..=n).map(|i| (start + STEP * i as f64).exp()).collect();
        let mut expected = vec![0.0; spans.len()];
        self.expected(&spans, &mut expected);
        let terms = spans.iter().zip(&expected).map(|(t, e)| e * t * (-discount * t).exp());
        STEP * discount * terms.sum::<f64>()
    }
}

fn discounted_opportunities(of: &BgBbAlive, discount: f64) -> f64 {
    let (mut sum, mut there, mut passed) = (0.0, 1.0, 0.0);
    while there * (-discount * passed).exp() > 1e-13 && passed < 1e6 {
        passed += 1.0;
        sum += there * (-discount * passed).exp();
        there *= (of.delta + passed - 1.0) / (of.gamma + of.delta + passed - 1.0);
    }
    sum * of.alpha / (of.alpha + of.beta)
}

/// Where a rising function passes 0, near a first bracket of it, to 1e-9: the rule of false position, with the end that
/// stays drawn in by half (Dowell & Jarratt 1971).
fn root_of_rising(function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = ((low, function(low)), (high, function(high)));
    while low.1 > 0.0 && low.0 > -600.0 {
        (low, high) = ((low.0 - 6.0, function(low.0 - 6.0)), low);
    }
    while high.1 < 0.0 && high.0 < 600.0 {
        (low, high) = (high, (high.0 + 3.0, function(high.0 + 3.0)));
    }
    for step in 0..200 {
        if high.0 - low.0 < 1e-9 {
            break;
        }
        // Every fourth step halves, so that no shape of the function makes the rule creep.
        let share = if step % 4 == 3 { 0.5 } else { (low.1 / (low.1 - high.1)).clamp(0.0, 1.0) };
        let at = low.0 + share * (high.0 - low.0);
        let value = function(at);
        if value == 0.0 {
            return at;
        }
        if value < 0.0 {
            (low, high.1) = ((at, value), 0.5 * high.1);
        } else {
            (high, low.1) = ((at, value), 0.5 * low.1);
        }
    }
    0.5 * (low.0 + high.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_where_the_probability_is_reached() {
        let bg = BgAlive { shape: 3.2, rate: 40.0, a: 0.6, b: 4.4, k: 3, reach: 0.3 };
        let pareto = ParetoAlive { shape: 0.6, rate: 10.0, s: 0.6, beta: 12.0 };
        for alive in [Alive::Bg(bg), Alive::Pareto(pareto), Alive::Bg(BgAlive { k: 1, reach: 0.0, ..bg })] {
            for share in [0.001, 0.05, 0.5, 0.95] {
                let wait = alive.wait(share);
                let reached = alive.within(wait) / alive.ever();
                assert!((reached - share).abs() < 1e-8, "{alive:?} {share}: {wait} {reached}");
            }
        }
    }
}
