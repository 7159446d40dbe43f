//! The transformation of one column, and the search for its power.

use crate::error::Result;
use crate::feature::columns::{LARGEST, Scale, moments};
use crate::math::quantile;
use crate::model::Control;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// The largest exponent of a transformed value: squares of e³⁴⁰, summed, stay in the range of `f64`.
const LARGEST_EXPONENT: f64 = 340.0;

/// No power beyond is looked at; every value but the median would be lost in rounding.
const FARTHEST: f64 = 1e12;

/// Values that one piece of work sums; the sums do not depend on the threads.
const CHUNK: usize = 4096;

/// ψ(x) is ((1 + x)^λ − 1) / λ for x ≥ 0 and −((1 − x)^(2 − λ) − 1) / (2 − λ) below.
///
/// A column of one sign is transformed about its median m: (ψ(x) − ψ(m)) / (1 + m)^λ = (r^λ − 1) / λ with
/// r = (1 + x) / (1 + m). Standardized, that is the same; but where λ is far below 0 all ψ(x) lie within a
/// rounding of −1/λ, while the ratios keep their digits. Other columns are transformed about 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(in crate::feature) struct YeoJohnson {
    lambda: f64,
    /// What the values are transformed about. Below 0, signs are turned: ψ of x with λ is −ψ of −x with 2 − λ.
    about: f64,
    /// Of the transformed values; for a constant column the constant.
    mean: f64,
    /// Of the transformed values; 0 for a constant column.
    deviation: f64,
}

/// (e^(power · log) − 1) / power, and its limit.
#[inline]
fn bent(power: f64, log: f64) -> f64 {
    let exponent = power * log;
    // Below, the next term of the series is lost in rounding, and a power of 0 is no divisor.
    if exponent.abs() < 1e-16 { log } else { exponent.exp_m1() / power }
}

/// How [`bent`] rises with the power.
#[inline]
fn rise(power: f64, log: f64) -> f64 {
    let t = power * log;
    let share = if t.abs() < 0.05 {
        // Σ (k + 1) tᵏ / (k + 2)!
        let terms = [9.0 / 3_628_800.0, 8.0 / 362_880.0, 7.0 / 40_320.0, 6.0 / 5_040.0, 5.0 / 720.0];
        let start = terms.iter().fold(0.0, |sum, term| sum * t + term);
        [4.0 / 120.0, 3.0 / 24.0, 2.0 / 6.0, 0.5].iter().fold(start, |sum, term| sum * t + term)
    } else {
        (t * t.exp() - t.exp_m1()) / t / t
    };
    log * log * share
}

/// ln((1 + x) / (1 + about)) for values from 0.
#[inline]
fn log_ratio(value: f64, about: f64) -> f64 {
    let share = (value - about) / (1.0 + about);
    if share.abs() < 0.5 { share.ln_1p() } else { value.ln_1p() - about.ln_1p() }
}

impl YeoJohnson {
    /// The most likely power of a column, and the moments it leads to.
    pub(in crate::feature) fn fit(values: &[f64], control: &Control) -> Result<YeoJohnson> {
        let sorted = quantile::sorted(values);
        let (low, high) = match (sorted.first(), sorted.last()) {
            (Some(&low), Some(&high)) if low < high => (low, high),
            (first, _) => {
                let mean = first.copied().unwrap_or_default() + 0.0;
                return Ok(YeoJohnson { lambda: 1.0, about: 0.0, mean, deviation: 0.0 });
            }
        };
        // An element of the column, so that the median of two far apart is none in between.
        let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
        let about = if low >= 0.0 || high <= 0.0 { middle + 0.0 } else { 0.0 };
        let turned = about < 0.0;
        let log = |&value: &f64| match (turned, value < 0.0) {
            (true, _) => log_ratio(-value, -about),
            (false, true) => -(-value).ln_1p(),
            (false, false) => log_ratio(value, about),
        };
        let logs: Vec<f64> = sorted.par_iter().map(log).collect();
        let two_sided = !turned && low < 0.0;
        // Of values near the smallest there are, the best power may be beyond all numbers.
        let power = Likelihood::new(&logs, two_sided).top(control)?.clamp(-f64::MAX, f64::MAX);
        let lambda = if turned { 2.0 - power } else { power };
        let column = YeoJohnson { lambda, about, mean: 0.0, deviation: 1.0 };
        let bent: Vec<f64> = sorted.par_iter().map(|&value| column.about_it(value)).collect();
        let (mean, deviation) = moments(&bent);
        Ok(YeoJohnson { mean, deviation, ..column })
    }

    pub(in crate::feature) fn lambda(&self) -> f64 {
        self.lambda
    }

