//! The log-likelihood of the BG/NBD with its exact gradient and Hessian.
#![allow(
    clippy::indexing_slicing,
    reason = "codes index the tables they were made from; arrays have 4 places"
)]

use super::collapse::Collapsed;
use crate::math::optimize::Local;
use rayon::prelude::*;

/// The variables: ln r, ln α, ln a, ln b.
pub(super) type Point = [f64; 4];

/// Records per unit of parallel work; sums are taken unit by unit, whatever the number of threads.
const CHUNK: usize = 2048;

/// The records in the form in which the likelihood is fastest: every distinct x, t_x and T has its logarithm
/// taken once per evaluation.
#[derive(Debug)]
pub(super) struct Likelihood {
    cells: Vec<Cell>,
    counts: Vec<f64>,
    spans: Vec<f64>,
    /// How many customers have more than j repeat purchases, j = 0, 1, …
    beyond: Vec<f64>,
    repeats: f64,
    penalty: f64,
}

/// A record as codes into the tables.
#[derive(Debug, Clone, Copy)]
struct Cell {
    x: u32,
    recency: u32,
    age: u32,
    weight: f64,
}

/// What a record takes from its x.
#[derive(Clone, Copy)]
struct OfCount {
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

impl Likelihood {
    /// Times are divided by `unit`. `penalty` is the weight of the sum of squared parameters.
    pub(super) fn new(records: &Collapsed, unit: f64, penalty: f64) -> Likelihood {
        let distinct = |mut values: Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            values.dedup();
            values
        };
        let all = &records.records;
        let counts = distinct(all.iter().map(|record| record.x).collect());
        let spans = distinct(all.iter().flat_map(|record| [record.recency, record.age]).collect());
        let code = |table: &[f64], value: f64| table.partition_point(|&other| other < value) as u32;
        let mut beyond = vec![0.0; counts.last().copied().unwrap_or(0.0) as usize + 1];
        let mut cells = Vec::with_capacity(all.len());
        for (record, &weight) in all.iter().zip(&records.counts) {
            beyond[record.x as usize] += weight;
            cells.push(Cell {
                x: code(&counts, record.x),
                recency: code(&spans, record.recency),
                age: code(&spans, record.age),
                weight,
            });
        }
        // From "exactly j" to "more than j".
        let mut more = 0.0;
        for count in beyond.iter_mut().rev() {
            more += std::mem::replace(count, more);
        }
        let repeats = beyond.iter().sum();
        let spans = spans.iter().map(|span| span / unit).collect();
        Likelihood { cells, counts, spans, beyond, repeats, penalty }
    }

    /// The mean number of repeat purchases per unit of time.
    pub(super) fn crude_rate(&self) -> f64 {
        let time: f64 = self.cells.iter().map(|cell| cell.weight * self.spans[cell.age as usize]).sum();
        self.repeats / time
    }

    /// The penalised log-likelihood at a point; ln a may be −∞.
    pub(super) fn at(&self, point: &Point) -> Local<4> {
        let [r, alpha, a, b] = point.map(f64::exp);
        let counts: Vec<OfCount> = self.counts.iter().map(|&x| OfCount::new(x, r, point[2], b)).collect();
        let spans: Vec<OfSpan> = self.spans.iter().map(|&span| OfSpan::new(span, alpha)).collect();
        let parts: Vec<Local<4>> = self
            .cells
            .par_chunks(CHUNK)
            .map(|cells| cells.iter().fold(Local::ZERO, |sum, cell| sum.plus(&cell.at(r, &counts, &spans))))
            .collect();
        let mut sum = parts.iter().fold(Local::ZERO, |sum, part| sum.plus(part));
        self.add_products(&mut sum, [r, alpha, a, b]);
        for (place, parameter) in [r, alpha, a, b].into_iter().enumerate() {
            // Without dropout b means nothing, and its penalty vanishes as b → 0.
            let square = if a == 0.0 && place > 1 { 0.0 } else { self.penalty * parameter * parameter };
            sum.value -= square;
            sum.gradient[place] -= 2.0 * square;
            sum.hessian[place][place] -= 4.0 * square;
        }
        sum
    }

    /// Adds ln [Γ(r+x)/Γ(r) · α⁻ˣ] and ln [B(a, b+x)/B(a, b)], written as products over the purchases, so
    /// that they stay exact for r, a or b of any size.
    fn add_products(&self, sum: &mut Local<4>, [r, alpha, a, b]: [f64; 4]) {
        let [mut value, mut by_r, mut by_rr] = [0.0; 3];
        let ([mut by_a, mut by_b], [mut by_aa, mut by_ab, mut by_bb]) = ([0.0; 2], [0.0; 3]);
        for (j, &customers) in (0u32..).zip(&self.beyond) {
            let j = f64::from(j);
            let (r_j, b_j, all) = (r + j, b + j, a + b + j);
            value += customers * ((r_j / alpha).ln() - (a / b_j).ln_1p());
            by_r += customers * (r / r_j);
            by_rr += customers * (r / r_j) * (j / r_j);
            by_a -= customers * (a / all);
            by_b += customers * (a / all) * (b / b_j);
            by_aa -= customers * (a / all) * (b_j / all);
            by_ab += customers * (a / all) * (b / all);
            by_bb += customers * ((b / b_j) * (j / b_j) - (b / all) * ((a + j) / all));
        }
        sum.value += value;
        let gradient = [by_r, -self.repeats, by_a, by_b];
        for (to, part) in sum.gradient.iter_mut().zip(gradient) {
            *to += part;
        }
        sum.hessian[0][0] += by_rr;
        sum.hessian[2][2] += by_aa;
        sum.hessian[3][3] += by_bb;
        sum.hessian[2][3] += by_ab;
        sum.hessian[3][2] += by_ab;
    }
}

