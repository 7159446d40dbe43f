//! What the repeat-buying models need to know of each customer.

use super::column::Column;
use super::features::Features;
use super::keys::Keys;
use super::table::{Table, ToTable};
use crate::error::{Error, ErrorKind, Result, invalid_parameter};

/// Per customer: how often, how lately, for how long, how much. The input of the models of lifetime value.
///
/// | field | symbol | meaning |
/// |---|---|---|
/// | `frequency` | x | repeat purchase days (the first day is not counted) |
/// | `recency` | t_x | from the first to the last purchase day |
/// | `age` | T | from the first purchase day to the day of observation |
/// | `monetary` | m̄ | mean spend per repeat purchase day; 0 without one |
///
/// Times are in days ([`Summary::days_per_unit`] = 1) unless rescaled with [`Summary::in_weeks`], or counted in
/// opportunities to buy with [`Summary::in_periods`].
///
/// Two fields are optional. [`Summary::log_gaps`], which [`Ledger::summary`](super::Ledger::summary) gives, lets models
/// of regular buying be compared by their likelihood. [`Summary::with_covariates`] adds what else is known of each
/// customer, such as the channel that won them.
///
/// ```
/// use crm_mining::data::Summary;
///
/// let summary = Summary::new(vec![2.0, 0.0], vec![30.43, 0.0], vec![38.86, 38.86], vec![22.35, 0.0])?;
/// assert_eq!(summary.len(), 2);
/// assert!(Summary::new(vec![1.0], vec![40.0], vec![39.0], vec![1.0]).is_err()); // recency beyond age
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    pub(crate) customers: Keys,
    pub(crate) frequency: Vec<f64>,
    pub(crate) recency: Vec<f64>,
    pub(crate) age: Vec<f64>,
    pub(crate) monetary: Vec<f64>,
    pub(crate) log_gaps: Option<Vec<f64>>,
    pub(crate) covariates: Option<Features>,
    pub(crate) days_per_unit: f64,
}

impl Summary {
    /// A summary of these columns, in days; customers are numbered from 0.
    ///
    /// # Errors
    /// Columns of different length; a value that is not finite; a frequency below 0 or not whole; a recency
    /// above the age, or above 0 without a repeat purchase.
    pub fn new(frequency: Vec<f64>, recency: Vec<f64>, age: Vec<f64>, monetary: Vec<f64>) -> Result<Summary> {
        let n = frequency.len();
        for (b, b_len) in [("recency", recency.len()), ("age", age.len()), ("monetary", monetary.len())] {
            if b_len != n {
                return Err(
                    ErrorKind::LengthMismatch { of: "Summary", a: "frequency", a_len: n, b, b_len }.into()
                );
            }
        }
        for (row, (((&x, &t_x), &t), &m)) in
            frequency.iter().zip(&recency).zip(&age).zip(&monetary).enumerate()
        {
            let wrong = if !(x >= 0.0 && x.fract() == 0.0 && x < 1e9) {
                Some(("frequency", "a whole number from 0 on", x))
            } else if !(t.is_finite() && t >= 0.0) {
                Some(("age", "finite and at least 0", t))
            } else if !(t_x >= 0.0 && t_x <= t) {
                Some(("recency", "from 0 to the age", t_x))
            } else if x == 0.0 && t_x != 0.0 {
                Some(("recency", "0 without a repeat purchase", t_x))
            } else if !m.is_finite() {
                Some(("monetary", "finite", m))
            } else {
                None
            };
            if let Some((column, must_be, got)) = wrong {
                return Err(ErrorKind::InvalidValue {
                    table: "Summary".into(),
                    column: column.into(),
                    row: row as u64 + 1,
                    must_be: must_be.into(),
                    got: got.to_string(),
                }
                .into());
            }
        }
        let customers = Keys::from_distinct_integers(&(0..n as i64).collect::<Vec<_>>()).0;
        let (log_gaps, covariates) = (None, None);
        Ok(Summary { customers, frequency, recency, age, monetary, log_gaps, covariates, days_per_unit: 1.0 })
    }

