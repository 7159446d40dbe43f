//! Some cells of one column: what a step found in them and what it put there.

use crate::data::{Bitmap, Values};

/// The cells of some rows of one column, in the order of the rows.
#[derive(Debug, Clone)]
pub(super) enum Cells {
    /// All missing.
    Missing,
    /// Texts, as codes into the dictionary of their column.
    Codes(Vec<u32>),
    /// Values of a column of this type.
    Values(Values),
}

/// The row that stands for none.
pub(super) const NO_ROW: u32 = u32::MAX;

/// The cells of these rows.
pub(super) fn gather(values: &Values, rows: &[u32]) -> Cells {
    match values {
        Values::Text(text) => {
            let code = |&row: &u32| text.codes().get(row as usize).copied();
            Cells::Codes(rows.iter().filter_map(code).collect())
        }
        other => Cells::Values(other.take(rows)),
    }
}

/// Puts cells into these rows; `place` maps a row to its place in the column ([`NO_ROW`]: not there).
pub(super) fn scatter(values: &mut Values, rows: &[u32], cells: &Cells, place: Option<&[u32]>) {
    let at = |row: u32| match place {
        Some(place) => place.get(row as usize).copied().unwrap_or(NO_ROW) as usize,
        None => row as usize,
    };
    match (values, cells) {
        (Values::Float(to), Cells::Missing) => put(to, rows.iter().map(|&row| (at(row), f64::NAN))),
        (Values::Float(to), Cells::Values(Values::Float(from))) => put(to, pairs(rows, from, at)),
        (Values::Text(text), Cells::Codes(from)) => put(text.parts_mut().0, pairs(rows, from, at)),
        (Values::Text(text), Cells::Missing) => {
            put(text.parts_mut().0, rows.iter().map(|&row| (at(row), crate::data::Text::MISSING)));
        }
        (Values::Int(to, present), Cells::Values(Values::Int(from, given)))
        | (Values::Time(to, present), Cells::Values(Values::Time(from, given))) => {
            put(to, pairs(rows, from, at));
            put_bits(present, to.len(), rows.iter().map(|&row| at(row)), given.as_ref());
        }
        (Values::Int(to, present) | Values::Time(to, present), Cells::Missing) => {
            put(to, rows.iter().map(|&row| (at(row), 0)));
            clear(present, to.len(), rows.iter().map(|&row| at(row)));
        }
        (Values::Bool(to, present), Cells::Values(Values::Bool(from, given))) => {
            for (position, &row) in rows.iter().enumerate() {
                to.set(at(row), from.get(position));
            }
            put_bits(present, to.len(), rows.iter().map(|&row| at(row)), given.as_ref());
        }
        (Values::Bool(to, present), Cells::Missing) => {
            rows.iter().for_each(|&row| to.set(at(row), false));
            clear(present, to.len(), rows.iter().map(|&row| at(row)));
        }
        // Cells are always made for the column they are put into.
        _ => debug_assert!(rows.is_empty(), "cells of another type"),
    }
}

fn pairs<T: Copy>(rows: &[u32], from: &[T], at: impl Fn(u32) -> usize) -> impl Iterator<Item = (usize, T)> {
    rows.iter().zip(from).map(move |(&row, &value)| (at(row), value))
}

fn put<T>(to: &mut [T], cells: impl Iterator<Item = (usize, T)>) {
    for (at, value) in cells {
        if let Some(place) = to.get_mut(at) {
            *place = value;
        }
    }
}

/// Marks the cells as present, except those that `given` says are not.
fn put_bits(
    present: &mut Option<Bitmap>,
    len: usize,
    at: impl Iterator<Item = usize>,
    given: Option<&Bitmap>,
) {
    if present.is_none() && given.is_some() {
        *present = Some(Bitmap::filled(len, true));
    }
    if let Some(present) = present {
        at.enumerate()
            .for_each(|(position, at)| present.set(at, given.is_none_or(|bits| bits.get(position))));
    }
}

fn clear(present: &mut Option<Bitmap>, len: usize, at: impl Iterator<Item = usize>) {
    let present = present.get_or_insert_with(|| Bitmap::filled(len, true));
    at.for_each(|at| present.set(at, false));
}
