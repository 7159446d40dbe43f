//! What earlier chunks of a file have shown of a column, and later ones must not contradict.

use crate::data::parse::{DateEvidence, NumberEvidence};
use crate::data::{Column, DateOrder, Found, NumberStyle};
use crate::error::{ErrorKind, Result};

/// What is known of a column so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    day_first: u64,
    month_first: u64,
    style: Option<NumberStyle>,
}

impl Held {
    /// The order of its dates, if any date has proven it.
    pub(super) fn order(&self) -> Option<DateOrder> {
        match (self.day_first > 0, self.month_first > 0) {
            (true, false) => Some(DateOrder::DayFirst),
            (false, true) => Some(DateOrder::MonthFirst),
            _ => None,
        }
    }

    /// Compares the column of the next chunk with what is known, and reads its numbers in the known style.
    pub(super) fn check(
        &mut self,
        column: &mut Column,
        table: &str,
        chosen: Option<DateOrder>,
    ) -> Result<()> {
        match column.found() {
            Found::Time(Some(_)) if chosen.is_none() => self.check_dates(column, table),
            Found::Float(format) => match self.style {
                Some(style) if style != format.style => self.check_numbers(column, table, style),
                _ => {
                    self.style = Some(format.style);
                    Ok(())
                }
            },
            _ => Ok(()),
        }
    }

    fn check_dates(&mut self, column: &Column, table: &str) -> Result<()> {
        let text = column.to_text();
        let evidence = DateEvidence::of(text.distinct());
        self.day_first += evidence.day_first;
        self.month_first += evidence.month_first;
        if self.day_first == 0 || self.month_first == 0 {
            return Ok(());
        }
        let row = text.codes().iter().position(|&code| Some(code) == evidence.example).unwrap_or(0);
        Err(ErrorKind::AmbiguousDates {
            table: table.to_owned(),
            column: column.name().to_owned(),
            day_first: self.day_first,
            month_first: self.month_first,
            either: evidence.either,
            row: row as u64 + 1,
        }
        .into())
    }

    fn check_numbers(&self, column: &mut Column, table: &str, style: NumberStyle) -> Result<()> {
        let text = column.to_text();
        let evidence = NumberEvidence::of(text.distinct());
        let contrary = match style {
            NumberStyle::DecimalPoint => evidence.comma,
            NumberStyle::DecimalComma => evidence.point,
        };
        if contrary == 0 {
            *column = column.clone().with_numbers(style);
            return Ok(());
        }
        let row = text.codes().iter().position(|&code| Some(code) == evidence.example).unwrap_or(0);
        Err(ErrorKind::AmbiguousNumbers {
            table: table.to_owned(),
            column: column.name().to_owned(),
            point: evidence.point,
            comma: evidence.comma,
            either: evidence.either(),
            row: row as u64 + 1,
        }
        .into())
    }
}
