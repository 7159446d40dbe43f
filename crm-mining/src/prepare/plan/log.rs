//! What a plan changed, cell by cell, held by step and column; and the way back.

use super::cells::{Cells, NO_ROW, gather, scatter};
use super::result::PlanRejected;
use crate::data::{Bitmap, Column, Found, Strings, Table, Text, ToTable, Values, show_time};
use crate::error::{ErrorKind, Result};
use std::borrow::Cow;
use std::sync::Arc;

/// Every change that a plan made to a table.
///
/// Held by step and column, not by cell: a step that changes a tenth of ten million texts costs 8 bytes for
/// each, one that reads a column of text as numbers keeps the text it had. [`ToTable::to_table`] shows it as
/// row, column, before, after and step, one change a row. With the table and the rows that were set aside it
/// gives back the input: [`ChangeLog::undo`].
#[derive(Debug, Clone, Default)]
pub struct ChangeLog {
    pub(super) table: String,
    /// The columns, those of the input first.
    pub(super) names: Vec<String>,
    pub(super) steps: Vec<&'static str>,
    /// How the columns of the input were held.
    pub(super) inputs: Vec<Input>,
    pub(super) n_rows: usize,
    pub(super) numbers: Option<Arc<Vec<u32>>>,
    pub(super) edits: Vec<Edit>,
    /// The texts that codes of edits mean; texts are only ever added, so old codes stay valid.
    pub(super) dictionaries: Vec<Arc<Strings>>,
    /// Where the rows of the result stood in the input; `None` when all of them were kept.
    pub(super) kept: Option<Vec<u32>>,
    /// Where the rows set aside stood, and how many edits had been made by then.
    pub(super) rejected: Vec<(u32, u32)>,
}

/// How a column of the input was held, beyond its cells.
#[derive(Debug, Clone)]
pub(super) enum Input {
    Text(Arc<Strings>, Found),
    /// Whether there was a bitmap of present values.
    Bits(bool),
    Floats,
}

/// What one step did to one column.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub(super) step: u32,
    pub(super) column: u32,
    /// The rows, as positions in the input, ascending; `None` for all.
    pub(super) rows: Option<Vec<u32>>,
    pub(super) before: Cells,
    pub(super) after: After,
    pub(super) dictionary: u32,
}

/// What the cells of an edit became.
#[derive(Debug, Clone)]
pub(super) enum After {
    /// One after the other.
    Each(Cells),
    /// Those of these rows, the others stayed.
    At(Vec<u32>, Cells),
    /// Each code became another; sorted, codes that stayed left out.
    Recoded(Vec<(u32, u32)>),
    /// One value for each code of the text before.
    PerCode(Values),
}

impl Input {
    pub(super) fn of(values: &Values) -> Input {
        match values {
            Values::Text(text) => Input::Text(text.shared(), text.found()),
            Values::Float(_) => Input::Floats,
            Values::Int(_, present) | Values::Time(_, present) | Values::Bool(_, present) => {
                Input::Bits(present.is_some())
            }
        }
    }

    fn restore(&self, values: &mut Values) {
        match (self, values) {
            (Input::Text(distinct, found), Values::Text(text)) => {
                let (_, now, now_found) = text.parts_mut();
                *now = distinct.clone();
                *now_found = *found;
            }
            (
                Input::Bits(had),
                Values::Int(_, present) | Values::Time(_, present) | Values::Bool(_, present),
            ) => match had {
                false => *present = None,
                true => debug_assert!(present.is_some()),
            },
            _ => {}
        }
    }
}

impl ChangeLog {
    /// How many cells were changed; a cell changed by two steps counts twice.
    pub fn len(&self) -> usize {
        let mut n = 0;
        self.each(|_, _, _| n += 1);
        n
    }

    /// Whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The input as it was: values, types, missing ones, row order and row numbers.
    ///
    /// # Errors
    /// A table or rejected rows that are not those this log was written with.
    pub fn undo(&self, table: &Table, rejected: &PlanRejected) -> Result<Table> {
        let n_kept = self.kept.as_ref().map_or(self.n_rows, Vec::len);
        self.must_match("rows of the table", n_kept, table.n_rows())?;
        self.must_match("rejected rows", self.rejected.len(), rejected.len())?;
        self.must_match("columns of the table", self.names.len(), table.columns().len())?;
        let raw = rejected.rows().columns();
        self.must_match("columns of the rejected rows", self.inputs.len(), raw.len())?;
        let mut columns = Vec::with_capacity(self.inputs.len());
        let kept = self.kept.as_deref().map(|kept| (kept, places(kept, self.n_rows)));
        let kept = kept.as_ref().map(|(kept, place)| (*kept, place.as_slice()));
        for (position, (column, raw)) in table.columns().iter().zip(raw).enumerate() {
            if self.names.get(position).is_none_or(|name| name != column.name()) {
                return self.refuse(format!("a column {:?}", column.name()));
            }
            let values = self.rewind(position, column.values().clone(), kept);
            let values = match kept {
                None => values,
                Some((kept, _)) => match self.interleave(&values, raw.values(), kept) {
                    Some(values) => values,
                    None => return self.refuse(format!("{} in {:?}", column.type_name(), column.name())),
                },
            };
            columns.push(Column::new(column.name(), values));
        }
        Ok(Table::from_parts(self.table.clone(), columns, self.n_rows, self.numbers.clone()))
    }

