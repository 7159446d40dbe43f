//! The input of survival analysis: times, and whether they ended with the event.

use crate::data::Features;
use crate::error::{ErrorKind, Result};

const OF: &str = "Durations";

/// How long each subject was watched, and whether the watching ended with the event or before it.
///
/// A subject whose event was not observed is censored: its event comes later than its duration, nobody knows
/// when. Durations may be in any unit. A subject may come late: the time before [`Durations::entering`] was
/// not watched, and had the event happened then, the subject would not be in the data (left truncation). A
/// weight of 3 says that three subjects were alike.
///
/// ```
/// use crm_mining::learn::Durations;
///
/// // Months as a customer; the second and the fourth have not left so far.
/// let durations = Durations::new(vec![3.0, 24.0, 9.0, 12.0], vec![true, false, true, false])?;
/// assert_eq!((durations.len(), durations.n_events()), (4, 2));
/// assert!(Durations::new(vec![-1.0], vec![true]).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Durations {
    duration: Vec<f64>,
    observed: Vec<bool>,
    entry: Option<Vec<f64>>,
    weight: Option<Vec<f64>>,
}

impl Durations {
    /// Durations, and whether each ended with the event.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with its row, for a duration that is not
    /// finite or below 0.
    pub fn new(duration: Vec<f64>, observed: Vec<bool>) -> Result<Durations> {
        same_length("duration", duration.len(), "observed", observed.len())?;
        check_each("duration", &duration, "finite and at least 0", |_, value| value >= 0.0)?;
        // Adding 0 makes one zero of the two.
        let duration = duration.into_iter().map(|value| value + 0.0).collect();
        Ok(Durations { duration, observed, entry: None, weight: None })
    }

    /// The same subjects, each watched only from a time on, counted as the durations are.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with its row, for an entry that is not
    /// finite, below 0 or not below the duration.
    pub fn entering(mut self, entry: Vec<f64>) -> Result<Durations> {
        same_length("duration", self.len(), "entry", entry.len())?;
        let duration = &self.duration;
        check_each("entry", &entry, "at least 0 and below the duration", |row, value| {
            value >= 0.0 && duration.get(row).is_some_and(|&duration| value < duration)
        })?;
        self.entry = Some(entry);
        Ok(self)
    }

    /// The same subjects, each counted so many times.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with its row, for a weight that is not above
    /// 0 and at most a billion.
    pub fn weighted(mut self, weight: Vec<f64>) -> Result<Durations> {
        same_length("duration", self.len(), "weight", weight.len())?;
        check_each("weight", &weight, "above 0 and at most 1e9", |_, value| value > 0.0 && value <= 1e9)?;
        self.weight = Some(weight);
        Ok(self)
    }

    /// How many subjects, weights aside.
    pub fn len(&self) -> usize {
        self.duration.len()
    }

    /// Whether there is no subject.
    pub fn is_empty(&self) -> bool {
        self.duration.is_empty()
    }

    /// How many events were observed, weights aside.
    pub fn n_events(&self) -> usize {
        self.observed.iter().filter(|&&observed| observed).count()
    }

    /// How long each subject was watched.
    pub fn duration(&self) -> &[f64] {
        &self.duration
    }

    /// Whether each duration ended with the event.
    pub fn observed(&self) -> &[bool] {
        &self.observed
    }

    /// From when on each subject was watched; `None` when all were from the start.
    pub fn entry(&self) -> Option<&[f64]> {
        self.entry.as_deref()
    }

    /// How many times each subject counts; `None` when all count once.
    pub fn weight(&self) -> Option<&[f64]> {
        self.weight.as_deref()
    }

    /// The subjects at these positions, in this order.
    pub fn select(&self, rows: &[u32]) -> Durations {
        fn at<T: Copy>(values: &[T], rows: &[u32]) -> Vec<T> {
            rows.iter().filter_map(|&row| values.get(row as usize).copied()).collect()
        }
        Durations {
            duration: at(&self.duration, rows),
            observed: at(&self.observed, rows),
            entry: self.entry.as_deref().map(|entry| at(entry, rows)),
            weight: self.weight.as_deref().map(|weight| at(weight, rows)),
        }
    }

