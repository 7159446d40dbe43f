//! Days in and out: `datetime.date` in Python, `Day` in the core.

use crate::error;
use crm_mining::data::Day;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

/// A day given as `datetime.date`, as a date and time (its date counts) or as `"YYYY-MM-DD"`.
pub(crate) struct Date(pub(crate) Day);

/// What `datetime.date` calls 1970-01-01.
const EPOCH: i32 = 719_163;

impl<'py> FromPyObject<'_, 'py> for Date {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = given.extract::<String>() {
            return Ok(Date(text.parse().map_err(error::raise)?));
        }
        let date = if given.hasattr("date")? {
            given.call_method0("date")?
        } else if given.hasattr("astype")? {
            given.call_method1("astype", ("datetime64[D]",))?.call_method0("item")?
        } else {
            given.to_owned()
        };
        match date.call_method0("toordinal").and_then(|ordinal| ordinal.extract::<i32>()) {
            Ok(ordinal) => Ok(Date(Day::from_number(ordinal - EPOCH))),
            Err(_) => Err(PyTypeError::new_err(format!(
                "must be a day, as datetime.date or \"YYYY-MM-DD\"; got {}",
                given.get_type().fully_qualified_name()?
            ))),
        }
    }
}

impl<'py> IntoPyObject<'py> for Date {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Self::Output> {
        let date = py.import("datetime")?.getattr("date")?;
        date.call_method1("fromordinal", (i64::from(self.0.number()) + i64::from(EPOCH),))
    }
}
