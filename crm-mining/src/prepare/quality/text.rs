//! The data profile for a terminal of 100 columns.

use super::column::{ColumnQuality, ValueCount};
use super::score::QualityWeights;
use super::signs::{fitted, visible, width};
use super::table::{TableQuality, percent};
use std::fmt::{Display, Formatter, Result};

const WIDTH: usize = 100;
/// Values listed behind a column.
const LISTED: usize = 5;

impl Display for TableQuality {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let head = format!("{}: {} rows, {} columns", self.table, self.n_rows, self.columns.len());
        line(f, &head)?;
        let score = self.score.score.map_or("–".into(), |score| format!("{score:.1} of 100"));
        let parts = self.score.parts(&QualityWeights::default());
        let parts = parts.iter().filter(|(_, part, _)| part.is_some());
        let parts: Vec<String> = parts.map(|(name, part, _)| format!("{name} {}", percent(*part))).collect();
        line(f, &format!("quality {score}: {}", parts.join(", ")))?;
        line(f, &format!("repeated rows: {}", self.repeated_rows))?;
        for [a, b] in &self.keys_of_two {
            line(f, &format!("key of two columns: {a} + {b}"))?;
        }
        writeln!(f)?;
        row(f, ["column", "content", "fits", "missing", "markers", "distinct", "unique"], "suspected")?;
        for column in &self.columns {
            column.overview(f)?;
        }
        for column in &self.columns {
            writeln!(f)?;
            column.details(f)?;
        }
        Ok(())
    }
}

impl ColumnQuality {
    fn overview(&self, f: &mut Formatter<'_>) -> Result {
        let counts = [self.missing, self.markers, self.distinct, self.unique].map(|count| count.to_string());
        let [missing, markers, distinct, unique] = counts.each_ref().map(String::as_str);
        let fits = percent(Some(self.fits));
        row(
            f,
            [&self.name, self.content.name(), &fits, missing, markers, distinct, unique],
            &self.roles_text(),
        )
    }

    fn details(&self, f: &mut Formatter<'_>) -> Result {
        line(f, &self.name)?;
        if let Some(numbers) = &self.numbers {
            let sd = numbers.sd.map_or("–".into(), number);
            let (min, max, mean) = (number(numbers.min), number(numbers.max), number(numbers.mean));
            line(f, &format!("  range {min} to {max}, mean {mean}, sd {sd}"))?;
            let signs =
                [("zero", numbers.zeros), ("negative", numbers.negative), ("infinite", numbers.infinite)];
            let signs: Vec<String> =
                signs.iter().filter(|sign| sign.1 > 0).map(|(name, rows)| format!("{name} {rows}")).collect();
            if !signs.is_empty() {
                line(f, &format!("  {}", signs.join(", ")))?;
            }
            let quantile = |(q, value): &(f64, f64)| format!("{q}: {}", number(*value));
            wrapped(f, "  quantiles ", numbers.quantiles.iter().map(quantile))?;
        }
        if let Some(dates) = &self.dates {
            line(f, &format!("  from {} to {}", dates.first, dates.last))?;
        }
        if let Some(lengths) = &self.lengths {
            let (min, mean, max) = (lengths.min, number(lengths.mean), lengths.max);
            line(f, &format!("  length {min} to {max}, mean {mean}; padded with blanks {}", self.padded))?;
        }
        wrapped(f, "  top ", counted(&self.top))?;
        wrapped(f, "  misfits ", counted(&self.misfits))?;
        wrapped(f, &format!("  patterns ({}) ", self.n_patterns), counted(&self.patterns))
    }
}

fn counted(values: &[ValueCount]) -> impl Iterator<Item = String> {
    let shown = |value: &ValueCount| match value.value.trim() {
        "" => format!("(blank) × {}", value.count),
        text => format!("{} × {}", fitted(text, 40).trim_end(), value.count),
    };
    values.iter().take(LISTED).map(shown)
}

fn row(f: &mut Formatter<'_>, cells: [&str; 7], roles: &str) -> Result {
    const WIDTHS: [usize; 7] = [20, 12, 7, 8, 8, 8, 8];
    for (place, (cell, to)) in cells.iter().zip(WIDTHS).enumerate() {
        let cell = fitted(cell, to);
        if place < 2 {
            write!(f, "{cell} ")?;
        } else {
            let blanks = cell.len() - cell.trim_end().len();
            write!(f, "{}{} ", " ".repeat(blanks), cell.trim_end())?;
        }
    }
    writeln!(f, "{}", fitted(roles, 22).trim_end())
}

/// Items behind a label, as many to a line as fit.
fn wrapped(f: &mut Formatter<'_>, label: &str, items: impl Iterator<Item = String>) -> Result {
    let mut text = String::new();
    let mut items = items.peekable();
    if items.peek().is_none() {
        return Ok(());
    }
    for item in items {
        if !text.is_empty() && width(label) + width(&text) + 2 + width(&item) > WIDTH {
            line(f, &format!("{label}{text}"))?;
            text.clear();
        }
        let comma = if text.is_empty() { "" } else { ", " };
        text.push_str(&format!("{comma}{item}"));
    }
    line(f, &format!("{label}{text}"))
}

fn line(f: &mut Formatter<'_>, text: &str) -> Result {
    let text = visible(text);
    writeln!(f, "{}", fitted(&text, WIDTH).trim_end())
}

/// A number in six significant digits at most.
pub(super) fn number(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-4..1e9).contains(&size) {
        let decimals = (5.0 - size.max(1e-9).log10().floor()).clamp(0.0, 9.0) as usize;
        let text = format!("{value:.decimals$}");
        return match text.contains('.') {
            true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
            false => text,
        };
    }
    format!("{value:.5e}")
}
