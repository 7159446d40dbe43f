//! The values of one source for one common column: read, converted, aligned in time.

use super::rates::{ByDay, Rates};
use super::settings::{ColumnKind, ColumnMap, Conversion};
use super::stack::NO_TIME;
use super::verdict::MergeReason;
use crate::data::parse::Cell;
use crate::data::{ClockChange, Column, Day, Table, Text, Values, Zone};
use crate::error::Result;
use std::borrow::Cow;

/// The values of a source's rows, and the rows whose value cannot be used.
pub(super) struct Given {
    pub(super) values: GivenValues,
    pub(super) refused: Refusals,
}

/// The rows of one source whose value cannot be used.
pub(super) type Refusals = Vec<(u32, MergeReason)>;

pub(super) enum GivenValues {
    /// A text column of the source; codes into its own distinct texts.
    Text(Column),
    Number(Vec<f64>),
    Moment(Vec<i64>),
}

/// What the values of a source are read with.
pub(super) struct Reader<'a> {
    pub(super) table: &'a Table,
    pub(super) zone: &'a Zone,
    pub(super) rates: &'a Rates,
    /// The business day of each row.
    pub(super) days: &'a [Option<Day>],
}

impl Reader<'_> {
    pub(super) fn read(&self, map: &ColumnMap, kind: ColumnKind) -> Result<Given> {
        let column = self.table.column(&map.from)?;
        match kind {
            ColumnKind::Text => Ok(Given { values: GivenValues::Text(as_text(column)), refused: Vec::new() }),
            ColumnKind::Number => self.numbers(column, &map.conversion),
            ColumnKind::Moment => {
                let (moments, refused) = moments(column, self.zone)?;
                Ok(Given { values: GivenValues::Moment(moments), refused })
            }
        }
    }

    fn numbers(&self, column: &Column, conversion: &Conversion) -> Result<Given> {
        let reading = column.read_numbers(self.table)?;
        let factors = self.factors(column.name(), conversion)?;
        let mut refused = Vec::new();
        let mut refuse = |row: usize, reason| {
            refused.push((row as u32, reason));
            f64::NAN
        };
        let unreadable =
            || MergeReason::Unreadable { column: column.name().to_owned(), must_be: "a finite number" };
        let mut value = |row| match reading.get(row) {
            Cell::Missing => f64::NAN,
            Cell::Unreadable(_) if column.is_missing(row) => f64::NAN,
            Cell::Value(value) if value.is_finite() => match factors.of(row) {
                Ok(factor) if (value * factor).is_finite() => value * factor + 0.0,
                Ok(_) => refuse(row, unreadable()),
                Err(reason) => refuse(row, reason),
            },
            _ => refuse(row, unreadable()),
        };
        let values = (0..column.len()).map(&mut value).collect();
        Ok(Given { values: GivenValues::Number(values), refused })
    }

    fn factors(&self, amounts: &str, conversion: &Conversion) -> Result<Factors<'_>> {
        let amounts = amounts.to_owned();
        let named = |column: &str| Ok::<_, crate::Error>(as_text(self.table.column(column)?));
        Ok(match conversion {
            Conversion::None => Factors::One(1.0),
            Conversion::Factor(factor) => Factors::One(*factor),
            Conversion::Unit { column, factors } => {
                let units = named(column)?;
                let factor = |unit: &str| {
                    factors.iter().find(|(name, _)| name.trim() == unit.trim()).map(|&(_, factor)| factor)
                };
                let by_code = distinct(&units).map(factor).collect();
                Factors::Units { codes: codes(&units), by_code, column: column.clone() }
            }
            Conversion::Currency(currency) => {
                let rate = self.rates.of(currency);
                let (codes, column) = (vec![0; self.table.n_rows()], amounts.clone());
                Factors::Currencies { codes, by_code: vec![rate], days: self.days, column, amounts }
            }
            Conversion::CurrencyColumn(column) => {
                let currencies = named(column)?;
                let by_code = distinct(&currencies).map(|currency| self.rates.of(currency)).collect();
                let (codes, column) = (codes(&currencies), column.clone());
                Factors::Currencies { codes, by_code, days: self.days, column, amounts }
            }
        })
    }
}

/// What the number of each row is multiplied by.
enum Factors<'a> {
    One(f64),
    Units {
        codes: Vec<u32>,
        by_code: Vec<Option<f64>>,
        column: String,
    },
    Currencies {
        codes: Vec<u32>,
        by_code: Vec<Option<ByDay>>,
        days: &'a [Option<Day>],
        column: String,
        amounts: String,
    },
}

impl Factors<'_> {
    fn of(&self, row: usize) -> Result<f64, MergeReason> {
        match self {
            Factors::One(factor) => Ok(*factor),
            Factors::Units { codes, by_code, column } => {
                let factor = codes.get(row).and_then(|&code| by_code.get(code as usize)).copied().flatten();
                factor.ok_or_else(|| MergeReason::UnknownUnit { column: column.clone() })
            }
            Factors::Currencies { codes, by_code, days, column, amounts } => {
                let rates =
                    codes.get(row).and_then(|&code| by_code.get(code as usize)).and_then(Option::as_ref);
                let rates = rates.ok_or_else(|| MergeReason::UnknownCurrency { column: column.clone() })?;
                let rate = rates.on(days.get(row).copied().flatten());
                rate.ok_or_else(|| MergeReason::NoRate { column: amounts.clone() })
            }
        }
    }
}

/// A column's values as text; those of a text column as they stand.
pub(super) fn as_text(column: &Column) -> Column {
    let column = &*column.coded();
    match column.values() {
        Values::Text(_) => column.clone(),
        _ => Column::text(column.name(), (0..column.len()).map(|row| column.show(row))),
    }
}

fn codes(column: &Column) -> Vec<u32> {
    match column.values() {
        Values::Text(text) => text.codes().to_vec(),
        _ => Vec::new(),
    }
}

fn distinct(column: &Column) -> impl Iterator<Item = &str> {
    let text = if let Values::Text(text) = column.values() { Some(text) } else { None };
    text.into_iter().flat_map(|text: &Text| text.distinct().iter())
}

/// The moments of a column in UTC; texts without an offset are times of `zone`. Rows whose text is no moment are
/// refused.
pub(super) fn moments(column: &Column, zone: &Zone) -> Result<(Vec<i64>, Refusals)> {
    let column = &*column.coded();
    let aligned = match column.values() {
        Values::Text(_) if *zone != Zone::UTC => {
            let alone = Table::new("source", vec![column.clone()])?;
            let alone = alone.with_local_times(column.name(), zone, ClockChange::Compatible)?;
            Cow::Owned(alone.column(column.name())?.clone())
        }
        _ => Cow::Borrowed(column),
    };
    let reading = aligned.read_times();
    let mut refused = Vec::new();
    let moment = |row| match reading.get(row) {
        Cell::Missing => NO_TIME,
        Cell::Value(micros) => micros.max(NO_TIME + 1),
        Cell::Unreadable(_) if column.is_missing(row) => NO_TIME,
        Cell::Unreadable(must_be) => {
            let column = column.name().to_owned();
            refused.push((row as u32, MergeReason::Unreadable { column, must_be }));
            NO_TIME
        }
    };
    let moments = (0..column.len()).map(moment).collect();
    Ok((moments, refused))
}
