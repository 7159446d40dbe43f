//! Results as charts: `crm_mining::report` for Python.

use crate::convert::{kind_of, plain, to_json};
use crate::error::library;
use crate::run::run;
use crate::table::Table;
use crm_mining::{Result, report};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// The name of Vega-Lite 5 in what a notebook may show.
const MIME: &str = "application/vnd.vegalite.v5+json";

/// A chart as plain data. Made by the method ``plot`` of results.
///
/// A notebook that draws Vega-Lite, as JupyterLab and VS Code do, shows it as it is; `axes` draws the same with
/// matplotlib. Charts are of customers together and hold no keys of customers; where few customers are left in a
/// cell or bin, its figure may still tell of them.
///
/// Examples
/// --------
/// >>> chart = crm.Rfm().score(ledger).plot()
/// >>> chart
/// chart "Recency and frequency: customers" of 25 rows
/// >>> chart.spec["mark"]["type"], chart.spec["encoding"]["x"]["title"]
/// ('rect', 'frequency score')
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Chart(report::Chart);

impl Chart {
    /// The chart that the core makes without the interpreter.
    pub(crate) fn made(
        py: Python<'_>,
        make: impl FnOnce() -> Result<report::Chart> + Send + 'static,
    ) -> PyResult<Chart> {
        run(py, None, move |_| make()).map(Chart)
    }
}

#[pymethods]
impl Chart {
    /// The title.
    #[getter]
    fn title(&self) -> &str {
        self.0.title()
    }

    /// The line below the title.
    #[getter]
    fn subtitle(&self) -> Option<&str> {
        self.0.subtitle()
    }

    /// The values shown.
    #[getter]
    fn table<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.table().clone())))
    }

    /// The chart as a complete Vega-Lite 5 specification, with its values in it.
    #[getter]
    fn spec<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.0.to_vega_lite())
    }

    /// The specification as JSON.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&self.0.to_vega_lite())
    }

    /// The chart drawn by matplotlib, with the same marks. Needs matplotlib.
    ///
    /// Parameters
    /// ----------
    /// ax : matplotlib.axes.Axes, optional
    ///     Where to draw; axes of a figure of their own when left out.
    ///
    /// Returns
    /// -------
    /// matplotlib.axes.Axes
    ///
    /// Raises
    /// ------
    /// MissingPackage
    ///     matplotlib is not installed. An ``ImportError``.
    #[pyo3(signature = (ax = None))]
    fn axes<'py>(&self, py: Python<'py>, ax: Option<&Bound<'py, PyAny>>) -> PyResult<Bound<'py, PyAny>> {
        library(py, "matplotlib")?;
        py.import("crm_mining._axes")?.call_method1("draw", (self.spec(py)?, ax))
    }

    #[pyo3(signature = (include = None, exclude = None))]
    fn _repr_mimebundle_<'py>(
        &self,
        py: Python<'py>,
        include: Option<&Bound<'py, PyAny>>,
        exclude: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyDict>> {
        // IPython leaves out itself what it did not ask for.
        let _ = (include, exclude);
        let bundle = PyDict::new(py);
        bundle.set_item(MIME, self.spec(py)?)?;
        bundle.set_item("text/plain", self.__repr__())?;
        Ok(bundle)
    }

    fn __repr__(&self) -> String {
        format!("chart {:?} of {} rows", self.0.title(), self.0.table().n_rows())
    }
}

/// Bins given as how many, or as their borders; 20 when left out.
pub(crate) fn bins(given: Option<&Bound<'_, PyAny>>) -> PyResult<report::Bins> {
    Ok(some_bins(given)?.unwrap_or_default())
}

/// Bins given as how many, or as their borders.
pub(crate) fn some_bins(given: Option<&Bound<'_, PyAny>>) -> PyResult<Option<report::Bins>> {
    let Some(given) = given else { return Ok(None) };
    if let Ok(n) = given.extract::<usize>() {
        return Ok(Some(report::Bins::Equal(n)));
    }
    given.extract::<Vec<f64>>().map(|borders| Some(report::Bins::Borders(borders))).map_err(|_| {
        let got = kind_of(given);
        PyTypeError::new_err(format!("bins must be how many, or a sequence of borders; got {got}"))
    })
}
