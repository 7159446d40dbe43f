//! Columns made ready for methods that compare distances, and back.

mod column;
mod prepared;

use super::columns::LARGEST;
use super::quantile::QuantileTransform;
use super::robust::Robust;
use crate::data::{Features, Table, customer_rows};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::model::{Control, Fit};
use column::{PreparedColumn, Source};
use prepared::Category;
pub use prepared::Prepared;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::f64::consts::FRAC_1_SQRT_2;

/// Preparation of columns for clustering and other methods that compare distances: missing values filled, money
/// logged, scales made alike, categories turned into numbers.
///
/// Use it inside a segmentation, so that new customers are prepared as those of the fit were and centers can be said in
/// raw units ([`Prepared::inverse`]). Fit it on a [`Table`], whose columns are named in the settings, or on
/// [`Features`], of which all columns are numeric.
///
/// A numeric column goes through three steps, by [`ColumnPreparation`]; the columns in `overrides` have their own:
///
/// | step | choices | default |
/// |---|---|---|
/// | `missing` | refuse; the median of the column at the fit; a constant | refuse |
/// | `log` | ln(1 + x) when the column leans right and has no negative value; always; never | when it leans right |
/// | `scaling` | standard, robust, min-max, quantiles, Yeo-Johnson, none | standard |
///
/// A column leans right when its skewness is above 0.5 (Bulmer 1979 calls it moderately skewed from there on). A column
/// that was logged refuses negative values later. The defaults on [`Features`] are the preparation of
/// [`Segmentation`](crate::insight::Segmentation).
///
/// A categorical column becomes one column per level of the fit, named `column=level`, which holds `level_value` in the
/// rows of this level and 0 elsewhere. The default, √½, sets two rows that differ in the category 1 apart: as far as one
/// standard deviation of a standardized column. Standardizing such columns instead would give rare levels the most weight.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `rule` | the steps of numeric columns | see above |
/// | `overrides` | numeric columns with steps of their own, by name | none |
/// | `numeric` | numeric columns of a table, in this order | none |
/// | `categorical` | categorical columns of a table, in this order | none |
/// | `customer` | the column of a table that names the customer, one row each | none |
/// | `level_value` | what a row has in the column of its level | √½ |
/// | `unseen` | a missing category, or one that no row of the fit had: refused, or 0 in all columns (`missing` is for numbers) | refused |
/// | `max_levels` | levels of one column at most | 100 |
///
/// Fitting gives a [`Prepared`], whose `predict` takes both shapes. No row is left out: what cannot be prepared is refused.
///
/// # Errors
/// A setting out of range; a column that is not there, is named twice, or is overridden without being named; no row; a
/// number or category that is missing where this is refused, unreadable, not finite, or 1e140 or more in size; no value to take the
/// median of, no level of a categorical column; a negative value where `log` is always; more levels than `max_levels`; a customer who is missing or stood in
/// an earlier row.
///
/// # Complexity
/// O(values) time, O(rows · log rows) for columns that need their ranks; the memory of a few columns for each thread.
///
/// # Reference
/// M. G. Bulmer (1979), Principles of Statistics: the measure of skewness. The scalings: see [`Robust`],
/// [`MinMax`](super::MinMax), [`QuantileTransform`], [`PowerTransform`](super::PowerTransform).
///
/// # Example
/// ```
/// use crm_mining::{Fit, Predict, data::{Column, Table}, feature::{MissingNumber, Preparation}};
///
/// let table = Table::new("crm", vec![
///     Column::floats("spend", vec![10.0, 12.0, f64::NAN, 9000.0, 11.0]),
///     Column::text("city", ["Ulm", "Bonn", "Ulm", "Bonn", "Ulm"].map(Some)),
/// ])?;
/// let mut preparation = Preparation::of_table(["spend"], ["city"]);
/// preparation.rule.missing = MissingNumber::Median;
/// let prepared = preparation.fit(&table)?;
/// assert_eq!(prepared.names(), ["spend", "city=Bonn", "city=Ulm"]);
/// assert_eq!(prepared.logged().collect::<Vec<_>>(), ["spend"]);
///
/// let features = prepared.predict(&table)?;
/// assert_eq!(features.row(0)[1..], [0.0, 0.5_f64.sqrt()]);
/// assert!((prepared.inverse(&features)?.row(2)[0] - 11.5).abs() < 1e-9); // the median, filled in
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preparation {
    /// The steps of numeric columns.
    pub rule: ColumnPreparation,
    /// Numeric columns with steps of their own, by name.
    pub overrides: BTreeMap<String, ColumnPreparation>,
    /// Numeric columns of a table, in this order.
    pub numeric: Vec<String>,
    /// Categorical columns of a table, in this order.
    pub categorical: Vec<String>,
    /// The column of a table that names the customer.
    pub customer: Option<String>,
    /// What a row has in the column of its level.
    pub level_value: f64,
    /// A missing category, or one without a level.
    pub unseen: Unseen,
    /// Levels of one column at most.
    pub max_levels: usize,
}

/// The steps that a numeric column goes through.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ColumnPreparation {
    /// What stands for a missing value.
    pub missing: MissingNumber,
    /// Whether x is replaced by ln(1 + x).
    pub log: Logging,
    /// How the column is scaled.
    pub scaling: Scaling,
}

/// What stands for a missing number.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingNumber {
    /// Nothing: it is refused, with its row.
    #[default]
    Refuse,
    /// The median of the values at the fit.
    Median,
    /// This value.
    Constant(f64),
}

