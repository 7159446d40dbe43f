//! What detection gives back: cells that look wrong, why, and what could stand there.

use crate::data::{Column, Table, ToTable};
use std::sync::Arc;

/// The cells of a table that look wrong, by row, then by column.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicions {
    /// One per cell.
    pub cells: Vec<Suspicion>,
    /// How many cells were looked at.
    pub n_cells: u64,
}

/// A cell that looks wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct Suspicion {
    /// The source row, from 1.
    pub row: u64,
    /// The column.
    pub column: Arc<str>,
    /// What it holds; `None` when missing.
    pub found: Option<Arc<str>>,
    /// How suspect it is, from the threshold to 1.
    pub score: f64,
    /// What speaks against it, the strongest first.
    pub reasons: Vec<Signal>,
    /// What could stand there.
    pub repair: Option<Repair>,
    /// How sure the repair is, from 0 to 1; 0 without one.
    pub confidence: f64,
}

/// What could stand in the place of a suspect value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// This value.
    Value(Arc<str>),
    /// Nothing: the text only says that the value is missing.
    Missing,
}

/// Why a cell looks wrong.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Signal {
    /// A text that stands for a missing value, such as `N/A`.
    MissingMarker,
    /// Missing in a column that is filled elsewhere.
    Missing {
        /// The share of rows in which it is missing.
        share: f64,
    },
    /// A number with signs beside it that the column's other values lack or write otherwise.
    Affix,
    /// Another spelling (case, blanks, punctuation) of a more frequent value.
    Spelling {
        /// How often the frequent spelling occurs.
        votes: u32,
    },
    /// Blanks at the beginning or end.
    Blanks,
    /// Not a number in a column of numbers, not a date in a column of dates.
    Type,
    /// Few rows have a value of this shape (digits, letters, signs), nearly all have another.
    Pattern {
        /// The share of rows of this shape.
        share: f64,
    },
    /// A value outside the few that the column repeats.
    RareValue {
        /// How often it occurs.
        count: u32,
    },
    /// A value that another column repeats and this one does not.
    ForeignValue {
        /// The other column.
        of: Arc<str>,
    },
    /// A few signs away from a frequent value, or a word of it from a frequent word.
    Misspelling {
        /// The signs.
        distance: usize,
        /// How often the frequent one occurs.
        votes: u32,
    },
    /// A number far from the others.
    Outlier {
        /// Its distance from the median in standard deviations, estimated from the median absolute deviation.
        deviations: f64,
    },
    /// The value holds that of another column, which is missing; or is missing for that reason.
    MergedField {
        /// The other column.
        with: Arc<str>,
    },
    /// Other rows with the same value of the determinant hold another value.
    Dependency {
        /// The column or columns.
        determinant: Arc<str>,
        /// The rows that hold the other value.
        votes: u32,
        /// The rows that hold any.
        of: u32,
    },
    /// Other sources report another value of the same thing.
    Conflict {
        /// The column that names the thing.
        thing: Arc<str>,
        /// The column that names the source.
        source: Arc<str>,
        /// The sources that report the other value.
        votes: u32,
        /// The sources that report any.
        of: u32,
    },
}

impl Signal {
    /// The bare name of the reason, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Signal::MissingMarker => "missing marker",
            Signal::Missing { .. } => "missing",
            Signal::Affix => "affix",
            Signal::Spelling { .. } => "spelling",
            Signal::Blanks => "blanks",
            Signal::Type => "type",
            Signal::Pattern { .. } => "pattern",
            Signal::RareValue { .. } => "rare value",
            Signal::ForeignValue { .. } => "foreign value",
            Signal::Misspelling { .. } => "misspelling",
            Signal::Outlier { .. } => "outlier",
            Signal::MergedField { .. } => "merged field",
            Signal::Dependency { .. } => "dependency",
            Signal::Conflict { .. } => "conflict",
        }
    }
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Signal::MissingMarker => f.write_str("stands for a missing value"),
            Signal::Missing { share } => write!(f, "missing, as in {:.1} % of the rows only", share * 100.0),
            Signal::Affix => f.write_str("a number with other signs beside it"),
            Signal::Spelling { votes } => write!(f, "spelt otherwise in {votes} rows"),
            Signal::Blanks => f.write_str("blanks at an end"),
            Signal::Type => f.write_str("of another type than the column"),
            Signal::Pattern { share } => write!(f, "of a shape that {:.2} % of the rows have", share * 100.0),
            Signal::RareValue { count } => write!(f, "occurs {count} times in a column of few values"),
            Signal::ForeignValue { of } => write!(f, "a value of column {of:?}"),
            Signal::Misspelling { distance, votes } => {
                write!(f, "{distance} signs from what {votes} rows hold")
            }
            Signal::Outlier { deviations } => write!(f, "{deviations:.1} deviations from the median"),
            Signal::MergedField { with } => write!(f, "merged with column {with:?}"),
            Signal::Dependency { determinant, votes, of } => {
                write!(f, "{votes} of {of} rows with the same {determinant} hold another value")
            }
            Signal::Conflict { thing, source, votes, of } => {
                write!(f, "{votes} of {of} reports by {source} on the same {thing} say otherwise")
            }
        }
    }
}

impl ToTable for Suspicions {
    fn to_table(&self) -> Table {
        let cells = &self.cells;
        let reasons = |cell: &Suspicion| {
            let reasons: Vec<String> = cell.reasons.iter().map(Signal::to_string).collect();
            Some(reasons.join("; "))
        };
        let repair = |cell: &Suspicion| match &cell.repair {
            Some(Repair::Value(value)) => Some(value.to_string()),
            Some(Repair::Missing) | None => None,
        };
        let action = |cell: &Suspicion| {
            Some(match &cell.repair {
                Some(Repair::Value(_)) => "replace",
                Some(Repair::Missing) => "make missing",
                None => "look",
            })
        };
        Table::of(
            "suspicions",
            vec![
                Column::ints("row", cells.iter().map(|cell| cell.row as i64).collect()),
                Column::text("column", cells.iter().map(|cell| Some(&cell.column))),
                Column::text("found", cells.iter().map(|cell| cell.found.as_ref())),
                Column::floats("score", cells.iter().map(|cell| cell.score).collect()),
                Column::text("reasons", cells.iter().map(reasons)),
                Column::text("action", cells.iter().map(action)),
                Column::text("repair", cells.iter().map(repair)),
                Column::floats("confidence", cells.iter().map(|cell| cell.confidence).collect()),
            ],
        )
    }
}
