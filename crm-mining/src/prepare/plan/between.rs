//! Filling missing values from the rows before and after.

use super::cells::gather;
use super::fitted::Learned;
use super::frame::Frame;
use super::step::{Kind, named, owned};
use super::views::{Groups, is_missing};
use crate::data::Text;
use crate::error::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Fills a missing value with the last one present before it. Values before the first one stay missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForwardFill {
    /// The columns, of any type.
    pub columns: Vec<String>,
    /// The column of numbers or dates that orders the rows, equal ones by row; none for the order of the rows.
    /// Rows in which it is missing give and take nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub along: Option<String>,
    /// The column whose equal values make a group; values stay in it. Rows without one take nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// Fills a gap between two values on the straight line between them. Values before the first and after the
/// last one stay missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interpolate {
    /// The columns, of numbers or dates.
    pub columns: Vec<String>,
    /// The column of numbers or dates along which the line runs; none for the position of the row. Rows in
    /// which it is missing give and take nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub along: Option<String>,
    /// The column whose equal values make a group; a line stays in it. Rows without one take nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

impl ForwardFill {
    /// In the order of the rows.
    pub fn of<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> ForwardFill {
        ForwardFill { columns: owned(columns), along: None, by: None }
    }

    /// In the order of this column.
    pub fn along(mut self, column: impl Into<String>) -> ForwardFill {
        self.along = Some(column.into());
        self
    }

    /// Within groups of equal values of this column.
    pub fn by(mut self, column: impl Into<String>) -> ForwardFill {
        self.by = Some(column.into());
        self
    }
}

impl Interpolate {
    /// Over the positions of the rows.
    pub fn of<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Interpolate {
        Interpolate { columns: owned(columns), along: None, by: None }
    }

    /// Along this column.
    pub fn along(mut self, column: impl Into<String>) -> Interpolate {
        self.along = Some(column.into());
        self
    }

    /// Within groups of equal values of this column.
    pub fn by(mut self, column: impl Into<String>) -> Interpolate {
        self.by = Some(column.into());
        self
    }
}

/// A row in its group, at its place on the line.
#[derive(Clone, Copy)]
struct Stop {
    group: u32,
    row: u32,
    at: f64,
}

/// The rows still in, by group, then along the column, then by row.
fn stops(frame: &Frame, along: Option<&String>, by: Option<&String>) -> Result<Vec<Stop>> {
    let along = along.map(|name| frame.numbers(frame.column(name)?)).transpose()?;
    let by = by.map(|name| Ok::<_, crate::Error>(Groups::of(frame, frame.column(name)?))).transpose()?;
    let stop = |row: usize| {
        let group = by.as_ref().map_or(0, |by| by.code(row));
        let at = along.map_or(Some(row as f64), |along| along.finite(row))?;
        (group != Text::MISSING).then_some(Stop { group, row: row as u32, at })
    };
    let mut stops: Vec<Stop> = frame.pick(stop)?.1;
    if along.is_some() || by.is_some() {
        stops.par_sort_unstable_by(|a, b| {
            a.group.cmp(&b.group).then(a.at.total_cmp(&b.at)).then(a.row.cmp(&b.row))
        });
        frame.check()?;
    }
    Ok(stops)
}

impl Kind for ForwardFill {
    fn check(&self) -> Result<()> {
        named(&self.columns)
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let stops = stops(frame, self.along.as_ref(), self.by.as_ref())?;
        for name in &self.columns {
            let column = frame.column(name)?;
            let values = frame.values(column);
            let mut copies: Vec<(u32, u32)> = Vec::new();
            let mut last: Option<(u32, u32)> = None;
            for stop in &stops {
                match (is_missing(values, stop.row as usize), last) {
                    (false, _) => last = Some((stop.group, stop.row)),
                    (true, Some((group, from))) if group == stop.group => copies.push((stop.row, from)),
                    _ => {}
                }
            }
            copies.par_sort_unstable();
            let (rows, from): (Vec<u32>, Vec<u32>) = copies.into_iter().unzip();
            let cells = gather(frame.values(column), &from);
            frame.write(column, rows, cells);
        }
        Ok(())
    }
}

impl Kind for Interpolate {
    fn numbers(&self, _: &Frame) -> Vec<String> {
        self.columns.iter().chain(&self.along).cloned().collect()
    }

    fn check(&self) -> Result<()> {
        named(&self.columns)
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        let stops = stops(frame, self.along.as_ref(), self.by.as_ref())?;
        for name in &self.columns {
            let column = frame.column(name)?;
            let mut found = lines(frame, column, &stops)?;
            found.par_sort_unstable_by_key(|&(row, _)| row);
            let (rows, numbers) = found.into_iter().unzip();
            frame.write_numbers(column, rows, numbers);
        }
        Ok(())
    }
}

/// The missing values between two that are there.
fn lines(frame: &Frame, column: usize, stops: &[Stop]) -> Result<Vec<(u32, f64)>> {
    let numbers = frame.numbers(column)?;
    let (mut found, mut gap): (Vec<(u32, f64)>, Vec<Stop>) = (Vec::new(), Vec::new());
    let mut last: Option<(Stop, f64)> = None;
    for &stop in stops {
        if last.is_some_and(|(before, _)| before.group != stop.group) {
            last = None;
            gap.clear();
        }
        match (numbers.get(stop.row as usize), last) {
            (None, Some(_)) => gap.push(stop),
            (None, None) => {}
            (Some(value), before) => {
                if let Some((start, from)) = before {
                    let span = stop.at - start.at;
                    let on_line = |between: &Stop| {
                        let share = if span > 0.0 { (between.at - start.at) / span } else { 0.0 };
                        (between.row, from + (value - from) * share)
                    };
                    found.extend(gap.iter().map(on_line).filter(|(_, value)| value.is_finite()));
                }
                gap.clear();
                last = value.is_finite().then_some((stop, value));
            }
        }
    }
    Ok(found)
}
