//! What a BG/BB customer who is there for the next opportunity does at the next ones.

/// What is believed of a customer who is there for the next opportunity: probability to buy at one ~ Beta(alpha, beta),
/// to leave after one ~ Beta(gamma, delta).
#[derive(Debug, Clone, Copy)]
pub(in crate::insight::value) struct BgBbAlive {
    pub(super) alpha: f64,
    pub(super) beta: f64,
    pub(super) gamma: f64,
    pub(super) delta: f64,
}

impl BgBbAlive {
    /// Expected purchases at the next so many opportunities.
    pub(super) fn expected(&self, opportunities: f64) -> f64 {
        let (mut there, mut sum, mut passed) = (1.0, 0.0, 0.0);
        while passed < opportunities.floor() {
            sum += there;
            there *= (self.delta + passed) / (self.gamma + self.delta + passed);
            passed += 1.0;
        }
        sum * self.alpha / (self.alpha + self.beta)
    }

    /// The probability of each number of purchases at the next so many opportunities, from none on, written to `out`.
    pub(super) fn counts(&self, opportunities: f64, out: &mut [f64]) {
        out.fill(0.0);
        let all = opportunities.floor();
        let (mut there, mut passed) = (1.0, 0.0);
        while passed < all {
            let stays = (self.delta + passed) / (self.gamma + self.delta + passed);
            passed += 1.0;
            // There for exactly this many opportunities, or for this many and perhaps more.
            let weight = if passed < all { there * (1.0 - stays) } else { there };
            self.add_counts(weight, passed, out);
            there *= stays;
        }
        if let (true, Some(none)) = (all < 1.0, out.first_mut()) {
            *none = 1.0;
        }
    }

    /// Adds a beta-binomial distribution.
    fn add_counts(&self, weight: f64, trials: f64, out: &mut [f64]) {
        let (mut log, mut trial) = (0.0, 0.0);
        while trial < trials {
            log += ((self.beta + trial) / (self.alpha + self.beta + trial)).ln();
            trial += 1.0;
        }
        let mut n = 0.0;
        for out in out.iter_mut() {
            *out += weight * log.exp();
            if n >= trials {
                break;
            }
            log += ((trials - n) / (n + 1.0) * ((self.alpha + n) / (self.beta + trials - n - 1.0))).ln();
            n += 1.0;
        }
    }

    /// The probability of a purchase at the next so many opportunities.
    pub(super) fn within(&self, opportunities: f64) -> f64 {
        let (mut there, mut none_yet, mut passed, mut bought) = (1.0, 1.0, 0.0, 0.0);
        while passed < opportunities.floor() && there * none_yet > 1e-15 {
            let all = self.alpha + self.beta + passed;
            bought += there * none_yet * self.alpha / all;
            none_yet *= (self.beta + passed) / all;
            there *= (self.delta + passed) / (self.gamma + self.delta + passed);
            passed += 1.0;
        }
        bought
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_sum_to_one_and_to_the_expectation() {
        for (alpha, beta, gamma, delta) in
            [(1.2, 0.75, 0.66, 2.78), (3.2, 4.75, 0.66, 9.78), (7.2, 0.75, 1e-9, 1.0)]
        {
            let alive = BgBbAlive { alpha, beta, gamma, delta };
            for opportunities in [0.0, 1.0, 5.0, 40.0] {
                let mut counts = [0.0; 42];
                alive.counts(opportunities, &mut counts);
                let mean: f64 = (0u32..).zip(&counts).map(|(n, p)| f64::from(n) * p).sum();
                assert!((counts.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{alive:?}");
                assert!((mean - alive.expected(opportunities)).abs() < 1e-12 * (1.0 + mean), "{alive:?}");
                let none = counts.first().copied().unwrap_or_default();
                assert!((alive.within(opportunities) + none - 1.0).abs() < 1e-12, "{alive:?}");
            }
        }
    }
}
