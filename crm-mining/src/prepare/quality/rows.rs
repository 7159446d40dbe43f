//! Columns side by side: repeated rows, keys of two columns, columns that repeat another.

use super::column::{ColumnQuality, ColumnRole, ContentType, Likeness};
use crate::data::{Bitmap, Column, Table, Text, Values};
use crate::error::Result;
use crate::model::Control;
use hashbrown::{DefaultHashBuilder, HashMap, HashSet};
use rayon::prelude::*;
use std::hash::{BuildHasher, Hasher};

const CHUNK: usize = 1 << 15;
const STAGE: &str = "data profiling";
/// Keys of two columns that are looked for among so many columns, and listed.
const PAIRED: usize = 40;
const LISTED: usize = 8;

/// A column whose values can be compared as words of 64 bits.
enum Comparable<'a> {
    Codes(&'a [u32]),
    Whole(&'a [i64], Option<&'a Bitmap>),
    Real(&'a [f64]),
    Flags(&'a Bitmap, Option<&'a Bitmap>),
}

impl Comparable<'_> {
    fn of(column: &Column) -> Comparable<'_> {
        match column.values() {
            Values::Text(text) => Comparable::Codes(text.codes()),
            Values::Int(values, bits) | Values::Time(values, bits) => {
                Comparable::Whole(values, bits.as_ref())
            }
            Values::Float(values) => Comparable::Real(values),
            Values::Bool(values, bits) => Comparable::Flags(values, bits.as_ref()),
        }
    }

    /// The value of a row; `None` when missing.
    #[inline]
    fn word(&self, row: usize) -> Option<u64> {
        let there = |bits: &Option<&Bitmap>| bits.is_none_or(|bits| bits.get(row));
        match self {
            Comparable::Codes(codes) => {
                codes.get(row).filter(|&&c| c != Text::MISSING).map(|&c| u64::from(c))
            }
            Comparable::Whole(values, bits) => values.get(row).filter(|_| there(bits)).map(|&v| v as u64),
            Comparable::Real(values) => values.get(row).filter(|v| !v.is_nan()).map(|v| (v + 0.0).to_bits()),
            Comparable::Flags(values, bits) => there(bits).then(|| u64::from(values.get(row))),
        }
    }
}

/// How many rows equal an earlier one in every column.
pub(super) fn repeated(table: &Table, control: &Control) -> Result<u64> {
    let columns: Vec<Comparable<'_>> = table.columns().iter().map(Comparable::of).collect();
    let hasher = DefaultHashBuilder::default();
    let hash = |row: usize| {
        let mut state = hasher.build_hasher();
        for column in &columns {
            state.write_u64(column.word(row).map_or(u64::MAX - 1, |word| word));
        }
        (state.finish(), row as u32)
    };
    let starts: Vec<usize> = (0..table.n_rows()).step_by(CHUNK).collect();
    let hashed = |&start: &usize| {
        control.check(STAGE)?;
        Ok((start..table.n_rows().min(start + CHUNK)).map(hash).collect())
    };
    let parts: Vec<Vec<(u64, u32)>> = starts.par_iter().map(hashed).collect::<Result<_>>()?;
    let mut rows = parts.concat();
    rows.par_sort_unstable();
    control.check(STAGE)?;
    let same = |a: u32, b: u32| columns.iter().all(|c| c.word(a as usize) == c.word(b as usize));
    let mut repeated = 0;
    for group in rows.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1) {
        let mut different: Vec<u32> = Vec::new();
        for &(_, row) in group {
            match different.iter().any(|&other| same(other, row)) {
                true => repeated += 1,
                false => different.push(row),
            }
        }
    }
    Ok(repeated)
}

