//! Blocking rules found from the records: nearly all matches shall meet, at few pairs.
#![allow(clippy::indexing_slicing, reason = "every part has its bits and its share, by construction")]

use super::blocks::n_pairs;
use super::field::Field;
use super::records::{Prepared, Records};
use super::rule::Rule;
use super::{Block, Kind, Linker, Part, Transform};
use crate::data::group_positions;
use crate::error::Result;
use crate::math::random::Random;
use crate::prepare::normalize::is_han;

/// Imagined matches on which coverage is judged, in words of 64.
const WORDS: usize = 64;
/// At most so many rules.
const MOST_RULES: usize = 12;
/// Pairs per row that one rule, and all rules together, may bring.
const PAIRS_PER_ROW: (f64, f64) = (6.0, 25.0);
/// Below so many pairs cost does not matter.
const CHEAP: f64 = 200_000.0;

/// What of a column could be agreed on.
struct Candidate {
    part: Part,
    /// The share of pairs that agree.
    agree: f64,
    /// The imagined matches that agree, a bit each.
    matches: [u64; WORDS],
}

/// A rule that could be taken: its parts, the pairs it brings if columns were independent.
struct Combination {
    parts: Vec<usize>,
    pairs: f64,
    matches: [u64; WORDS],
}

/// Rules chosen one after another: each time the one that brings the most imagined matches that no rule before
/// brings, for the pairs it costs beyond a few per row.
///
/// The imagined matches err more or less: a tenth to half of the values that are there disagree, by chance
/// and each column for itself; a part of a value (its sound, its year) survives half of the errors.
pub(super) fn propose_blocking(linker: &Linker, records: &Records<'_>) -> Result<Vec<Block>> {
    let prepared = Prepared::new(linker, records)?;
    let candidates = candidates(linker, &prepared);
    let n_pairs = prepared.n_pairs();
    let rows = prepared.n_rows as f64;
    let one = (PAIRS_PER_ROW.0 * rows).max(CHEAP);
    let mut budget = (PAIRS_PER_ROW.1 * rows).max(4.0 * CHEAP);
    let mut combinations = combinations(&candidates, n_pairs, one);
    let (mut left, mut rules) = ([u64::MAX; WORDS], Vec::new());
    while rules.len() < MOST_RULES && ones(&left) > (WORDS * 64) as u32 / 2000 {
        let gain = |c: &Combination| {
            let found = f64::from(ones(&and(&c.matches, &left)));
            if c.pairs <= budget { found / (c.pairs + PAIRS_PER_ROW.0 * rows) } else { 0.0 }
        };
        let best = (0..combinations.len()).fold((None, 0.0), |best, at| {
            let gain = gain(&combinations[at]);
            if gain > best.1 { (Some(at), gain) } else { best }
        });
        let Some(at) = best.0 else { break };
        let chosen = combinations.remove(at);
        let block = block_of(linker, &candidates, &chosen);
        // Columns depend on each other, so the pairs are counted before the rule is taken.
        let pairs = count(linker, &block, &prepared);
        if pairs <= budget.min(4.0 * one) || rules.is_empty() && combinations.is_empty() {
            budget -= pairs;
            left.iter_mut().zip(&chosen.matches).for_each(|(left, matches)| *left &= !matches);
            rules.push(block);
        }
    }
    if rules.is_empty() {
        // Large blocks are compared by neighborhoods, so any rule will do.
        rules.extend(linker.comparisons.iter().take(MOST_RULES).map(|c| Block::on([c.column.clone()])));
    }
    Ok(rules)
}

fn ones(bits: &[u64; WORDS]) -> u32 {
    bits.iter().map(|word| word.count_ones()).sum()
}

fn and(a: &[u64; WORDS], b: &[u64; WORDS]) -> [u64; WORDS] {
    std::array::from_fn(|at| a[at] & b[at])
}

