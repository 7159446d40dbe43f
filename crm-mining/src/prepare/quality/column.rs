//! What data profiling tells of one column.

use super::personal::Personal;
use serde::{Deserialize, Serialize};

/// What the values of a column say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentType {
    /// No value at all, or missing markers only.
    Empty,
    /// Words, codes or names.
    Text,
    /// Whole numbers.
    Whole,
    /// Numbers.
    Number,
    /// Dates or moments.
    Date,
    /// Truth values.
    Truth,
}

impl ContentType {
    /// The type in a word.
    pub fn name(self) -> &'static str {
        match self {
            ContentType::Empty => "empty",
            ContentType::Text => "text",
            ContentType::Whole => "whole number",
            ContentType::Number => "number",
            ContentType::Date => "date",
            ContentType::Truth => "truth value",
        }
    }
}

/// How the values of two columns correspond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Likeness {
    /// The same value in every row.
    Equal,
    /// Each value of one stands beside one and the same value of the other, and the other way round.
    OneToOne,
}

/// What a column is suspected to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnRole {
    /// Names things: told by its name, or by values that are nearly all different and shaped like codes.
    Id,
    /// No value is missing and none occurs twice.
    Key,
    /// Says when.
    Date,
    /// One value in every row.
    Constant,
    /// Says what an earlier column says.
    Repeats {
        /// The earlier column.
        column: String,
        /// How their values correspond.
        likeness: Likeness,
    },
    /// Speaks of persons.
    Personal {
        /// In which way.
        kind: Personal,
        /// The share of present values that do.
        share: f64,
    },
}

/// A value, or a pattern, and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueCount {
    /// The value; of a personal one the pattern.
    pub value: String,
    /// Rows that hold it.
    pub count: u64,
}

/// The length of texts in characters, over rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// The shortest.
    pub min: u64,
    /// The mean.
    pub mean: f64,
    /// The longest.
    pub max: u64,
}

/// What the numbers of a column amount to. Infinite ones are counted and left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NumberSummary {
    /// Numbers summarized.
    pub count: u64,
    /// Infinite values.
    pub infinite: u64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation of a sample (n − 1); `None` for one number.
    pub sd: Option<f64>,
    /// The quantiles asked for, each with its value, interpolated linearly.
    pub quantiles: Vec<(f64, f64)>,
    /// How many are zero.
    pub zeros: u64,
    /// How many are below zero.
    pub negative: u64,
}

/// The first and last moment of a column of dates, in ISO 8601.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DateSpan {
    /// The earliest.
    pub first: String,
    /// The latest.
    pub last: String,
}

/// What data profiling tells of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ColumnQuality {
    /// The column.
    pub name: String,
    /// What its values say: the type that nearly all of them fit.
    pub content: ContentType,
    /// The share of present values, markers aside, that fit it.
    pub fits: f64,
    /// Rows.
    pub rows: u64,
    /// Rows without a value.
    pub missing: u64,
    /// Rows whose text stands for a missing value, such as `NA`. It is kept as text and counts as a value.
    pub markers: u64,
    /// Different values.
    pub distinct: u64,
    /// Values that occur once.
    pub unique: u64,
    /// Rows whose text begins or ends with blanks.
    pub padded: u64,
    /// Lengths of texts.
    pub lengths: Option<Lengths>,
    /// Numbers; withheld where they are personal.
    pub numbers: Option<NumberSummary>,
    /// Range of dates; withheld where they are personal.
    pub dates: Option<DateSpan>,
    /// The most frequent values.
    pub top: Vec<ValueCount>,
    /// The most frequent values that do not fit the type.
    pub misfits: Vec<ValueCount>,
    /// The most frequent patterns of texts: `A` upper case, `a` lower case, `字` a letter without case,
    /// `9` a digit, other signs as they are.
    pub patterns: Vec<ValueCount>,
    /// Different patterns.
    pub n_patterns: u64,
    /// What the column is suspected to be.
    pub roles: Vec<ColumnRole>,
    /// Present values whose pattern is usual and that are not padded, as a share.
    pub regular: f64,
}

impl ColumnQuality {
    /// Rows with a value; markers are values.
    pub fn present(&self) -> u64 {
        self.rows - self.missing
    }

    /// Rows with a value that is not a missing marker, as a share; `None` without rows.
    pub fn completeness(&self) -> Option<f64> {
        share(self.present() - self.markers, self.rows)
    }

    /// Different values by rows with a value; `None` without one.
    pub fn distinct_share(&self) -> Option<f64> {
        share(self.distinct, self.present())
    }

    /// Values that occur once by rows with a value; `None` without one.
    pub fn unique_share(&self) -> Option<f64> {
        share(self.unique, self.present())
    }

    /// Whether the column is suspected to speak of persons.
    pub fn is_personal(&self) -> bool {
        self.roles.iter().any(|role| matches!(role, ColumnRole::Personal { .. }))
    }
}

pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
