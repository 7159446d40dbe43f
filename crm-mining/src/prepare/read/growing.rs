//! A column as it grows: codes into distinct texts, or numbers and moments where these give every text back.

use super::records::Cell;
use crate::data::memory::grown;
use crate::data::spelling::{Spelling, as_shortest, decimals, shortest, whole};
use crate::data::{Bitmap, Column, DateOrder, Distinct, Said, Text, Values};
use crate::error::Result;

/// The row at which a column is first looked at as a whole; then at twice as many, and so on. The rows are
/// fixed, so that a table does not depend on how it was read.
pub(super) const FIRST_LOOK: usize = 1 << 16;

/// A column is held as numbers or moments when more than one in this many of its rows brought a new text.
const ROWS_PER_DISTINCT: usize = 4;

/// Rows taken at once.
const BATCH: usize = 1024;

/// One column as it grows.
#[derive(Debug)]
pub(super) struct Growing {
    name: String,
    held: Held,
    next_look: usize,
}

#[derive(Debug)]
enum Held {
    Coded(Distinct, Vec<u32>),
    /// `Int`, `Time` or `Float`, by the spelling.
    Typed(Values, Spelling),
}

impl Growing {
    pub(super) fn new(name: String, first_look: usize) -> Growing {
        Growing { name, held: Held::Coded(Distinct::default(), Vec::new()), next_look: first_look }
    }

    /// Adds the fields of some rows.
    pub(super) fn add<'a>(&mut self, text: &'a str, cells: impl Iterator<Item = &'a Cell>) {
        let mut cells = cells.peekable();
        let mut batch: Vec<&str> = Vec::with_capacity(BATCH);
        while cells.peek().is_some() {
            batch.clear();
            let room = BATCH.min(self.next_look - self.len());
            let mut doubled = None;
            for cell in cells.by_ref().take(room) {
                let value = text.get(cell.range()).unwrap_or_default();
                if cell.has_doubled_quotes() {
                    doubled = Some(value.replace("\"\"", "\""));
                    break;
                }
                batch.push(value);
            }
            self.add_values(&batch);
            if let Some(value) = doubled {
                self.add_values(&[&value]);
            }
            if self.len() == self.next_look {
                self.look();
            }
        }
    }

    /// The bytes it takes with so many more rows of so many bytes of text, if these were all new.
    pub(super) fn bytes_after(&self, rows: usize, text: usize) -> usize {
        match &self.held {
            Held::Coded(distinct, codes) => {
                let looks = self.len() + rows >= self.next_look;
                let typed = if looks { (self.len() + rows) * size_of::<i64>() } else { 0 };
                distinct.bytes_after(rows, text) + grown(codes, rows) + typed
            }
            Held::Typed(Values::Float(values), _) => grown(values, rows),
            Held::Typed(Values::Int(values, present) | Values::Time(values, present), _) => {
                grown(values, rows) + present.as_ref().map_or(0, |present| present.bytes_after(rows))
            }
            Held::Typed(..) => 0,
        }
    }

    fn len(&self) -> usize {
        match &self.held {
            Held::Coded(_, codes) => codes.len(),
            Held::Typed(Values::Float(values), _) => values.len(),
            Held::Typed(Values::Int(values, _) | Values::Time(values, _), _) => values.len(),
            Held::Typed(..) => 0,
        }
    }

    /// Goes over to numbers or moments, if that is what nearly distinct texts say.
    fn look(&mut self) {
        self.next_look = self.next_look.saturating_mul(2);
        let Held::Coded(distinct, codes) = &self.held else { return };
        if distinct.len() * ROWS_PER_DISTINCT <= codes.len() {
            return;
        }
        let Some(spelling) = Spelling::of(distinct.strings().iter()) else { return };
        let mut typed = Held::Typed(empty(spelling), spelling);
        let texts = distinct.strings();
        for codes in codes.chunks(BATCH) {
            let values: Vec<&str> =
                codes.iter().map(|&code| texts.get(code as usize).unwrap_or_default()).collect();
            typed.take(&values);
        }
        self.held = typed;
    }

    fn add_values(&mut self, values: &[&str]) {
        let mut rest = values;
        loop {
            let taken = self.held.take(rest);
            rest = rest.get(taken..).unwrap_or_default();
            let Some(&value) = rest.first() else { return };
            if !self.held.widen(value) {
                self.held.back_to_text();
                // For good: a text has come that is no such number or moment, and the next look would find it.
                self.next_look = usize::MAX;
            }
        }
    }

    pub(super) fn finish(self, table: &str, said: Said<'_>, order: Option<DateOrder>) -> Result<Column> {
        let column = match self.held {
            Held::Coded(distinct, mut codes) => {
                codes.shrink_to_fit();
                let text = Text::new(codes, distinct.into_strings());
                Column::new(self.name, Values::Text(text))
            }
            Held::Typed(values, spelling) => Column::written(self.name, values, spelling),
        };
        said.apply(column, table, order)
    }
}

