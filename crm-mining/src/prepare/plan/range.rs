//! Values outside of bounds that the caller knows.

use super::fitted::Learned;
use super::frame::Frame;
use super::outliers::{Action, Bounds};
use super::scalar::{Literal, moment};
use super::step::{Kind, refuse};
use crate::data::parse::{Cell, number};
use crate::data::{NumberStyle, Values};
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// Deals with values outside of bounds, which belong to the range themselves. The new column of
/// [`Action::Flag`] is called after the column, with `_out_of_range` behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// The column, of numbers or dates.
    pub column: String,
    /// The smallest value allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Literal>,
    /// The largest value allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Literal>,
    /// What is done with values outside.
    pub action: Action,
}

impl Range {
    /// A range without bounds; give it [`Range::min`] and [`Range::max`].
    pub fn of(column: impl Into<String>, action: Action) -> Range {
        Range { column: column.into(), min: None, max: None, action }
    }

    /// With this lower bound.
    pub fn min(mut self, min: impl Into<Literal>) -> Range {
        self.min = Some(min.into());
        self
    }

    /// With this upper bound.
    pub fn max(mut self, max: impl Into<Literal>) -> Range {
        self.max = Some(max.into());
        self
    }

    fn bound(&self, frame: &Frame, column: usize, literal: &Literal) -> Result<f64> {
        let value = match (frame.values(column), literal) {
            (Values::Time(..), Literal::Text(text)) => moment(text, None).map(|micros| micros as f64),
            (Values::Time(..), Literal::Number(_)) => None,
            (_, Literal::Number(value)) => Some(*value),
            (_, Literal::Text(text)) => match number(text, NumberStyle::default()) {
                Cell::Value(value) => Some(value),
                _ => None,
            },
        };
        match value.filter(|value| value.is_finite()) {
            Some(value) => Ok(value),
            None => frame.wrong(column, "of the type of the bounds"),
        }
    }
}

impl Kind for Range {
    fn check(&self) -> Result<()> {
        match (&self.min, &self.max) {
            (None, None) => refuse("min and max", "at least one of them given", "none"),
            _ => Ok(()),
        }
    }

    fn numbers(&self, _: &Frame) -> Vec<String> {
        vec![self.column.clone()]
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let column = frame.column(&self.column)?;
        frame.numbers(column)?;
        let bound = |literal: &Option<Literal>| {
            literal.as_ref().map(|literal| self.bound(frame, column, literal)).transpose()
        };
        let bounds = Bounds { lower: bound(&self.min)?, upper: bound(&self.max)? };
        if !bounds.is_sound() {
            return refuse("min", "at most max", (&self.min, &self.max));
        }
        frame.hold(column, bounds, self.action, "out of range")
    }
}
