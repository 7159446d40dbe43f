//! The settings of data profiling, and the work in order.

use super::describe::{Described, describe};
use super::rows::{keys_of_two, note_repeats, repeated};
use super::score::{QualityScore, QualityWeights, Timeliness, timely_share};
use super::table::TableQuality;
use crate::data::Table;
use crate::error::{Result, invalid_parameter};
use crate::model::Control;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Whether personal values are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalValues {
    /// Their patterns are shown in their place; ranges of personal numbers and dates are withheld.
    #[default]
    Masked,
    /// As they are.
    Shown,
}

/// Data profiling: what each column of a table holds, what it is suspected to be, and how good the data is.
///
/// Use it on any table before anything else. Distinct values are read once; nothing is changed. Settings with
/// their defaults: `top` (10 values and patterns listed per column), `quantiles` (.05, .25, .5, .75, .95),
/// `type_share` (0.9: a text column is of a type that this share of its values fits), `personal_share` (0.2: a column
/// is personal from this share on), `personal_values` (masked), `markers` (none beside `NA`, `null`, `-`, `?` and
/// their like), `weights` of the score (1 each), `timeliness` (none).
///
/// Personal data is told by shape: a name in a column that is not named for it is not recognized.
///
/// # Errors
/// [`Quality::measure`] fails for a setting out of range, and when the column named for timeliness is missing or
/// holds no dates.
///
/// # Complexity
/// O(n) per text column in rows plus O(d) in its distinct values; O(n log n) per column of numbers.
///
/// # Reference
/// Abedjan, Golab & Naumann (2015), *Profiling relational data: a survey*, VLDB Journal 24; the parts of the score
/// after Batini & Scannapieco (2016), *Data and Information Quality*, ch. 2.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::prepare::{ColumnRole, ContentType, Quality};
///
/// let table = Table::new("customers", vec![
///     Column::text("id", ["00123", "123", "0123"].map(Some)),
///     Column::text("mobile", [Some("13812345678"), None, Some("13987654321")]),
///     Column::text("spend", ["18.5", "NA", "7"].map(Some)),
/// ])?;
/// let quality = Quality::default().measure(&table)?;
/// let [id, mobile, spend] = &quality.columns[..] else { panic!() };
/// assert_eq!(id.roles, [ColumnRole::Id, ColumnRole::Key]);
/// assert!(mobile.is_personal());
/// assert_eq!(mobile.top[0].value, "99999999999");
/// assert_eq!((spend.content, spend.missing, spend.markers), (ContentType::Number, 0, 1));
/// assert_eq!(quality.score.completeness, Some(7.0 / 9.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Quality {
    /// Values and patterns listed per column.
    pub top: usize,
    /// Quantiles of numbers, from 0 to 1.
    pub quantiles: Vec<f64>,
    /// A text column is of a type that this share of its values fits, above 0.5.
    pub type_share: f64,
    /// A column is suspected to be personal from this share of its values on, above 0.
    pub personal_share: f64,
    /// Whether personal values are shown.
    pub personal_values: PersonalValues,
    /// Further texts that stand for a missing value, such as `unknown`.
    pub markers: Vec<String>,
    /// The weights of the parts of the score.
    pub weights: QualityWeights,
    /// What timeliness is measured by.
    pub timeliness: Option<Timeliness>,
}

impl Default for Quality {
    fn default() -> Self {
        Quality {
            top: 10,
            quantiles: vec![0.05, 0.25, 0.5, 0.75, 0.95],
            type_share: 0.9,
            personal_share: 0.2,
            personal_values: PersonalValues::Masked,
            markers: Vec::new(),
            weights: QualityWeights::default(),
            timeliness: None,
        }
    }
}

impl Quality {
    /// Profiles a table.
    ///
    /// # Errors
    /// See [`Quality`].
    pub fn measure(&self, table: &Table) -> Result<TableQuality> {
        self.measure_with(table, &Control::default())
    }

    /// Profiles a table, under control of the caller.
    ///
    /// # Errors
    /// See [`Quality`]; and the caller's wish to stop.
    pub fn measure_with(&self, table: &Table, control: &Control) -> Result<TableQuality> {
        self.check()?;
        let timely =
            self.timeliness.as_ref().map(|timeliness| timely_share(table, timeliness)).transpose()?;
        let described: Vec<Described> = table
            .columns()
            .par_iter()
            .map(|column| {
                control.check("data profiling")?;
                describe(column, self, control)
            })
            .collect::<Result<_>>()?;
        control.step("data profiling", 1, 2)?;
        let (mut columns, signatures): (Vec<_>, Vec<_>) =
            described.into_iter().map(|described| (described.quality, described.signature)).unzip();
        note_repeats(table, &signatures, &mut columns, control)?;
        let keys_of_two = keys_of_two(table, &columns, control)?;
        let repeated_rows = repeated(table, control)?;
        control.step("data profiling", 2, 2)?;
        let n_rows = table.n_rows() as u64;
        let score = QualityScore::of(&columns, (n_rows, repeated_rows), timely.flatten(), &self.weights);
        Ok(TableQuality {
            table: table.name().to_owned(),
            n_rows,
            repeated_rows,
            keys_of_two,
            score,
            columns,
        })
    }

    fn check(&self) -> Result<()> {
        let within = |value: f64| value > 0.0 && value <= 1.0;
        if self.quantiles.iter().any(|q| !(0.0..=1.0).contains(q)) {
            return invalid_parameter("Quality", "quantiles", "from 0 to 1", &self.quantiles);
        }
        if !within(self.type_share) || self.type_share <= 0.5 {
            return invalid_parameter("Quality", "type_share", "above 0.5 and at most 1", self.type_share);
        }
        if !within(self.personal_share) {
            return invalid_parameter(
                "Quality",
                "personal_share",
                "above 0 and at most 1",
                self.personal_share,
            );
        }
        self.weights.check()
    }
}
