//! One profile per customer: `crm_mining::profile` for Python.

use crate::convert::{from_json, list, name, plain, to_json};
use crate::data::{Customers, Transactions};
use crate::date::Date;
use crate::error::raise;
use crate::insight::{ChurnModel, ClvEstimates, RfmScores, RuleSet, Segments};
use crate::run::run;
use crate::show;
use crate::table::Table;
use crm_mining::ErrorKind;
use crm_mining::data::{self, Day, ToTable};
use crm_mining::insight;
use crm_mining::profile::{self, Part, Purchases};
use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use std::path::PathBuf;
use std::sync::Arc;

/// A result that has something to say about each of its customers.
#[derive(FromPyObject)]
enum Given<'py> {
    Customers(Bound<'py, Customers>),
    Orders(Bound<'py, Transactions>),
    Rfm(Bound<'py, RfmScores>),
    Clv(Bound<'py, ClvEstimates>),
    Segments(Bound<'py, Segments>),
    Churn(Bound<'py, ChurnModel>),
    Rules(Bound<'py, RuleSet>),
}

/// The same without Python.
enum Owned {
    Customers(Arc<data::Customers>),
    Orders(Arc<data::Transactions>),
    Rfm(Arc<insight::RfmScores>),
    Clv(Arc<insight::ClvEstimates>),
    Segments(Arc<insight::Segments>),
    Churn(Arc<insight::ChurnModel>),
    Rules(Arc<insight::RuleSet>),
}

impl Given<'_> {
    fn owned(&self) -> Owned {
        match self {
            Given::Customers(part) => Owned::Customers(part.get().0.clone()),
            Given::Orders(part) => Owned::Orders(part.get().0.clone()),
            Given::Rfm(part) => Owned::Rfm(part.get().0.clone()),
            Given::Clv(part) => Owned::Clv(part.get().0.clone()),
            Given::Segments(part) => Owned::Segments(part.get().0.clone()),
            Given::Churn(part) => Owned::Churn(part.get().0.clone()),
            Given::Rules(part) => Owned::Rules(part.get().0.clone()),
        }
    }
}

impl Owned {
    fn part(&self) -> Box<dyn Part + '_> {
        match self {
            Owned::Customers(part) => Box::new(Of(&**part)),
            Owned::Orders(orders) => Box::new(Purchases::new(orders)),
            Owned::Rfm(part) => Box::new(Of(&**part)),
            Owned::Clv(part) => Box::new(Of(&**part)),
            Owned::Segments(part) => Box::new(Of(&**part)),
            Owned::Churn(part) => Box::new(Of(&**part)),
            Owned::Rules(part) => Box::new(Of(&**part)),
        }
    }

    /// The day the part speaks of, when it knows.
    fn day(&self) -> Option<Day> {
        match self {
            Owned::Rfm(part) => Some(part.as_of()),
            Owned::Churn(part) => Some(part.scores().as_of()),
            _ => None,
        }
    }
}

/// A part that is borrowed.
struct Of<'a, P>(&'a P);

impl<P: Part> Part for Of<'_, P> {
    fn customers(&self) -> Option<&data::Keys> {
        self.0.customers()
    }

    fn tell(&self, customer: usize, profile: &mut profile::Profile) {
        self.0.tell(customer, profile);
    }
}

/// The one day that the parts speak of.
fn common_day(parts: &[Owned]) -> PyResult<Day> {
    let mut days = parts.iter().filter_map(Owned::day);
    let Some(first) = days.next() else {
        return Err(raise(
            ErrorKind::InvalidParameter {
                of: "Profiles",
                parameter: "as_of",
                must_be: "given, because no part says of which day it speaks".into(),
                got: "None".into(),
            }
            .into(),
        ));
    };
    match days.find(|day| *day != first) {
        None => Ok(first),
        Some(other) => Err(raise(
            ErrorKind::Incompatible {
                of: "Profiles (give as_of)",
                what: "day",
                a: first.to_string(),
                b: other.to_string(),
            }
            .into(),
        )),
    }
}

/// One profile per customer, in order of their keys.
///
/// A customer has a profile as soon as one part speaks of it. In a notebook the first profiles show
/// themselves as cards; as a table there is a column per fact, tag and score.
///
/// Parameters
/// ----------
/// *parts : Customers, Transactions, RfmScores, ClvEstimates, Segments, ChurnModel, RuleSet
///     What is known of the customers.
/// as_of : date, optional
///     The day the profiles speak of; that of the parts when left out.
/// progress : callable, optional
///     Called with stage, done and total as the work goes on.
///
/// Raises
/// ------
/// Incompatible
///     The parts speak of different days.
/// NotEnoughData
///     No part, or one that does not know its customers.
///
/// Examples
/// --------
/// >>> profiles = crm.Profiles(orders, crm.Rfm().score(ledger))
/// >>> profiles["anna"].facts["rfm"]
/// '555'
/// >>> profiles["anna"].tag("rfm_segment")["value"]
/// 'champion'
/// >>> profiles.get("nobody") is None
/// True
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Profiles(Arc<profile::Profiles>);

impl Profiles {
    fn of(profiles: profile::Profiles) -> PyClassInitializer<Profiles> {
        let profiles = Arc::new(profiles);
        Table::of(profiles.clone()).add_subclass(Profiles(profiles))
    }
}

/// How many profiles show themselves in a notebook.
const CARDS: usize = 3;

#[pymethods]
impl Profiles {
    #[new]
    #[pyo3(signature = (*parts, as_of = None, progress = None))]
    fn new(
        py: Python<'_>,
        parts: &Bound<'_, PyTuple>,
        as_of: Option<Date>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let parts: Vec<Owned> =
            parts.iter().map(|part| Ok(part.extract::<Given<'_>>()?.owned())).collect::<PyResult<_>>()?;
        let as_of = match as_of {
            Some(Date(day)) => day,
            None => common_day(&parts)?,
        };
        let profiles = run(py, progress, move |control| {
            let parts: Vec<Box<dyn Part + '_>> = parts.iter().map(Owned::part).collect();
            let builder = profile::Profiles::new(as_of);
            parts.iter().fold(builder, |builder, part| builder.with(&**part)).build_with(control)
        })?;
        Ok(Profiles::of(profiles))
    }

    /// Reads profiles that `Profiles.write_jsonl` wrote.
    ///
    /// Parameters
    /// ----------
    /// path : path
    ///     The file.
    ///
    /// Returns
    /// -------
    /// Profiles
    ///
    /// Raises
    /// ------
    /// Malformed
    ///     A line that is no profile, or is of another day than the first.
    #[staticmethod]
    fn read_jsonl(py: Python<'_>, path: PathBuf) -> PyResult<Bound<'_, Profiles>> {
        Bound::new(py, Profiles::of(run(py, None, move |_| profile::Profiles::read_jsonl(path))?))
    }

    /// Writes one JSON object per line. The file appears whole or not at all.
    ///
    /// Parameters
    /// ----------
    /// path : path
    ///     The file.
    fn write_jsonl(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let profiles = self.0.clone();
        run(py, None, move |_| profiles.write_jsonl(path))
    }

    /// Writes the profiles as a Parquet table, one row per customer.
    ///
    /// Parameters
    /// ----------
    /// path : path
    ///     The file.
    fn write_parquet(&self, py: Python<'_>, path: PathBuf) -> PyResult<()> {
        let profiles = self.0.clone();
        run(py, None, move |_| profiles.write_parquet(path))
    }

    /// The day they speak of.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of())
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// The profile of a customer; None when there is none.
    ///
    /// Parameters
    /// ----------
    /// customer : str or int
    ///     The customer.
    ///
    /// Returns
    /// -------
    /// Profile or None
    fn get(&self, customer: &Bound<'_, PyAny>) -> PyResult<Option<Profile>> {
        Ok(self.0.get(&name(customer)?).cloned().map(Profile))
    }

    fn __getitem__(&self, customer: &Bound<'_, PyAny>) -> PyResult<Profile> {
        self.get(customer)?.ok_or_else(|| PyKeyError::new_err(customer.clone().unbind()))
    }

    fn __contains__(&self, customer: &Bound<'_, PyAny>) -> PyResult<bool> {
        Ok(self.0.get(&name(customer)?).is_some())
    }

    fn __len__(&self) -> usize {
        self.0.len()
    }

    fn __iter__(&self) -> ProfileIterator {
        ProfileIterator { profiles: self.0.clone(), next: 0.into() }
    }

    fn __repr__(&self) -> String {
        let count = self.0.len();
        let s = if count == 1 { "" } else { "s" };
        format!("{count} profile{s} as of {}\n{}", self.0.as_of(), show::text(&self.0.to_table()))
    }

    fn _repr_html_(&self) -> String {
        let cards: String = self.0.iter().take(CARDS).map(show::card).collect();
        format!("{cards}<p>{} profiles as of {}</p>", self.0.len(), self.0.as_of())
    }
}

/// Profiles one after the other.
#[pyclass(frozen, module = "crm_mining")]
pub(crate) struct ProfileIterator {
    profiles: Arc<profile::Profiles>,
    next: std::sync::atomic::AtomicUsize,
}

#[pymethods]
impl ProfileIterator {
    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__(&self) -> Option<Profile> {
        let next = self.next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        self.profiles.iter().nth(next).cloned().map(Profile)
    }
}

/// Everything known of one customer on one day.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Profile(profile::Profile);

#[pymethods]
impl Profile {
    /// The customer's key, as text.
    #[getter]
    fn customer(&self) -> &str {
        &self.0.customer
    }

    /// The day the profile speaks of.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of)
    }

    /// What was counted or read, by name.
    #[getter]
    fn facts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let facts = PyDict::new(py);
        for fact in &self.0.facts {
            facts.set_item(&*fact.name, plain(py, &fact.value)?)?;
        }
        Ok(facts)
    }

    /// What the customer is called, as dicts: name, value, kind, weight, confidence, evidence, valid_from,
    /// valid_until.
    #[getter]
    fn tags<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.tags)
    }

    /// What was estimated, as dicts: name, value, reasons.
    #[getter]
    fn scores<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.scores)
    }

    /// What to offer next, best first, as dicts: item, item_name, reason, lift, confidence.
    #[getter]
    fn offers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.offers)
    }

    /// The source rows behind the profile, as ranges: "2-7,19".
    #[getter]
    fn rows(&self) -> &str {
        &self.0.rows
    }

    /// The source those rows are of.
    #[getter]
    fn source(&self) -> &str {
        &self.0.source
    }

    /// The tag of this name; None when there is none.
    ///
    /// Parameters
    /// ----------
    /// name : str
    ///     Such as "rfm_segment".
    ///
    /// Returns
    /// -------
    /// dict or None
    fn tag<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.tag(name))
    }

    /// The score of this name; None when there is none.
    ///
    /// Parameters
    /// ----------
    /// name : str
    ///     Such as "clv".
    ///
    /// Returns
    /// -------
    /// dict or None
    fn score<'py>(&self, py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.score(name))
    }

    /// The profile as dicts and lists, as a line of `Profiles.write_jsonl` holds it.
    ///
    /// Returns
    /// -------
    /// dict
    fn to_dict<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0)
    }

    /// The profile as JSON, as a line of `Profiles.write_jsonl` holds it.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&self.0)
    }

    /// The profile that `Profile.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// Profile
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<Profile> {
        from_json("Profile", "json", json).map(Profile)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        show::lines(&self.0)
    }

    fn _repr_html_(&self) -> String {
        show::card(&self.0)
    }
}