    pub(in crate::feature) fn is_constant(&self) -> bool {
        self.deviation == 0.0
    }

    /// The power of values on the side of `about`, how far that is from 0, and the value seen from there.
    fn sides(&self) -> (f64, f64, f64) {
        if self.about < 0.0 { (2.0 - self.lambda, -self.about, -1.0) } else { (self.lambda, self.about, 1.0) }
    }

    /// (ψ(x) − ψ(about)) / (1 + |about|)^power.
    #[inline]
    fn about_it(&self, value: f64) -> f64 {
        let (power, about, sign) = self.sides();
        let value = sign * value;
        if value >= 0.0 {
            return sign * bent(power, log_ratio(value, about));
        }
        let zero = about.ln_1p();
        let below = bent(2.0 - power, (-value).ln_1p()) * (-power * zero).exp();
        sign * (bent(power, -zero) - below)
    }
}

impl Scale for YeoJohnson {
    #[inline]
    fn scaled(&self, value: f64) -> f64 {
        if self.deviation == 0.0 { 0.0 } else { (self.about_it(value) - self.mean) / self.deviation }
    }

    fn restored(&self, scaled: f64) -> f64 {
        if self.deviation == 0.0 {
            return self.mean;
        }
        let (power, about, sign) = self.sides();
        let bent_value = sign * (scaled * self.deviation + self.mean);
        // The inverse of `bent`; NaN where no value leads there.
        let log = |power: f64, bent: f64| {
            let part = power * bent;
            if part.abs() < 1e-16 { bent } else { part.ln_1p() / power }
        };
        let zero = about.ln_1p();
        if bent_value >= bent(power, -zero) {
            let value = about + (1.0 + about) * log(power, bent_value).exp_m1();
            // A rounding may lead below 0; NaN stays NaN.
            return if value < 0.0 { 0.0 } else { sign * value };
        }
        let below = (bent(power, -zero) - bent_value) * (power * zero).exp();
        -sign * log(2.0 - power, below).exp_m1()
    }

    fn is_sound(&self) -> bool {
        let finite = [self.lambda, self.mean].iter().all(|value| value.is_finite());
        finite && self.about.abs() < LARGEST && self.deviation >= 0.0 && self.deviation.is_finite()
    }
}

/// The profile likelihood of a column: −½ ln var ψ + (λ − 1) · mean of the logs, up to a constant.
///
/// `logs` are those of the distances to what the column is transformed about, signed, and divided by the largest
/// in size; powers are multiplied by it. So columns of any scale look alike. Where the column is two-sided,
/// negative logs are those of negative values, whose power is `both` − the power.
struct Likelihood {
    logs: Vec<f64>,
    largest: f64,
    both: Option<f64>,
    mean: f64,
    lowest: f64,
    highest: f64,
}

impl Likelihood {
    fn new(logs: &[f64], two_sided: bool) -> Likelihood {
        let largest = logs.iter().fold(0.0, |most: f64, log| most.max(log.abs()));
        let logs: Vec<f64> = logs.iter().map(|log| log / largest).collect();
        let ends =
            logs.iter().fold((0.0, 0.0), |(low, high): (f64, f64), &log| (low.min(log), high.max(log)));
        let both = two_sided.then_some(2.0 * largest);
        let reach = |end: f64| (LARGEST_EXPONENT / end.abs()).min(FARTHEST);
        let (up, down) = (reach(ends.1), reach(ends.0));
        Likelihood {
            mean: logs.chunks(CHUNK).map(|chunk| chunk.iter().sum::<f64>()).sum::<f64>() / logs.len() as f64,
            largest,
            both,
            lowest: both.map_or(-down, |both| both - down),
            highest: up,
            logs,
        }
    }

    /// The slope of the likelihood at a power.
    fn slope(&self, power: f64, bent_values: &mut [(f64, f64)]) -> f64 {
        let one = |log: f64| match self.both {
            Some(both) if log < 0.0 => (-bent(both - power, -log), rise(both - power, -log)),
            _ => (bent(power, log), rise(power, log)),
        };
        let n = self.logs.len() as f64;
        let sums: Vec<(f64, f64, f64)> = bent_values
            .par_chunks_mut(CHUNK)
            .zip(self.logs.par_chunks(CHUNK))
            .map(|(values, logs)| {
                let mut sums = (0.0, 0.0, 0.0_f64);
                for (value, &log) in values.iter_mut().zip(logs) {
                    *value = one(log);
                    sums = (sums.0 + value.0, sums.1 + value.1, sums.2.max(value.0.abs()));
                }
                sums
            })
            .collect();
        let all = sums.into_iter().fold((0.0, 0.0, 0.0_f64), |a, b| (a.0 + b.0, a.1 + b.1, a.2.max(b.2)));
        let (mean, mean_rise, largest) = (all.0 / n, all.1 / n, all.2);
        let products: Vec<(f64, f64)> = bent_values
            .par_chunks(CHUNK)
            .map(|values| {
                values.iter().fold((0.0, 0.0), |(with_rise, squares), (value, rise)| {
                    let off = (value - mean) / largest;
                    (with_rise + off * ((rise - mean_rise) / largest), squares + off * off)
                })
            })
            .collect();
        let (with_rise, squares) = products.into_iter().fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
        self.mean - with_rise / squares
    }

