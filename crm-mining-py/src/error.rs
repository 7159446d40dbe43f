//! Errors of the core as Python exceptions: each kind has the class of its name in `crm_mining.errors`.

use crm_mining::{Error, ErrorKind};
use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;

/// The exception for an error of the core, with the error's fields as attributes.
pub(crate) fn raise(error: Error) -> PyErr {
    let kind = in_python(error.into_kind());
    Python::attach(|py| exception(py, &kind).unwrap_or_else(|failure| failure))
}

/// The exception for a fault of the library itself.
pub(crate) fn internal(fault: &str) -> PyErr {
    let message = format!("internal error, please report it: {fault}");
    Python::attach(|py| new(py, BASE, message).map_or_else(|failure| failure, PyErr::from_value))
}

/// The exception for data that are not what their format says.
pub(crate) fn malformed(place: &str, rule: &str, found: &str) -> PyErr {
    raise(ErrorKind::Malformed { place: place.into(), rule: rule.into(), found: found.into() }.into())
}

/// The exception for a setting whose name Python knows.
pub(crate) fn invalid_parameter(of: &str, parameter: &str, must_be: &str, got: &str) -> PyErr {
    Python::attach(|py| {
        let message = format!("{of}: {parameter} must be {must_be}; got {got}");
        let exception = new(py, "InvalidParameter", message)?;
        for (name, value) in [("of", of), ("parameter", parameter), ("must_be", must_be), ("got", got)] {
            exception.setattr(name, value)?;
        }
        Ok(PyErr::from_value(exception))
    })
    .unwrap_or_else(|failure: PyErr| failure)
}

/// A module that the user may not have installed.
pub(crate) fn library<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyModule>> {
    py.import(name).map_err(|cause| {
        let message = format!("this needs the package {name}: pip install {name}");
        let error = new(py, "MissingPackage", message).map_or_else(|failure| failure, PyErr::from_value);
        error.set_cause(py, Some(cause));
        error
    })
}

const BASE: &str = "CrmMiningError";

fn new<'py>(py: Python<'py>, class: &str, message: String) -> PyResult<Bound<'py, PyAny>> {
    let errors = py.import("crm_mining.errors")?;
    let class = errors.getattr_opt(class)?.map_or_else(|| errors.getattr(BASE), Ok)?;
    class.call1((message,))
}

/// Sets the fields of the kinds listed as attributes of the exception.
macro_rules! set_fields {
    ($exception:expr, $kind:expr; $($name:ident { $($field:ident),* })*) => {
        match $kind {
            $(ErrorKind::$name { $($field),* } => { $($exception.setattr(stringify!($field), $field)?;)* })*
            _ => {}
        }
    };
}

/// Places and parameters that have another name in Python.
const RENAMED: &[[&str; 4]] = &[
    ["Bins", "borders", "plot", "bins"],
    ["Bins", "equal", "plot", "bins"],
    ["BuyingModel", "horizon", "BuyingModel", "horizon_days"],
    ["Clv", "horizon", "Clv", "horizon_days"],
    ["Concentration::customers_for", "share", "Concentration.customers_for", "share"],
    ["Concentration::share_of_top", "customers", "Concentration.share_of_top", "customers"],
    ["RfmBorders", "frequency", "Rfm.scoring", "borders of frequency"],
    ["RfmBorders", "monetary", "Rfm.scoring", "borders of monetary"],
    ["RfmBorders", "recency", "Rfm.scoring", "borders of recency"],
    ["RollingRetention", "every", "RollingRetention", "every_days"],
    ["NamedSegments::top_share", "share", "NamedSegments.top_share", "share"],
    ["RuleSet::cross_sell", "max", "RuleSet.cross_sell", "max"],
    ["Silence", "at_risk", "Lifecycle.silence", "at_risk"],
    ["Silence", "lost", "Lifecycle.silence", "lost"],
    ["Silence", "prior_gaps", "Lifecycle.silence", "prior_gaps"],
    ["choice_chart", "column", "SegmentChoice.plot", "column"],
    ["clv_chart", "column", "ClvEstimates.plot", "column"],
    ["cohort_chart", "column", "CohortTable.plot", "column"],
    ["dendrogram_chart", "clusters", "Agglomerative.plot", "clusters"],
    ["forecast_chart", "names", "plot", "group_of"],
    ["gap_chart", "column", "PurchaseGaps.plot", "column"],
    ["migration_chart", "column", "Migration.plot", "column"],
    ["next_purchase_chart", "column", "NextPurchases.plot", "column"],
    ["period_chart", "column", "PeriodTable.plot", "column"],
    ["rfm_chart", "column", "RfmScores.plot", "column"],
];

/// An error of a parameter under the names that it has in Python.
fn in_python(kind: ErrorKind) -> ErrorKind {
    let ErrorKind::InvalidParameter { of, parameter, must_be, got } = kind else { return kind };
    // Choices of Rust that are parameters of their own in Python, such as `Monthly(0.5)`.
    let choice = got.strip_suffix(')').and_then(|got| got.split_once('('));
    let (parameter, got) = match (of, parameter, choice) {
        ("Clv", "discount", Some(("Monthly", rate))) => ("monthly_discount", rate.to_owned()),
        ("Clv", "discount", Some(("Annual", rate))) => ("annual_discount", rate.to_owned()),
        ("Churn", "within", Some(("Days", days))) => ("within_days", days.to_owned()),
        _ => (parameter, got),
    };
    let renamed = RENAMED.iter().find(|&&[rust, name, ..]| rust == of && name == parameter);
    let (of, parameter) = renamed.map_or((of, parameter), |&[.., of, parameter]| (of, parameter));
    ErrorKind::InvalidParameter { of, parameter, must_be, got }
}

fn exception(py: Python<'_>, kind: &ErrorKind) -> PyResult<PyErr> {
    let class = match kind {
        // Python cancels only by a signal or a failing callback, and raises what came from there.
        ErrorKind::Cancelled { .. } => return Ok(PyKeyboardInterrupt::new_err(kind.to_string())),
        ErrorKind::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => "IoNotFound",
        kind => kind.name(),
    };
    let exception = new(py, class, kind.to_string())?;
    set_fields! { exception, kind;
        InvalidParameter { of, parameter, must_be, got }
        MissingColumn { table, column, found }
        DuplicateColumn { table, column, first, second }
        InvalidColumn { table, column, must_be, got }
        InvalidValue { table, column, row, must_be, got }
        AmbiguousDates { table, column, day_first, month_first, either, row }
        AmbiguousNumbers { table, column, point, comma, either, row }
        MixedCurrencies { table, column, currencies, row }
        NotEnoughData { of, needed, unit, got }
        TooManyClusters { of, k, distinct }
        SingleClass { of, class, rows }
        LengthMismatch { of, a, a_len, b, b_len }
        FeatureMismatch { of, expected, got }
        NotConverged { of, iterations, change, tolerance }
        EmptyInput { place, needed }
        Malformed { place, rule, found }
        LimitExceeded { place, of, limit, needed, setting }
        Overflow { of, got, limit }
        Incompatible { of, what, a, b }
        DeadlinePassed { stage }
        Bridge { library, found }
    }
    if let ErrorKind::Io { path, source, .. } = kind {
        exception.setattr("filename", path.as_os_str())?;
        exception.setattr("errno", source.raw_os_error())?;
        exception.setattr("strerror", source.to_string())?;
    }
    Ok(PyErr::from_value(exception))
}
