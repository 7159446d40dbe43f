//! Rows that are there twice.

use super::fitted::Learned;
use super::frame::{CHUNK, Frame};
use super::step::{Kind, owned};
use super::views::{bits, is_missing};
use crate::data::Values;
use crate::error::Result;
use hashbrown::{HashMap, HashTable};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;

/// Sets aside rows that equal another one, in every column or in key columns.
///
/// In every column, missing equals missing. By key, a row in which a key column is missing equals no other.
/// Texts are equal when they are equal sign by sign: normalise them first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Duplicates {
    /// The key columns; none for every column.
    #[serde(default)]
    pub columns: Vec<String>,
    /// Which of equal rows is kept.
    #[serde(default)]
    pub keep: Keep,
}

/// Which of equal rows is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
    /// The one with the fewest missing values; of several, the first.
    MostComplete,
}

impl Duplicates {
    /// Rows that equal an earlier one in every column.
    pub fn exact() -> Duplicates {
        Duplicates { columns: Vec::new(), keep: Keep::First }
    }

    /// Rows that equal an earlier one in these columns.
    pub fn by<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Duplicates {
        Duplicates { columns: owned(columns), keep: Keep::First }
    }

    /// The same, keeping another one.
    pub fn keep(mut self, keep: Keep) -> Duplicates {
        self.keep = keep;
        self
    }
}

impl Kind for Duplicates {
    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let columns = frame.columns(&self.columns)?;
        let mut pairs = pairs(frame, &columns, !self.columns.is_empty(), self.keep == Keep::Last)?;
        if self.keep == Keep::MostComplete {
            pairs = most_complete(frame, &pairs);
        }
        pairs.par_sort_unstable();
        let reason = match self.columns.as_slice() {
            [] => "equals another row".to_owned(),
            names => format!("has the {} of another row", names.join(", ")),
        };
        frame.reject_because(&pairs, reason);
        Ok(())
    }
}

/// The parts that rows are dealt into by the first bits of their hash.
const PARTS: usize = 256;

/// Every row that equals an earlier one (a later one, when `backward`), with the first of them.
fn pairs(frame: &Frame, columns: &[usize], keyed: bool, backward: bool) -> Result<Vec<(u32, u32)>> {
    // The seed differs from run to run, so that no file can be made to collide; results do not depend on it.
    let seed = hashbrown::DefaultHashBuilder::default().hash_one(0u64) | 1;
    let values: Vec<&Values> = columns.iter().map(|&column| frame.values(column)).collect();
    let hash = |row: usize| {
        let mut hash = seed;
        for values in &values {
            let word = bits(values, row);
            if keyed && word.is_none() {
                return None;
            }
            hash = folded(hash ^ word.unwrap_or(0x9E37_79B9_7F4A_7C15), seed);
        }
        Some(folded(hash, 0xD134_2543_DE82_EF95))
    };
    let (rows, hashes) = frame.pick(hash)?;
    let parts = dealt(&rows, &hashes);
    let equal = |a: u32, b: u32| values.iter().all(|v| bits(v, a as usize) == bits(v, b as usize));
    let of_part = |part: &Vec<(u32, u32)>| {
        let mut firsts: HashTable<(u32, u32)> = HashTable::with_capacity(part.len());
        let mut found = Vec::new();
        let mut visit = |&(hash, row): &(u32, u32)| {
            let wide = |&(hash, _): &(u32, u32)| spread(hash);
            match firsts.find(spread(hash), |&(other, first)| other == hash && equal(first, row)) {
                Some(&(_, first)) => found.push((row, first)),
                None => {
                    firsts.insert_unique(spread(hash), (hash, row), wide);
                }
            }
        };
        match backward {
            false => part.iter().for_each(&mut visit),
            true => part.iter().rev().for_each(&mut visit),
        }
        found
    };
    let found: Vec<Vec<(u32, u32)>> =
        parts.par_iter().map(|part| if frame.check().is_ok() { of_part(part) } else { Vec::new() }).collect();
    frame.check()?;
    Ok(found.concat())
}

/// Rows with the low half of their hash, by the first bits of the hash, in the order they came.
fn dealt(rows: &[u32], hashes: &[u64]) -> Vec<Vec<(u32, u32)>> {
    let part = |hash: u64| (hash >> 56) as usize;
    let chunk = rows.len().div_ceil(8).max(CHUNK);
    let pieces: Vec<Vec<Vec<(u32, u32)>>> = rows
        .par_chunks(chunk)
        .zip(hashes.par_chunks(chunk))
        .map(|(rows, hashes)| {
            let room = rows.len() / PARTS + rows.len() / PARTS / 8 + 4;
            let mut parts = vec![Vec::new(); PARTS];
            parts.iter_mut().for_each(|part: &mut Vec<_>| part.reserve(room));
            for (&row, &hash) in rows.iter().zip(hashes) {
                if let Some(part) = parts.get_mut(part(hash)) {
                    part.push((hash as u32, row));
                }
            }
            parts
        })
        .collect();
    (0..PARTS)
        .into_par_iter()
        .map(|part| pieces.iter().filter_map(|piece| piece.get(part)).flatten().copied().collect())
        .collect()
}

/// A product of 128 bits folded to 64.
#[inline]
fn folded(a: u64, b: u64) -> u64 {
    let wide = u128::from(a) * u128::from(b);
    (wide as u64) ^ ((wide >> 64) as u64)
}

/// A hash table looks at both ends of a hash.
#[inline]
fn spread(hash: u32) -> u64 {
    u64::from(hash).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// All but the most complete row of each group of equal rows, each with that one.
fn most_complete(frame: &Frame, pairs: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let gaps = |row: u32| {
        (0..frame.n_columns()).filter(|&column| is_missing(frame.values(column), row as usize)).count()
    };
    let mut best: HashMap<u32, (usize, u32)> = HashMap::new();
    for &(row, first) in pairs {
        let best = best.entry(first).or_insert_with(|| (gaps(first), first));
        *best = (*best).min((gaps(row), row));
    }
    let kept = |first: u32| best.get(&first).map_or(first, |&(_, row)| row);
    let mut others: Vec<(u32, u32)> = pairs.iter().map(|&(row, first)| (row, kept(first))).collect();
    let mut firsts: Vec<u32> = pairs.iter().map(|&(_, first)| first).collect();
    firsts.sort_unstable();
    firsts.dedup();
    others.extend(firsts.into_iter().map(|first| (first, kept(first))));
    others.retain(|(row, kept)| row != kept);
    others
}
