//! Pairs of rows as features.

use super::pairs::RowPairs;
use super::value::{MEASURES, Rarity, Value};
use crate::data::{Features, Table, Text};
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Pairs per piece of work: some milliseconds.
const PAIRS: usize = 256;
const STAGE: &str = "comparing pairs";
/// The name of all compared columns as one text.
const RECORD: &str = "record";

/// What is measured of a pair of rows: the compared columns, and how rare their words are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Measures {
    columns: Vec<String>,
    /// Of each column, and of the whole record.
    rarities: Vec<Rarity>,
}

/// The values of one table made ready: of each column the row's code, and by code the value.
struct Side {
    columns: Vec<(Vec<u32>, Vec<Option<Value>>)>,
}

impl Measures {
    /// Learns how rare words are in both tables.
    pub(super) fn learn(
        columns: &[String],
        left: &Table,
        right: &Table,
        control: &Control,
    ) -> Result<Measures> {
        let mut rarities = Vec::with_capacity(columns.len() + 1);
        for name in columns {
            control.check(STAGE)?;
            let (left, right) = (left.column(name)?.to_text(), right.column(name)?.to_text());
            rarities.push(Rarity::of(left.distinct().iter().chain(right.distinct().iter())));
        }
        let mut texts = Vec::new();
        for table in [left, right] {
            control.check(STAGE)?;
            texts.push(records(columns, table)?);
        }
        rarities.push(Rarity::of(texts.iter().flat_map(|text| text.distinct().iter())));
        Ok(Measures { columns: columns.to_vec(), rarities })
    }

    /// The features of pairs, row by row.
    pub(super) fn of(&self, pairs: &RowPairs<'_>, control: &Control) -> Result<Features> {
        let [left, right] = [0, 1].map(|side| {
            let table = if side == 0 { pairs.left() } else { pairs.right() };
            let rows = pairs.rows().iter().map(|rows| rows.get(side).copied().unwrap_or(0)).collect();
            self.side(table, rows, control)
        });
        let (left, right) = (left?, right?);
        let pieces: Vec<Result<Vec<f64>>> = pairs
            .rows()
            .par_chunks(PAIRS)
            .map(|rows| {
                control.check(STAGE)?;
                let mut values = Vec::with_capacity(rows.len() * self.rarities.len() * MEASURES.len());
                for &[a, b] in rows {
                    for column in 0..self.rarities.len() {
                        values.extend(Value::measures(left.value(column, a), right.value(column, b)));
                    }
                }
                Ok(values)
            })
            .collect();
        let mut values = Vec::with_capacity(pairs.len() * self.rarities.len() * MEASURES.len());
        for piece in pieces {
            values.extend(piece?);
        }
        Features::new(self.names(), values)
    }

    /// Refuses what [`Measures::learn`] cannot have made.
    pub(super) fn check(&self) -> Result<()> {
        let sound = !self.columns.is_empty() && self.rarities.len() == self.columns.len() + 1;
        if sound && self.rarities.iter().all(Rarity::is_sound) {
            return Ok(());
        }
        let rule = "a column at least, and for each and the whole record how many values hold each word";
        let found = format!("{} columns, {} such counts", self.columns.len(), self.rarities.len());
        Err(ErrorKind::Malformed { place: "LinkByExampleModel".into(), rule: rule.into(), found }.into())
    }

    /// The features of a pair without any value.
    pub(super) fn nothing(&self) -> Result<Features> {
        let names = self.names();
        let n = names.len();
        Features::new(names, vec![0.0; n])
    }

    fn names(&self) -> Vec<String> {
        let columns = self.columns.iter().map(String::as_str).chain([RECORD]);
        columns.flat_map(|column| MEASURES.map(|measure| format!("{column}: {measure}"))).collect()
    }

    fn side(&self, table: &Table, rows: Vec<u32>, control: &Control) -> Result<Side> {
        let mut columns = Vec::with_capacity(self.rarities.len());
        for (at, rarity) in self.rarities.iter().enumerate() {
            let text = match self.columns.get(at) {
                Some(name) => table.column(name)?.to_text(),
                None => Cow::Owned(records(&self.columns, table)?),
            };
            columns.push(ready(&text, &rows, rarity, control)?);
        }
        Ok(Side { columns })
    }
}

impl Side {
    fn value(&self, column: usize, row: u32) -> Option<&Value> {
        let (codes, values) = self.columns.get(column)?;
        values.get(*codes.get(row as usize)? as usize)?.as_ref()
    }
}

/// The values that these rows have, made ready once each.
fn ready(
    text: &Text,
    rows: &[u32],
    rarity: &Rarity,
    control: &Control,
) -> Result<(Vec<u32>, Vec<Option<Value>>)> {
    let mut used = vec![false; text.distinct().len()];
    for &row in rows {
        let code = text.codes().get(row as usize).copied().unwrap_or(Text::MISSING);
        if let Some(place) = used.get_mut(code as usize) {
            *place = true;
        }
    }
    let prepare = |(at, used): (usize, &bool)| -> Result<Option<Value>> {
        if at % PAIRS == 0 {
            control.check(STAGE)?;
        }
        let value = text.distinct().get(at).filter(|value| *used && !value.trim().is_empty());
        Ok(value.map(|value| Value::new(value, rarity)))
    };
    let values = used.par_iter().enumerate().map(prepare).collect::<Result<Vec<_>>>()?;
    Ok((text.codes().to_vec(), values))
}

/// The compared columns of each row as one text.
fn records(columns: &[String], table: &Table) -> Result<Text> {
    let columns = columns.iter().map(|name| table.column(name)).collect::<Result<Vec<_>>>()?;
    let record = |row| {
        let values: Vec<Cow<'_, str>> = columns.iter().filter_map(|column| column.show(row)).collect();
        (!values.is_empty()).then(|| Cow::<str>::Owned(values.join(" ")))
    };
    Ok(texts((0..table.n_rows()).map(record)))
}

fn texts<'a>(values: impl Iterator<Item = Option<Cow<'a, str>>>) -> Text {
    let mut interner = crate::data::Interner::default();
    let codes = values.map(|value| value.map_or(Text::MISSING, |value| interner.intern(&value))).collect();
    Text::new(codes, interner.into_strings())
}
