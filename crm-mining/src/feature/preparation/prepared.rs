//! Columns prepared as those of a fit.

use super::Unseen;
use super::column::{PreparedColumn, Source};
use crate::data::{Features, Table, Text, customer_rows, wrong_value};
use crate::error::{Error, ErrorKind, Result};
use crate::feature::columns::{Scale, changed};
use crate::model::Predict;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// How columns are prepared: what [`Preparation`](super::Preparation) learns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Prepared {
    columns: Vec<PreparedColumn>,
    categories: Vec<Category>,
    customer: Option<String>,
    level_value: f64,
    unseen: Unseen,
    /// Of the columns that come out.
    names: Vec<String>,
}

/// The fields that say all.
#[derive(Clone, Serialize, Deserialize)]
struct Saved {
    columns: Vec<PreparedColumn>,
    categories: Vec<Category>,
    customer: Option<String>,
    level_value: f64,
    unseen: Unseen,
}

impl From<Prepared> for Saved {
    fn from(prepared: Prepared) -> Saved {
        let Prepared { columns, categories, customer, level_value, unseen, names: _ } = prepared;
        Saved { columns, categories, customer, level_value, unseen }
    }
}

impl TryFrom<Saved> for Prepared {
    type Error = Error;

    fn try_from(saved: Saved) -> Result<Prepared> {
        let Saved { columns, categories, customer, level_value, unseen } = saved;
        let refused = |rule: &str, found: String| -> Result<Prepared> {
            Err(ErrorKind::Malformed { place: "Prepared".into(), rule: rule.into(), found }.into())
        };
        let mut names: Vec<&String> = columns.iter().map(|column| &column.name).collect();
        names.extend(categories.iter().map(|category| &category.name));
        names.sort_unstable();
        let n_names = names.len();
        names.dedup();
        if names.is_empty() || names.len() < n_names || !level_value.is_finite() {
            let found = format!("{n_names} columns of {} names, level value {level_value}", names.len());
            return refused("columns of different names and a finite level value", found);
        }
        if let Some(column) = columns.iter().find(|column| !column.is_sound()) {
            return refused("finite values in order", format!("column {:?}", column.name));
        }
        let is_sound = |levels: &[String]| {
            let later = |(at, level)| levels.iter().skip(at + 1).all(|other| other != level);
            !levels.is_empty() && levels.iter().enumerate().all(later)
        };
        if let Some(category) = categories.iter().find(|category| !is_sound(&category.levels)) {
            return refused("one or more levels that differ", format!("column {:?}", category.name));
        }
        Ok(Prepared::new(columns, categories, customer, level_value, unseen))
    }
}

/// What was learnt of one categorical column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Category {
    name: String,
    /// Ascending, as [`Mixed`](crate::data::Mixed) orders them.
    levels: Vec<String>,
}

impl Category {
    pub(super) fn fit(table: &Table, name: &str, unseen: Unseen, max_levels: usize) -> Result<Category> {
        let column = table.column(name)?;
        let (keys, codes) = column.identities();
        if unseen == Unseen::Refuse
            && let Some(row) = codes.iter().position(|&code| code == Text::MISSING)
        {
            return Err(wrong_value(table, column, row, "present, or let through by unseen"));
        }
        if keys.is_empty() {
            let unit = "levels of a categorical column";
            return Err(ErrorKind::NotEnoughData { of: "Preparation", needed: 1, unit, got: 0 }.into());
        }
        if keys.len() > max_levels {
            return Err(ErrorKind::LimitExceeded {
                place: format!("{}: column {name:?}", table.name()),
                of: "the levels of one column",
                limit: max_levels as u64,
                needed: keys.len() as u64,
                setting: "Preparation::max_levels",
            }
            .into());
        }
        Ok(Category { name: name.to_owned(), levels: keys.iter().map(|key| key.to_string()).collect() })
    }

    /// The level of each row of a table by its number; `None` where there is none.
    fn codes(&self, table: &Table, unseen: Unseen) -> Result<Vec<Option<usize>>> {
        let column = table.column(&self.name)?;
        let (keys, codes) = column.identities();
        let level = |name: String| self.levels.iter().position(|level| *level == name);
        let levels: Vec<Option<usize>> = keys.iter().map(|key| level(key.to_string())).collect();
        let code = |(row, &code): (usize, &u32)| match levels.get(code as usize).copied().flatten() {
            None if unseen == Unseen::Refuse => {
                Err(wrong_value(table, column, row, "a category that the fit has seen"))
            }
            level => Ok(level),
        };
        codes.iter().enumerate().map(code).collect()
    }
}

impl Prepared {
    pub(super) fn new(
        columns: Vec<PreparedColumn>,
        categories: Vec<Category>,
        customer: Option<String>,
        level_value: f64,
        unseen: Unseen,
    ) -> Prepared {
        let of = |category: &Category| -> Vec<String> {
            category.levels.iter().map(|level| format!("{}={level}", category.name)).collect()
        };
        let numeric = columns.iter().map(|column| column.name.clone());
        let names = numeric.chain(categories.iter().flat_map(of)).collect();
        Prepared { columns, categories, customer, level_value, unseen, names }
    }

