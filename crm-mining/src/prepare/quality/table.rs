//! What data profiling tells of a table.

use super::column::{ColumnQuality, ColumnRole, Likeness};
use super::score::QualityScore;
use crate::data::{Column, Table, ToTable};
use serde::{Deserialize, Serialize};

/// What data profiling tells of a table: its columns, its keys, its repeated rows and its score.
///
/// `Display` prints it for a terminal of 100 columns, [`TableQuality::to_html`] for a page; serde gives JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableQuality {
    /// The table's name.
    pub table: String,
    /// Rows.
    pub n_rows: u64,
    /// Rows that equal an earlier one in every column.
    pub repeated_rows: u64,
    /// Pairs of columns that together name every row where neither does alone: the first eight among the first
    /// forty columns without gaps and without fractions.
    pub keys_of_two: Vec<[String; 2]>,
    /// The quality score and its parts.
    pub score: QualityScore,
    /// The columns in order.
    pub columns: Vec<ColumnQuality>,
}

impl ColumnRole {
    /// The role in a few words.
    pub fn describe(&self) -> String {
        match self {
            ColumnRole::Id => "id".into(),
            ColumnRole::Key => "key".into(),
            ColumnRole::Date => "date".into(),
            ColumnRole::Constant => "constant".into(),
            ColumnRole::Repeats { column, likeness: Likeness::Equal } => format!("equals {column}"),
            ColumnRole::Repeats { column, likeness: Likeness::OneToOne } => {
                format!("one to one with {column}")
            }
            ColumnRole::Personal { kind, share } => {
                format!("personal: {} {}", kind.name(), percent(Some(*share)))
            }
        }
    }
}

impl ColumnQuality {
    /// The roles in words.
    pub(super) fn roles_text(&self) -> String {
        self.roles.iter().map(ColumnRole::describe).collect::<Vec<_>>().join("; ")
    }
}

/// A share as a percentage that says 0 % and 100 % of nothing else.
pub(super) fn percent(share: Option<f64>) -> String {
    match share {
        None => "–".into(),
        Some(share) if share > 0.0 && share < 0.001 => "<0.1 %".into(),
        Some(share) if share < 1.0 && share > 0.999 => ">99.9 %".into(),
        Some(share) => format!("{:.1} %", share * 100.0),
    }
}

impl ToTable for TableQuality {
    /// One row per column.
    fn to_table(&self) -> Table {
        let ints = |name: &str, of: fn(&ColumnQuality) -> u64| {
            Column::ints(name, self.columns.iter().map(|column| of(column) as i64).collect())
        };
        let floats = |name: &str, of: &dyn Fn(&ColumnQuality) -> Option<f64>| {
            Column::floats(name, self.columns.iter().map(|column| of(column).unwrap_or(f64::NAN)).collect())
        };
        let texts = |name: &str, of: &dyn Fn(&ColumnQuality) -> Option<String>| {
            Column::text(name, self.columns.iter().map(of))
        };
        let mut columns = vec![
            texts("column", &|column| Some(column.name.clone())),
            texts("content", &|column| Some(column.content.name().to_owned())),
            floats("fits", &|column| Some(column.fits)),
            ints("rows", |column| column.rows),
            ints("missing", |column| column.missing),
            ints("markers", |column| column.markers),
            ints("distinct", |column| column.distinct),
            ints("unique", |column| column.unique),
            ints("padded", |column| column.padded),
            floats("regular", &|column| Some(column.regular)),
            floats("min", &|column| Some(column.numbers.as_ref()?.min)),
            floats("max", &|column| Some(column.numbers.as_ref()?.max)),
            floats("mean", &|column| Some(column.numbers.as_ref()?.mean)),
            floats("sd", &|column| column.numbers.as_ref()?.sd),
        ];
        columns.extend(self.quantile_columns());
        columns.extend([
            texts("first", &|column| Some(column.dates.as_ref()?.first.clone())),
            texts("last", &|column| Some(column.dates.as_ref()?.last.clone())),
            texts("top", &|column| Some(column.top.first()?.value.clone())),
            texts("pattern", &|column| Some(column.patterns.first()?.value.clone())),
            texts("roles", &|column| Some(column.roles_text()).filter(|roles| !roles.is_empty())),
        ]);
        Table::of("quality", columns)
    }
}

impl TableQuality {
    /// One column per quantile that was asked for.
    fn quantile_columns(&self) -> Vec<Column> {
        let summaries = || self.columns.iter().map(|column| column.numbers.as_ref());
        let mut asked: Vec<f64> = Vec::new();
        for &(q, _) in summaries().flatten().next().iter().flat_map(|summary| &summary.quantiles) {
            if !asked.contains(&q) {
                asked.push(q);
            }
        }
        let value = |q: f64| {
            summaries().map(move |summary| {
                let found =
                    summary.and_then(|summary| summary.quantiles.iter().find(|(other, _)| *other == q));
                found.map_or(f64::NAN, |&(_, value)| value)
            })
        };
        asked.iter().map(|&q| Column::floats(format!("q{q}"), value(q).collect())).collect()
    }
}
