//! The log-likelihood of the BG/BB with its exact gradient and Hessian.
#![allow(clippy::indexing_slicing, reason = "arrays have 4 places; tables reach to the most opportunities")]

use super::collapse::Record;
use super::process::Point;
use crate::math::optimize::Local;
use rayon::prelude::*;

/// The records with their weights; times count opportunities.
#[derive(Debug)]
pub(super) struct BgBbLikelihood {
    records: Vec<(Record, f64)>,
    most: usize,
}

/// ln z (z + 1) … (z + m − 1) for m = 0, 1, …, with its first two derivatives by ln z.
struct Rising(Vec<[f64; 3]>);

impl Rising {
    fn new(z: f64, most: usize) -> Rising {
        let mut table = vec![[0.0; 3]];
        let [mut log, mut slope, mut bend] = [0.0; 3];
        for j in 0..most as u32 {
            let j = f64::from(j);
            log += (z + j).ln();
            slope += z / (z + j);
            bend += (z / (z + j)) * (j / (z + j));
            table.push([log, slope, bend]);
        }
        Rising(table)
    }
}

/// ln B(p + m, q + l) / B(p, q), for a pair of parameters.
struct Ratio {
    p: Rising,
    q: Rising,
    both: Rising,
    share: f64,
}

impl Ratio {
    fn new(p: f64, q: f64, most: usize) -> Ratio {
        Ratio {
            p: Rising::new(p, most),
            q: Rising::new(q, most),
            both: Rising::new(p + q, most),
            share: p / (p + q),
        }
    }

    /// The value, both slopes and the three bends (pp, pq, qq).
    fn at(&self, m: usize, l: usize) -> [f64; 6] {
        let ([p, p1, p2], [q, q1, q2], [both, b1, b2]) = (self.p.0[m], self.q.0[l], self.both.0[m + l]);
        let (u, v) = (self.share, 1.0 - self.share);
        // By the chain rule through ln (p + q), whose derivative by ln p is u.
        [
            p + q - both,
            p1 - u * b1,
            q1 - v * b1,
            p2 - u * u * b2 - u * v * b1,
            u * v * (b1 - b2),
            q2 - v * v * b2 - u * v * b1,
        ]
    }
}

impl BgBbLikelihood {
    pub(super) fn new(records: &[Record], weights: &[f64]) -> BgBbLikelihood {
        let most = records.iter().fold(0.0, |most: f64, record| most.max(record.age)) as usize;
        BgBbLikelihood { records: records.iter().copied().zip(weights.iter().copied()).collect(), most }
    }

    /// The log-likelihood at (ln α, ln β, ln γ, ln δ).
    pub(super) fn at(&self, point: &Point) -> Local<4> {
        let [alpha, beta, gamma, delta] = point.map(f64::exp);
        let buying = Ratio::new(alpha, beta, self.most + 1);
        let leaving = Ratio::new(gamma, delta, self.most + 1);
        let parts: Vec<Local<4>> = self
            .records
            .par_chunks(64)
            .map(|part| {
                part.iter().fold(Local::ZERO, |sum, (record, weight)| {
                    sum.plus(&here_or_gone(record, &buying, &leaving, *weight))
                })
            })
            .collect();
        parts.iter().fold(Local::ZERO, |sum, part| sum.plus(part))
    }
}

/// ln of: still here after all opportunities, or gone after one of those since the last purchase.
fn here_or_gone(record: &Record, buying: &Ratio, leaving: &Ratio, weight: f64) -> Local<4> {
    let (x, last, n) = (record.x as usize, record.recency as usize, record.age as usize);
    let mut terms = vec![(buying.at(x, n - x), leaving.at(0, n))];
    terms.extend((last..n).map(|i| (buying.at(x, i - x), leaving.at(1, i))));
    let top = terms.iter().map(|(b, l)| b[0] + l[0]).fold(f64::NEG_INFINITY, f64::max);
    let mut all = 0.0;
    let mut local: Local<4> = Local::ZERO;
    for (buy, leave) in terms {
        let w = (buy[0] + leave[0] - top).exp();
        let slopes = [buy[1], buy[2], leave[1], leave[2]];
        all += w;
        for i in 0..4 {
            local.gradient[i] += w * slopes[i];
            for j in 0..4 {
                local.hessian[i][j] += w * slopes[i] * slopes[j];
            }
        }
        let bends = [(0, 0, buy[3]), (0, 1, buy[4]), (1, 1, buy[5])];
        for (i, j, bend) in bends.into_iter().chain([(2, 2, leave[3]), (2, 3, leave[4]), (3, 3, leave[5])]) {
            local.hessian[i][j] += w * bend;
            if i != j {
                local.hessian[j][i] += w * bend;
            }
        }
    }
    let sums = local.gradient;
    for i in 0..4 {
        local.gradient[i] = weight * sums[i] / all;
        for j in 0..4 {
            local.hessian[i][j] = weight * (local.hessian[i][j] / all - (sums[i] / all) * (sums[j] / all));
        }
    }
    local.value = weight * (top + all.ln());
    local
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::optimize::assert_derivatives;

    #[test]
    fn derivatives_match_differences() {
        let record = |x, recency, age| Record { group: 0, x, recency, age };
        let records =
            [record(0.0, 0.0, 6.0), record(2.0, 4.0, 6.0), record(6.0, 6.0, 6.0), record(1.0, 1.0, 3.0)];
        let likelihood = BgBbLikelihood::new(&records, &[3.0, 1.0, 2.0, 1.0]);
        assert_derivatives(|at| likelihood.at(&at), [[0.2, -0.3, -0.4, 1.0], [2.0, 3.0, -3.0, -1.0]]);
    }
}
