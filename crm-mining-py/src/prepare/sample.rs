//! A shop of our own making.

use crate::convert::{new_arguments, plain, setting, shown};
use crate::date::Date;
use crate::run::run;
use crm_mining::data::Days;
use crm_mining::prepare::{self, Truth};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

/// Generates the order file of a shop whose customers buy by a known process, and messes it up.
///
/// Use it to try the library without data. The same settings give the same bytes.
///
/// Parameters
/// ----------
/// customers : int, default 2000
///     How many customers.
/// from_ : date, default "2023-01-01"
///     The first day on which somebody can become a customer.
/// days : int, default 540
///     How many days the file covers.
/// truth : dict of str to float, optional
///     The parameters r, alpha, a, b, p, q and v of the process, as `Sample.truth` shows them.
/// seed : int, default 7
///     The seed.
///
/// Examples
/// --------
/// >>> sample = crm.SampleShop(customers=50).generate()
/// >>> raw = crm.read_csv(sample.csv.encode(), name="sample shop")
/// >>> len(raw) == sample.mess["rows"]
/// True
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct SampleShop(prepare::SampleShop);

#[pymethods]
impl SampleShop {
    #[new]
    #[pyo3(
        signature = (customers = 2000, from_ = None, days = 540, truth = None, seed = 7),
        text_signature = "(customers=2000, from_='2023-01-01', days=540, truth=None, seed=7)"
    )]
    fn new(
        customers: usize,
        from_: Option<Date>,
        days: i32,
        truth: Option<&Bound<'_, PyAny>>,
        seed: u64,
    ) -> PyResult<Self> {
        let mut shop =
            prepare::SampleShop { customers, days: Days(days), seed, ..prepare::SampleShop::default() };
        if let Some(Date(from)) = from_ {
            shop.from = from;
        }
        if let Some(truth) = truth {
            shop.truth = setting::<Truth>("SampleShop", "truth", truth)?;
        }
        Ok(SampleShop(shop))
    }

    /// How many customers.
    #[getter]
    fn customers(&self) -> usize {
        self.0.customers
    }

    /// The first day on which somebody can become a customer.
    #[getter]
    fn from_(&self) -> Date {
        Date(self.0.from)
    }

    /// How many days the file covers.
    #[getter]
    fn days(&self) -> i32 {
        self.0.days.0
    }

    /// The parameters of the process.
    #[getter]
    fn truth<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.truth)
    }

    /// The seed.
    #[getter]
    fn seed(&self) -> u64 {
        self.0.seed
    }

    /// Makes the file.
    ///
    /// Returns
    /// -------
    /// Sample
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Fewer than 1 customer or fewer than 60 days.
    fn generate(&self, py: Python<'_>) -> PyResult<Sample> {
        let shop = self.0.clone();
        run(py, None, move |_| shop.generate()).map(Sample)
    }

    fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
        shown(slf)
    }

    fn __getnewargs_ex__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
        new_arguments(slf)
    }
}

/// A generated file and how it was made.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct Sample(prepare::Sample);

#[pymethods]
impl Sample {
    /// The file: comma separated, one header row.
    #[getter]
    fn csv(&self) -> &str {
        &self.0.csv
    }

    /// The process behind it.
    #[getter]
    fn truth<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.truth)
    }

    /// How many rows of each kind of mess it holds.
    #[getter]
    fn mess<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.mess)
    }

    fn __repr__(&self) -> String {
        format!("Sample of {} rows", self.0.mess.rows)
    }
}
