//! One numeric column, prepared.

use super::{ColumnPreparation, Logging, MissingNumber, Scaling};
use crate::data::parse::Cell;
use crate::data::{Column, Features, Table, wrong_value};
use crate::error::{Error, ErrorKind, Result};
use crate::feature::columns::{LARGEST, Scale, bounded};
use crate::feature::min_max::Ends;
use crate::feature::power::YeoJohnson;
use crate::feature::quantile::Ranks;
use crate::feature::robust::RobustColumn;
use crate::feature::scaler::Standard;
use crate::math::quantile;
use crate::model::Control;
use serde::{Deserialize, Serialize};

/// A column whose skewness is above this leans right: few large values, many small ones.
const SKEWED: f64 = 0.5;

/// Where a numeric column comes from.
pub(super) enum Source<'a> {
    Features(&'a Features, usize),
    Table(&'a Table, &'a Column),
}

impl Source<'_> {
    /// The values; NaN where one is missing.
    fn read(&self) -> Result<Vec<f64>> {
        match self {
            Source::Features(features, feature) => Ok(features.column(*feature).collect()),
            Source::Table(table, column) => {
                let reading = column.read_numbers(table)?;
                let value = |row| match reading.get(row) {
                    Cell::Value(value) if value.is_finite() => Ok(value),
                    Cell::Missing => Ok(f64::NAN),
                    _ => Err(self.wrong(row, "a finite number")),
                };
                (0..table.n_rows()).map(value).collect()
            }
        }
    }

    /// What is wrong with the value of a row.
    fn wrong(&self, row: usize, must_be: &str) -> Error {
        match self {
            Source::Features(features, feature) => ErrorKind::InvalidValue {
                table: "Features".into(),
                column: features.names().get(*feature).cloned().unwrap_or_default(),
                row: row as u64 + 1,
                must_be: must_be.into(),
                got: features.row(row).get(*feature).map_or_else(String::new, f64::to_string),
            }
            .into(),
            Source::Table(table, column) => wrong_value(table, column, row, must_be),
        }
    }

    /// The values with missing ones filled. Without a filling they are refused.
    fn filled(&self, fill: Option<f64>, mut values: Vec<f64>) -> Result<Vec<f64>> {
        for (row, value) in values.iter_mut().enumerate().filter(|(_, value)| value.is_nan()) {
            *value = fill.ok_or_else(|| self.wrong(row, "present"))?;
        }
        Ok(values)
    }

    fn no_negative(&self, values: &[f64]) -> Result<()> {
        match values.iter().position(|&value| value < 0.0) {
            Some(row) => Err(self.wrong(row, "at least 0 to be logged")),
            None => Ok(()),
        }
    }
}

/// What was learnt of one numeric column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PreparedColumn {
    pub(super) name: String,
    fill: Option<f64>,
    pub(super) logged: bool,
    scale: ColumnScale,
}

/// The scale of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ColumnScale {
    None,
    Standard(Standard),
    Robust(RobustColumn),
    MinMax(Ends),
    Quantile(Ranks),
    YeoJohnson(YeoJohnson),
}

impl PreparedColumn {
    pub(super) fn fit(
        source: &Source<'_>,
        name: &str,
        steps: &ColumnPreparation,
        control: &Control,
    ) -> Result<PreparedColumn> {
        control.check("preparation")?;
        let values = source.read()?;
        let fill = match steps.missing {
            MissingNumber::Refuse => None,
            MissingNumber::Median => Some(median(&values)?),
            MissingNumber::Constant(value) => Some(value),
        };
        let mut values = source.filled(fill, values)?;
        bounded("Preparation", &values)?;
        let logged = match steps.log {
            Logging::Never => false,
            Logging::Always => {
                source.no_negative(&values)?;
                true
            }
            Logging::WhenSkewed => values.iter().all(|&value| value >= 0.0) && skewness(&values) > SKEWED,
        };
        if logged {
            values.iter_mut().for_each(|value| *value = value.ln_1p());
        }
        let scale = match steps.scaling {
            Scaling::None => ColumnScale::None,
            Scaling::Standard => ColumnScale::Standard(Standard::fit(&values)),
            Scaling::Robust(robust) => ColumnScale::Robust(robust.column(&values)),
            Scaling::MinMax => ColumnScale::MinMax(Ends::fit(&values)),
            Scaling::Quantile(transform) => ColumnScale::Quantile(transform.column(&values)),
            Scaling::YeoJohnson => ColumnScale::YeoJohnson(YeoJohnson::fit(&values, control)?),
        };
        Ok(PreparedColumn { name: name.to_owned(), fill, logged, scale })
    }

