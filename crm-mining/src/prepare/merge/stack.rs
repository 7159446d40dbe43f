//! The rows of all sources, one below the other, in common columns.

use super::settings::ColumnKind;
use crate::data::{Bitmap, Column, Strings, Text, Values, show_time};

/// A moment that is missing.
pub(super) const NO_TIME: i64 = i64::MIN;

/// The values of one common column over all rows.
#[derive(Debug, Clone)]
pub(super) enum Stacked {
    /// Codes into distinct texts; [`Text::MISSING`] is missing.
    Text(Vec<u32>, Strings),
    /// NaN is missing.
    Number(Vec<f64>),
    /// [`NO_TIME`] is missing.
    Moment(Vec<i64>),
}

impl Stacked {
    pub(super) fn empty(kind: ColumnKind) -> Stacked {
        match kind {
            ColumnKind::Text => Stacked::Text(Vec::new(), Strings::default()),
            ColumnKind::Number => Stacked::Number(Vec::new()),
            ColumnKind::Moment => Stacked::Moment(Vec::new()),
        }
    }

    /// The value of a row as a word that equal values share; `None` when missing.
    #[inline]
    pub(super) fn word(&self, row: u32) -> Option<u64> {
        match self {
            Stacked::Text(codes, _) => {
                codes.get(row as usize).filter(|&&c| c != Text::MISSING).map(|&c| u64::from(c))
            }
            Stacked::Number(values) => values.get(row as usize).filter(|v| !v.is_nan()).map(|v| v.to_bits()),
            Stacked::Moment(values) => values.get(row as usize).filter(|&&v| v != NO_TIME).map(|&v| v as u64),
        }
    }

    /// How two values compare: texts by the alphabet, numbers and moments by size.
    pub(super) fn compare(&self, a: u64, b: u64) -> std::cmp::Ordering {
        match self {
            Stacked::Text(_, texts) => texts.get(a as usize).cmp(&texts.get(b as usize)),
            Stacked::Number(_) => f64::from_bits(a).total_cmp(&f64::from_bits(b)),
            Stacked::Moment(_) => (a as i64).cmp(&(b as i64)),
        }
    }

    /// Characters of a text; of other values nothing.
    pub(super) fn length(&self, word: u64) -> usize {
        match self {
            Stacked::Text(_, texts) => texts.get(word as usize).map_or(0, |text| text.chars().count()),
            _ => 0,
        }
    }

    /// The value of a row as text.
    pub(super) fn show(&self, row: u32) -> Option<String> {
        let word = self.word(row)?;
        Some(match self {
            Stacked::Text(_, texts) => texts.get(word as usize)?.to_owned(),
            Stacked::Number(_) => ryu::Buffer::new().format(f64::from_bits(word)).to_owned(),
            Stacked::Moment(_) => show_time(word as i64),
        })
    }

    /// The values of these rows as a column; [`Text::MISSING`] gives a missing one.
    pub(super) fn column(&self, name: &str, rows: impl Iterator<Item = u32>) -> Column {
        match self {
            Stacked::Text(codes, texts) => text_column(name, codes, texts, rows),
            Stacked::Number(values) => {
                let value = |row: u32| values.get(row as usize).copied().unwrap_or(f64::NAN);
                Column::floats(name, rows.map(value).collect())
            }
            Stacked::Moment(values) => {
                let value = |row: u32| values.get(row as usize).copied().unwrap_or(NO_TIME);
                let moments: Vec<i64> = rows.map(value).collect();
                let present: Bitmap = moments.iter().map(|&moment| moment != NO_TIME).collect();
                Column::new(name, Values::Time(moments, Some(present)))
            }
        }
    }
}

/// The texts of these rows, coded anew in order of first appearance, so that no trace of other rows is left.
fn text_column(name: &str, codes: &[u32], texts: &Strings, rows: impl Iterator<Item = u32>) -> Column {
    let mut place = vec![Text::MISSING; texts.len()];
    let mut distinct = Strings::default();
    let recoded = rows.map(|row| {
        let code = codes.get(row as usize).copied().unwrap_or(Text::MISSING);
        let Some(place) = place.get_mut(code as usize) else { return Text::MISSING };
        if *place == Text::MISSING {
            *place = distinct.len() as u32;
            distinct.push(texts.get(code as usize).unwrap_or_default());
        }
        *place
    });
    let recoded: Vec<u32> = recoded.collect();
    Column::new(name, Values::Text(Text::new(recoded, distinct)))
}

/// Where the rows come from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// The sources' names in order.
    pub(super) sources: Vec<String>,
    /// The first row of each source.
    pub(super) starts: Vec<u32>,
    /// The number of each row in its source.
    pub(super) numbers: Vec<u32>,
    /// When each row was true; [`NO_TIME`] when nobody knows.
    pub(super) times: Vec<i64>,
}

impl Origin {
    /// The position of a row's source.
    pub(super) fn source(&self, row: u32) -> usize {
        self.starts.partition_point(|&start| start <= row).saturating_sub(1)
    }

    pub(super) fn source_name(&self, row: u32) -> &str {
        self.sources.get(self.source(row)).map_or("", String::as_str)
    }

    pub(super) fn number(&self, row: u32) -> u32 {
        self.numbers.get(row as usize).copied().unwrap_or(0)
    }

    pub(super) fn time(&self, row: u32) -> i64 {
        self.times.get(row as usize).copied().unwrap_or(NO_TIME)
    }

    /// What rows are named and ordered by: their source, then their number in it, however they were shuffled.
    pub(super) fn order(&self, row: u32) -> (usize, u32, u32) {
        (self.source(row), self.number(row), row)
    }
}
