//! The log-likelihood of the Pareto/NBD with its exact gradient and Hessian.
//!
//! The textbook form is a difference of two of Gauss's ₂F₁. It cancels when t_x is near T and overflows for frequent buyers.
//! Here the time at which a customer left is integrated over, so that only positive terms are added, and derivatives are
//! taken under the integral.
#![allow(clippy::indexing_slicing, reason = "arrays have 4 places; purchases were counted to the greatest")]

use super::collapse::Record;
use super::process::Point;
use crate::math::optimize::Local;
use crate::math::quadrature::two_powers;
use rayon::prelude::*;

/// Records per unit of parallel work; sums are taken unit by unit, whatever the number of threads.
const CHUNK: usize = 256;

/// The records with their weights, times in the unit of the search.
#[derive(Debug)]
pub(super) struct ParetoLikelihood {
    records: Vec<(Record, f64)>,
    /// How many customers have more than j repeat purchases, j = 0, 1, …
    purchases: Vec<f64>,
    repeats: f64,
}

impl ParetoLikelihood {
    /// Times are divided by `unit`.
    pub(super) fn new(records: &[Record], weights: &[f64], unit: f64) -> ParetoLikelihood {
        let most = records.iter().fold(0.0, |most: f64, record| most.max(record.x)) as usize;
        let mut purchases = vec![0.0; most + 1];
        for (record, weight) in records.iter().zip(weights) {
            purchases[record.x as usize] += weight;
        }
        let mut more = 0.0;
        for count in purchases.iter_mut().rev() {
            more += std::mem::replace(count, more);
        }
        let repeats = purchases.iter().sum();
        let scaled = |(record, weight): (&Record, &f64)| {
            let (recency, age) = (record.recency / unit, record.age / unit);
            (Record { recency, age, ..*record }, *weight)
        };
        ParetoLikelihood { records: records.iter().zip(weights).map(scaled).collect(), purchases, repeats }
    }

    /// The log-likelihood at (ln r, ln α, ln s, ln β).
    pub(super) fn at(&self, point: &Point) -> Local<4> {
        let parameters = point.map(f64::exp);
        let parts: Vec<Local<4>> = self
            .records
            .par_chunks(CHUNK)
            .map(|part| {
                part.iter().fold(Local::ZERO, |sum, (record, weight)| {
                    sum.plus(&here_or_gone(record, parameters, *weight))
                })
            })
            .collect();
        let mut sum = parts.iter().fold(Local::ZERO, |sum, part| sum.plus(part));
        let [r, alpha, ..] = parameters;
        for (j, &customers) in (0u32..).zip(&self.purchases) {
            let j = f64::from(j);
            sum.value += customers * ((r + j) / alpha).ln();
            sum.gradient[0] += customers * (r / (r + j));
            sum.hessian[0][0] += customers * (r / (r + j)) * (j / (r + j));
        }
        sum.gradient[1] -= self.repeats;
        sum
    }
}

/// The logarithm of a power of (1 + t/α) times one of (1 + t/β), and what it takes from them.
#[derive(Clone, Copy)]
struct Term {
    log_alpha: f64,
    share_alpha: f64,
    log_beta: f64,
    share_beta: f64,
}

impl Term {
    fn new(t: f64, alpha: f64, beta: f64) -> Term {
        Term::of([(t / alpha).ln_1p(), (t / beta).ln_1p()], t, alpha, beta)
    }

    fn of([log_alpha, log_beta]: [f64; 2], t: f64, alpha: f64, beta: f64) -> Term {
        Term { log_alpha, share_alpha: t / (alpha + t), log_beta, share_beta: t / (beta + t) }
    }

    /// First derivatives of −(r+x) ln(1 + t/α) − s ln(1 + t/β), plus those of ln [s / (β + t)] if the customer left at t.
    fn slopes(&self, r: f64, r_x: f64, s: f64, left: f64) -> [f64; 4] {
        [
            -r * self.log_alpha,
            r_x * self.share_alpha,
            left - s * self.log_beta,
            s * self.share_beta - left * (1.0 - self.share_beta),
        ]
    }