fn empty(spelling: Spelling) -> Values {
    match spelling {
        Spelling::Decimals(_) | Spelling::Shortest { .. } => Values::Float(Vec::new()),
        Spelling::Moments(_) => Values::Time(Vec::new(), None),
        Spelling::Whole | Spelling::None => Values::Int(Vec::new(), None),
    }
}

impl Held {
    /// Takes values until one breaks the spelling; how many.
    fn take(&mut self, values: &[&str]) -> usize {
        match self {
            Held::Coded(distinct, codes) => {
                distinct.code_all(values, codes);
                values.len()
            }
            Held::Typed(Values::Float(to), spelling) => match *spelling {
                Spelling::Decimals(places) => take_floats(to, values, |text| decimals(text, places)),
                Spelling::Shortest { point } => take_floats(to, values, |text| shortest(text, point)),
                _ => 0,
            },
            Held::Typed(Values::Int(to, present) | Values::Time(to, present), spelling) => match *spelling {
                Spelling::Moments(iso) => take_integers(to, present, values, |text| iso.read(text)),
                _ => take_integers(to, present, values, whole),
            },
            Held::Typed(..) => 0,
        }
    }

    /// Goes over to a wider spelling that the earlier texts follow too, if there is one for this value.
    fn widen(&mut self, value: &str) -> bool {
        let Held::Typed(values, spelling) = self else { return false };
        let fits = |point| shortest(value.as_bytes(), point).is_some();
        match (*spelling, &*values) {
            (Spelling::Decimals(1), _) if fits(true) => *spelling = Spelling::Shortest { point: true },
            (Spelling::Whole, Values::Int(integers, present)) if fits(false) => {
                let Some(mut floats) = as_shortest(integers) else { return false };
                for (row, float) in floats.iter_mut().enumerate() {
                    if present.as_ref().is_some_and(|present| !present.get(row)) {
                        *float = f64::NAN;
                    }
                }
                *values = Values::Float(floats);
                *spelling = Spelling::Shortest { point: false };
            }
            _ => return false,
        }
        true
    }

    /// Writes every text again, as it was read.
    fn back_to_text(&mut self) {
        let Held::Typed(values, spelling) = self else { return };
        let column = Column::written("", std::mem::replace(values, empty(*spelling)), *spelling);
        let (mut distinct, mut codes) = (Distinct::default(), Vec::with_capacity(column.len()));
        let mut texts: Vec<_> = Vec::with_capacity(BATCH);
        for start in (0..column.len()).step_by(BATCH) {
            texts.clear();
            let rows = start..column.len().min(start + BATCH);
            texts.extend(rows.map(|row| column.show(row).unwrap_or_default()));
            let values: Vec<&str> = texts.iter().map(|text| text.as_ref()).collect();
            distinct.code_all(&values, &mut codes);
        }
        *self = Held::Coded(distinct, codes);
    }
}

#[inline]
fn take_integers(
    to: &mut Vec<i64>,
    present: &mut Option<Bitmap>,
    values: &[&str],
    read: impl Fn(&[u8]) -> Option<i64>,
) -> usize {
    to.reserve(values.len());
    for (taken, value) in values.iter().enumerate() {
        match read(value.as_bytes()) {
            Some(value) => {
                to.push(value);
                if let Some(present) = present {
                    present.push(true);
                }
            }
            None if value.is_empty() => {
                present.get_or_insert_with(|| Bitmap::filled(to.len(), true)).push(false);
                to.push(0);
            }
            None => return taken,
        }
    }
    values.len()
}

#[inline]
fn take_floats(to: &mut Vec<f64>, values: &[&str], read: impl Fn(&[u8]) -> Option<f64>) -> usize {
    to.reserve(values.len());
    for (taken, value) in values.iter().enumerate() {
        match read(value.as_bytes()) {
            Some(value) => to.push(value),
            None if value.is_empty() => to.push(f64::NAN),
            None => return taken,
        }
    }
    values.len()
}