    /// The same customers with what else is known of each, as finite numbers. Rows that carry customers are found by
    /// them and may be of more customers; rows without are taken in order. The models that can use covariates then do.
    ///
    /// # Errors
    /// A customer without a row; without customers, other than one row for each.
    pub fn with_covariates(mut self, covariates: Features) -> Result<Summary> {
        let covariates = match covariates.customers() {
            None => covariates,
            Some(known) => {
                let mut rows = Vec::with_capacity(self.len());
                for (row, customer) in self.customers.iter().enumerate() {
                    match known.position_of(customer) {
                        Some(position) => rows.push(position as u32),
                        None => return Err(no_covariates(row)),
                    }
                }
                covariates.select(&rows)
            }
        };
        let (a_len, b_len) = (self.len(), covariates.n_rows());
        if a_len != b_len {
            let (of, a, b) = ("Summary", "frequency", "covariates");
            return Err(ErrorKind::LengthMismatch { of, a, a_len, b, b_len }.into());
        }
        self.covariates = (covariates.n_features() > 0).then_some(covariates);
        Ok(self)
    }

    /// The same figures, said to count opportunities to buy, each this many days long: the input of the BG/BB model.
    /// No figure changes: `recency` and `age` must be such counts already, unlike those that [`Summary::in_weeks`]
    /// converts. The first purchase is no opportunity.
    ///
    /// # Errors
    /// A period that is not above 0 and finite.
    pub fn in_periods(mut self, days: f64) -> Result<Summary> {
        if !(days > 0.0 && days.is_finite()) {
            return invalid_parameter("Summary", "in_periods", "finite and above 0 days", days);
        }
        self.days_per_unit = days;
        self.log_gaps = None;
        Ok(self)
    }

    /// The same customers with times converted from days to weeks of 7 days, as the literature prints parameters.
    pub fn in_weeks(&self) -> Summary {
        let scale = self.days_per_unit / 7.0;
        let scaled = |values: &[f64]| values.iter().map(|value| value * scale).collect();
        let log_gaps = self.log_gaps.as_ref().map(|sums| {
            sums.iter().zip(&self.frequency).map(|(sum, gaps)| sum + gaps * scale.ln()).collect()
        });
        let (recency, age) = (scaled(&self.recency), scaled(&self.age));
        Summary { recency, age, log_gaps, days_per_unit: 7.0, ..self.clone() }
    }

    /// Days in one unit of `recency` and `age`: 1, or 7 after [`Summary::in_weeks`].
    pub fn days_per_unit(&self) -> f64 {
        self.days_per_unit
    }

    /// How many customers.
    pub fn len(&self) -> usize {
        self.frequency.len()
    }

    /// Whether there is no customer.
    pub fn is_empty(&self) -> bool {
        self.frequency.is_empty()
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// Repeat purchase days, x.
    pub fn frequency(&self) -> &[f64] {
        &self.frequency
    }

    /// From the first to the last purchase day, t_x.
    pub fn recency(&self) -> &[f64] {
        &self.recency
    }

    /// From the first purchase day to the day of observation, T.
    pub fn age(&self) -> &[f64] {
        &self.age
    }

    /// Mean spend per repeat purchase day.
    pub fn monetary(&self) -> &[f64] {
        &self.monetary
    }

    /// The sum of the logarithms of the gaps between purchase days, where known.
    pub fn log_gaps(&self) -> Option<&[f64]> {
        self.log_gaps.as_deref()
    }

    /// What else is known of each customer.
    pub fn covariates(&self) -> Option<&Features> {
        self.covariates.as_ref()
    }
}

fn no_covariates(row: usize) -> Error {
    ErrorKind::InvalidValue {
        table: "Summary".into(),
        column: "customer".into(),
        row: row as u64 + 1,
        must_be: "among the customers of the covariates".into(),
        got: "no row".into(),
    }
    .into()
}

impl ToTable for Summary {
    fn to_table(&self) -> Table {
        Table::of(
            "summary",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("frequency", self.frequency.clone()),
                Column::floats("recency", self.recency.clone()),
                Column::floats("age", self.age.clone()),
                Column::floats("monetary", self.monetary.clone()),
            ],
        )
    }
}