fn candidates(linker: &Linker, prepared: &Prepared) -> Vec<Candidate> {
    let mut random = Random::new(linker.seed);
    let errors: Vec<f64> = (0..WORDS * 64).map(|_| 0.1 + 0.4 * random.uniform()).collect();
    let mut candidates = Vec::new();
    for (comparison, field) in linker.comparisons.iter().zip(&prepared.fields) {
        let present = field.codes.iter().filter(|&&code| code != crate::data::Text::MISSING).count() as f64
            / prepared.n_rows.max(1) as f64;
        let draws: Vec<(f64, f64)> = errors.iter().map(|_| (random.uniform(), random.uniform())).collect();
        let mut transforms = vec![(Transform::Whole, 1.0)];
        transforms.extend(coarser(field).into_iter().map(|transform| (transform, 0.5)));
        for (transform, harmed) in transforms {
            let part = Part {
                column: comparison.column.clone(),
                right_column: comparison.right_column.clone(),
                transform,
            };
            let block = Block { parts: vec![part.clone()], any_order: false };
            let agree = count(linker, &block, prepared) / prepared.n_pairs().max(1.0);
            let mut matches = [0; WORDS];
            for (at, (error, draw)) in errors.iter().zip(&draws).enumerate() {
                let agrees = draw.0 < present * present && draw.1 >= error * harmed;
                matches[at / 64] |= u64::from(agrees) << (at % 64);
            }
            candidates.push(Candidate { part, agree, matches });
        }
    }
    candidates
}

/// What of a value survives many of its errors, or the ways to write it.
fn coarser(field: &Field) -> Vec<Transform> {
    let signs = || field.distinct.iter().any(|value| value.contains(is_han));
    let many_words =
        || field.distinct.iter().filter(|value| value.contains(' ')).count() > field.distinct.len() / 2;
    match field.kind {
        Kind::Name if signs() => vec![Transform::Letters],
        Kind::Name if many_words() => vec![Transform::Soundex, Transform::Letters],
        Kind::Name => vec![Transform::Soundex],
        Kind::Date => vec![Transform::Year],
        Kind::Address if signs() => vec![Transform::House],
        Kind::Address | Kind::Text => vec![Transform::Prefix(6)],
        Kind::Phone => vec![Transform::LastDigits(8)],
        Kind::Email => vec![Transform::User],
        Kind::Code | Kind::Number | Kind::Exact => vec![],
    }
}

/// The pairs that a rule brings.
fn count(linker: &Linker, block: &Block, prepared: &Prepared) -> f64 {
    let (rule, codes) = Rule::new(linker, block, prepared);
    let blocks = group_positions(&codes, rule.n_codes());
    let border = prepared.border.map(|border| border as u32);
    blocks.rows().map(|rows| n_pairs(rows, border) as f64).sum()
}

/// One, two or three parts of different columns that bring at most so many pairs. What brings few pairs is not
/// narrowed further.
fn combinations(candidates: &[Candidate], n_pairs: f64, most: f64) -> Vec<Combination> {
    let mut found = Vec::new();
    let all = [u64::MAX; WORDS];
    let mut open = vec![Combination { parts: Vec::new(), pairs: n_pairs, matches: all }];
    for _ in 0..3 {
        let mut wider = Vec::new();
        for from in &open {
            let next = from.parts.last().map_or(0, |last| last + 1);
            for (at, candidate) in candidates.iter().enumerate().skip(next) {
                if from.parts.iter().any(|&part| candidates[part].part.column == candidate.part.column) {
                    continue;
                }
                let parts = from.parts.iter().copied().chain([at]).collect();
                let pairs = from.pairs * candidate.agree;
                let matches = and(&from.matches, &candidate.matches);
                wider.push(Combination { parts, pairs, matches });
            }
        }
        let (cheap, dear): (Vec<_>, Vec<_>) = wider.into_iter().partition(|c| c.pairs <= most);
        found.extend(cheap);
        open = dear;
    }
    found
}

fn block_of(linker: &Linker, candidates: &[Candidate], chosen: &Combination) -> Block {
    let parts: Vec<Part> = chosen.parts.iter().map(|&at| candidates[at].part.clone()).collect();
    let is_name = |part: &Part| {
        let kind = linker.comparisons.iter().find(|c| c.column == part.column).map(|c| c.kind);
        part.transform == Transform::Whole && kind == Some(Kind::Name)
    };
    // Names of a person change places.
    let any_order = parts.len() > 1 && parts.iter().all(is_name);
    Block { parts, any_order }
}