    /// The names of the columns that come out: the numeric ones, then `column=level` for each level.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The numeric columns of the fit.
    pub fn numeric(&self) -> &[String] {
        self.names.get(..self.columns.len()).unwrap_or_default()
    }

    /// The categorical columns of the fit, each with its levels.
    pub fn categorical(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.categories.iter().map(|category| (category.name.as_str(), category.levels.as_slice()))
    }

    /// The columns that are replaced by ln(1 + x).
    pub fn logged(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.logged).map(|column| column.name.as_str())
    }

    /// The scaled columns in which every value of the fit was the same; they part nobody.
    pub fn constant(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter(|column| column.is_constant()).map(|column| column.name.as_str())
    }

    /// The numeric columns of prepared features, such as centers of clusters, in the units they came in. Columns of
    /// levels are left out.
    ///
    /// # Errors
    /// Columns that are not [`Prepared::names`]; no numeric column; a value that no value of its column leads to, or
    /// that leaves the range of `f64`.
    pub fn inverse(&self, features: &Features) -> Result<Features> {
        features.expect_names("Prepared", &self.names)?;
        let numeric = |row: &[f64]| {
            let values = self.columns.iter().zip(row);
            values.map(|(column, &value)| column.restored(value)).collect::<Vec<f64>>()
        };
        let values: Vec<f64> = features.rows().flat_map(numeric).collect();
        let restored = Features::new(self.numeric().to_vec(), values)?;
        match features.customers() {
            Some(customers) => restored.of_customers(customers.clone()),
            None => Ok(restored),
        }
    }
}

impl Prepared {
    /// One value of a column that comes out, prepared; one that has no logarithm counts as 0 before it.
    pub(crate) fn value(&self, place: usize, raw: f64) -> f64 {
        match self.columns.get(place) {
            Some(column) => column.scaled(if column.logged { raw.max(0.0) } else { raw }),
            None => raw * self.level_value,
        }
    }

    /// A prepared value in the units of its column; of the column of a level, the share of rows that have it.
    pub(crate) fn restore(&self, place: usize, prepared: f64) -> f64 {
        match self.columns.get(place) {
            Some(column) => column.restored(prepared),
            None if self.level_value == 0.0 => 0.0,
            None => prepared / self.level_value,
        }
    }

    /// The rows of the table in their own units, missing numbers filled in; 1 for the level that a row has.
    ///
    /// # Errors
    /// As `predict`, for numbers that are refused.
    pub fn plain(&self, table: &Table) -> Result<Features> {
        self.by_customer(table, self.laid_out(table, 1.0, |column, source| column.filled(source))?)
    }

    /// The rows of the table, prepared, in the order in which they stand there, whoever their customers are.
    pub(crate) fn row_by_row(&self, table: &Table) -> Result<Features> {
        self.laid_out(table, self.level_value, PreparedColumn::prepare)
    }

    /// The rows in the order of their customers, when the settings named these.
    fn by_customer(&self, table: &Table, features: Features) -> Result<Features> {
        let Some(customer) = &self.customer else { return Ok(features) };
        let (keys, rows) = customer_rows(table, customer)?;
        features.select(&rows).of_customers(keys)
    }

    fn laid_out(
        &self,
        table: &Table,
        level_value: f64,
        numeric: impl Fn(&PreparedColumn, &Source<'_>) -> Result<Vec<f64>> + Sync,
    ) -> Result<Features> {
        let width = self.names.len();
        let of =
            |column: &PreparedColumn| numeric(column, &Source::Table(table, table.column(&column.name)?));
        let columns = self.columns.par_iter().map(of).collect::<Result<Vec<Vec<f64>>>>()?;
        let mut values = vec![0.0; table.n_rows() * width];
        for (place, column) in columns.iter().enumerate() {
            let cells = values.iter_mut().skip(place).step_by(width);
            cells.zip(column).for_each(|(cell, &value)| *cell = value);
        }
        let mut start = columns.len();
        for category in &self.categories {
            for (row, level) in values.chunks_exact_mut(width).zip(category.codes(table, self.unseen)?) {
                if let Some(cell) = level.and_then(|level| row.get_mut(start + level)) {
                    *cell = level_value;
                }
            }
            start += category.levels.len();
        }
        Features::new(self.names.clone(), values)
    }
}

impl Predict<Features> for Prepared {
    /// The features, prepared: numbers as they are, and 1 for the level that a row has, as [`Prepared::plain`] lays them.
    type Output = Features;

    fn predict(&self, features: &Features) -> Result<Features> {
        features.expect_names("Prepared", &self.names)?;
        for (feature, column) in self.columns.iter().enumerate().filter(|(_, column)| column.logged) {
            let values: Vec<f64> = features.column(feature).collect();
            column.check(&Source::Features(features, feature), &values)?;
        }
        changed(features, |place, value| match self.columns.get(place) {
            Some(column) => column.scaled(value),
            None => value * self.level_value,
        })
    }
}

impl Predict<Table> for Prepared {
    /// The rows of the table, prepared; those of the customers in their order, when the settings named a customer.
    type Output = Features;

    fn predict(&self, table: &Table) -> Result<Features> {
        self.by_customer(table, self.row_by_row(table)?)
    }
}
