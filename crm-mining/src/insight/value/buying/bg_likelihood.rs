//! The log-likelihood of the BG/NBD family with its exact gradient and Hessian.
//!
//! One formula serves four models. Gaps between purchases are Erlang with `k` stages (k = 1: exponential). Customers may
//! leave after each of `x` repeat purchases, or, in the modified models, also after the first purchase: after each of
//! m = x + 1.
#![allow(
    clippy::indexing_slicing,
    reason = "codes index the tables they were made from; arrays have 4 places"
)]

use super::coded::coded;
use super::collapse::Record;
use super::nbd_likelihood::{Stages, more_than};
use super::process::{Dropout, Point};
use crate::math::optimize::Local;
use rayon::prelude::*;

/// Records per unit of parallel work; sums are taken unit by unit, whatever the number of threads.
const CHUNK: usize = 2048;

/// The records in the form in which the likelihood is fastest: every distinct x, t_x and T has its logarithm
/// taken once per evaluation.
#[derive(Debug)]
pub(super) struct BgLikelihood {
    cells: Vec<Cell>,
    counts: Vec<f64>,
    spans: Vec<f64>,
    stages: Stages,
    /// How many customers had more than j chances to leave.
    chances: Vec<f64>,
    dropout: Dropout,
    k: u32,
}

/// A record as codes into the tables.
#[derive(Debug, Clone, Copy)]
struct Cell {
    x: u32,
    recency: u32,
    age: u32,
    weight: f64,
}

/// What a record takes from its x: r + kx, and the log-odds of a chance to leave taken against one let pass.
#[derive(Clone, Copy)]
struct OfCount {
    stages: f64,
    r_x: f64,
    log_odds: f64,
    slope: f64,
    bend: f64,
}

/// What a record takes from a time t: ln(1 + t/α), t / (α + t), and the derivative of the latter.
#[derive(Clone, Copy)]
struct OfSpan {
    log: f64,
    share: f64,
    bend: f64,
}

/// The logarithm of what the stages begun since the last purchase add, with its derivatives by ln r and ln α.
#[derive(Clone, Copy, Default)]
struct Begun {
    log: f64,
    by_r: f64,
    by_alpha: f64,
    by_rr: f64,
    by_ra: f64,
    by_aa: f64,
}

impl BgLikelihood {
    /// Times are divided by `unit`.
    pub(super) fn new(
        records: &[Record],
        weights: &[f64],
        unit: f64,
        dropout: Dropout,
        k: u32,
    ) -> BgLikelihood {
        let ((counts, count_codes), ((spans, span_codes), stages)) = rayon::join(
            || coded(records.iter().map(|record| record.x)),
            || {
                rayon::join(
                    || coded(records.iter().flat_map(|record| [record.recency, record.age])),
                    || Stages::of(records, weights, k),
                )
            },
        );
        let chances = more_than(records.iter().map(|record| dropout.chances(record.x)), weights);
        let codes = count_codes.iter().zip(span_codes.as_chunks().0).zip(weights);
        let cells = codes.map(|((&x, &[recency, age]), &weight)| Cell { x, recency, age, weight }).collect();
        let spans = spans.iter().map(|span| span / unit).collect();
        BgLikelihood { cells, counts, spans, stages, chances, dropout, k }
    }

    /// The log-likelihood at a point; ln a may be −∞.
    pub(super) fn at(&self, point: &Point) -> Local<4> {
        let [r, alpha, a, b] = point.map(f64::exp);
        let counts: Vec<OfCount> = self.counts.iter().map(|&x| self.of_count(x, r, point[2], b)).collect();
        let spans: Vec<OfSpan> = self.spans.iter().map(|&span| OfSpan::new(span, alpha)).collect();
        let parts: Vec<Sums> = self
            .cells
            .par_chunks(CHUNK)
            .map(|cells| {
                let mut sums = Sums::default();
                for cell in cells {
                    let count = &counts[cell.x as usize];
                    let (age, recency) = (spans[cell.age as usize], spans[cell.recency as usize]);
                    let begun =
                        if self.k > 1 { begun(self.k, r, count, age, recency) } else { Begun::default() };
                    sums.add(cell.weight, r, count, age, recency, &begun);
                }
                sums
            })
            .collect();
        let mut all = Sums::default();
        parts.iter().for_each(|part| all.plus(part));
        let mut sum = all.local();
        self.stages.add_to(&mut sum, r, alpha);
        self.add_chances(&mut sum, a, b);
        sum
    }