    /// The subjects of each group, the group of each subject being a number from 0 on. A number that no
    /// subject carries gives an empty group.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with its row, for a number that is not below
    /// the number of subjects.
    pub fn by_group(&self, group: &[u32]) -> Result<Vec<Durations>> {
        same_length("duration", self.len(), "group", group.len())?;
        let mut rows: Vec<Vec<u32>> = Vec::new();
        for (row, &group) in (0u32..).zip(group) {
            let group = group as usize;
            if group >= self.len() {
                let must_be = "below the number of subjects";
                return Err(invalid("group", row as usize, must_be, group.to_string()));
            }
            if rows.len() <= group {
                rows.resize(group + 1, Vec::new());
            }
            if let Some(rows) = rows.get_mut(group) {
                rows.push(row);
            }
        }
        Ok(rows.iter().map(|rows| self.select(rows)).collect())
    }

    /// When a subject came; 0 from the start.
    #[inline]
    pub(super) fn entry_of(&self, row: usize) -> f64 {
        self.entry.as_ref().and_then(|entry| entry.get(row).copied()).unwrap_or(0.0)
    }

    /// How often a subject counts.
    #[inline]
    pub(super) fn weight_of(&self, row: usize) -> f64 {
        self.weight.as_ref().and_then(|weight| weight.get(row).copied()).unwrap_or(1.0)
    }

    /// Every subject: duration, whether observed, and weight.
    pub(super) fn subjects(&self) -> impl ExactSizeIterator<Item = (f64, bool, f64)> + '_ {
        let seen = self.duration.iter().zip(&self.observed).enumerate();
        seen.map(|(row, (&duration, &observed))| (duration, observed, self.weight_of(row)))
    }

    /// An error unless an event was observed.
    pub(super) fn check_events(&self, of: &'static str) -> Result<()> {
        if self.observed.iter().any(|&observed| observed) {
            return Ok(());
        }
        Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "observed events", got: 0 }.into())
    }
}

/// Features with the duration of each row: what the regressions of survival analysis learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Timed {
    features: Features,
    durations: Durations,
}

impl Timed {
    /// Features, and the duration of each row.
    ///
    /// # Errors
    /// [`ErrorKind::LengthMismatch`].
    pub fn new(features: Features, durations: Durations) -> Result<Timed> {
        if features.n_rows() != durations.len() {
            let (a_len, b_len) = (features.n_rows(), durations.len());
            return Err(
                ErrorKind::LengthMismatch { of: "Timed", a: "rows", a_len, b: "durations", b_len }.into()
            );
        }
        Ok(Timed { features, durations })
    }

    /// The features.
    pub fn features(&self) -> &Features {
        &self.features
    }

    /// The duration of each row.
    pub fn durations(&self) -> &Durations {
        &self.durations
    }
}

fn same_length(a: &'static str, a_len: usize, b: &'static str, b_len: usize) -> Result<()> {
    if a_len == b_len {
        return Ok(());
    }
    Err(ErrorKind::LengthMismatch { of: OF, a, a_len, b, b_len }.into())
}

fn check_each(column: &str, values: &[f64], must_be: &str, holds: impl Fn(usize, f64) -> bool) -> Result<()> {
    match values.iter().enumerate().find(|&(row, &value)| !(value.is_finite() && holds(row, value))) {
        None => Ok(()),
        Some((row, value)) => Err(invalid(column, row, must_be, value.to_string())),
    }
}

pub(super) fn invalid(column: &str, row: usize, must_be: &str, got: String) -> crate::Error {
    let (table, column, must_be) = (OF.into(), column.into(), must_be.into());
    ErrorKind::InvalidValue { table, column, row: row as u64 + 1, must_be, got }.into()
}
