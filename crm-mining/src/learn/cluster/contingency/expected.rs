//! The mutual information that divisions of given sizes have by chance.

use rayon::prelude::*;

/// The mean mutual information, in nats, of two divisions of `n` rows drawn at random with these sizes of
/// clusters.
///
/// The rows that a cluster of a rows shares with one of b are hypergeometric, so each pair of sizes adds the
/// mean of a function under that distribution. Equal sizes are taken together: of n rows there are less than
/// √(2n) distinct sizes. Since few steps beyond the standard deviation of a pair count, all pairs together
/// take O(n) steps, whatever the number of clusters.
pub(super) fn expected_mutual_information(a: Vec<usize>, b: Vec<usize>, n: usize) -> f64 {
    let (a, b) = (distinct(a), distinct(b));
    let of_size = |&(a, a_times): &(usize, usize)| -> f64 {
        let with = |&(b, b_times): &(usize, usize)| a_times as f64 * b_times as f64 * mean_share(a, b, n);
        b.iter().map(with).sum()
    };
    a.par_iter().map(of_size).collect::<Vec<f64>>().iter().sum()
}

/// The distinct values, ascending, and how often each comes.
fn distinct(mut values: Vec<usize>) -> Vec<(usize, usize)> {
    values.sort_unstable();
    let run = |run: &[usize]| run.first().map(|&value| (value, run.len()));
    values.chunk_by(|a, b| a == b).filter_map(run).collect()
}

/// The mean of m/n · ln(n m / (a b)) over the number m of rows that two clusters of a and b rows share.
///
/// The weights of the distribution are followed from its mode in both directions by the ratio of neighbors,
/// until they no longer count, and divided by their sum: no logarithm of a factorial is needed, whose digits
/// would be lost in large n.
fn mean_share(a: usize, b: usize, n: usize) -> f64 {
    let (fa, fb, fn_) = (a as f64, b as f64, n as f64);
    let (least, most) = ((a + b).saturating_sub(n), a.min(b));
    let mode = (((fa + 1.0) * (fb + 1.0) / (fn_ + 2.0)) as usize).clamp(least, most);
    let share = |m: f64| if m == 0.0 { 0.0 } else { m / fn_ * (m * fn_ / (fa * fb)).ln() };
    // How much more often m + 1 rows are shared than m.
    let rise = |m: f64| (fa - m) * (fb - m) / ((m + 1.0) * (fn_ - fa - fb + m + 1.0));
    let (mut weights, mut sum) = (1.0, share(mode as f64));
    let mut weight = 1.0;
    for m in mode..most {
        weight *= rise(m as f64);
        weights += weight;
        sum += weight * share((m + 1) as f64);
        if weight < NEGLIGIBLE {
            break;
        }
    }
    weight = 1.0;
    for m in (least..mode).rev() {
        weight /= rise(m as f64);
        weights += weight;
        sum += weight * share(m as f64);
        if weight < NEGLIGIBLE {
            break;
        }
    }
    sum / weights
}

/// A weight below this share of the largest is left out, and all beyond it.
const NEGLIGIBLE: f64 = 1e-25;

#[cfg(test)]
mod tests {
    use super::*;

    /// By the definition, over all ways in which the second of two clusters of b rows out of n can meet the
    /// first of a rows.
    #[test]
    fn equals_the_definition() {
        let choose = |n: usize, k: usize| (0..k).map(|i| (n - i) as f64 / (i + 1) as f64).product::<f64>();
        for (a, b, n) in [(1, 1, 2), (3, 4, 9), (9, 4, 9), (7, 8, 12), (1, 12, 12), (20, 21, 40)] {
            let probability = |m| choose(a, m) * choose(n - a, b - m) / choose(n, b);
            let shared = (a + b).saturating_sub(n).max(1)..=a.min(b);
            let share = |m: usize| m as f64 / n as f64 * (m as f64 * n as f64 / (a * b) as f64).ln();
            let expected: f64 = shared.map(|m| probability(m) * share(m)).sum();
            let got = mean_share(a, b, n);
            assert!((got - expected).abs() < 1e-14, "{a} {b} {n}: {got} {expected}");
        }
    }
}