/// Pairs of columns, neither a key itself, that together name every row. Measures (numbers with a fraction) and columns
/// with gaps are no part of a key.
pub(super) fn keys_of_two(
    table: &Table,
    told: &[ColumnQuality],
    control: &Control,
) -> Result<Vec<[String; 2]>> {
    let n = table.n_rows() as u64;
    let may = |told: &ColumnQuality| {
        told.missing == 0
            && (2..n).contains(&told.distinct)
            && matches!(told.content, ContentType::Text | ContentType::Whole | ContentType::Date)
    };
    let columns: Vec<(&Column, u64)> = table
        .columns()
        .iter()
        .zip(told)
        .filter(|(_, told)| may(told))
        .map(|(column, told)| (column, told.distinct))
        .take(PAIRED)
        .collect();
    let mut keys = Vec::new();
    for (at, (a, a_distinct)) in columns.iter().enumerate() {
        for (b, b_distinct) in columns.iter().skip(at + 1) {
            control.check(STAGE)?;
            let may = a_distinct.saturating_mul(*b_distinct) >= n && keys.len() < LISTED;
            if may && is_key(a, b, table.n_rows()) {
                keys.push([a.name().to_owned(), b.name().to_owned()]);
            }
        }
    }
    Ok(keys)
}

fn is_key(a: &Column, b: &Column, n_rows: usize) -> bool {
    let (a, b) = (Comparable::of(a), Comparable::of(b));
    let mut seen = HashSet::new();
    (0..n_rows).all(|row| seen.insert((a.word(row), b.word(row))))
}

/// Notes which columns say what an earlier one says. Columns with the same signature are candidates; constants
/// and empty columns are not.
pub(super) fn note_repeats(
    table: &Table,
    signatures: &[u64],
    told: &mut [ColumnQuality],
    control: &Control,
) -> Result<()> {
    let mut groups: HashMap<(u64, u64, u64), Vec<usize>> = HashMap::new();
    for (at, (told, &signature)) in told.iter().zip(signatures).enumerate() {
        if told.distinct > 1 {
            groups.entry((told.distinct, told.missing, signature)).or_default().push(at);
        }
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort_unstable();
    for group in groups {
        // One column of each class of columns that correspond, found by the hash of its shape.
        let mut classes: HashMap<u64, usize> = HashMap::new();
        for at in group {
            control.check(STAGE)?;
            let Some(column) = table.columns().get(at) else { continue };
            let first = *classes.entry(shape(column)).or_insert(at);
            let (Some(earlier), true) = (table.columns().get(first), first != at) else { continue };
            let Some(told) = told.get_mut(at) else { continue };
            if let Some(likeness) = likeness(earlier, column, told.distinct == told.present()) {
                told.roles.push(ColumnRole::Repeats { column: earlier.name().to_owned(), likeness });
            }
        }
    }
    Ok(())
}

/// A hash of which rows hold the same value: equal for columns whose values correspond one to one.
fn shape(column: &Column) -> u64 {
    let values = Comparable::of(column);
    let mut labels: HashMap<Option<u64>, u32> = HashMap::new();
    (0..column.len()).fold(0, |hash: u64, row| {
        let next = labels.len() as u32;
        let label = *labels.entry(values.word(row)).or_insert(next);
        (hash.rotate_left(5) ^ u64::from(label)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    })
}

/// How two columns correspond. Where every value occurs once any two columns are one to one: only equal ones count.
fn likeness(a: &Column, b: &Column, all_differ: bool) -> Option<Likeness> {
    let (words_a, words_b) = (Comparable::of(a), Comparable::of(b));
    let mut pairs: HashMap<Option<u64>, Option<u64>> = HashMap::new();
    let mut backward: HashMap<Option<u64>, Option<u64>> = HashMap::new();
    let mut equal = true;
    for row in 0..a.len().min(b.len()) {
        let (x, y) = (words_a.word(row), words_b.word(row));
        if *backward.entry(y).or_insert(x) != x {
            return None;
        }
        let known = pairs.len();
        if *pairs.entry(x).or_insert(y) != y {
            return None;
        }
        if pairs.len() > known {
            equal = equal && a.show(row) == b.show(row);
        }
    }
    match (equal, all_differ) {
        (true, _) => Some(Likeness::Equal),
        (false, true) => None,
        (false, false) => Some(Likeness::OneToOne),
    }
}
