//! Errors found without labels.

use super::dependency::DependencySearch;
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, UNNAMED, read};
use crm_mining::prepare::{self, Signal};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use std::sync::Arc;

/// Finds the cells of a table that look wrong, without labels, and says why and what could stand there.
///
/// Use it on any table as read, before cleaning: on text columns, where spelling and shape still show.
/// Missing markers, spellings, patterns, rare values, outliers, merged fields, dependencies and conflicting
/// sources each give a probability that the cell is wrong; the score is that of at least one being right.
///
/// Parameters
/// ----------
/// threshold : float, default 0.5
///     The score from which a cell is listed, above 0, at most 1.
/// dependencies : DependencySearch, optional
///     How dependencies are searched; by the default settings when left out.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> shops = pl.DataFrame({"city": ["Birmingham", "Luverne"] * 50})
/// >>> shops[7, "city"] = "Luvxrne"
/// >>> found = crm.ErrorDetector().detect(shops)
/// >>> found.to_polars().select("row", "found", "repair").rows()
/// [(8, 'Luvxrne', 'Luverne')]
/// >>> found.n_cells
/// 100
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct ErrorDetector {
    /// The score from which a cell is listed.
    threshold: f64,
    /// How dependencies are searched.
    dependencies: DependencySearch,
}

settings! { ErrorDetector {
    #[new]
    #[pyo3(signature = (threshold = 0.5, dependencies = None))]
    fn new(threshold: f64, dependencies: Option<&Bound<'_, DependencySearch>>) -> ErrorDetector {
        let dependencies = dependencies.map_or_else(DependencySearch::default, |search| search.get().clone());
        ErrorDetector { threshold, dependencies }
    }

    /// The cells that look wrong.
    ///
    /// Parameters
    /// ----------
    /// data : Table or frame
    ///     Where to look.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// Suspicions
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     A setting out of its range.
    #[pyo3(signature = (data, *, progress = None))]
    fn detect<'py>(
        &self,
        data: &Bound<'py, PyAny>,
        progress: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Suspicions>> {
        let dependencies = self.dependencies.core()?;
        let detector = prepare::ErrorDetector { threshold: self.threshold, dependencies };
        let table = read(data, UNNAMED, None)?;
        let found = run(data.py(), progress, move |control| detector.detect_with(&table, control))?;
        let found = Arc::new(found);
        Bound::new(data.py(), Table::of(found.clone()).add_subclass(Suspicions(found)))
    }
} }

/// The cells that look wrong, by row, then by column: row, column, found, score, reasons, action, repair,
/// confidence. Made by `ErrorDetector.detect`.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct Suspicions(Arc<prepare::Suspicions>);

#[pymethods]
impl Suspicions {
    /// How many cells were looked at.
    #[getter]
    fn n_cells(&self) -> u64 {
        self.0.n_cells
    }

    /// How many cells each kind of reason speaks against.
    #[getter]
    fn reasons<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let counts = PyDict::new(py);
        for cell in &self.0.cells {
            let mut names: Vec<&str> = cell.reasons.iter().map(Signal::name).collect();
            names.sort_unstable();
            names.dedup();
            for name in names {
                let so_far = counts.get_item(name)?.map_or(Ok(0), |count| count.extract::<u64>())?;
                counts.set_item(name, so_far + 1)?;
            }
        }
        Ok(counts)
    }
}
