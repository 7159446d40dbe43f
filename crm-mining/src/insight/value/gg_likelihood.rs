//! The log-likelihood of the Gamma-Gamma model with its exact gradient and Hessian.
#![allow(
    clippy::indexing_slicing,
    reason = "codes index the table they were made from; arrays have 3 places"
)]

use crate::math::optimize::Local;
use crate::math::special::stirling_rest;
use rayon::prelude::*;

/// Customers per unit of parallel work; sums are taken unit by unit, whatever the number of threads.
const CHUNK: usize = 2048;

/// The customers with a repeat purchase, in the form in which the likelihood is fastest: whatever depends on
/// the number of purchases alone is computed once per distinct number.
#[derive(Debug)]
pub(super) struct Likelihood {
    customers: Vec<Customer>,
    counts: Vec<f64>,
    /// −Σ ln m̄ − n ½ ln 2π, which no parameter touches.
    constant: f64,
    penalty: f64,
}

#[derive(Debug, Clone, Copy)]
struct Customer {
    count: u32,
    /// All that was spent on repeat purchases.
    spend: f64,
}

/// What a customer takes from the number of purchases: shape = p x, and the terms without spend.
#[derive(Clone, Copy)]
struct OfCount {
    shape: f64,
    ratios: [f64; 2],
    base: Local<3>,
}

impl Likelihood {
    /// Out of numbers of purchases and mean spends, all positive.
    pub(super) fn new(frequency: &[f64], monetary: &[f64], penalty: f64) -> Likelihood {
        let mut counts = frequency.to_vec();
        counts.sort_unstable_by(f64::total_cmp);
        counts.dedup();
        let customer = |(&x, &mean): (&f64, &f64)| Customer {
            count: counts.partition_point(|&other| other < x) as u32,
            spend: x * mean,
        };
        let customers = frequency.iter().zip(monetary).map(customer).collect();
        let half_log = 0.5 * std::f64::consts::TAU.ln();
        let constant = -monetary.iter().map(|mean| mean.ln() + half_log).sum::<f64>();
        Likelihood { customers, counts, constant, penalty }
    }

    /// The penalised log-likelihood at (ln p, ln q, ln v).
    pub(super) fn at(&self, point: &[f64; 3]) -> Local<3> {
        let [p, q, v] = point.map(f64::exp);
        let rest_q = stirling_rest(q);
        let counts: Vec<OfCount> = self.counts.iter().map(|&x| OfCount::new(p * x, q, rest_q)).collect();
        let parts: Vec<Local<3>> = self
            .customers
            .par_chunks(CHUNK)
            .map(|part| {
                part.iter().fold(Local::ZERO, |sum, customer| {
                    let count = &counts[customer.count as usize];
                    sum.plus(&count.base).plus(&customer.at(count, q, v))
                })
            })
            .collect();
        let mut sum = parts.iter().fold(Local::ZERO, |sum, part| sum.plus(part));
        sum.value += self.constant;
        for (place, parameter) in [p, q, v].into_iter().enumerate() {
            let square = self.penalty * parameter * parameter;
            sum.value -= square;
            sum.gradient[place] -= 2.0 * square;
            sum.hessian[place][place] -= 4.0 * square;
        }
        sum
    }
}

impl OfCount {
    /// ln Γ(A+q) / (Γ(A) Γ(q)) by Stirling's formula. Its two large terms, A ln(1 + q/A) and q ln(1 + A/q),
    /// meet their opposites in [`Customer::at`].
    fn new(shape: f64, q: f64, [rest_q, rest_q1, rest_q2]: [f64; 3]) -> OfCount {
        let a = shape;
        let [rest_a, rest_a1, rest_a2] = stirling_rest(a);
        let [rest, rest1, rest2] = stirling_rest(a + q);
        let all = a + q;
        let by_a = 0.5 * q / (a * all) + rest1 - rest_a1;
        let by_q = 0.5 * a / (q * all) + rest1 - rest_q1;
        let by_aa = -q / (a * all) + 0.5 * (1.0 / (all * all) - 1.0 / (a * a)) + rest2 - rest_a2;
        let by_qq = -a / (q * all) + 0.5 * (1.0 / (all * all) - 1.0 / (q * q)) + rest2 - rest_q2;
        let by_aq = 1.0 / all + 0.5 / (all * all) + rest2;
        let mixed = a * q * by_aq;
        OfCount {
            shape,
            ratios: [(q / a).ln_1p(), (a / q).ln_1p()],
            base: Local {
                value: 0.5 * (a.ln() - (a / q).ln_1p()) + rest - rest_a - rest_q,
                gradient: [a * by_a, q * by_q, 0.0],
                hessian: [
                    [a * a * by_aa + a * by_a, mixed, 0.0],
                    [mixed, q * q * by_qq + q * by_q, 0.0],
                    [0.0; 3],
                ],
            },
        }
    }
}

impl Customer {
    /// The terms with spend y: A [ln(1 + q/A) − ln(1 + v/y)] + q [ln(1 + A/q) − ln(1 + y/v)].
    #[inline]
    fn at(&self, count: &OfCount, q: f64, v: f64) -> Local<3> {
        let (a, y) = (count.shape, self.spend);
        let less_a = a * (count.ratios[0] - (v / y).ln_1p());
        let less_q = q * (count.ratios[1] - (y / v).ln_1p());
        let (of_y, of_v) = (y / (y + v), v / (y + v));
        let by_v = q * of_y - a * of_v;
        let (by_av, by_qv) = (-a * of_v, q * of_y);
        Local {
            value: less_a + less_q,
            gradient: [less_a, less_q, by_v],
            hessian: [[less_a, 0.0, by_av], [0.0, less_q, by_qv], [by_av, by_qv, -(a + q) * of_y * of_v]],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::optimize::assert_derivatives;

    fn sample() -> Likelihood {
        Likelihood::new(&[1.0, 1.0, 4.0, 30.0], &[12.0, 90.0, 33.5, 41.0], 1e-4)
    }

    #[test]
    fn derivatives_match_differences() {
        assert_derivatives(|at| sample().at(&at), [[1.8, 1.3, 2.7], [-1.0, 0.2, 4.0], [4.0, 5.0, 6.0]]);
    }

    #[test]
    fn equals_the_textbook_form() {
        // scipy 1.17.1: gammaln(px+q) - gammaln(px) - gammaln(q) + q ln v + (px-1) ln m + px ln x
        // - (px+q) ln(xm+v), summed over the sample, less the penalty, at p 6.25, q 3.74, v 15.44.
        let got = sample().at(&[6.25f64.ln(), 3.74f64.ln(), 15.44f64.ln()]).value;
        assert!((got + 18.652_242_925_560_29).abs() < 1e-9, "{got}");
    }
}
