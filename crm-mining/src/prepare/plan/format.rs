//! Texts of a known format: telephone numbers, e-mail addresses, numbers, dates.

use super::fitted::{Learned, foreign};
use super::frame::Frame;
use super::step::{Kind, named, owned, refuse};
use crate::data::parse::{Cell, DateEvidence, Moment, NumberDoubt, NumberEvidence, is_missing_marker};
use crate::data::{Bitmap, DateOrder, NumberFormat, Strings, Text, Values};
use crate::error::{ErrorKind, Result};
use crate::prepare::normalize::{CountryCode, email, phone, trim};
use serde::{Deserialize, Serialize};

/// Brings texts into one format, or reads them as numbers or dates. Texts that stand for nothing (`NA`,
/// blanks) become missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Format {
    /// The columns. Numbers and dates that are such already stay as they are.
    pub columns: Vec<String>,
    /// The format.
    pub to: FormatKind,
    /// What is done with texts that do not fit it.
    pub unfit: Unfit,
}

/// A format of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FormatKind {
    /// Telephone numbers as E.164 writes them, `+8613812345678`; those without a country code belong to this
    /// country (86: China). Numbers of China and North America are checked against their numbering plans.
    Phone {
        /// The calling code.
        country: u16,
    },
    /// E-mail addresses, the domain in lower case.
    Email,
    /// Numbers, made a column of numbers: thousands marks, one currency, percent, brackets for negative ones.
    /// Whether the comma is the decimal sign is learnt from the column.
    Number,
    /// Dates and moments, made a column of dates. The order of day and month is the given one, or learnt.
    Date {
        /// Which comes first in dates such as 03/04/2024.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        order: Option<DateOrder>,
    },
}

/// What is done with a text that does not fit its format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfit {
    /// The row is set aside.
    Reject,
    /// It becomes missing.
    SetMissing,
    /// A new column, called after the column with `_unfit` behind, says where it is. Telephone numbers and
    /// addresses stay as they are, numbers and dates become missing.
    Flag,
}

impl Format {
    /// Telephone numbers; those without a country code belong to this country.
    pub fn phone<S: Into<String>>(
        columns: impl IntoIterator<Item = S>,
        country: u16,
        unfit: Unfit,
    ) -> Format {
        Format { columns: owned(columns), to: FormatKind::Phone { country }, unfit }
    }

    /// E-mail addresses.
    pub fn email<S: Into<String>>(columns: impl IntoIterator<Item = S>, unfit: Unfit) -> Format {
        Format { columns: owned(columns), to: FormatKind::Email, unfit }
    }

    /// Numbers.
    pub fn number<S: Into<String>>(columns: impl IntoIterator<Item = S>, unfit: Unfit) -> Format {
        Format { columns: owned(columns), to: FormatKind::Number, unfit }
    }

    /// Dates, whose order of day and month is learnt.
    pub fn date<S: Into<String>>(columns: impl IntoIterator<Item = S>, unfit: Unfit) -> Format {
        Format { columns: owned(columns), to: FormatKind::Date { order: None }, unfit }
    }
}

/// What was learnt of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FormatOf {
    Text,
    Number(NumberFormat),
    Date(Option<DateOrder>),
}

/// What one text says in its format.
enum Said<T> {
    Nothing,
    Unfit,
    Value(T),
}

impl Kind for Format {
    fn check(&self) -> Result<()> {
        named(&self.columns)?;
        match self.to {
            FormatKind::Phone { country } if !(1..=999).contains(&country) => {
                refuse("country", "a calling code from 1 to 999", country)
            }
            _ => Ok(()),
        }
    }

    fn learn(&self, frame: &Frame) -> Result<Learned> {
        let learn = |name: &String| {
            let column = frame.column(name)?;
            Ok(match (self.to, frame.values(column)) {
                (FormatKind::Number, Values::Text(_)) => {
                    let used = frame.used_texts(column)?;
                    match NumberEvidence::of(&used).decide() {
                        Ok(format) => FormatOf::Number(format),
                        Err(NumberDoubt::Currencies(a, b, _)) => {
                            let got = format!("{} and {}", a.code(), b.code());
                            return frame.refuse(column, "amounts of one currency", got);
                        }
                        Err(NumberDoubt::Style) => {
                            return frame.refuse(column, "numbers of one style", "decimal points and commas");
                        }
                    }
                }
                (FormatKind::Date { order: Some(order) }, _) => FormatOf::Date(Some(order)),
                (FormatKind::Date { order: None }, Values::Text(_)) => {
                    FormatOf::Date(learn_order(frame, column)?)
                }
                _ => FormatOf::Text,
            })
        };
        Ok(Learned::Formats(self.columns.iter().map(learn).collect::<Result<_>>()?))
    }

    fn apply(&self, learned: &Learned, frame: &mut Frame) -> Result<()> {
        let Learned::Formats(learned) = learned else { return foreign(frame) };
        if learned.len() != self.columns.len() {
            return foreign(frame);
        }
        for (name, learned) in self.columns.iter().zip(learned) {
            let column = frame.column(name)?;
            match (self.to, learned, frame.values(column)) {
                (FormatKind::Number, _, Values::Float(_) | Values::Int(..)) => {}
                (FormatKind::Date { .. }, _, Values::Time(..)) => {}
                (FormatKind::Number, FormatOf::Number(format), _) => self.numbers(frame, column, format)?,
                (FormatKind::Date { .. }, FormatOf::Date(order), _) => self.dates(frame, column, *order)?,
                // Fitted where the column was of another type.
                (FormatKind::Number | FormatKind::Date { .. }, _, _) => {
                    return frame.wrong(column, "of the type it had when the plan was fitted");
                }
                (FormatKind::Phone { country }, ..) => {
                    self.texts(frame, column, |text| phone(text, CountryCode(country)))?;
                }
                (FormatKind::Email, ..) => self.texts(frame, column, email)?,
            }
        }
        Ok(())
    }
}

