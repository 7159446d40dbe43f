//! Expectation–maximization on counted patterns: how often each level occurs among matches.
#![allow(clippy::indexing_slicing, reason = "levels of a pattern stay below the count of their comparison")]

use super::pattern::{MISSING, Pattern};

/// The share of each level of each comparison, among matches and among the others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shares {
    pub(super) m: Vec<Vec<f64>>,
    pub(super) u: Vec<Vec<f64>>,
}

impl Shares {
    /// ln of the odds that a pair of this pattern is a match, by the comparisons alone.
    fn log_odds(ratios: &[Vec<f64>], pattern: Pattern) -> f64 {
        ratios.iter().enumerate().map(|(at, ratios)| ratios[usize::from(pattern.level(at))]).sum()
    }

    /// ln(m/u) by level; 0 for missing values.
    fn log_ratios(&self) -> Vec<Vec<f64>> {
        let ratio = |(level, (&m, &u)): (usize, (&f64, &f64))| {
            if level == usize::from(MISSING) { 0.0 } else { (m.max(LEAST) / u.max(LEAST)).ln() }
        };
        self.m.iter().zip(&self.u).map(|(m, u)| m.iter().zip(u).enumerate().map(ratio).collect()).collect()
    }
}

/// Shares do not fall below this, so that no single level decides alone.
pub(super) const LEAST: f64 = 1e-9;

/// The outcome of one search.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Found {
    /// Expected matches.
    pub(super) matches: f64,
    /// Expected matches by comparison and level.
    pub(super) expected: Vec<Vec<f64>>,
    /// The log-likelihood before each step, with that of u, up to what does not depend on the parameters.
    pub(super) log_likelihood: Vec<f64>,
    /// The last change of a share.
    pub(super) change: f64,
}

/// The rules of a search.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    pub(super) max_iterations: usize,
    pub(super) tolerance: f64,
    /// Whether m and u are estimated, or the share of matches alone. u is held near where it starts, as if
    /// so many pairs had been seen there: the pairs of a block are more alike than pairs by chance, in what goes with
    /// the block, and would pass for matches if u could not follow; but where a block has matches only, u must not
    /// turn into a second kind of match.
    pub(super) estimate: Option<f64>,
    /// Pairs over which the share of matches is taken; those not counted match never.
    pub(super) n_pairs: f64,
}

/// Estimates the share of matches, and where asked for m and u. Every step raises the likelihood.
pub(super) fn maximize(
    counted: &[(Pattern, f64)],
    shares: &mut Shares,
    prior: &mut f64,
    search: Search,
) -> Found {
    let mut found =
        Found { matches: 0.0, expected: Vec::new(), log_likelihood: Vec::new(), change: f64::INFINITY };
    let chance = shares.u.clone();
    for _ in 0..search.max_iterations {
        let ratios = shares.log_ratios();
        let base: Vec<Vec<f64>> =
            shares.u.iter().map(|u| u.iter().map(|u| log_share(*u)).collect()).collect();
        let (prior_match, prior_other) = (prior.ln(), (1.0 - *prior).ln());
        let mut expected: Vec<Vec<f64>> = shares.m.iter().map(|m| vec![0.0; m.len()]).collect();
        let mut others = expected.clone();
        let (mut matches, mut likelihood, mut pairs) = (0.0, 0.0, 0.0);
        for &(pattern, n) in counted {
            let (match_, other) = (prior_match + Shares::log_odds(&ratios, pattern), prior_other);
            let top = match_.max(other);
            let log_sum = top + ((match_ - top).exp() + (other - top).exp()).ln();
            let weight = n * (match_ - log_sum).exp();
            matches += weight;
            pairs += n;
            likelihood += n * log_sum;
            for (at, (expected, others)) in expected.iter_mut().zip(&mut others).enumerate() {
                let level = usize::from(pattern.level(at));
                expected[level] += weight;
                others[level] += n - weight;
                likelihood += if level > 0 { n * base[at][level] } else { 0.0 };
            }
        }
        likelihood += (search.n_pairs - pairs).max(0.0) * prior_other;
        if let Some(strength) = search.estimate {
            let known = chance.iter().flatten().zip(base.iter().flatten());
            likelihood += known.map(|(chance, log_u)| strength * chance * log_u).sum::<f64>();
        }
        found.log_likelihood.push(likelihood);
        let new_prior = (matches / search.n_pairs.max(1.0)).clamp(1e-15, 1.0 - 1e-9);
        found.change = ((new_prior - *prior) / *prior).abs();
        *prior = new_prior;
        if let Some(strength) = search.estimate {
            let moved = shares.m.iter_mut().zip(&expected).map(|(m, expected)| update(m, expected));
            found.change = moved.fold(found.change, f64::max);
            for ((u, others), chance) in shares.u.iter_mut().zip(&mut others).zip(&chance) {
                others.iter_mut().zip(chance).for_each(|(n, chance)| *n += strength * chance);
                update(u, others);
            }
        }
        (found.matches, found.expected) = (matches, expected);
        if found.change < search.tolerance {
            break;
        }
    }
    found
}

/// ln of a share that may be 0.
fn log_share(share: f64) -> f64 {
    share.max(LEAST).ln()
}

/// The new shares of a comparison, and by how much the one that moved most moved.
fn update(m: &mut [f64], expected: &[f64]) -> f64 {
    let total: f64 = expected.iter().skip(1).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let mut change: f64 = 0.0;
    for (m, expected) in m.iter_mut().zip(expected).skip(1) {
        let new = expected / total;
        change = change.max((new - *m).abs());
        *m = new;
    }
    change
}
