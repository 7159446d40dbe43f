//! A table while a plan runs over it. Columns keep the length of the input to the end; rows set aside are
//! only marked, so that every step and the log speak of rows by their position in the input.

mod finish;

use super::cells::{Cells, NO_ROW, gather, scatter};
use super::log::{After, ChangeLog, Edit, Input};
use crate::data::{Bitmap, Column, Strings, Table, Text, Values};
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use crate::prepare::clean::StepCount;
use hashbrown::HashMap;
use rayon::prelude::*;
use std::sync::Arc;

/// Rows looked at in one piece of work.
pub(super) const CHUNK: usize = 1 << 16;

/// A table while a plan runs over it.
pub(super) struct Frame {
    name: String,
    n_rows: usize,
    columns: Vec<Held>,
    alive: Vec<bool>,
    n_alive: usize,
    log: ChangeLog,
    verdicts: Vec<Verdict>,
    reasons: Vec<String>,
    counts: Vec<StepCount>,
    changed: u64,
    control: Control,
}

struct Held {
    name: String,
    values: Values,
    /// Which dictionary of the log will hold its texts.
    dictionary: u32,
}

struct Verdict {
    row: u32,
    step: u32,
    /// How many edits came before.
    edits: u32,
    reason: u32,
    because_of: Option<u32>,
}

impl Frame {
    pub(super) fn new(table: Table, control: &Control) -> Frame {
        let (name, columns, n_rows, numbers) = table.into_parts();
        let inputs = columns.iter().map(|column| Input::of(column.values())).collect();
        let columns: Vec<Held> = (0u32..)
            .zip(columns)
            .map(|(dictionary, column)| {
                let (name, values) = column.into_parts();
                Held { name, values, dictionary }
            })
            .collect();
        let none = Arc::new(Strings::default());
        let dictionaries = columns.iter().map(|_| none.clone()).collect();
        let log =
            ChangeLog { table: name.clone(), inputs, n_rows, numbers, dictionaries, ..ChangeLog::default() };
        Frame {
            name,
            n_rows,
            columns,
            alive: vec![true; n_rows],
            n_alive: n_rows,
            log,
            verdicts: Vec::new(),
            reasons: Vec::new(),
            counts: Vec::new(),
            changed: 0,
            control: control.silent(),
        }
    }

    /// Begins a step: what follows is written down under its name.
    pub(super) fn begin(&mut self, step: &'static str) {
        self.log.steps.push(step);
        self.counts.push(StepCount { step, rows_in: self.n_alive as u64, rejected: 0, changed: 0 });
        self.changed = 0;
    }

    /// Ends the step.
    pub(super) fn end(&mut self) {
        let left = self.n_alive as u64;
        if let Some(count) = self.counts.last_mut() {
            count.rejected = count.rows_in - left;
            count.changed = self.changed;
        }
    }

    fn step(&self) -> u32 {
        self.log.steps.len().saturating_sub(1) as u32
    }

    /// The table and the step, for messages.
    pub(super) fn place(&self) -> String {
        match self.log.steps.last() {
            Some(name) => format!("{}, step {} ({name})", self.name, self.log.steps.len()),
            None => self.name.clone(),
        }
    }

    pub(super) fn n_rows(&self) -> usize {
        self.n_rows
    }

    pub(super) fn n_alive(&self) -> usize {
        self.n_alive
    }

    #[inline]
    pub(super) fn is_alive(&self, row: usize) -> bool {
        self.alive.get(row).copied().unwrap_or(false)
    }

    pub(super) fn check(&self) -> Result<()> {
        self.control.check("cleaning plan")
    }

    pub(super) fn control(&self) -> &Control {
        &self.control
    }

    pub(super) fn n_columns(&self) -> usize {
        self.columns.len()
    }

    /// The position of the column of this name.
    pub(super) fn column(&self, name: &str) -> Result<usize> {
        self.columns.iter().position(|held| held.name == name).ok_or_else(|| {
            let found = self.columns.iter().map(|held| held.name.clone()).collect();
            ErrorKind::MissingColumn { table: self.place(), column: format!("{name:?}"), found }.into()
        })
    }

