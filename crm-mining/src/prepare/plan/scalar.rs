//! Single values: those a plan names and those it learns.

use super::cells::Cells;
use super::frame::Frame;
use super::views::is_missing;
use crate::data::parse::{Cell, Moment, number};
use crate::data::{Bitmap, DateOrder, NumberStyle, Values};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// A value in a plan: a number, or a text that is read as the type of its column (a date as `2024-03-05`, a
/// truth value as `true` or `false`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl From<f64> for Literal {
    fn from(value: f64) -> Self {
        Literal::Number(value)
    }
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Literal::Text(value.to_owned())
    }
}

/// A value learnt from a column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Scalar {
    Text(String),
    Int(i64),
    Float(f64),
    Time(i64),
    Bool(bool),
}

impl Scalar {
    /// The value of a row; `None` when missing or infinite.
    pub(super) fn of(values: &Values, row: usize) -> Option<Scalar> {
        if is_missing(values, row) {
            return None;
        }
        Some(match values {
            Values::Text(text) => Scalar::Text(text.get(row)?.to_owned()),
            Values::Int(values, _) => Scalar::Int(*values.get(row)?),
            Values::Float(values) => Scalar::Float(values.get(row).copied().filter(|v| v.is_finite())?),
            Values::Time(values, _) => Scalar::Time(*values.get(row)?),
            Values::Bool(values, _) => Scalar::Bool(values.get(row)),
        })
    }

    pub(super) fn is_sound(&self) -> bool {
        !matches!(self, Scalar::Float(value) if !value.is_finite())
    }

    fn float(&self) -> Option<f64> {
        match self {
            Scalar::Float(value) => Some(*value),
            Scalar::Int(value) => Some(*value as f64),
            _ => None,
        }
    }

    fn int(&self) -> Option<i64> {
        match self {
            Scalar::Int(value) => Some(*value),
            Scalar::Float(value) => Some(value.round() as i64),
            _ => None,
        }
    }

    fn micros(&self) -> Option<i64> {
        match self {
            Scalar::Time(value) => Some(*value),
            Scalar::Float(value) => Some(value.round() as i64),
            _ => None,
        }
    }
}

/// A text as a moment that reads one way only.
pub(super) fn moment(text: &str, order: Option<DateOrder>) -> Option<i64> {
    match Moment::read(text).in_order(order) {
        Cell::Value(micros) => Some(micros),
        _ => None,
    }
}

impl Frame {
    /// A literal as a value of this column.
    pub(super) fn literal(&self, column: usize, literal: &Literal) -> Result<Scalar> {
        let said = match literal {
            Literal::Number(value) => Cell::Value(*value),
            Literal::Text(text) => number(text, NumberStyle::default()),
        };
        let said = match said {
            Cell::Value(value) if value.is_finite() => Some(value),
            _ => None,
        };
        let scalar = match (self.values(column), literal) {
            (Values::Text(_), Literal::Text(text)) => Some(Scalar::Text(text.clone())),
            (Values::Int(..), _) => {
                said.filter(|v| v.fract() == 0.0 && v.abs() < 9e15).map(|v| Scalar::Int(v as i64))
            }
            (Values::Float(_), _) => said.map(Scalar::Float),
            (Values::Time(..), Literal::Text(text)) => moment(text, None).map(Scalar::Time),
            (Values::Bool(..), Literal::Text(text)) => text.parse().ok().map(Scalar::Bool),
            _ => None,
        };
        match scalar {
            Some(scalar) => Ok(scalar),
            None => self.wrong(column, "of the type of the value that the step names"),
        }
    }

    /// Writes one of the scalars, `which` of them, into each of these rows.
    pub(super) fn fill(
        &mut self,
        column: usize,
        rows: Vec<u32>,
        which: &[u32],
        scalars: &[Scalar],
    ) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let cells = match self.values(column) {
            Values::Text(_) => {
                let text = |scalar: &Scalar| if let Scalar::Text(_) = scalar { Some(()) } else { None };
                self.each(column, scalars, text)?;
                let texts: Vec<&str> = scalars
                    .iter()
                    .map(|scalar| if let Scalar::Text(text) = scalar { text.as_str() } else { "" })
                    .collect();
                Cells::Codes(spread(&self.codes_of(column, &texts), which))
            }
            Values::Float(_) => {
                Cells::Values(Values::Float(spread(&self.each(column, scalars, Scalar::float)?, which)))
            }
            Values::Int(..) => {
                Cells::Values(Values::Int(spread(&self.each(column, scalars, Scalar::int)?, which), None))
            }
            Values::Time(..) => {
                Cells::Values(Values::Time(spread(&self.each(column, scalars, Scalar::micros)?, which), None))
            }
            Values::Bool(..) => {
                let truth =
                    |scalar: &Scalar| if let Scalar::Bool(truth) = scalar { Some(*truth) } else { None };
                let truths = self.each(column, scalars, truth)?;
                let bits: Bitmap = spread(&truths, which).into_iter().collect();
                Cells::Values(Values::Bool(bits, None))
            }
        };
        self.write(column, rows, cells);
        Ok(())
    }

    fn each<T>(
        &self,
        column: usize,
        scalars: &[Scalar],
        of: impl Fn(&Scalar) -> Option<T>,
    ) -> Result<Vec<T>> {
        match scalars.iter().map(of).collect() {
            Some(values) => Ok(values),
            None => self.wrong(column, "of the type it had when the plan was fitted"),
        }
    }

    /// Writes a number into each of these rows; columns of whole numbers and dates take the nearest whole one.
    pub(super) fn write_numbers(&mut self, column: usize, rows: Vec<u32>, numbers: Vec<f64>) {
        let whole = |numbers: Vec<f64>| numbers.into_iter().map(|value| value.round() as i64).collect();
        let cells = match self.values(column) {
            Values::Float(_) => Values::Float(numbers),
            Values::Int(..) => Values::Int(whole(numbers), None),
            Values::Time(..) => Values::Time(whole(numbers), None),
            _ => return,
        };
        self.write(column, rows, Cells::Values(cells));
    }
}

fn spread<T: Copy>(values: &[T], which: &[u32]) -> Vec<T> {
    which.iter().filter_map(|&one| values.get(one as usize).copied()).collect()
}