    /// Adds ln [B(a, b+m)/B(a, b)], written as a product over the chances to leave.
    fn add_chances(&self, sum: &mut Local<4>, a: f64, b: f64) {
        for (j, &customers) in (0u32..).zip(&self.chances) {
            let j = f64::from(j);
            let (b_j, all) = (b + j, a + b + j);
            sum.value -= customers * (a / b_j).ln_1p();
            sum.gradient[2] -= customers * (a / all);
            sum.gradient[3] += customers * (a / all) * (b / b_j);
            sum.hessian[2][2] -= customers * (a / all) * (b_j / all);
            let mixed = customers * (a / all) * (b / all);
            sum.hessian[2][3] += mixed;
            sum.hessian[3][2] += mixed;
            sum.hessian[3][3] += customers * ((b / b_j) * (j / b_j) - (b / all) * ((a + j) / all));
        }
    }

    fn of_count(&self, x: f64, r: f64, log_a: f64, b: f64) -> OfCount {
        let stages = f64::from(self.k) * x;
        let before = self.dropout.chances(x) - 1.0;
        if before < 0.0 {
            return OfCount { stages, r_x: r, log_odds: f64::NEG_INFINITY, slope: 0.0, bend: 0.0 };
        }
        let rest = b + before;
        let slope = -b / rest;
        OfCount { stages, r_x: r + stages, log_odds: log_a - rest.ln(), slope, bend: slope * (before / rest) }
    }
}

impl OfSpan {
    fn new(span: f64, alpha: f64) -> OfSpan {
        let share = span / (alpha + span);
        OfSpan { log: (span / alpha).ln_1p(), share, bend: share * (alpha / (alpha + span)) }
    }
}

/// ln Σⱼ (r+kx)ⱼ / j! · ((T − t_x) / (α + T))ʲ over the j < k stages that may have been passed since the last purchase.
fn begun(k: u32, r: f64, count: &OfCount, age: OfSpan, recency: OfSpan) -> Begun {
    // (T − t_x) / (α + T), and its logarithm's derivative by ln α.
    let reach = -(recency.log - age.log).exp_m1();
    let by_log_alpha = age.share - 1.0;
    let (mut weight, mut slope, mut bend) = (1.0, 0.0, 0.0);
    let (mut all, mut stage) = (0.0, 0.0);
    let [mut r1, mut a1, mut r2, mut ra, mut a2] = [0.0; 5];
    for _ in 0..k {
        let (of_r, of_alpha) = (slope, stage * by_log_alpha);
        all += weight;
        r1 += weight * of_r;
        a1 += weight * of_alpha;
        r2 += weight * (of_r * of_r + bend);
        ra += weight * of_r * of_alpha;
        a2 += weight * (of_alpha * of_alpha - stage * age.bend);
        let next = count.r_x + stage;
        slope += r / next;
        bend += (r / next) * ((count.stages + stage) / next);
        weight *= next / (stage + 1.0) * reach;
        stage += 1.0;
    }
    let (by_r, by_alpha) = (r1 / all, a1 / all);
    Begun {
        log: all.ln(),
        by_r,
        by_alpha,
        by_rr: r2 / all - by_r * by_r,
        by_ra: ra / all - by_r * by_alpha,
        by_aa: a2 / all - by_alpha * by_alpha,
    }
}

/// The sums over records of: the value, its four slopes, and its ten bends (rr, rα, ra, rb, αα, αa, αb, aa, ab, bb).
#[derive(Default)]
struct Sums([f64; 15]);

impl Sums {
    /// Adds ln [begun · (1 + T/α)^−(r+kx) + a/(b+m−1) · (1 + t_x/α)^−(r+kx)]: still here, or gone since the last purchase.
    #[inline]
    fn add(&mut self, w: f64, r: f64, count: &OfCount, age: OfSpan, recency: OfSpan, begun: &Begun) {
        let r_x = count.r_x;
        let (log, share, bend) = (age.log - recency.log, age.share - recency.share, age.bend - recency.bend);
        // The odds of gone to here, and the probability of gone.
        let odds = count.log_odds + r_x * log - begun.log;
        let small = (-odds.abs()).exp();
        let gone = if odds >= 0.0 { 1.0 } else { small } / (1.0 + small);
        let (g, here) = (w * gone, w * (1.0 - gone));
        let h = g * (1.0 - gone);
        let (by_r, by_alpha, by_b) = (r * log - begun.by_r, -r_x * share - begun.by_alpha, count.slope);
        let (h_r, h_alpha, h_b) = (h * by_r, h * by_alpha, h * by_b);
        let r_age = w * r * age.log;
        let terms = [
            w * (odds.max(0.0) + small.ln_1p() - r_x * age.log + begun.log),
            -r_age + w * begun.by_r + g * by_r,
            w * r_x * age.share + w * begun.by_alpha + g * by_alpha,
            g,
            g * by_b,
            h_r * by_r - r_age + g * r * log + here * begun.by_rr,
            h_r * by_alpha + w * r * age.share - g * r * share + here * begun.by_ra,
            h_r,
            h_r * by_b,
            h_alpha * by_alpha + g * r_x * bend - w * r_x * age.bend + here * begun.by_aa,
            h_alpha,
            h_alpha * by_b,
            h,
            h_b,
            h_b * by_b + g * count.bend,
        ];
        self.plus(&Sums(terms));
    }