    /// The power at which the slope, which only falls, is 0; the bound it would pass, if it does.
    fn top(&self, control: &Control) -> Result<f64> {
        let mut room = vec![(0.0, 0.0); self.logs.len()];
        let mut slope = |power: f64| -> Result<f64> {
            control.check("Yeo-Johnson")?;
            Ok(self.slope(power, &mut room))
        };
        let start = self.largest.clamp(self.lowest, self.highest);
        let first = slope(start)?;
        let upward = first > 0.0;
        let (mut a, mut at_a, mut step) = (start, first, 1.0);
        let (mut b, mut at_b) = loop {
            let next = if upward { (a + step).min(self.highest) } else { (a - step).max(self.lowest) };
            let there = slope(next)?;
            if (there > 0.0) != upward {
                break (next, there);
            }
            if next == self.highest || next == self.lowest {
                return Ok(next / self.largest);
            }
            (a, at_a, step) = (next, there, 2.0 * step);
        };
        // The method of false position with Illinois' halving; a bisection where it does not halve the rest.
        for _ in 0..200 {
            let width = (b - a).abs();
            let secant = b - at_b * (b - a) / (at_b - at_a);
            let inside = secant > a.min(b) && secant < a.max(b);
            let next = if inside { secant } else { 0.5 * (a + b) };
            let there = slope(next)?;
            if there == 0.0 || width <= 1e-13 * (1.0 + a.abs()) || !inside {
                return Ok(next / self.largest);
            }
            if (there > 0.0) == (at_b > 0.0) {
                at_a *= 0.5;
            } else {
                (a, at_a) = (b, at_b);
            }
            let moved = (next - b).abs();
            (b, at_b) = (next, there);
            if moved <= 1e-15 * (1.0 + b.abs()) {
                break;
            }
        }
        Ok(b / self.largest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rise_is_the_derivative() {
        for power in [-3.0, -0.4, -0.04, 0.0, 1e-9, 0.02, 0.049, 0.051, 0.7, 2.5] {
            for log in [-1.5, -1.0, 0.3, 1.0, 2.0] {
                let slope = (bent(power + 1e-5, log) - bent(power - 1e-5, log)) / 2e-5;
                let got = rise(power, log);
                assert!((slope - got).abs() < 1e-8 * (1.0 + got.abs()), "{power} {log}: {got} {slope}");
            }
        }
    }

    #[test]
    fn both_sides_of_what_it_is_transformed_about_lead_back() {
        for about in [0.0, 3.0, -3.0, 1e6] {
            for lambda in [-1.5, 0.0, 0.4, 1.0, 2.0, 3.5] {
                let column = YeoJohnson { lambda, about, mean: 0.1, deviation: 0.7 };
                for value in [-2.0, -0.5, 0.0, 0.25, 2.0, 40.0] {
                    let scaled = column.scaled(value);
                    // About 1e6 the values near 0 are a rounding of each other at most powers.
                    if about < 1e5 {
                        let back = column.restored(scaled);
                        assert!((back - value).abs() < 1e-9, "{about} {lambda} {value}: {scaled} {back}");
                    }
                    assert!(scaled <= column.scaled(value + 0.5));
                }
            }
        }
    }

    #[test]
    fn plain_definition_up_to_scale() {
        let psi = |x: f64, lambda: f64| match x >= 0.0 {
            true => ((1.0 + x).powf(lambda) - 1.0) / lambda,
            false => -((1.0 - x).powf(2.0 - lambda) - 1.0) / (2.0 - lambda),
        };
        for (about, lambda, unit) in [(0.0, 0.5, 1.0), (3.0, 0.5, 2.0), (-3.0, 0.5, 8.0), (3.0, -1.0, 0.25)] {
            let column = YeoJohnson { lambda, about, mean: 0.0, deviation: 1.0 };
            for x in [-7.0, -1.0, 0.0, 0.5, 3.0, 12.0] {
                let expected = (psi(x, lambda) - psi(about, lambda)) / unit;
                assert!((column.scaled(x) - expected).abs() < 1e-12 * (1.0 + expected.abs()), "{about} {x}");
            }
        }
    }
}