/// Whether x is replaced by ln(1 + x).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Logging {
    /// When the column leans right (skewness above 0.5) and has no negative value at the fit.
    #[default]
    WhenSkewed,
    /// Always; negative values are refused.
    Always,
    /// Never.
    Never,
}

/// How a column is scaled.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scaling {
    /// Not at all.
    None,
    /// By mean and standard deviation: [`Standardize`](super::Standardize).
    #[default]
    Standard,
    /// By median and quantile range.
    Robust(Robust),
    /// Between its ends: [`MinMax`](super::MinMax).
    MinMax,
    /// By rank.
    Quantile(QuantileTransform),
    /// By the most likely power: [`PowerTransform`](super::PowerTransform).
    YeoJohnson,
}

/// What becomes of a category that is missing or that no row of the fit had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// It is refused, with its row.
    #[default]
    Refuse,
    /// It has 0 in the columns of all levels.
    AllZero,
}

impl Default for Preparation {
    fn default() -> Self {
        Preparation {
            rule: ColumnPreparation::default(),
            overrides: BTreeMap::new(),
            numeric: Vec::new(),
            categorical: Vec::new(),
            customer: None,
            level_value: FRAC_1_SQRT_2,
            unseen: Unseen::Refuse,
            max_levels: 100,
        }
    }
}

impl Preparation {
    /// The default settings for these columns of a table.
    pub fn of_table<N: Into<String>, C: Into<String>>(
        numeric: impl IntoIterator<Item = N>,
        categorical: impl IntoIterator<Item = C>,
    ) -> Preparation {
        Preparation {
            numeric: numeric.into_iter().map(Into::into).collect(),
            categorical: categorical.into_iter().map(Into::into).collect(),
            ..Preparation::default()
        }
    }

    fn check(&self, numeric: &[String], n_rows: usize) -> Result<()> {
        let of = "Preparation";
        if !self.level_value.is_finite() {
            return invalid_parameter(of, "level_value", "finite", self.level_value);
        }
        if self.max_levels == 0 {
            return invalid_parameter(of, "max_levels", "at least 1", self.max_levels);
        }
        if let Some(name) = self.overrides.keys().find(|name| !numeric.contains(name)) {
            return invalid_parameter(
                of,
                "overrides",
                format!("among the numeric columns {numeric:?}"),
                name,
            );
        }
        for steps in self.overrides.values().chain([&self.rule]) {
            steps.check()?;
        }
        let names: Vec<&String> = numeric.iter().chain(&self.categorical).collect();
        if names.is_empty() {
            let must_be = "the names of columns of the table, if categorical has none";
            return invalid_parameter(of, "numeric", must_be, numeric);
        }
        for (second, name) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(second).position(|other| other == name) {
                let (table, column) = (of.to_owned(), (*name).clone());
                let (first, second) = (first + 1, second + 1);
                return Err(ErrorKind::DuplicateColumn { table, column, first, second }.into());
            }
        }
        if n_rows == 0 {
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "rows", got: 0 }.into());
        }
        Ok(())
    }

    fn steps(&self, name: &str) -> &ColumnPreparation {
        self.overrides.get(name).unwrap_or(&self.rule)
    }

    fn prepared(&self, columns: Vec<PreparedColumn>, categories: Vec<Category>) -> Prepared {
        Prepared::new(columns, categories, self.customer.clone(), self.level_value, self.unseen)
    }
}

impl ColumnPreparation {
    fn check(&self) -> Result<()> {
        if let MissingNumber::Constant(value) = self.missing
            && !(value.is_finite() && value.abs() < LARGEST)
        {
            return invalid_parameter("Preparation", "missing", "a constant below 1e140 in size", value);
        }
        match self.scaling {
            Scaling::Robust(robust) => robust.check(),
            Scaling::Quantile(transform) => transform.check(),
            _ => Ok(()),
        }
    }
}

impl Fit<Features> for Preparation {
    type Model = Prepared;

    fn fit_with(&self, features: &Features, control: &Control) -> Result<Prepared> {
        if !self.categorical.is_empty() {
            let must_be = "empty for Features, which hold numbers only";
            return invalid_parameter("Preparation", "categorical", must_be, &self.categorical);
        }
        if !self.numeric.is_empty() {
            features.expect_names("Preparation", &self.numeric)?;
        }
        self.check(features.names(), features.n_rows())?;
        let fit = |(feature, name): (usize, &String)| {
            PreparedColumn::fit(&Source::Features(features, feature), name, self.steps(name), control)
        };
        let columns = features.names().par_iter().enumerate().map(|(feature, name)| fit((feature, name)));
        Ok(self.prepared(columns.collect::<Result<_>>()?, Vec::new()))
    }
}

impl Fit<Table> for Preparation {
    type Model = Prepared;

    fn fit_with(&self, table: &Table, control: &Control) -> Result<Prepared> {
        self.check(&self.numeric, table.n_rows())?;
        if let Some(customer) = &self.customer {
            customer_rows(table, customer)?;
        }
        let fit = |name: &String| {
            PreparedColumn::fit(&Source::Table(table, table.column(name)?), name, self.steps(name), control)
        };
        let columns = self.numeric.par_iter().map(fit).collect::<Result<_>>()?;
        let category = |name: &String| Category::fit(table, name, self.unseen, self.max_levels);
        let categories = self.categorical.iter().map(category).collect::<Result<_>>()?;
        Ok(self.prepared(columns, categories))
    }
}