    #[inline]
    fn plus(&mut self, other: &Sums) {
        self.0.iter_mut().zip(other.0).for_each(|(sum, term)| *sum += term);
    }

    fn local(&self) -> Local<4> {
        let [value, r, alpha, a, b, bends @ ..] = self.0;
        let mut local = Local { value, gradient: [r, alpha, a, b], ..Local::ZERO };
        let places = (0..4).flat_map(|row| (row..4).map(move |column| (row, column)));
        for ((row, column), bend) in places.zip(bends) {
            local.hessian[row][column] = bend;
            local.hessian[column][row] = bend;
        }
        local
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::optimize::assert_derivatives;

    fn record(x: f64, recency: f64, age: f64) -> Record {
        Record { group: 0, x, recency, age }
    }

    #[test]
    fn derivatives_match_differences() {
        let records = [
            record(0.0, 0.0, 38.0),
            record(1.0, 4.0, 39.0),
            record(1.0, 30.0, 31.0),
            record(3.0, 20.0, 30.0),
            record(12.0, 33.0, 34.0),
        ];
        for (dropout, k) in [
            (Dropout::AfterRepeats, 1),
            (Dropout::AfterEvery, 1),
            (Dropout::AfterRepeats, 3),
            (Dropout::AfterEvery, 2),
        ] {
            let likelihood = BgLikelihood::new(&records, &[1.0, 2.0, 1.0, 1.0, 1.0], 39.0, dropout, k);
            assert_derivatives(
                |at| likelihood.at(&at),
                [[-1.4, -2.0, -0.2, 0.9], [0.5, 1.0, 3.0, 5.0], [-0.3, -1.0, -4.0, -2.0]],
            );
        }
    }

    #[test]
    fn exact_at_the_edges() {
        // Poisson at one rate, one probability to leave: the limits written down directly.
        let one = [record(2.0, 5.0, 9.0)];
        let likelihood = BgLikelihood::new(&one, &[1.0], 1.0, Dropout::AfterRepeats, 1);
        let (rate, leave): (f64, f64) = (0.3, 0.25);
        let (r, b): (f64, f64) = (1e12, 1e12);
        let a = leave / (1.0 - leave) * b;
        let here = (rate * rate).ln() + 2.0 * (1.0 - leave).ln();
        let limit = here + ((-9.0 * rate).exp() + leave / (1.0 - leave) * (-5.0 * rate).exp()).ln();
        let got = likelihood.at(&[r.ln(), (r / rate).ln(), a.ln(), b.ln()]).value;
        assert!((got - limit).abs() < 1e-9, "{got} {limit}");
        // The same with the chance to leave after the first purchase, and gaps of two stages.
        let likelihood = BgLikelihood::new(&one, &[1.0], 1.0, Dropout::AfterEvery, 2);
        let stages = 4.0 * rate.ln() + 3.0 * (1.0 - leave).ln();
        let here = (-9.0 * rate).exp() * (1.0 + 4.0 * rate);
        let limit = stages + (here + leave / (1.0 - leave) * (-5.0 * rate).exp()).ln();
        let got = likelihood.at(&[r.ln(), (r / rate).ln(), a.ln(), b.ln()]).value;
        assert!((got - limit).abs() < 1e-9, "{got} {limit}");
        // Nobody leaves: the NBD, here with r = 1, α = 3, lnΓ(3)/Γ(1) = ln 2.
        let likelihood = BgLikelihood::new(&one, &[1.0], 1.0, Dropout::AfterRepeats, 1);
        let nbd = 2f64.ln() + 3f64.ln() - 3.0 * 12f64.ln();
        let got = likelihood.at(&[0.0, 3f64.ln(), f64::NEG_INFINITY, 0.0]).value;
        assert!((got - nbd).abs() < 1e-12, "{got} {nbd}");
    }
}
