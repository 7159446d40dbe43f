//! What the repeat-buying models need to know of each customer.

use super::column::Column;
use super::keys::Keys;
use super::table::{Table, ToTable};
use crate::error::{ErrorKind, Result};

/// Per customer: how often, how lately, for how long, how much. The input of the models of lifetime value.
///
/// | field | symbol | meaning |
/// |---|---|---|
/// | `frequency` | x | repeat purchase days (the first day is not counted) |
/// | `recency` | t_x | from the first to the last purchase day |
/// | `age` | T | from the first purchase day to the day of observation |
/// | `monetary` | m̄ | mean spend per repeat purchase day; 0 without one |
///
/// Times are in days ([`Summary::days_per_unit`] = 1) unless rescaled with [`Summary::in_weeks`].
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
        Ok(Summary { customers, frequency, recency, age, monetary, days_per_unit: 1.0 })
    }

    /// The same customers with times in weeks of 7 days, as the literature prints parameters.
    pub fn in_weeks(&self) -> Summary {
        let scale = self.days_per_unit / 7.0;
        let scaled = |values: &[f64]| values.iter().map(|value| value * scale).collect();
        Summary { recency: scaled(&self.recency), age: scaled(&self.age), days_per_unit: 7.0, ..self.clone() }
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
