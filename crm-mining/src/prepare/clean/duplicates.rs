//! Rows that equal an earlier one in every column.

use super::lines::Lines;
use super::reason::Reason;
use crate::data::{Column, Table, Values};
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Sets aside every row that equals an earlier one. Missing equals missing.
pub(super) fn set_aside(lines: &mut Lines<'_>) {
    let table = lines.table;
    let seed = hashbrown::DefaultHashBuilder::default().hash_one(0u64) | 1;
    let mut hashes = vec![seed; table.n_rows()];
    for column in table.columns() {
        mix_in(column, &mut hashes, seed);
    }
    let mut first: HashTable<u32> = HashTable::with_capacity(table.n_rows());
    let hash_of = |row: &u32| hashes.get(*row as usize).copied().unwrap_or_default();
    for row in 0..table.n_rows() as u32 {
        if !lines.is_in(row as usize) {
            continue;
        }
        let hash = hash_of(&row);
        match first.find(hash, |&other| hash_of(&other) == hash && equal(table, other as usize, row as usize))
        {
            Some(&other) => {
                let earlier = table.row_number(other as usize);
                lines.set_aside(row as usize, Reason::DuplicateOf { row: earlier });
            }
            None => {
                first.insert_unique(hash, row, hash_of);
            }
        }
    }
}

/// Folds the column into the hash of each row. Codes stand for texts, so no text is hashed. The seed differs
/// from run to run, so that no file can be made to collide; results do not depend on it.
fn mix_in(column: &Column, hashes: &mut [u64], seed: u64) {
    let mix = |hash: &mut u64, value: u64| {
        let wide = u128::from(*hash ^ value) * u128::from(seed);
        *hash = (wide as u64) ^ ((wide >> 64) as u64);
    };
    match column.values() {
        Values::Text(text) => {
            hashes.iter_mut().zip(text.codes()).for_each(|(h, &code)| mix(h, u64::from(code)))
        }
        Values::Int(values, _) | Values::Time(values, _) => {
            hashes.iter_mut().zip(values).for_each(|(h, &value)| mix(h, value as u64));
        }
        Values::Float(values) => {
            hashes.iter_mut().zip(values).for_each(|(h, &value)| mix(h, bits(value)));
        }
        Values::Bool(values, _) => {
            hashes.iter_mut().enumerate().for_each(|(row, h)| mix(h, u64::from(values.get(row))));
        }
    }
}

fn equal(table: &Table, a: usize, b: usize) -> bool {
    table.columns().iter().all(|column| {
        if column.is_missing(a) || column.is_missing(b) {
            return column.is_missing(a) && column.is_missing(b);
        }
        match column.values() {
            Values::Text(text) => text.codes().get(a) == text.codes().get(b),
            Values::Int(values, _) | Values::Time(values, _) => values.get(a) == values.get(b),
            Values::Float(values) => values.get(a).map(|v| bits(*v)) == values.get(b).map(|v| bits(*v)),
            Values::Bool(values, _) => values.get(a) == values.get(b),
        }
    })
}

/// The bits of a number, 0 and −0 alike.
fn bits(value: f64) -> u64 {
    (value + 0.0).to_bits()
}
