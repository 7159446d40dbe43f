//! The models of repeat buying: settings.

use super::BuyingModel;
use crate::convert::choice;
use crate::data::Summary;
use crate::run::run;
use crate::settings::settings;
use crm_mining::Fit;
use crm_mining::{data, insight};
use pyo3::prelude::*;
use std::sync::Arc;

fn fit(
    py: Python<'_>,
    settings: impl Fit<data::Summary, Model = insight::BuyingModel> + Send + 'static,
    summary: &Summary,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<BuyingModel> {
    let summary = summary.0.clone();
    let model = run(py, progress, move |control| settings.fit_with(&summary, control))?;
    Ok(BuyingModel(Arc::new(model)))
}

/// The BG/NBD model of repeat buying and its kin: who is still a customer, and how often will they buy?
///
/// Customers may leave after a repeat purchase; ``dropout="after_every"`` makes it MBG/NBD, where they may leave after the
/// first purchase too, and ``regularity`` k makes gaps more regular than by chance: (M)BG/CNBD-k. The parameters are those
/// of greatest likelihood. Where it is greatest at an edge of their range, the model's ``status`` is "boundary", and
/// ``boundaries`` says which simpler model the data prefer.
///
/// Parameters
/// ----------
/// dropout : {"after_repeats", "after_every"}, default "after_repeats"
///     After which purchases customers may leave.
/// regularity : int, default 1
///     Stages between purchases, from 1 to 20.
/// penalizer : float, default 0.0
///     Weight of r² + α² + a² + b², taken off the mean log-likelihood; at least 0.
/// max_iterations : int, default 500
///     Newton steps allowed to each search, at least 1.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less; above 0.
///
/// Examples
/// --------
/// >>> buying = crm.BgNbd().fit(summary)
/// >>> buying.p_alive(summary).column_names
/// ['customer', 'p_alive']
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct BgNbd {
    /// After which purchases customers may leave.
    dropout: String,
    /// Stages between purchases.
    regularity: u32,
    /// Weight of the squared parameters.
    penalizer: f64,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

impl BgNbd {
    pub(super) fn core(&self) -> PyResult<insight::BgNbd> {
        let &BgNbd { penalizer, max_iterations, tolerance, .. } = self;
        let dropout = choice("BgNbd", "dropout", &self.dropout)?;
        Ok(insight::BgNbd { dropout, regularity: self.regularity, penalizer, max_iterations, tolerance })
    }
}

settings! { BgNbd {
    #[new]
    #[pyo3(signature = (dropout = "after_repeats", regularity = 1, penalizer = 0.0, max_iterations = 500, tolerance = 1e-9), text_signature = "(dropout='after_repeats', regularity=1, penalizer=0.0, max_iterations=500, tolerance=1e-09)")]
    fn new(
        dropout: &str,
        #[pyo3(from_py_with = crate::given::bg_nbd::regularity)] regularity: u32,
        #[pyo3(from_py_with = crate::given::bg_nbd::penalizer)] penalizer: f64,
        #[pyo3(from_py_with = crate::given::bg_nbd::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::bg_nbd::tolerance)] tolerance: f64,
    ) -> PyResult<BgNbd> {
        choice::<insight::Dropout>("BgNbd", "dropout", dropout)?;
        Ok(BgNbd { dropout: dropout.to_owned(), regularity, penalizer, max_iterations, tolerance })
    }

    /// Finds the parameters. Covariates of the summary are used.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Frequency, recency and age of customers.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// BuyingModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two customers, or no repeat purchase.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (summary, *, progress = None))]
    fn fit(&self, py: Python<'_>, summary: &Summary, progress: Option<&Bound<'_, PyAny>>) -> PyResult<BuyingModel> {
        fit(py, self.core()?, summary, progress)
    }
} }

/// The Pareto/NBD model of repeat buying: as `BgNbd`, but customers may leave at any time, not only after a purchase.
///
/// With many one-time buyers often the best; it costs several times the work of BG/NBD.
///
/// Parameters
/// ----------
/// penalizer : float, default 0.0
///     Weight of r² + α² + s² + β², taken off the mean log-likelihood; at least 0.
/// max_iterations : int, default 500
///     Newton steps allowed to each search, at least 1.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less; above 0.
///
/// Examples
/// --------
/// >>> buying = crm.ParetoNbd().fit(summary)
/// >>> buying.process, list(buying.parameters)
/// ('Pareto/NBD', ['r', 'alpha', 's', 'beta'])
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct ParetoNbd {
    /// Weight of the squared parameters.
    penalizer: f64,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

impl ParetoNbd {
    pub(super) fn core(&self) -> PyResult<insight::ParetoNbd> {
        let &ParetoNbd { penalizer, max_iterations, tolerance, .. } = self;
        Ok(insight::ParetoNbd { penalizer, max_iterations, tolerance })
    }
}

settings! { ParetoNbd {
    #[new]
    #[pyo3(signature = (penalizer = 0.0, max_iterations = 500, tolerance = 1e-9))]
    fn new(
        #[pyo3(from_py_with = crate::given::pareto_nbd::penalizer)] penalizer: f64,
        #[pyo3(from_py_with = crate::given::pareto_nbd::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::pareto_nbd::tolerance)] tolerance: f64,
    ) -> PyResult<ParetoNbd> {
        Ok(ParetoNbd { penalizer, max_iterations, tolerance })
    }

    /// Finds the parameters. Covariates of the summary are used.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Frequency, recency and age of customers.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// BuyingModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two customers, or no repeat purchase.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (summary, *, progress = None))]
    fn fit(&self, py: Python<'_>, summary: &Summary, progress: Option<&Bound<'_, PyAny>>) -> PyResult<BuyingModel> {
        fit(py, self.core()?, summary, progress)
    }
} }

/// The NBD model of repeat buying: purchases come at random at a rate of each customer's own, and nobody leaves.
///
/// It is the floor that models with leaving must beat.
///
/// Parameters
/// ----------
/// penalizer : float, default 0.0
///     Weight of r² + α², taken off the mean log-likelihood; at least 0.
/// max_iterations : int, default 500
///     Newton steps allowed to each search, at least 1.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less; above 0.
///
/// Examples
/// --------
/// >>> buying = crm.Nbd().fit(summary)
/// >>> buying.process, list(buying.parameters)
/// ('NBD', ['r', 'alpha'])
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct Nbd {
    /// Weight of the squared parameters.
    penalizer: f64,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

impl Nbd {
    pub(super) fn core(&self) -> PyResult<insight::Nbd> {
        let &Nbd { penalizer, max_iterations, tolerance, .. } = self;
        Ok(insight::Nbd { penalizer, max_iterations, tolerance })
    }
}

settings! { Nbd {
    #[new]
    #[pyo3(signature = (penalizer = 0.0, max_iterations = 500, tolerance = 1e-9))]
    fn new(
        #[pyo3(from_py_with = crate::given::nbd::penalizer)] penalizer: f64,
        #[pyo3(from_py_with = crate::given::nbd::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::nbd::tolerance)] tolerance: f64,
    ) -> PyResult<Nbd> {
        Ok(Nbd { penalizer, max_iterations, tolerance })
    }

    /// Finds the parameters. Covariates of the summary are used.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Frequency, recency and age of customers.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// BuyingModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two customers, or no repeat purchase.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (summary, *, progress = None))]
    fn fit(&self, py: Python<'_>, summary: &Summary, progress: Option<&Bound<'_, PyAny>>) -> PyResult<BuyingModel> {
        fit(py, self.core()?, summary, progress)
    }
} }

/// The BG/BB model of repeat buying at given opportunities: yearly appeals, concerts of a season, weekly markets.
///
/// The summary counts opportunities: see `Summary.in_periods`.
///
/// Parameters
/// ----------
/// penalizer : float, default 0.0
///     Weight of α² + β² + γ² + δ², taken off the mean log-likelihood; at least 0.
/// max_iterations : int, default 500
///     Newton steps allowed to each search, at least 1.
/// tolerance : float, default 1e-9
///     A search has converged when another step is expected to raise the log-likelihood by less; above 0.
///
/// Examples
/// --------
/// >>> appeals = crm.Summary([6, 2, 0, 3, 1, 0, 4, 1], [6, 5, 0, 3, 1, 0, 6, 6], [6] * 8, [0] * 8)
/// >>> crm.BgBb().fit(appeals.in_periods(365)).process
/// 'BG/BB'
#[pyclass(frozen, eq, get_all, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct BgBb {
    /// Weight of the squared parameters.
    penalizer: f64,
    /// Newton steps allowed to each search.
    max_iterations: usize,
    /// The rise of the log-likelihood that counts as none.
    tolerance: f64,
}

impl BgBb {
    pub(super) fn core(&self) -> PyResult<insight::BgBb> {
        let &BgBb { penalizer, max_iterations, tolerance, .. } = self;
        Ok(insight::BgBb { penalizer, max_iterations, tolerance })
    }
}

settings! { BgBb {
    #[new]
    #[pyo3(signature = (penalizer = 0.0, max_iterations = 500, tolerance = 1e-9))]
    fn new(
        #[pyo3(from_py_with = crate::given::bg_bb::penalizer)] penalizer: f64,
        #[pyo3(from_py_with = crate::given::bg_bb::max_iterations)] max_iterations: usize,
        #[pyo3(from_py_with = crate::given::bg_bb::tolerance)] tolerance: f64,
    ) -> PyResult<BgBb> {
        Ok(BgBb { penalizer, max_iterations, tolerance })
    }

    /// Finds the parameters. Covariates of the summary are used.
    ///
    /// Parameters
    /// ----------
    /// summary : Summary
    ///     Frequency, recency and age of customers.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// BuyingModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer than two customers, or no repeat purchase.
    /// NotConverged
    ///     The search stopped before its tolerance was met.
    #[pyo3(signature = (summary, *, progress = None))]
    fn fit(&self, py: Python<'_>, summary: &Summary, progress: Option<&Bound<'_, PyAny>>) -> PyResult<BuyingModel> {
        fit(py, self.core()?, summary, progress)
    }
} }