    /// The values of a column, with the value of the fit where one is missing.
    pub(super) fn filled(&self, source: &Source<'_>) -> Result<Vec<f64>> {
        source.filled(self.fill, source.read()?)
    }

    /// The values of a column, prepared as those of the fit.
    pub(super) fn prepare(&self, source: &Source<'_>) -> Result<Vec<f64>> {
        let values = self.filled(source)?;
        self.check(source, &values)?;
        Ok(values.into_iter().map(|value| self.scaled(value)).collect())
    }

    /// A logged column takes no negative value.
    pub(super) fn check(&self, source: &Source<'_>, values: &[f64]) -> Result<()> {
        if self.logged { source.no_negative(values) } else { Ok(()) }
    }

    /// Whether all values of the fit were the same; not known of a column that is not scaled.
    pub(super) fn is_constant(&self) -> bool {
        match &self.scale {
            ColumnScale::None => false,
            ColumnScale::Standard(scale) => scale.deviation == 0.0,
            ColumnScale::Robust(scale) => scale.is_constant(),
            ColumnScale::MinMax(scale) => scale.is_constant(),
            ColumnScale::Quantile(scale) => scale.is_constant(),
            ColumnScale::YeoJohnson(scale) => scale.is_constant(),
        }
    }
}

impl Scale for PreparedColumn {
    fn scaled(&self, value: f64) -> f64 {
        let value = if self.logged { value.ln_1p() } else { value };
        match &self.scale {
            ColumnScale::None => value,
            ColumnScale::Standard(scale) => scale.scaled(value),
            ColumnScale::Robust(scale) => scale.scaled(value),
            ColumnScale::MinMax(scale) => scale.scaled(value),
            ColumnScale::Quantile(scale) => scale.scaled(value),
            ColumnScale::YeoJohnson(scale) => scale.scaled(value),
        }
    }

    fn restored(&self, scaled: f64) -> f64 {
        let value = match &self.scale {
            ColumnScale::None => scaled,
            ColumnScale::Standard(scale) => scale.restored(scaled),
            ColumnScale::Robust(scale) => scale.restored(scaled),
            ColumnScale::MinMax(scale) => scale.restored(scaled),
            ColumnScale::Quantile(scale) => scale.restored(scaled),
            ColumnScale::YeoJohnson(scale) => scale.restored(scaled),
        };
        if self.logged { value.exp_m1() } else { value }
    }

    fn is_sound(&self) -> bool {
        let scale = match &self.scale {
            ColumnScale::None => true,
            ColumnScale::Standard(scale) => scale.is_sound(),
            ColumnScale::Robust(scale) => scale.is_sound(),
            ColumnScale::MinMax(scale) => scale.is_sound(),
            ColumnScale::Quantile(scale) => scale.is_sound(),
            ColumnScale::YeoJohnson(scale) => scale.is_sound(),
        };
        scale && self.fill.is_none_or(|fill| fill.abs() < LARGEST)
    }
}

/// The median of the values that are present.
fn median(values: &[f64]) -> Result<f64> {
    let present: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    let unit = "values that are present, for their median";
    let none = || ErrorKind::NotEnoughData { of: "Preparation", needed: 1, unit, got: 0 };
    quantile::linear(&quantile::sorted(&present), 0.5).ok_or_else(|| none().into())
}

fn skewness(values: &[f64]) -> f64 {
    let standard = Standard::fit(values);
    let cubes = values.iter().map(|&value| {
        let z = standard.scaled(value);
        z * z * z
    });
    cubes.sum::<f64>() / values.len() as f64
}