    /// A column taken back through every edit; of the rows `at` (positions and places), or of all.
    pub(super) fn rewind(&self, column: usize, now: Values, at: Option<(&[u32], &[u32])>) -> Values {
        let own: Vec<&Edit> = self.edits.iter().filter(|edit| edit.column as usize == column).collect();
        let mut values = now;
        for edit in own.into_iter().rev() {
            match (&edit.rows, &edit.before) {
                (Some(rows), before) => scatter(&mut values, rows, before, at.map(|(_, place)| place)),
                (None, Cells::Codes(codes)) => {
                    if let Values::Text(text) = &mut values {
                        *text.parts_mut().0 = match at {
                            Some((rows, _)) => take(codes, rows),
                            None => codes.clone(),
                        };
                    }
                }
                (None, Cells::Values(before)) => {
                    values = match at {
                        Some((rows, _)) => before.take(rows),
                        None => before.clone(),
                    };
                }
                (None, Cells::Missing) => {}
            }
        }
        if let Some(input) = self.inputs.get(column) {
            input.restore(&mut values);
        }
        values
    }

    /// The kept and the rejected rows of a column in the order they came in; `None` when the types differ.
    fn interleave(&self, kept: &Values, raw: &Values, at: &[u32]) -> Option<Values> {
        let rejected: Vec<u32> = self.rejected.iter().map(|&(row, _)| row).collect();
        if std::mem::discriminant(kept) != std::mem::discriminant(raw) {
            return None;
        }
        let mut all = match kept {
            Values::Text(text) => {
                Values::Text(Text::from_parts(vec![Text::MISSING; self.n_rows], text.shared(), text.found()))
            }
            Values::Float(_) => Values::Float(vec![f64::NAN; self.n_rows]),
            Values::Int(_, present) => Values::Int(vec![0; self.n_rows], self.bits(present)),
            Values::Time(_, present) => Values::Time(vec![0; self.n_rows], self.bits(present)),
            Values::Bool(_, present) => Values::Bool(Bitmap::filled(self.n_rows, false), self.bits(present)),
        };
        let every = |values: &Values, n: usize| gather(values, &(0..n as u32).collect::<Vec<_>>());
        scatter(&mut all, at, &every(kept, at.len()), None);
        scatter(&mut all, &rejected, &every(raw, rejected.len()), None);
        Some(all)
    }

    fn bits(&self, present: &Option<Bitmap>) -> Option<Bitmap> {
        present.as_ref().map(|_| Bitmap::filled(self.n_rows, true))
    }

    fn must_match(&self, a: &'static str, a_len: usize, b_len: usize) -> Result<()> {
        if a_len != b_len {
            let b = "what was given to undo";
            return Err(ErrorKind::LengthMismatch { of: "ChangeLog", a, a_len, b, b_len }.into());
        }
        Ok(())
    }

    fn refuse<T>(&self, found: String) -> Result<T> {
        let rule = "undo needs the table that this log was written with".to_owned();
        Err(ErrorKind::Malformed { place: self.table.clone(), rule, found }.into())
    }

    /// Calls back with each edit, its row and the position of the cell in it, for every cell that changed.
    fn each(&self, mut found: impl FnMut(&Edit, u32, usize)) {
        let mut taken = vec![u32::MAX; if self.rejected.is_empty() { 0 } else { self.n_rows }];
        for &(row, edits) in &self.rejected {
            if let Some(place) = taken.get_mut(row as usize) {
                *place = edits;
            }
        }
        for (number, edit) in (0u32..).zip(&self.edits) {
            let mut visit = |at: usize, row: u32| {
                let gone = taken.get(row as usize).is_some_and(|&edits| edits <= number);
                if !gone && edit.changed(at) {
                    found(edit, row, at);
                }
            };
            match &edit.rows {
                Some(rows) => rows.iter().enumerate().for_each(|(at, &row)| visit(at, row)),
                None => (0..self.n_rows).for_each(|at| visit(at, at as u32)),
            }
        }
    }

