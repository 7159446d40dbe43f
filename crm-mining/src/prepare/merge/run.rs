//! A merge from its sources to its result.

use super::collide::collisions;
use super::input::SourceTable;
use super::keys::customers;
use super::merged::{Fusion, Merged};
use super::report::report;
use super::resolve::{Decider, Resolved};
use super::settings::{AsOf, ColumnKind, ConflictRule, Merge, OnUnknown, Source};
use super::stack::{NO_TIME, Origin, Stacked};
use super::values::{Given, GivenValues, Reader, Refusals, moments};
use super::verdict::{MergeReason, MergeRejected, RejectedSource, Verdicts};
use crate::data::{Column, Day, Interner, Keys, Table, Text, Values, group_positions};
use crate::error::{ErrorKind, Result, invalid_parameter, masked};
use crate::model::Control;
use rayon::prelude::*;
use std::sync::Arc;

const STAGE: &str = "merging sources";

/// One source on its way into the merge.
struct Part<'a> {
    source: &'a Source,
    table: &'a Table,
    verdicts: Verdicts,
    keys: Keys,
    customers: Vec<u32>,
    times: Vec<i64>,
    days: Vec<Option<Day>>,
}

impl Merge {
    /// Merges the sources' tables.
    ///
    /// # Errors
    /// See [`Merge`].
    pub fn run(&self, tables: &[SourceTable<'_>]) -> Result<Merged> {
        self.run_with(tables, &Control::default())
    }

    /// Merges the sources' tables, under control of the caller.
    ///
    /// # Errors
    /// See [`Merge`]; and the caller's wish to stop.
    pub fn run_with(&self, tables: &[SourceTable<'_>], control: &Control) -> Result<Merged> {
        self.check()?;
        let mut parts = self.parts(tables)?;
        let n_columns = self.columns.len() as u64;
        control.step(STAGE, 0, n_columns + 2)?;
        let origin = origin(&parts)?;
        let read = |at: usize| {
            control.check(STAGE)?;
            self.stack(at, &parts)
        };
        let read: Vec<(Stacked, Vec<Refusals>)> =
            (0..self.columns.len()).into_par_iter().map(read).collect::<Result<_>>()?;
        control.step(STAGE, 1, n_columns + 2)?;
        let mut columns = Vec::with_capacity(read.len());
        for (column, refusals) in read {
            for (part, refused) in parts.iter_mut().zip(refusals) {
                self.refuse(part, refused)?;
            }
            columns.push(column);
        }
        let (keys, codes) = used_customers(&parts);
        let groups = group_positions(&codes, keys.len());
        let ranks: Vec<u32> = parts.iter().map(|part| part.source.trust_rank).collect();
        let filled = filled(&columns, codes.len());
        let mut resolved = Vec::with_capacity(columns.len());
        for (done, (column, common)) in (2..).zip(columns.iter().zip(&self.columns)) {
            let rules = if common.rules.is_empty() { &self.rules } else { &common.rules };
            let decider = Decider { column, rules, origin: &origin, ranks: &ranks, filled: &filled };
            resolved.push(decider.resolve(&groups, control)?);
            control.step(STAGE, done, n_columns + 2)?;
        }
        self.merged(&parts, keys, (columns, resolved), origin, control)
    }

    fn merged(
        &self,
        parts: &[Part<'_>],
        keys: Keys,
        (columns, resolved): (Vec<Stacked>, Vec<Resolved>),
        origin: Origin,
        control: &Control,
    ) -> Result<Merged> {
        let rules =
            |rules: &Vec<ConflictRule>| if rules.is_empty() { self.rules.clone() } else { rules.clone() };
        let fusion = Arc::new(Fusion {
            rules: self.columns.iter().map(|column| rules(&column.rules)).collect(),
            names: self.columns.iter().map(|column| column.name.clone()).collect(),
            keys,
            columns,
            resolved,
            origin,
        });
        let mut table = vec![Column::keys(&self.customer, &fusion.keys)];
        table.extend(fusion.table_columns());
        control.check(STAGE)?;
        let rejected = rejected(parts);
        let collisions = collisions(&fusion, &self.identity);
        let report = report(&fusion, &rejected, collisions.len());
        Ok(Merged::new(Table::new("merged", table)?, fusion, rejected, collisions, report))
    }

    /// The sources in order of name, each with its table, customers and times.
    fn parts<'a>(&'a self, tables: &[SourceTable<'a>]) -> Result<Vec<Part<'a>>> {
        if let Some(stranger) = tables.iter().find(|t| !self.sources.iter().any(|s| s.name == t.source)) {
            return invalid_parameter("Merge", "tables", "of its sources", stranger.source);
        }
        let mut sources: Vec<&Source> = self.sources.iter().collect();
        sources.sort_by(|a, b| a.name.cmp(&b.name));
        sources.into_iter().map(|source| self.part(source, tables)).collect()
    }

    fn part<'a>(&'a self, source: &'a Source, tables: &[SourceTable<'a>]) -> Result<Part<'a>> {
        let mut own = tables.iter().filter(|table| table.source == source.name);
        let (Some(input), None) = (own.next(), own.next()) else {
            return invalid_parameter("Merge", "tables", "one for each source", &source.name);
        };
        let mut verdicts = Verdicts::of(input.table.n_rows());
        let (keys, customers) = customers(source, input, &mut verdicts)?;
        let mut part = Part {
            source,
            table: input.table,
            verdicts,
            keys,
            customers,
            times: vec![NO_TIME; input.table.n_rows()],
            days: Vec::new(),
        };
        match &source.as_of {
            AsOf::Unknown => {}
            AsOf::Column(name) => {
                let (times, refused) = moments(input.table.column(name)?, &source.zone)?;
                part.times = times;
                self.refuse(&mut part, refused)?;
            }
            AsOf::Day(day) => {
                let start = Column::text("as_of", [Some(day.to_string())]);
                let (start, _) = moments(&start, &source.zone)?;
                part.times.fill(start.first().copied().unwrap_or(NO_TIME));
            }
        }
        let mut days = self.zone.days();
        part.days = part.times.iter().map(|&time| (time != NO_TIME).then(|| days.day(time))).collect();
        Ok(part)
    }

    /// The values of one common column over the rows of all sources.
    fn stack(&self, at: usize, parts: &[Part<'_>]) -> Result<(Stacked, Vec<Refusals>)> {
        let Some(common) = self.columns.get(at) else {
            return Ok((Stacked::empty(ColumnKind::Text), Vec::new()));
        };
        let mut stacked = Stacked::empty(common.kind);
        let mut interner = Interner::default();
        let mut refusals = Vec::with_capacity(parts.len());
        for part in parts {
            let n_rows = part.table.n_rows();
            let given = part.source.columns.iter().find(|map| map.to == common.name).map(|map| {
                let (table, zone) = (part.table, &part.source.zone);
                Reader { table, zone, rates: &self.rates, days: &part.days }.read(map, common.kind)
            });
            let Given { values, refused } = given.unwrap_or_else(|| Ok(nothing(common.kind, n_rows)))?;
            match (&mut stacked, values) {
                (Stacked::Text(codes, _), GivenValues::Text(column)) => append(codes, &column, &mut interner),
                (Stacked::Number(all), GivenValues::Number(own)) => all.extend(own),
                (Stacked::Moment(all), GivenValues::Moment(own)) => all.extend(own),
                _ => {}
            }
            refusals.push(refused);
        }
        if let Stacked::Text(_, texts) = &mut stacked {
            *texts = interner.into_strings();
        }
        Ok((stacked, refusals))
    }

    fn refuse(&self, part: &mut Part<'_>, refused: Refusals) -> Result<()> {
        for (row, reason) in refused {
            let row = row as usize;
            if self.on_unknown == OnUnknown::Fail && part.verdicts.is_used(row) {
                return Err(failure(part, row, &reason));
            }
            part.verdicts.reject(row, &reason);
        }
        Ok(())
    }
}

fn nothing(kind: ColumnKind, n_rows: usize) -> Given {
    let values = match kind {
        ColumnKind::Text => GivenValues::Text(Column::text("", vec![None::<&str>; n_rows])),
        ColumnKind::Number => GivenValues::Number(vec![f64::NAN; n_rows]),
        ColumnKind::Moment => GivenValues::Moment(vec![NO_TIME; n_rows]),
    };
    Given { values, refused: Vec::new() }
}

/// Adds the rows of a text column, coded among the texts of all sources; blank text is missing.
fn append(codes: &mut Vec<u32>, column: &Column, interner: &mut Interner) {
    let Values::Text(text) = column.values() else { return };
    let mut places = vec![None; text.distinct().len()];
    codes.extend(text.codes().iter().map(|&code| {
        let Some(place) = places.get_mut(code as usize) else { return Text::MISSING };
        *place.get_or_insert_with(|| match text.distinct().get(code as usize) {
            Some(value) if !value.trim().is_empty() => interner.intern(value),
            _ => Text::MISSING,
        })
    }));
}

fn failure(part: &Part<'_>, row: usize, reason: &MergeReason) -> crate::Error {
    let (column, must_be) = match reason {
        MergeReason::Unreadable { column, must_be } => (column.clone(), (*must_be).to_owned()),
        MergeReason::UnknownUnit { column } => (column.clone(), "a unit with a factor".into()),
        MergeReason::UnknownCurrency { column } => (column.clone(), "a currency with a rate".into()),
        MergeReason::NoRate { column } => (column.clone(), "an amount of a day with a rate".into()),
        other => (String::new(), other.to_string()),
    };
    let got = part.table.find(&column).and_then(|column| column.show(row));
    let got = got.map_or_else(|| "nothing".to_owned(), |value| masked(&value));
    let (table, row) = (part.source.name.clone(), part.table.row_number(row));
    ErrorKind::InvalidValue { table, column, row, must_be, got }.into()
}

fn origin(parts: &[Part<'_>]) -> Result<Origin> {
    let n_rows: usize = parts.iter().map(|part| part.table.n_rows()).sum();
    if n_rows >= Text::MISSING as usize {
        return Err(ErrorKind::LimitExceeded {
            place: "Merge".into(),
            of: "rows of all sources",
            limit: u64::from(Text::MISSING) - 1,
            needed: n_rows as u64,
            setting: "several merges, each of its own customers",
        }
        .into());
    }
    let start = |sum: &mut u32, part: &Part<'_>| {
        let start = *sum;
        *sum += part.table.n_rows() as u32;
        Some(start)
    };
    let number = |part: &Part<'_>, row| part.table.row_number(row) as u32;
    Ok(Origin {
        sources: parts.iter().map(|part| part.source.name.clone()).collect(),
        starts: parts.iter().scan(0, start).collect(),
        numbers: parts.iter().flat_map(|p| (0..p.table.n_rows()).map(move |row| number(p, row))).collect(),
        times: parts.iter().flat_map(|part| part.times.iter().copied()).collect(),
    })
}

/// The customers that a used row speaks of, and the customer of each row of all sources; [`Text::MISSING`] for rows
/// set aside.
fn used_customers(parts: &[Part<'_>]) -> (Keys, Vec<u32>) {
    let all = parts.iter().fold(Keys::default(), |all, part| all.union(&part.keys).0);
    let mut codes = Vec::new();
    for part in parts {
        let places = all.union(&part.keys).2;
        codes.extend(part.customers.iter().enumerate().map(|(row, &code)| {
            let place = places.get(code as usize).filter(|_| part.verdicts.is_used(row));
            place.copied().unwrap_or(Text::MISSING)
        }));
    }
    let mut used = vec![false; all.len()];
    for &code in &codes {
        if let Some(used) = used.get_mut(code as usize) {
            *used = true;
        }
    }
    let kept: Vec<u32> = (0_u32..).zip(&used).filter(|(_, used)| **used).map(|(place, _)| place).collect();
    let mut renumbered = vec![Text::MISSING; all.len()];
    for (new, &old) in (0_u32..).zip(&kept) {
        if let Some(place) = renumbered.get_mut(old as usize) {
            *place = new;
        }
    }
    for code in &mut codes {
        *code = renumbered.get(*code as usize).copied().unwrap_or(Text::MISSING);
    }
    (all.select(&kept), codes)
}

/// How many common columns each row fills.
fn filled(columns: &[Stacked], n_rows: usize) -> Vec<u16> {
    let count = |row| columns.iter().filter(|column| column.word(row).is_some()).count();
    (0..n_rows as u32).into_par_iter().map(|row| u16::try_from(count(row)).unwrap_or(u16::MAX)).collect()
}

fn rejected(parts: &[Part<'_>]) -> MergeRejected {
    let source = |part: &Part<'_>| {
        let (rows, reasons) = part.verdicts.rejected();
        RejectedSource { source: part.source.name.clone(), rows: part.table.take(&rows), reasons }
    };
    MergeRejected { sources: parts.iter().map(source).collect() }
}