impl Format {
    fn texts(
        &self,
        frame: &mut Frame,
        column: usize,
        read: impl Fn(&str) -> Option<String> + Sync,
    ) -> Result<()> {
        let said = frame.by_text(column, |text| match is_missing_marker(trim(text)) {
            true => Some(Said::Nothing),
            false => match read(text) {
                Some(form) if form == text => None,
                Some(form) => Some(Said::Value(form)),
                None => Some(Said::Unfit),
            },
        })?;
        let unfit: Vec<u32> =
            said.iter().filter(|(_, said)| matches!(said, Said::Unfit)).map(|&(code, _)| code).collect();
        self.deal_with(frame, column, &unfit)?;
        let text = |(code, said)| match said {
            Said::Value(form) => Some((code, form)),
            Said::Nothing => Some((code, String::new())),
            Said::Unfit => (self.unfit == Unfit::SetMissing).then(|| (code, String::new())),
        };
        let changed = said.into_iter().filter_map(text).collect();
        frame.put_texts(column, changed)
    }

    fn numbers(&self, frame: &mut Frame, column: usize, format: &NumberFormat) -> Result<()> {
        let said = frame.by_text(column, |text| Some(format.read(text)))?;
        self.deal_with(frame, column, &unreadable(&said))?;
        let value = |(_, cell): &(u32, Cell<f64>)| match cell {
            Cell::Value(value) => *value,
            _ => f64::NAN,
        };
        frame.retype(column, Values::Float(said.iter().map(value).collect()))
    }

    fn dates(&self, frame: &mut Frame, column: usize, order: Option<DateOrder>) -> Result<()> {
        let said = frame.by_text(column, |text| {
            Some(match is_missing_marker(trim(text)) {
                true => Cell::Missing,
                false => Moment::read(trim(text)).in_order(order),
            })
        })?;
        self.deal_with(frame, column, &unreadable(&said))?;
        let value = |(_, cell): &(u32, Cell<i64>)| match cell {
            Cell::Value(micros) => *micros,
            _ => 0,
        };
        let there: Bitmap = said.iter().map(|(_, cell)| matches!(cell, Cell::Value(_))).collect();
        frame.retype(column, Values::Time(said.iter().map(value).collect(), Some(there)))
    }

    /// Does what the setting says with rows whose text has one of these codes, but for making it missing.
    fn deal_with(&self, frame: &mut Frame, column: usize, unfit: &[u32]) -> Result<()> {
        if self.unfit == Unfit::SetMissing {
            return Ok(());
        }
        let text = frame.text(column)?;
        let mut marked = vec![false; text.distinct().len()];
        for &code in unfit {
            if let Some(mark) = marked.get_mut(code as usize) {
                *mark = true;
            }
        }
        let codes = text.codes();
        let rows = match unfit {
            [] => Vec::new(),
            _ => frame.select(|row| {
                codes.get(row).and_then(|&code| marked.get(code as usize)).copied().unwrap_or(false)
            })?,
        };
        let name = frame.column_name(column).to_owned();
        match self.unfit {
            Unfit::Flag => frame.flag(format!("{name}_unfit"), &rows)?,
            _ => frame.reject(&rows, format!("{name} is not {}", self.to.must_be())),
        }
        Ok(())
    }
}

impl FormatKind {
    fn must_be(self) -> &'static str {
        match self {
            FormatKind::Phone { .. } => "a telephone number",
            FormatKind::Email => "an e-mail address",
            FormatKind::Number => "a number",
            FormatKind::Date { .. } => "a date",
        }
    }
}

fn unreadable<T>(said: &[(u32, Cell<T>)]) -> Vec<u32> {
    said.iter().filter(|(_, cell)| matches!(cell, Cell::Unreadable(_))).map(|&(code, _)| code).collect()
}

fn learn_order(frame: &Frame, column: usize) -> Result<Option<DateOrder>> {
    let used = frame.used_texts(column)?;
    let evidence = DateEvidence::of(&used);
    evidence.decide().map_err(|()| {
        let example = evidence.example.and_then(|code| used.get(code as usize));
        let text = frame.text(column).ok();
        let says = |row: &usize| text.is_some_and(|text| text.get(*row).map(trim) == example);
        let row = frame.rows().find(says).map_or(0, |row| frame.row_number(row));
        ErrorKind::AmbiguousDates {
            table: frame.place(),
            column: frame.column_name(column).to_owned(),
            day_first: evidence.day_first,
            month_first: evidence.month_first,
            either: evidence.either,
            row,
        }
        .into()
    })
}

impl Frame {
    /// How many of the rows still in have each distinct text.
    pub(super) fn text_counts(&self, column: usize) -> Result<Vec<u64>> {
        let text = self.text(column)?;
        let mut counts = vec![0u64; text.distinct().len()];
        for row in self.rows() {
            let code = text.codes().get(row).copied().unwrap_or(Text::MISSING);
            if let Some(count) = counts.get_mut(code as usize) {
                *count += 1;
            }
        }
        Ok(counts)
    }

    /// The distinct texts of the rows still in.
    fn used_texts(&self, column: usize) -> Result<Strings> {
        let counts = self.text_counts(column)?;
        let texts = self.text(column)?.distinct().iter().zip(counts);
        Ok(texts.filter(|&(_, count)| count > 0).map(|(text, _)| trim(text)).collect())
    }
}
