//! How well scores say whom a treatment helps.

use super::durations::flags;
use crate::convert::choice;
use crate::error::raise;
use crate::run::run;
use crate::table::Table;
use crm_mining::learn;
use pyo3::prelude::*;
use std::sync::Arc;

/// What a treatment gains when it goes first to the customers with the highest scores: the uplift and the Qini curve,
/// one row per point.
///
/// It needs a trial: some customers treated and some not, by chance, with the outcome of each. Rows of equal score
/// enter together, so the order of the rows does not matter.
///
/// Parameters
/// ----------
/// outcomes : sequence of float
///     The outcome of each row: 0 and 1, or any numbers.
/// treated : sequence of bool
///     Whether each row was treated; 1 and 0 are taken too.
/// scores : sequence of float
///     A score of each row, the higher the more is expected of the treatment.
///
/// Raises
/// ------
/// NotEnoughData
///     Nobody was treated, or everybody.
///
/// Examples
/// --------
/// >>> uplift = crm.learn.Uplift([1, 0, 1, 0, 0, 0], [1, 0, 1, 0, 1, 0], [0.9, 0.8, 0.7, 0.3, 0.2, 0.1])
/// >>> uplift.at(0.5)
/// 1.0
#[pyclass(frozen, extends = Table, module = "crm_mining.learn")]
pub(crate) struct Uplift(Arc<learn::Uplift>);

#[pymethods]
impl Uplift {
    #[new]
    #[pyo3(signature = (outcomes, treated, scores))]
    fn new(
        py: Python<'_>,
        outcomes: Vec<f64>,
        treated: &Bound<'_, PyAny>,
        scores: Vec<f64>,
    ) -> PyResult<PyClassInitializer<Self>> {
        let treated = flags("Uplift", "treated", treated)?;
        let uplift = run(py, None, move |_| learn::Uplift::of(&outcomes, &treated, &scores))?;
        let uplift = Arc::new(uplift);
        Ok(Table::of(uplift.clone()).add_subclass(Uplift(uplift)))
    }

    /// The area between the uplift curve and the straight line to its end.
    #[getter]
    fn uplift_area(&self) -> f64 {
        self.0.uplift_area()
    }

    /// The area between the Qini curve and the straight line to its end.
    #[getter]
    fn qini_area(&self) -> f64 {
        self.0.qini_area()
    }

    /// The uplift area over that of a perfect ranking: 1 is perfect, 0 is chance. Outcomes must be 0 or 1
    /// (``uplift_auc_score`` of scikit-uplift).
    ///
    /// Returns
    /// -------
    /// float
    fn uplift_coefficient(&self) -> PyResult<f64> {
        self.0.uplift_coefficient().map_err(raise)
    }

    /// The Qini area over that of a perfect ranking: 1 is perfect, 0 is chance. Outcomes must be 0 or 1
    /// (``qini_auc_score`` of scikit-uplift).
    ///
    /// Returns
    /// -------
    /// float
    fn qini_coefficient(&self) -> PyResult<f64> {
        self.0.qini_coefficient().map_err(raise)
    }

    /// The mean outcome with treatment less that without, in the share of rows with the highest scores.
    ///
    /// Parameters
    /// ----------
    /// share : float
    ///     The share, above 0 and at most 1.
    /// of : {"overall", "by_group"}, default "overall"
    ///     Of all rows, or of the treated and of the others each by themselves.
    ///
    /// Returns
    /// -------
    /// float
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Nobody in the share was treated, or everybody.
    #[pyo3(signature = (share, of = "overall"))]
    fn at(&self, share: f64, of: &str) -> PyResult<f64> {
        self.0.at(share, choice("Uplift", "of", of)?).map_err(raise)
    }
}