    /// The positions of the columns of these names; of all columns for none.
    pub(super) fn columns(&self, names: &[String]) -> Result<Vec<usize>> {
        match names {
            [] => Ok((0..self.columns.len()).collect()),
            _ => names.iter().map(|name| self.column(name)).collect(),
        }
    }

    pub(super) fn column_name(&self, column: usize) -> &str {
        self.columns.get(column).map_or("", |held| &held.name)
    }

    pub(super) fn values(&self, column: usize) -> &Values {
        const NONE: &Values = &Values::Float(Vec::new());
        self.columns.get(column).map_or(NONE, |held| &held.values)
    }

    /// The text of a column, or the error that it is none.
    pub(super) fn text(&self, column: usize) -> Result<&Text> {
        match self.values(column) {
            Values::Text(text) => Ok(text),
            _ => self.wrong(column, "text"),
        }
    }

    /// The error that a column does not hold what the step needs.
    pub(super) fn wrong<T>(&self, column: usize, must_be: &str) -> Result<T> {
        let got = match self.values(column) {
            Values::Text(_) => "text",
            Values::Int(..) => "whole numbers",
            Values::Float(_) => "numbers",
            Values::Time(..) => "dates",
            Values::Bool(..) => "truth values",
        };
        self.refuse(column, must_be, got)
    }

    /// The error that a column is not what the step needs.
    pub(super) fn refuse<T>(&self, column: usize, must_be: &str, got: impl Into<String>) -> Result<T> {
        let column = self.column_name(column).to_owned();
        let (must_be, got) = (must_be.to_owned(), got.into());
        Err(ErrorKind::InvalidColumn { table: self.place(), column, must_be, got }.into())
    }

