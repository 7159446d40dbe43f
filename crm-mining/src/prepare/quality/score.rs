//! One figure for the quality of a table, from parts with stated definitions.

use super::column::{ColumnQuality, share};
use crate::data::parse::Cell;
use crate::data::{Day, Days, Table, Zone};
use crate::error::{ErrorKind, Result, invalid_parameter};
use serde::{Deserialize, Serialize};

/// How much each part of the score counts. Only proportions matter; 0 leaves a part out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QualityWeights {
    /// Of completeness.
    pub completeness: f64,
    /// Of uniqueness.
    pub uniqueness: f64,
    /// Of validity.
    pub validity: f64,
    /// Of consistency.
    pub consistency: f64,
    /// Of timeliness.
    pub timeliness: f64,
}

impl Default for QualityWeights {
    fn default() -> Self {
        QualityWeights {
            completeness: 1.0,
            uniqueness: 1.0,
            validity: 1.0,
            consistency: 1.0,
            timeliness: 1.0,
        }
    }
}

impl QualityWeights {
    pub(super) fn check(&self) -> Result<()> {
        let weights = [self.completeness, self.uniqueness, self.validity, self.consistency, self.timeliness];
        let sound = weights.iter().all(|weight| (0.0..=1e9).contains(weight));
        if sound && weights.iter().sum::<f64>() > 0.0 {
            return Ok(());
        }
        invalid_parameter("Quality", "weights", "from 0 to 1e9, one of them above 0", weights)
    }
}

/// What timeliness is measured by: the share of rows whose date is at most `max_age` before `as_of`, and not after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeliness {
    /// The column of dates, such as the day of the last change.
    pub column: String,
    /// The day the data should speak of.
    pub as_of: Day,
    /// The age, in days, up to which a row is timely.
    pub max_age: Days,
}

/// The quality of a table, 0 to 100, and its parts as shares from 0 to 1. A part that is not defined for the table
/// (no rows, no columns, no date column named) is `None` and left out of the mean.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct QualityScore {
    /// 100 × the weighted mean of the parts.
    pub score: Option<f64>,
    /// Cells with a value that is no missing marker, by all cells.
    pub completeness: Option<f64>,
    /// Rows that do not equal an earlier row in every column, by all rows.
    pub uniqueness: Option<f64>,
    /// Cells that fit the type of their column, by all cells with a value that is no marker.
    pub validity: Option<f64>,
    /// Cells neither padded with blanks nor, in a column of text where patterns of at least 5 % of the rows each make
    /// up at least 90 % of them, of another pattern; by all cells with a value that is no marker.
    pub consistency: Option<f64>,
    /// Rows whose date is not older than allowed and not in the future, by all rows.
    pub timeliness: Option<f64>,
}

impl QualityScore {
    pub(super) fn of(
        columns: &[ColumnQuality],
        (rows, repeated): (u64, u64),
        timeliness: Option<f64>,
        weights: &QualityWeights,
    ) -> QualityScore {
        let valued = |column: &ColumnQuality| column.present() - column.markers;
        let all: u64 = columns.iter().map(valued).sum();
        let weighted = |of: fn(&ColumnQuality) -> f64| {
            let sum: f64 = columns.iter().map(|column| of(column) * valued(column) as f64).sum();
            (all > 0).then(|| (sum / all as f64).clamp(0.0, 1.0))
        };
        let mut score = QualityScore {
            score: None,
            completeness: share(all, columns.iter().map(|column| column.rows).sum()),
            uniqueness: share(rows - repeated, rows).filter(|_| !columns.is_empty()),
            validity: weighted(|column| column.fits),
            consistency: weighted(|column| column.regular),
            timeliness,
        };
        let (mut sum, mut weight) = (0.0, 0.0);
        for (_, part, its_weight) in score.parts(weights) {
            if let Some(part) = part {
                (sum, weight) = (sum + part * its_weight, weight + its_weight);
            }
        }
        score.score = (weight > 0.0).then(|| 100.0 * sum / weight);
        score
    }

    /// The parts by name, with their weights.
    pub(super) fn parts(&self, weights: &QualityWeights) -> [(&'static str, Option<f64>, f64); 5] {
        [
            ("completeness", self.completeness, weights.completeness),
            ("uniqueness", self.uniqueness, weights.uniqueness),
            ("validity", self.validity, weights.validity),
            ("consistency", self.consistency, weights.consistency),
            ("timeliness", self.timeliness, weights.timeliness),
        ]
    }
}

/// The share of timely rows; `None` without rows.
pub(super) fn timely_share(table: &Table, timeliness: &Timeliness) -> Result<Option<f64>> {
    let column = table.column(&timeliness.column)?;
    let times = column.read_times();
    let mut days = Zone::UTC.days();
    let (mut timely, mut dates) = (0, 0_u64);
    for row in 0..table.n_rows() {
        if let Cell::Value(micros) = times.get(row) {
            let age = timeliness.as_of.since(days.day(micros));
            dates += 1;
            timely += u64::from((0..=timeliness.max_age.0).contains(&age));
        }
    }
    if dates == 0 && (0..table.n_rows()).any(|row| !column.is_missing(row)) {
        return Err(ErrorKind::InvalidColumn {
            table: table.name().to_owned(),
            column: column.name().to_owned(),
            must_be: "dates, to measure timeliness by".into(),
            got: column.type_name().to_owned(),
        }
        .into());
    }
    Ok(share(timely, table.n_rows() as u64))
}