impl OfCount {
    fn new(x: f64, r: f64, log_a: f64, b: f64) -> OfCount {
        if x == 0.0 {
            return OfCount { r_x: r, log_odds: f64::NEG_INFINITY, slope: 0.0, bend: 0.0 };
        }
        let rest = b + (x - 1.0);
        let slope = -b / rest;
        OfCount { r_x: r + x, log_odds: log_a - rest.ln(), slope, bend: slope * ((x - 1.0) / rest) }
    }
}

impl OfSpan {
    fn new(span: f64, alpha: f64) -> OfSpan {
        let share = span / (alpha + span);
        OfSpan { log: (span / alpha).ln_1p(), share, bend: share * (alpha / (alpha + span)) }
    }
}

impl Cell {
    /// ln [(1 + T/α)^−(r+x) + a/(b+x−1) · (1 + t_x/α)^−(r+x)]: still here, or gone since the last purchase.
    #[inline]
    fn at(&self, r: f64, counts: &[OfCount], spans: &[OfSpan]) -> Local<4> {
        let count = counts[self.x as usize];
        let (age, recency) = (spans[self.age as usize], spans[self.recency as usize]);
        let r_x = count.r_x;
        let (log, share, bend) = (age.log - recency.log, age.share - recency.share, age.bend - recency.bend);
        // The odds of gone to here, and the probability of gone.
        let odds = count.log_odds + r_x * log;
        let small = (-odds.abs()).exp();
        let gone = if odds >= 0.0 { 1.0 } else { small } / (1.0 + small);
        let d = [r * log, -r_x * share, 1.0, count.slope];
        let w = self.weight;
        let (g, h) = (w * gone, w * gone * (1.0 - gone));
        let mut local = Local::ZERO;
        local.value = w * (odds.max(0.0) + small.ln_1p() - r_x * age.log);
        local.gradient = [w * -r * age.log + g * d[0], w * r_x * age.share + g * d[1], g, g * d[3]];
        for i in 0..4 {
            for j in 0..4 {
                local.hessian[i][j] = h * d[i] * d[j];
            }
        }
        local.hessian[0][0] += w * -r * age.log + g * d[0];
        let mixed = w * r * age.share - g * r * share;
        local.hessian[0][1] += mixed;
        local.hessian[1][0] += mixed;
        local.hessian[1][1] += g * r_x * bend - w * r_x * age.bend;
        local.hessian[3][3] += g * count.bend;
        local
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Summary;

    #[test]
    fn derivatives_match_differences() {
        let summary = Summary::new(
            vec![0.0, 1.0, 3.0, 12.0, 1.0],
            vec![0.0, 4.0, 20.0, 33.0, 30.0],
            vec![38.0, 39.0, 30.0, 34.0, 31.0],
            vec![0.0; 5],
        )
        .unwrap();
        let likelihood = Likelihood::new(&Collapsed::new(&summary), 39.0, 0.01);
        for at in [[-1.4, -2.0, -0.2, 0.9], [0.5, 1.0, 3.0, 5.0], [-0.3, -1.0, -4.0, -2.0]] {
            let here = likelihood.at(&at);
            for place in 0..4 {
                let moved = |step: f64| {
                    let mut to = at;
                    to[place] += step;
                    likelihood.at(&to)
                };
                let (up, down) = (moved(1e-5), moved(-1e-5));
                let slope = (up.value - down.value) / 2e-5;
                assert!((slope - here.gradient[place]).abs() < 1e-6 * (1.0 + slope.abs()), "{at:?} {place}");
                for other in 0..4 {
                    let bend = (up.gradient[other] - down.gradient[other]) / 2e-5;
                    let exact = here.hessian[place][other];
                    assert!((bend - exact).abs() < 1e-6 * (1.0 + bend.abs()), "{at:?} {place} {other}");
                }
            }
        }
    }

    #[test]
    fn exact_at_the_edges() {
        // Poisson at one rate, one probability to leave: the limits written down directly.
        let summary = Summary::new(vec![2.0], vec![5.0], vec![9.0], vec![0.0]).unwrap();
        let likelihood = Likelihood::new(&Collapsed::new(&summary), 1.0, 0.0);
        let (rate, leave): (f64, f64) = (0.3, 0.25);
        let (r, b): (f64, f64) = (1e12, 1e12);
        let a = leave / (1.0 - leave) * b;
        let here = (rate * rate).ln() + 2.0 * (1.0 - leave).ln();
        let limit = here + ((-9.0 * rate).exp() + leave / (1.0 - leave) * (-5.0 * rate).exp()).ln();
        let got = likelihood.at(&[r.ln(), (r / rate).ln(), a.ln(), b.ln()]).value;
        assert!((got - limit).abs() < 1e-9, "{got} {limit}");
        // Nobody leaves: the NBD, here with r = 1, α = 3, lnΓ(3)/Γ(1) = ln 2.
        let nbd = 2f64.ln() + 3f64.ln() - 3.0 * 12f64.ln();
        let got = likelihood.at(&[0.0, 3f64.ln(), f64::NEG_INFINITY, 0.0]).value;
        assert!((got - nbd).abs() < 1e-12, "{got} {nbd}");
    }
}
