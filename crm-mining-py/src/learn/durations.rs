//! The input of survival analysis, and what its models have in common.

use crate::convert::coded;
use crate::error::raise;
use crm_mining::data::{self, Column, Features};
use crm_mining::learn;
use crm_mining::{ErrorKind, Result};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// How long each subject was watched, and whether the watching ended with the event or before it.
///
/// A subject whose event was not observed is censored: its event comes later than its duration, nobody knows
/// when.
///
/// Parameters
/// ----------
/// duration : sequence of float
///     How long each subject was watched, in any unit; at least 0.
/// observed : sequence of bool
///     Whether each duration ended with the event; 1 and 0 are taken too.
/// entry : sequence of float, optional
///     From when on each subject was watched, below its duration; 0 when left out.
/// weight : sequence of float, optional
///     How many times each subject counts, above 0; once when left out.
///
/// Raises
/// ------
/// LengthMismatch
///     Sequences of different length.
/// InvalidValue
///     A value outside its range, with its row.
///
/// Examples
/// --------
/// >>> months = crm.learn.Durations([3, 24, 9, 12], [True, False, True, False])
/// >>> len(months), months.n_events
/// (4, 2)
#[pyclass(frozen, eq, module = "crm_mining.learn")]
#[derive(PartialEq)]
pub(crate) struct Durations(pub(super) Arc<learn::Durations>);

#[pymethods]
impl Durations {
    #[new]
    #[pyo3(signature = (duration, observed, *, entry = None, weight = None))]
    fn new(
        #[pyo3(from_py_with = crate::given::durations::duration)] duration: Vec<f64>,
        observed: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = crate::given::durations::entry)] entry: Option<Vec<f64>>,
        #[pyo3(from_py_with = crate::given::durations::weight)] weight: Option<Vec<f64>>,
    ) -> PyResult<Durations> {
        let mut durations =
            learn::Durations::new(duration, flags("Durations", "observed", observed)?).map_err(raise)?;
        if let Some(entry) = entry {
            durations = durations.entering(entry).map_err(raise)?;
        }
        if let Some(weight) = weight {
            durations = durations.weighted(weight).map_err(raise)?;
        }
        Ok(Durations(Arc::new(durations)))
    }

    /// How long each subject was watched.
    #[getter]
    fn duration(&self) -> Vec<f64> {
        self.0.duration().to_vec()
    }

    /// Whether each duration ended with the event.
    #[getter]
    fn observed(&self) -> Vec<bool> {
        self.0.observed().to_vec()
    }

    /// From when on each subject was watched; None when all were from the start.
    #[getter]
    fn entry(&self) -> Option<Vec<f64>> {
        self.0.entry().map(<[f64]>::to_vec)
    }

    /// How many times each subject counts; None when all count once.
    #[getter]
    fn weight(&self) -> Option<Vec<f64>> {
        self.0.weight().map(<[f64]>::to_vec)
    }

    /// How many events were observed, weights aside.
    #[getter]
    fn n_events(&self) -> usize {
        self.0.n_events()
    }

    /// The subjects of each group, the groups in the order in which they first appear.
    ///
    /// Parameters
    /// ----------
    /// group : sequence
    ///     What names the group of each subject: text, a number, anything that can be the key of a dict.
    ///
    /// Returns
    /// -------
    /// dict
    ///     The group's name and its `Durations`.
    ///
    /// Examples
    /// --------
    /// >>> months = crm.learn.Durations([3, 24, 9], [True, False, True])
    /// >>> {name: len(each) for name, each in months.by_group(["shop", "web", "shop"]).items()}
    /// {'shop': 2, 'web': 1}
    fn by_group<'py>(&self, py: Python<'py>, group: Vec<Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyDict>> {
        let groups = PyDict::new(py);
        let (codes, names) = coded(py, &group)?;
        for (name, durations) in names.iter().zip(self.0.by_group(&codes).map_err(raise)?) {
            groups.set_item(name, Durations(Arc::new(durations)))?;
        }
        Ok(groups)
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __repr__(&self) -> String {
        format!("durations of {} subjects, {} of them until the event", self.0.len(), self.0.n_events())
    }
}

/// Truth values, or 1 and 0 in their place.
pub(super) fn flags(of: &str, column: &str, given: &Bound<'_, PyAny>) -> PyResult<Vec<bool>> {
    if let Ok(flags) = given.extract::<Vec<bool>>() {
        return Ok(flags);
    }
    let numbers: Vec<f64> = given.extract()?;
    match numbers.iter().position(|number| *number != 0.0 && *number != 1.0) {
        None => Ok(numbers.iter().map(|number| *number == 1.0).collect()),
        Some(row) => {
            let (table, column, must_be) = (of.into(), column.into(), "True, False, 1 or 0".into());
            let got = numbers.get(row).map_or_else(String::new, f64::to_string);
            Err(raise(ErrorKind::InvalidValue { table, column, row: row as u64 + 1, must_be, got }.into()))
        }
    }
}

/// Figures of each row of some features as a table, with the customers where they are known.
pub(super) fn figures(name: &str, features: &Features, figures: Vec<Column>) -> Result<data::Table> {
    let customers = features.customers().map(|keys| Column::keys("customer", keys));
    data::Table::new(name, customers.into_iter().chain(figures).collect())
}

/// The chance of each row to survive each time as a table, one column per time.
pub(super) fn survival_table(features: &Features, times: &[f64], chances: &[f64]) -> Result<data::Table> {
    let column = |(at, time): (usize, &f64)| {
        Column::floats(time.to_string(), chances.iter().skip(at).step_by(times.len()).copied().collect())
    };
    figures("survival", features, times.iter().enumerate().map(column).collect())
}