    /// Second derivatives: rr, rα, αα, ss, sβ, ββ.
    fn bends(&self, r: f64, r_x: f64, s: f64, left: f64) -> [f64; 6] {
        [
            -r * self.log_alpha,
            r * self.share_alpha,
            -r_x * self.share_alpha * (1.0 - self.share_alpha),
            -s * self.log_beta,
            s * self.share_beta,
            -(s + left) * self.share_beta * (1.0 - self.share_beta),
        ]
    }
}

/// Means over the terms of a sum, by their weights.
struct Means {
    all: f64,
    slopes: [f64; 4],
    squares: [[f64; 4]; 4],
    bends: [f64; 6],
}

impl Means {
    #[inline]
    fn add(&mut self, weight: f64, slopes: [f64; 4], bends: [f64; 6]) {
        self.all += weight;
        for i in 0..4 {
            let slope = weight * slopes[i];
            self.slopes[i] += slope;
            for (square, other) in self.squares[i].iter_mut().zip(slopes).take(i + 1) {
                *square += slope * other;
            }
        }
        for (sum, bend) in self.bends.iter_mut().zip(bends) {
            *sum += weight * bend;
        }
    }

    /// The logarithm of the sum, times `weight`.
    fn local(&self, top: f64, weight: f64) -> Local<4> {
        let mut local = Local::ZERO;
        local.value = weight * (top + self.all.ln());
        let share = weight / self.all;
        local.gradient = self.slopes.map(|slope| share * slope);
        for i in 0..4 {
            for j in 0..=i {
                let bend = share * (self.squares[i][j] - self.slopes[i] * (self.slopes[j] / self.all));
                local.hessian[i][j] = bend;
                local.hessian[j][i] = bend;
            }
        }
        let places = [(0, 0), (0, 1), (1, 1), (2, 2), (2, 3), (3, 3)];
        for ((i, j), bend) in places.into_iter().zip(self.bends) {
            local.hessian[i][j] += share * bend;
            if i != j {
                local.hessian[j][i] += share * bend;
            }
        }
        local
    }
}

/// ln of: still here at T, or gone at some time between t_x and T.
fn here_or_gone(record: &Record, [r, alpha, s, beta]: [f64; 4], weight: f64) -> Local<4> {
    let Record { x, recency, age, .. } = *record;
    let r_x = r + x;
    let (last, here) = (Term::new(recency, alpha, beta), Term::new(age, alpha, beta));
    let mut means = Means { all: 0.0, slopes: [0.0; 4], squares: [[0.0; 4]; 4], bends: [0.0; 6] };
    // Every term is taken relative to that of a customer who left right after t_x, per unit of time.
    let top = -r_x * last.log_alpha - s * last.log_beta;
    let still = -r_x * here.log_alpha - s * here.log_beta - top;
    means.add(still.exp(), here.slopes(r, r_x, s, 0.0), here.bends(r, r_x, s, 0.0));
    let rate = s / (beta + recency);
    two_powers([r_x, alpha], [s + 1.0, beta], recency, age - recency, |node| {
        let logs = [last.log_alpha + node.logs[0], last.log_beta + node.logs[1]];
        let term = Term::of(logs, recency + node.y, alpha, beta);
        means.add(rate * node.weight, term.slopes(r, r_x, s, 1.0), term.bends(r, r_x, s, 1.0));
    });
    means.local(top, weight)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::optimize::assert_derivatives;

    #[test]
    fn derivatives_match_differences() {
        let record = |x, recency, age| Record { group: 0, x, recency, age };
        let records = [
            record(0.0, 0.0, 38.0),
            record(1.0, 4.0, 39.0),
            record(12.0, 33.0, 34.0),
            record(3.0, 20.0, 20.0),
        ];
        let likelihood = ParetoLikelihood::new(&records, &[3.0, 1.0, 2.0, 1.0], 39.0);
        assert_derivatives(
            |at| likelihood.at(&at),
            [[-0.6, -1.3, -0.5, -1.2], [0.5, 1.0, 1.0, 2.0], [-2.0, -3.0, -4.0, 1.0]],
        );
    }
}
