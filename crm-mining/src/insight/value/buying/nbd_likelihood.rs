//! The log-likelihood of purchases when nobody leaves, with its exact gradient and Hessian.

use super::coded::coded;
use super::collapse::Record;
use super::process::Point;
use crate::math::optimize::Local;

/// The customers and purchases of each distinct T: when nobody leaves, the data tell no more.
#[derive(Debug)]
pub(super) struct NbdLikelihood {
    ages: Vec<OfAge>,
    stages: Stages,
}

#[derive(Debug, Clone, Copy, Default)]
struct OfAge {
    age: f64,
    customers: f64,
    bought: f64,
}

impl NbdLikelihood {
    /// Times are divided by `unit`.
    pub(super) fn new(records: &[Record], weights: &[f64], unit: f64) -> NbdLikelihood {
        let (distinct, codes) = coded(records.iter().map(|record| record.age));
        let mut ages: Vec<OfAge> =
            distinct.iter().map(|age| OfAge { age: age / unit, ..OfAge::default() }).collect();
        for ((record, weight), code) in records.iter().zip(weights).zip(codes) {
            if let Some(of) = ages.get_mut(code as usize) {
                of.customers += weight;
                of.bought += weight * record.x;
            }
        }
        NbdLikelihood { ages, stages: Stages::of(records, weights, 1) }
    }

    /// The log-likelihood at a point, of which the first two count.
    pub(super) fn at(&self, point: &Point) -> Local<4> {
        let [r, alpha, ..] = point.map(f64::exp);
        let mut sum: Local<4> = Local::ZERO;
        let ([by_r, by_alpha, ..], [of_r, of_alpha, ..]) = (&mut sum.gradient, &mut sum.hessian);
        for &OfAge { age, customers, bought } in &self.ages {
            // ln (1 + T/α)^−(r + x), summed over the customers.
            let (log, share) = ((age / alpha).ln_1p(), age / (alpha + age));
            let (shape, powers) = (customers * r, customers * r + bought);
            sum.value -= powers * log;
            *by_r -= shape * log;
            *by_alpha += powers * share;
            of_r[0] -= shape * log;
            of_r[1] += shape * share;
            of_alpha[0] += shape * share;
            of_alpha[1] -= powers * share * (alpha / (alpha + age));
        }
        self.stages.add_to(&mut sum, r, alpha);
        sum
    }
}

/// How many customers passed more than j stages of buying, j = 0, 1, …
#[derive(Debug)]
pub(super) struct Stages {
    more_than: Vec<f64>,
    passed: f64,
}

impl Stages {
    /// With `k` stages to a purchase.
    pub(super) fn of(records: &[Record], weights: &[f64], k: u32) -> Stages {
        let bought = more_than(records.iter().map(|record| record.x), weights);
        let passed = f64::from(k) * bought.iter().sum::<f64>();
        let more_than = bought.iter().flat_map(|&more| std::iter::repeat_n(more, k as usize)).collect();
        Stages { more_than, passed }
    }

    /// Adds ln [Γ(r+kx)/Γ(r) · α^−kx], written as a product over the stages, so that it stays exact for r of any size.
    pub(super) fn add_to(&self, sum: &mut Local<4>, r: f64, alpha: f64) {
        for (j, &customers) in (0u32..).zip(&self.more_than) {
            let j = f64::from(j);
            let r_j = r + j;
            sum.value += customers * (r_j / alpha).ln();
            sum.gradient[0] += customers * (r / r_j);
            sum.hessian[0][0] += customers * (r / r_j) * (j / r_j);
        }
        sum.gradient[1] -= self.passed;
    }
}

/// How much weight lies on numbers above 0, 1, 2, …
pub(super) fn more_than(numbers: impl Iterator<Item = f64> + Clone, weights: &[f64]) -> Vec<f64> {
    let most = numbers.clone().fold(0.0, f64::max);
    let mut more = vec![0.0; most as usize + 1];
    for (number, weight) in numbers.zip(weights) {
        if let Some(sum) = more.get_mut(number as usize) {
            *sum += weight;
        }
    }
    // From "exactly j" to "more than j".
    let mut above = 0.0;
    for count in more.iter_mut().rev() {
        above += std::mem::replace(count, above);
    }
    more
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::insight::value::buying::bg_likelihood::BgLikelihood;
    use crate::insight::value::buying::process::Dropout;
    use crate::math::optimize::assert_derivatives;

    fn record(x: f64, recency: f64, age: f64) -> Record {
        Record { group: 0, x, recency, age }
    }

    #[test]
    fn is_the_bg_nbd_without_dropout() {
        let records = [record(0.0, 0.0, 38.0), record(1.0, 4.0, 39.0), record(7.0, 30.0, 39.0)];
        let weights = [2.0, 1.0, 3.0];
        let nbd = NbdLikelihood::new(&records, &weights, 39.0);
        let bg = BgLikelihood::new(&records, &weights, 39.0, Dropout::AfterRepeats, 1);
        for [r, alpha] in [[-1.4, -2.0], [0.5, 1.0], [20.0, 21.0]] {
            let point = [r, alpha, f64::NEG_INFINITY, 0.0];
            let (got, expected) = (nbd.at(&point), bg.at(&point));
            assert!((got.value - expected.value).abs() < 1e-12 * expected.value.abs());
        }
        assert_derivatives(
            |[r, alpha]| {
                let all = nbd.at(&[r, alpha, 0.0, 0.0]);
                let hessian = [0, 1].map(|row| [all.hessian[row][0], all.hessian[row][1]]);
                Local { value: all.value, gradient: [all.gradient[0], all.gradient[1]], hessian }
            },
            [[-1.4, -2.0], [0.5, 1.0]],
        );
    }
}