    fn number(&self, row: u32) -> i64 {
        match &self.numbers {
            Some(numbers) => numbers.get(row as usize).map_or(0, |&number| i64::from(number)),
            None => i64::from(row) + 1,
        }
    }
}

impl ToTable for ChangeLog {
    /// One change a row: source row, column, before, after, step (from 1) and its name, in the order made.
    fn to_table(&self) -> Table {
        let (mut rows, mut steps) = (Vec::new(), Vec::new());
        let (mut columns, mut names) = (Vec::new(), Vec::new());
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let none = Strings::default();
        self.each(|edit, row, at| {
            let texts = self.dictionaries.get(edit.dictionary as usize).map_or(&none, Arc::as_ref);
            rows.push(self.number(row));
            steps.push(i64::from(edit.step) + 1);
            columns.push(self.names.get(edit.column as usize).map(String::as_str));
            names.push(self.steps.get(edit.step as usize).copied());
            before.push(show(&edit.before, texts, at).map(Cow::into_owned));
            after.push(edit.shown_after(texts, at).map(Cow::into_owned));
        });
        Table::of(
            "changes",
            vec![
                Column::ints("row", rows),
                Column::text("column", columns),
                Column::text("before", before),
                Column::text("after", after),
                Column::ints("step", steps),
                Column::text("step_name", names),
            ],
        )
    }
}

impl Edit {
    fn code(&self, at: usize) -> u32 {
        let codes = match &self.before {
            Cells::Codes(codes) => codes,
            Cells::Values(Values::Text(text)) => text.codes(),
            _ => return Text::MISSING,
        };
        codes.get(at).copied().unwrap_or(Text::MISSING)
    }

    fn recoded<'a>(&self, pairs: &'a [(u32, u32)], at: usize) -> Option<&'a (u32, u32)> {
        pairs.get(pairs.binary_search_by_key(&self.code(at), |&(from, _)| from).ok()?)
    }

    fn changed(&self, at: usize) -> bool {
        match &self.after {
            After::Each(_) => true,
            After::At(rows, _) => rows.binary_search(&(at as u32)).is_ok(),
            After::Recoded(pairs) => self.recoded(pairs, at).is_some(),
            After::PerCode(_) => self.code(at) != Text::MISSING,
        }
    }

    fn shown_after<'a>(&'a self, texts: &'a Strings, at: usize) -> Option<Cow<'a, str>> {
        match &self.after {
            After::Each(cells) => show(cells, texts, at),
            After::At(rows, cells) => show(cells, texts, rows.binary_search(&(at as u32)).ok()?),
            After::Recoded(pairs) => texts.get(self.recoded(pairs, at)?.1 as usize).map(Cow::Borrowed),
            After::PerCode(values) => show_value(values, self.code(at) as usize),
        }
    }
}

fn show<'a>(cells: &'a Cells, texts: &'a Strings, at: usize) -> Option<Cow<'a, str>> {
    match cells {
        Cells::Missing => None,
        Cells::Codes(codes) => texts.get(*codes.get(at)? as usize).map(Cow::Borrowed),
        Cells::Values(values) => show_value(values, at),
    }
}

fn show_value(values: &Values, at: usize) -> Option<Cow<'_, str>> {
    let there = |present: &Option<Bitmap>| present.as_ref().is_none_or(|present| present.get(at));
    match values {
        Values::Text(text) => text.get(at).map(Cow::Borrowed),
        Values::Float(values) => {
            values.get(at).filter(|value| !value.is_nan()).map(|&value| Cow::Owned(shown_number(value)))
        }
        Values::Int(values, present) => {
            values.get(at).filter(|_| there(present)).map(|value| Cow::Owned(value.to_string()))
        }
        Values::Time(values, present) => {
            values.get(at).filter(|_| there(present)).map(|&value| Cow::Owned(show_time(value)))
        }
        Values::Bool(values, present) => (at < values.len() && there(present))
            .then(|| Cow::Borrowed(if values.get(at) { "true" } else { "false" })),
    }
}

fn shown_number(value: f64) -> String {
    ryu::Buffer::new().format(value).to_owned()
}

/// The place of each of `n` positions among these; [`NO_ROW`] when it is not.
pub(super) fn places(positions: &[u32], n: usize) -> Vec<u32> {
    let mut places = vec![NO_ROW; n];
    for (place, &position) in (0u32..).zip(positions) {
        if let Some(slot) = places.get_mut(position as usize) {
            *slot = place;
        }
    }
    places
}

fn take(codes: &[u32], rows: &[u32]) -> Vec<u32> {
    rows.iter().filter_map(|&row| codes.get(row as usize).copied()).collect()
}
