//! The parameters: u from chance, m by sessions of one blocking rule each, the share of matches over all.
#![allow(
    clippy::indexing_slicing,
    reason = "all vectors here have one entry per comparison, and one per level"
)]

use super::Linker;
use super::blocks::Blocks;
use super::chance::{Chance, by_chance};
use super::em::{Found, LEAST, Search, Shares, maximize};
use super::pattern::{Counted, EQUAL, Pattern, count_patterns};
use super::records::{Prepared, simple};
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use serde::{Deserialize, Serialize};

/// Rounds in which u is cleared of the matches that the round before found.
const ROUNDS: usize = 4;
/// In a session u counts as if it were known from so many pairs, and this share of those of the block.
const CHANCE: (f64, f64) = (500.0, 0.2);

/// The estimation of m on the pairs of one blocking rule, by the comparisons of the columns outside it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Session {
    /// The rule in words.
    pub rule: String,
    /// Its pairs.
    pub pairs: f64,
    /// Matches expected among them.
    pub matches: f64,
    /// Whether the search met its tolerance.
    pub converged: bool,
    /// The log-likelihood at each step, with what is known of u, up to a constant. It never falls.
    pub log_likelihood: Vec<f64>,
}

/// What training found.
#[derive(Debug, Clone)]
pub(super) struct Trained {
    pub(super) shares: Shares,
    pub(super) prior: f64,
    /// Matches expected among the pairs that meet.
    pub(super) matches: f64,
    /// Of these, per comparison, those where both values are there.
    present: Vec<f64>,
    pub(super) sessions: Vec<Session>,
    /// Per comparison, whether a session estimated it.
    pub(super) estimated: Vec<bool>,
    /// Pairs that meet in any rule.
    pub(super) compared: f64,
    /// The share of these that training saw.
    pub(super) sampled: f64,
}

pub(super) fn train(
    linker: &Linker,
    prepared: &Prepared,
    blocks: &Blocks,
    control: &Control,
) -> Result<Trained> {
    let drawn = (linker.sampled_pairs, linker.seed);
    let chance = by_chance(&linker.comparisons, prepared, (linker.chance_pairs, linker.seed), control)?;
    let (counted, sampled) = count_patterns(&linker.comparisons, prepared, blocks, drawn, control)?;
    if counted.is_empty() {
        return Err(ErrorKind::NotEnoughData {
            of: "Linker",
            needed: 1,
            unit: "pairs of rows in a common block",
            got: 0,
        }
        .into());
    }
    let start = start_of_m(linker);
    let u = chance.iter().map(|chance| chance.share.clone()).collect();
    let mut trained = Trained {
        shares: Shares { m: start.clone(), u },
        prior: 0.0,
        matches: 0.0,
        present: Vec::new(),
        sessions: Vec::new(),
        estimated: Vec::new(),
        compared: counted.iter().map(|counted| counted.pairs).sum(),
        sampled,
    };
    for _ in 0..ROUNDS {
        control.check("linking: training")?;
        run_sessions(linker, &counted, &start, &mut trained);
        share_of_matches(linker, &counted, prepared.n_pairs(), &mut trained);
        clear_of_matches(&chance, &mut trained);
    }
    Ok(trained)
}

/// Where the search begins: matches mostly agree.
fn start_of_m(linker: &Linker) -> Vec<Vec<f64>> {
    let start = |n: usize| {
        let similar = n.saturating_sub(3) as f64;
        let of_level = |level: usize| match level {
            0 => 0.0,
            1 => {
                if similar > 0.0 {
                    0.8
                } else {
                    0.9
                }
            }
            _ if level + 1 == n => 0.1,
            _ => 0.1 / similar,
        };
        (0..n).map(of_level).collect()
    };
    linker.comparisons.iter().map(|comparison| start(comparison.n_levels())).collect()
}