    /// The rows still in, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.alive.iter().enumerate().filter(|&(_, &alive)| alive).map(|(row, _)| row)
    }

    /// The rows still in for which the test holds, ascending. Rows are tested on all threads.
    pub(super) fn select(&self, test: impl Fn(usize) -> bool + Sync) -> Result<Vec<u32>> {
        Ok(self.pick(|row| test(row).then_some(()))?.0)
    }

    /// The rows still in for which there is something, and what it is.
    pub(super) fn pick<T: Send>(&self, of: impl Fn(usize) -> Option<T> + Sync) -> Result<(Vec<u32>, Vec<T>)> {
        let pieces: Vec<(Vec<u32>, Vec<T>)> = self
            .alive
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, alive)| {
                let (mut rows, mut found) = (Vec::new(), Vec::new());
                if self.check().is_err() {
                    return (rows, found);
                }
                for (row, &alive) in (chunk * CHUNK..).zip(alive) {
                    if let (true, Some(one)) = (alive, if alive { of(row) } else { None }) {
                        rows.push(row as u32);
                        found.push(one);
                    }
                }
                (rows, found)
            })
            .collect();
        self.check()?;
        let n = pieces.iter().map(|(rows, _)| rows.len()).sum();
        let (mut rows, mut found) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for (more, of_them) in pieces {
            rows.extend(more);
            found.extend(of_them);
        }
        Ok((rows, found))
    }

    /// Something about each piece of [`CHUNK`] rows, in order; pieces are looked at on all threads.
    pub(super) fn by_chunk<T: Send>(
        &self,
        of: impl Fn(std::ops::Range<usize>) -> T + Sync,
    ) -> Result<Vec<T>> {
        let n_chunks = self.n_rows.div_ceil(CHUNK);
        let each = |chunk: usize| {
            self.check()?;
            Ok(of(chunk * CHUNK..((chunk + 1) * CHUNK).min(self.n_rows)))
        };
        (0..n_chunks).into_par_iter().map(each).collect()
    }

    /// Sets these rows aside for one reason.
    pub(super) fn reject(&mut self, rows: &[u32], reason: impl Into<String>) {
        let reason = self.reason(reason.into(), rows.is_empty());
        rows.iter().for_each(|&row| self.set_aside(row, reason, None));
    }

    /// Sets rows aside, each because of another ([`NO_ROW`]: of none).
    pub(super) fn reject_because(&mut self, rows: &[(u32, u32)], reason: impl Into<String>) {
        let reason = self.reason(reason.into(), rows.is_empty());
        rows.iter()
            .for_each(|&(row, other)| self.set_aside(row, reason, Some(other).filter(|&row| row != NO_ROW)));
    }

    fn reason(&mut self, text: String, unused: bool) -> u32 {
        let known = self.reasons.iter().position(|other| *other == text);
        known.unwrap_or_else(|| {
            if !unused {
                self.reasons.push(text);
            }
            self.reasons.len().saturating_sub(1)
        }) as u32
    }

    fn set_aside(&mut self, row: u32, reason: u32, because_of: Option<u32>) {
        let (step, edits) = (self.step(), self.log.edits.len() as u32);
        if let Some(alive @ true) = self.alive.get_mut(row as usize) {
            *alive = false;
            self.n_alive -= 1;
            self.verdicts.push(Verdict { row, step, edits, reason, because_of });
        }
    }

    /// Puts cells, of the column's type, into these rows, which are in and ascending.
    pub(super) fn write(&mut self, column: usize, rows: Vec<u32>, after: Cells) {
        if rows.is_empty() {
            return;
        }
        let step = self.step();
        let Some(held) = self.columns.get_mut(column) else { return };
        let before = gather(&held.values, &rows);
        scatter(&mut held.values, &rows, &after, None);
        self.changed += rows.len() as u64;
        let after = After::Each(after);
        let (column, dictionary) = (column as u32, held.dictionary);
        self.log.edits.push(Edit { step, column, rows: Some(rows), before, after, dictionary });
    }

    /// Gives codes of a text column other codes: pairs sorted by the old one.
    pub(super) fn recode(&mut self, column: usize, pairs: Vec<(u32, u32)>) -> Result<()> {
        let Values::Text(text) = self.values(column) else { return Ok(()) };
        let mut to: Vec<u32> = (0..text.distinct().len() as u32).collect();
        for &(from, code) in &pairs {
            if let Some(place) = to.get_mut(from as usize) {
                *place = code;
            }
        }
        let (codes, all) = (text.codes(), to.as_slice());
        let moved = |row: usize| {
            let code = codes.get(row).copied().unwrap_or(Text::MISSING);
            all.get(code as usize).copied().filter(|&to| to != code)
        };
        let (rows, after) = self.pick(moved)?;
        if rows.is_empty() {
            return Ok(());
        }
        self.changed += rows.len() as u64;
        let (step, dense) = (self.step(), rows.len() > self.n_rows / 2);
        let Some(held) = self.columns.get_mut(column) else { return Ok(()) };
        let before = if dense { held.codes() } else { gather(&held.values, &rows) };
        scatter(&mut held.values, &rows, &Cells::Codes(after), None);
        // Above a half, all codes take less room than some with their rows.
        let rows = if dense { None } else { Some(rows) };
        let (column, dictionary, after) = (column as u32, held.dictionary, After::Recoded(pairs));
        self.log.edits.push(Edit { step, column, rows, before, after, dictionary });
        Ok(())
    }

    /// Makes a text column one of another type: one value for each of its distinct texts.
    pub(super) fn retype(&mut self, column: usize, per_code: Values) -> Result<()> {
        let Values::Text(text) = self.values(column) else { return Ok(()) };
        let codes = text.codes();
        let values = match &per_code {
            Values::Float(of) => {
                let value = |&code: &u32| of.get(code as usize).copied().unwrap_or(f64::NAN);
                Values::Float(codes.par_iter().map(value).collect())
            }
            Values::Time(of, present) => {
                let there = |&code: &u32| {
                    (code as usize) < of.len() && present.as_ref().is_none_or(|bits| bits.get(code as usize))
                };
                let value = |code: &u32| of.get(*code as usize).copied().filter(|_| there(code)).unwrap_or(0);
                let present: Bitmap = codes.iter().map(there).collect();
                let complete = present.count_ones() == present.len();
                Values::Time(codes.par_iter().map(value).collect(), (!complete).then_some(present))
            }
            _ => return Ok(()),
        };
        let said = |row: usize| codes.get(row).is_some_and(|&code| code != Text::MISSING);
        let changed: u64 = self
            .by_chunk(|rows| rows.filter(|&row| self.is_alive(row) && said(row)).count() as u64)?
            .iter()
            .sum();
        self.changed += changed;
        self.exchange(column, values, After::PerCode(per_code));
        Ok(())
    }

    /// Puts another column in the place of this one; `rows` are those whose cells it changes.
    pub(super) fn replace(&mut self, column: usize, values: Values, rows: Vec<u32>) {
        self.changed += rows.len() as u64;
        let after = gather(&values, &rows);
        self.exchange(column, values, After::At(rows, after));
    }

    fn exchange(&mut self, column: usize, values: Values, after: After) {
        let (step, fresh) = (self.step(), self.log.dictionaries.len() as u32);
        let Some(held) = self.columns.get_mut(column) else { return };
        let before = std::mem::replace(&mut held.values, values);
        let dictionary = std::mem::replace(&mut held.dictionary, fresh);
        if let (Values::Text(text), Some(place)) =
            (&before, self.log.dictionaries.get_mut(dictionary as usize))
        {
            *place = text.shared();
        }
        self.log.dictionaries.push(Arc::new(Strings::default()));
        let (column, before) = (column as u32, Cells::Values(before));
        self.log.edits.push(Edit { step, column, rows: None, before, after, dictionary });
    }

    /// The codes of texts in the dictionary of a text column, which grows by those it lacks.
    pub(super) fn codes_of(&mut self, column: usize, texts: &[&str]) -> Vec<u32> {
        let Some(Values::Text(text)) = self.columns.get_mut(column).map(|held| &mut held.values) else {
            return Vec::new();
        };
        let distinct = text.parts_mut().1;
        let mut wanted: HashMap<&str, u32> = texts.iter().map(|&text| (text, Text::MISSING)).collect();
        if wanted.is_empty() {
            return Vec::new();
        }
        for (code, known) in (0u32..).zip(distinct.iter()) {
            if let Some(place) = wanted.get_mut(known) {
                *place = code;
            }
        }
        let mut codes = Vec::with_capacity(texts.len());
        for &text in texts {
            let Some(place) = wanted.get_mut(text) else { continue };
            if *place == Text::MISSING {
                *place = distinct.len() as u32;
                Arc::make_mut(distinct).push(text);
            }
            codes.push(*place);
        }
        codes
    }

    /// Adds a column of truth values: which rows are marked.
    pub(super) fn flag(&mut self, name: String, rows: &[u32]) -> Result<()> {
        let mut marked = Bitmap::filled(self.n_rows, false);
        rows.iter().for_each(|&row| marked.set(row as usize, true));
        self.add(name, Values::Bool(marked, None))
    }

    /// Adds a column, one value for each row of the input.
    pub(super) fn add(&mut self, name: String, values: Values) -> Result<()> {
        if let Some(first) = self.columns.iter().position(|held| held.name == name) {
            let (first, second) = (first + 1, self.columns.len() + 1);
            return Err(
                ErrorKind::DuplicateColumn { table: self.place(), column: name, first, second }.into()
            );
        }
        let dictionary = self.log.dictionaries.len() as u32;
        self.log.dictionaries.push(Arc::new(Strings::default()));
        self.columns.push(Held { name, values, dictionary });
        Ok(())
    }

    /// The rows still in, as a table whose rows are numbered by their position here.
    pub(super) fn table(&self) -> Table {
        let rows: Vec<u32> = self.rows().map(|row| row as u32).collect();
        let column = |held: &Held| Column::new(held.name.clone(), held.values.take(&rows));
        let columns = self.columns.iter().map(column).collect();
        let numbers = rows.iter().map(|row| row + 1).collect();
        Table::from_parts(self.name.clone(), columns, rows.len(), Some(Arc::new(numbers)))
    }

    /// The number a row had in its source.
    pub(super) fn row_number(&self, row: usize) -> u64 {
        match &self.log.numbers {
            Some(numbers) => numbers.get(row).map_or(0, |&number| u64::from(number)),
            None => row as u64 + 1,
        }
    }
}

impl Held {
    fn codes(&self) -> Cells {
        match &self.values {
            Values::Text(text) => Cells::Codes(text.codes().to_vec()),
            _ => Cells::Missing,
        }
    }
}
