//! One new record against a base: found in the blocks it would join.

use super::blocks::Blocks;
use super::field::normal;
use super::model::LinkModel;
use super::pattern::{EQUAL, MISSING, level_of};
use super::records::{Prepared, Records, simple};
use super::rule::NO_BLOCK;
use super::score::{Scorer, Weights, probability};
use super::similar::{Compared, Parts, Shape};
use super::{Kind, Linker};
use crate::data::{Interner, Text};
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use std::cmp::Ordering;

/// A base made ready to be asked for one record at a time.
///
/// ```
/// # use crm_mining::Fit;
/// # use crm_mining::data::{Column, Table};
/// # use crm_mining::prepare::{Block, Comparison, Kind, Linker, Records};
/// # let names = ["anna li", "anna lee", "ben fox", "ben fox", "carl ott", "dora may", "eva roth", "finn gray"];
/// # let towns = ["york", "york", "bath", "bath", "ely", "wells", "ripon", "truro"];
/// # let table = Table::new("customers", vec![
/// #     Column::text("name", names.map(Some)),
/// #     Column::text("town", towns.map(Some)),
/// # ])?;
/// # let linker = Linker::new(
/// #     vec![Comparison::new("name", Kind::Name), Comparison::new("town", Kind::Text)],
/// #     vec![Block::on(["name"]), Block::on(["town"])],
/// # );
/// let base = Records::within(&table);
/// let index = linker.fit(&base)?.index(&base)?;
/// let found = index.link_one([("name", "Carl Ott"), ("town", "Ely")])?;
/// assert_eq!(found[0].row, 4);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct LinkIndex {
    linker: Linker,
    prepared: Prepared,
    blocks: Blocks,
    weights: Weights,
    /// The code of each value, by field.
    codes: Vec<Interner>,
}

/// A row of the base that a record may belong to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The row.
    pub row: u32,
    /// The evidence in bits.
    pub weight: f64,
    /// The probability of a match.
    pub probability: f64,
}

impl LinkModel {
    /// The base as an index for [`LinkIndex::link_one`].
    ///
    /// # Errors
    /// A column of the model that the records lack.
    pub fn index(&self, base: &Records<'_>) -> Result<LinkIndex> {
        let linker = self.settings().clone();
        let prepared = Prepared::new(&linker, base)?;
        // Within the base all rows stand alike, whichever table they come from.
        let prepared = Prepared { border: None, ..prepared };
        let blocks = Blocks::new(&linker, &prepared, &Control::default())?;
        let weights = Scorer::new(self, &prepared).into_weights();
        let codes = prepared.fields.iter().map(|field| {
            let mut codes = Interner::default();
            field.distinct.iter().for_each(|value| {
                codes.intern(value);
            });
            codes
        });
        Ok(LinkIndex { codes: codes.collect(), linker, prepared, blocks, weights })
    }
}

/// The normal value of one field of a new record.
struct Value {
    text: String,
    shape: Shape,
    parts: Option<Parts>,
    code: u32,
}

impl Value {
    fn compared(&self) -> Compared<'_> {
        Compared { text: &self.text, shape: self.shape, parts: self.parts.as_ref() }
    }
}

impl LinkIndex {
    /// The rows that a record, given as column and value, may belong to: those that share a block with it and
    /// reach the probability to keep, the likeliest first. An empty value is missing, as is a column not given;
    /// columns that the settings leave alone are passed over. Of a block too large the rows nearest in the order of values are compared.
    ///
    /// # Errors
    /// A column that the model does not know.
    ///
    /// # Complexity
    /// Time per row in the record's blocks, usually some microseconds to tenths of a millisecond in all.
    pub fn link_one<'a>(&self, record: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<Match>> {
        let values = self.values(record)?;
        let kinds: Vec<Kind> = self.prepared.fields.iter().map(|field| field.kind).collect();
        let texts: Vec<Option<&str>> = values.iter().map(|v| v.as_ref().map(|v| v.text.as_str())).collect();
        let mut rows = Vec::new();
        for (at, rule) in self.blocks.rules.iter().enumerate() {
            let code = rule.find(&kinds, &texts);
            if code == NO_BLOCK {
                continue;
            }
            let (members, large) = self.blocks.block(at, code);
            if large {
                let here = members.partition_point(|&row| self.order(row, &texts) == Ordering::Less);
                let window = self.linker.window;
                let near = here.saturating_sub(window)..(here + window).min(members.len());
                rows.extend(members.get(near).unwrap_or_default());
            } else {
                rows.extend(members);
            }
        }
        rows.sort_unstable();
        rows.dedup();
        let mut found: Vec<Match> = rows.into_iter().map(|row| self.compare(row, &values)).collect();
        found.retain(|found| found.probability >= self.linker.keep);
        found.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.row.cmp(&b.row)));
        Ok(found)
    }

    /// The normal values of a record, one per field.
    fn values<'a>(&self, record: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Vec<Option<Value>>> {
        let mut values: Vec<Option<Value>> = self.prepared.fields.iter().map(|_| None).collect();
        let ignored = |column: &str| self.linker.ignored.iter().any(|i| simple(&i.column) == simple(column));
        for (column, value) in record {
            if self.linker.field_of(column).is_none() && ignored(column) {
                continue;
            }
            let at = self.linker.field_of(column).ok_or_else(|| {
                let column_of = |c: &super::Comparison| simple(&c.column);
                ErrorKind::MissingColumn {
                    table: "LinkIndex".to_owned(),
                    column: format!("{column:?}"),
                    found: self.linker.comparisons.iter().map(column_of).collect(),
                }
            })?;
            let (Some(field), Some(codes)) = (self.prepared.fields.get(at), self.codes.get(at)) else {
                continue;
            };
            if let (Some(text), Some(slot)) = (normal(field.kind, value, field.order), values.get_mut(at)) {
                let code = codes.find(&text).unwrap_or(Text::MISSING);
                let parts = Parts::of(field.kind, &text);
                *slot =
                    Some(Value { shape: Shape::of(field.kind, &text, parts.as_ref()), parts, code, text });
            }
        }
        Ok(values)
    }

    /// The order of a row against a record, by their values.
    fn order(&self, row: u32, texts: &[Option<&str>]) -> Ordering {
        for ((&code, field), text) in self.prepared.row(row).iter().zip(&self.prepared.fields).zip(texts) {
            let order = field.distinct.get(code as usize).cmp(text);
            if order != Ordering::Equal {
                return order;
            }
        }
        Ordering::Equal
    }

    fn compare(&self, row: u32, values: &[Option<Value>]) -> Match {
        let mut weight = self.weights.prior;
        let fields = self.prepared.row(row).iter().zip(&self.prepared.fields).zip(values);
        let settings = self.linker.comparisons.iter().zip(&self.weights.levels).zip(&self.weights.equal);
        for (((&code, field), value), ((comparison, weights), equal)) in fields.zip(settings) {
            let (Some(value), false) = (value, code == Text::MISSING) else { continue };
            let level = match code == value.code {
                true => EQUAL,
                false => level_of(comparison, field.compared(code), value.compared()),
            };
            weight += match equal {
                Some(equal) if level == EQUAL => equal.get(code as usize).copied().unwrap_or(0.0),
                _ if level == MISSING => 0.0,
                _ => weights.get(usize::from(level)).copied().unwrap_or(0.0),
            };
        }
        Match { row, weight, probability: probability(weight) }
    }
}