/// Estimates m of every comparison on the pairs of each rule that does not use its column; the expected
/// matches of all sessions are added up.
fn run_sessions(linker: &Linker, counted: &[Counted], start: &[Vec<f64>], trained: &mut Trained) {
    let mut pooled: Vec<Vec<f64>> = start.iter().map(|m| vec![0.0; m.len()]).collect();
    trained.sessions.clear();
    for (rule, block) in linker.blocking.iter().enumerate() {
        let uses = |column: &str| block.parts.iter().any(|part| simple(&part.column) == simple(column));
        let free = |at: &usize| linker.comparisons.get(*at).is_some_and(|other| !uses(&other.column));
        let mask = (0..linker.comparisons.len()).filter(free).fold(0u16, |mask, at| mask | 1 << at);
        let patterns = patterns_of(counted, rule, mask);
        let pairs: f64 = patterns.iter().map(|&(_, n)| n).sum();
        if mask == 0 || pairs <= 0.0 {
            continue;
        }
        let (mut shares, mut prior) = (Shares { m: start.to_vec(), u: trained.shares.u.clone() }, 0.3);
        let search = Search {
            max_iterations: linker.max_iterations,
            tolerance: linker.tolerance,
            estimate: Some(CHANCE.0 + CHANCE.1 * pairs),
            n_pairs: pairs,
        };
        let found = maximize(&patterns, &mut shares, &mut prior, search);
        for (pooled, expected) in pooled.iter_mut().flatten().zip(found.expected.iter().flatten()) {
            *pooled += expected;
        }
        trained.sessions.push(session(block.name(), pairs, &found, linker.tolerance));
    }
    trained.estimated.clear();
    for (at, (pooled, start)) in pooled.iter().zip(start).enumerate() {
        // Half a match by the start keeps a level that never came from being impossible.
        let total: f64 = pooled.iter().skip(1).sum();
        let m = pooled.iter().zip(start).map(|(n, start)| (n + 0.5 * start) / (total + 0.5));
        trained.shares.m[at] = m.collect();
        trained.shares.m[at][0] = 0.0;
        trained.estimated.push(total >= 1.0);
    }
}

fn session(rule: String, pairs: f64, found: &Found, tolerance: f64) -> Session {
    let converged = found.change < tolerance;
    Session { rule, pairs, matches: found.matches, converged, log_likelihood: found.log_likelihood.clone() }
}

/// The patterns of the pairs of a rule, by these comparisons only.
fn patterns_of(counted: &[Counted], rule: usize, comparisons: u16) -> Vec<(Pattern, f64)> {
    let brought = counted.iter().filter(|counted| counted.brought_by >> rule & 1 == 1);
    merged(brought.map(|counted| (counted.pattern.only(comparisons), counted.pairs)))
}

/// Equal patterns put together, in their order.
fn merged(patterns: impl Iterator<Item = (Pattern, f64)>) -> Vec<(Pattern, f64)> {
    let mut sorted: Vec<(Pattern, f64)> = patterns.collect();
    sorted.sort_by_key(|&(pattern, _)| pattern);
    let mut merged: Vec<(Pattern, f64)> = Vec::new();
    for (pattern, n) in sorted {
        match merged.last_mut() {
            Some((last, total)) if *last == pattern => *total += n,
            _ => merged.push((pattern, n)),
        }
    }
    merged
}

/// The share of matches among all pairs, with m and u as they are. Pairs that never meet count as others.
fn share_of_matches(linker: &Linker, counted: &[Counted], n_pairs: f64, trained: &mut Trained) {
    let patterns = merged(counted.iter().map(|counted| (counted.pattern, counted.pairs)));
    let compared: f64 = patterns.iter().map(|&(_, n)| n).sum();
    let search = Search {
        max_iterations: linker.max_iterations,
        tolerance: linker.tolerance,
        estimate: None,
        n_pairs: n_pairs.max(compared),
    };
    let mut prior = (0.1 * compared / search.n_pairs).clamp(1e-12, 0.5);
    let found = maximize(&patterns, &mut trained.shares, &mut prior, search);
    trained.present = found.expected.iter().map(|levels| levels.iter().skip(1).sum()).collect();
    trained.matches = found.matches;
    trained.prior = prior;
}

/// u is counted over all pairs that have both values, the matches among them; what these explain is taken off. No
/// further than the error of the count allows. Where a value is often missing, matches may be far more frequent among
/// the pairs that have it than among all.
fn clear_of_matches(chance: &[Chance], trained: &mut Trained) {
    let shares = trained.shares.m.iter().zip(&mut trained.shares.u);
    for ((chance, present), (m, u)) in chance.iter().zip(&trained.present).zip(shares) {
        let prior = (present / chance.pairs.0.max(1.0)).min(0.5);
        for (level, u) in u.iter_mut().enumerate().skip(1) {
            let pairs = if level == usize::from(EQUAL) { chance.pairs.0 } else { chance.pairs.1 }.max(1.0);
            let by_matches = prior * m[level];
            let error = (0.5 + (by_matches * pairs).sqrt()) / pairs;
            let left = (chance.share[level] - by_matches) / (1.0 - prior);
            *u = left.max(error).max(LEAST);
        }
        let total: f64 = u.iter().skip(1).sum();
        u.iter_mut().for_each(|u| *u /= total.max(LEAST));
    }
}
