//! What customers did between purchases and between periods: gaps, revenue tree, gain and loss.

use crate::convert::{list, plain};
use crate::data::Ledger;
use crate::date::Date;
use crate::error::raise;
use crate::report::Chart;
use crate::run::run;
use crate::table::Table;
use crm_mining::ErrorKind;
use crm_mining::insight::{self, Span};
use crm_mining::report;
use pyo3::prelude::*;
use pyo3::types::PyList;
use std::sync::Arc;

/// Tenure and gaps between purchases, per customer and over all.
///
/// A gap is the time from one purchase day to the next. As a table with the columns customer, first and last (purchase
/// days), tenure (days since the first), gaps (how many), and their mean, median, sd (all in days) and cv (coefficient of
/// variation).
///
/// Parameters
/// ----------
/// ledger : Ledger
///     Who bought when.
/// as_of : date, optional
///     The day; the last day of the ledger when left out.
///
/// Examples
/// --------
/// >>> gaps = crm.PurchaseGaps(ledger)
/// >>> gaps.to_polars().select("customer", "gaps", "mean", "cv").row(0)
/// ('anna', 40, 5.0, 0.0)
/// >>> gaps.overall["median"]
/// 10.0
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct PurchaseGaps(Arc<insight::PurchaseGaps>);

#[pymethods]
impl PurchaseGaps {
    #[new]
    #[pyo3(signature = (ledger, as_of = None))]
    fn new(py: Python<'_>, ledger: &Ledger, as_of: Option<Date>) -> PyResult<PyClassInitializer<Self>> {
        let (as_of, ledger) = (ledger.day(as_of), ledger.0.clone());
        let gaps = Arc::new(run(py, None, move |_| Ok(insight::PurchaseGaps::new(&ledger, as_of)))?);
        Ok(Table::of(gaps.clone()).add_subclass(PurchaseGaps(gaps)))
    }

    /// The customers in order: text, or integers when their column was typed so.
    #[getter]
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyList>> {
        list(py, self.0.customers())
    }

    /// Customers of the ledger without a purchase until the day.
    #[getter]
    fn left_out(&self) -> usize {
        self.0.left_out()
    }

    /// The day at whose end the customers were looked at.
    #[getter]
    fn as_of(&self) -> Date {
        Date(self.0.as_of())
    }

    /// The figures over all customers: customers, repeaters, gaps, their mean, median and sd in days, cv, and regularity (k by
    /// Wheat and Morrison, its standard error and the customers it rests on; k is None where all customers
    /// keep time exactly).
    #[getter]
    fn overall<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.0.overall())
    }

    /// How a figure is spread over the customers, as a histogram. Customers with too few gaps for it are counted below
    /// the title.
    ///
    /// Parameters
    /// ----------
    /// column : {"median", "mean", "sd", "cv", "gaps", "tenure"}, default "median"
    ///     The figure: median, mean and standard deviation of the gaps in days, their coefficient of variation, how many
    ///     they are, or the days since the first purchase.
    /// bins : int or sequence of float, default 20
    ///     How many bins of equal width from the least figure to the greatest, or their borders, ascending.
    ///
    /// Returns
    /// -------
    /// Chart
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     Another column; no bins, or borders that do not ascend.
    /// NotEnoughData
    ///     The figure is known of no customer.
    #[pyo3(signature = (column = "median", bins = None), text_signature = "(self, column='median', bins=20)")]
    fn plot(&self, py: Python<'_>, column: &str, bins: Option<&Bound<'_, PyAny>>) -> PyResult<Chart> {
        let (result, column, bins) = (self.0.clone(), column.to_owned(), crate::report::bins(bins)?);
        Chart::made(py, move || report::gap_chart(&result, &column, &bins))
    }
}

/// A first and a last day.
type Pair = (Date, Date);

fn span(of: &'static str, parameter: &'static str, (from, to): Pair) -> PyResult<Span> {
    let (must_be, got) = ("a first day and one not before it".to_owned(), format!("{} and {}", from.0, to.0));
    Span::new(from.0, to.0)
        .map_err(|_| raise(ErrorKind::InvalidParameter { of, parameter, must_be, got }.into()))
}

fn pairs(spans: [Span; 2]) -> (Pair, Pair) {
    let [before, after] = spans.map(|span| (Date(span.from()), Date(span.to())));
    (before, after)
}

/// Why revenue changed: more customers, more orders of each, or more money per order. As a table, one row per
/// branch with its figure before and after and its effect in money.
///
/// revenue = customers × orders per customer × spend per order + returns of others; spend per order = units
/// per order × price per unit. The effects follow Shapley's rule and add up to the change.
///
/// Parameters
/// ----------
/// ledger : Ledger
///     Who bought when.
/// before, after : tuple of two dates
///     The first and last day of each span.
///
/// Raises
/// ------
/// InvalidParameter
///     A last day before the first.
///
/// Examples
/// --------
/// >>> months = ("2024-01-01", "2024-01-31"), ("2024-04-01", "2024-04-30")
/// >>> tree = crm.RevenueTree(ledger, *months)
/// >>> tree.before["customers"], tree.after["customers"], tree.effects["customers"] < 0
/// (60, 40, True)
/// >>> sums = ("customers", "orders_per_customer", "spend_per_order", "returns_of_others")
/// >>> abs(sum(tree.effects[name] for name in sums) - tree.change) < 1e-6
/// True
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct RevenueTree(Arc<insight::RevenueTree>);

#[pymethods]
impl RevenueTree {
    #[new]
    fn new(py: Python<'_>, ledger: &Ledger, before: Pair, after: Pair) -> PyResult<PyClassInitializer<Self>> {
        let (before, after) = (span("RevenueTree", "before", before)?, span("RevenueTree", "after", after)?);
        let ledger = ledger.0.clone();
        let tree = run(py, None, move |_| Ok(insight::RevenueTree::new(&ledger, before, after)))?;
        let tree = Arc::new(tree);
        Ok(Table::of(tree.clone()).add_subclass(RevenueTree(tree)))
    }

    /// The two spans, each as its first and last day.
    #[getter]
    fn spans(&self) -> (Pair, Pair) {
        pairs(self.0.spans())
    }

    /// The figures of the first span.
    #[getter]
    fn before<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.0.before())
    }

    /// The figures of the second span.
    #[getter]
    fn after<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.0.after())
    }

    /// How much more revenue the second span had.
    #[getter]
    fn change(&self) -> f64 {
        self.0.change()
    }

    /// What each branch did to the change, in money.
    #[getter]
    fn effects<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, self.0.effects())
    }

    /// The effects of the branches as bars; those of units and price, parts of that of spend per order, in a color
    /// of their own.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::revenue_tree_chart(&result)))
    }
}

/// Gain and loss: the change of revenue between two periods, by what became of each customer. As a table, one
/// row for each of new, reactivated, expansion, unchanged, contraction, lost and other.
///
/// Every customer is in one group, and the changes of the groups add up to that of the revenue.
///
/// Parameters
/// ----------
/// ledger : Ledger
///     Who bought when.
/// before, after : tuple of two dates
///     The first and last day of each period; the second begins after the first has ended.
///
/// Raises
/// ------
/// InvalidParameter
///     A last day before the first, or a second period that does not begin after the first.
///
/// Examples
/// --------
/// >>> change = crm.GainLoss(ledger, ("2024-01-01", "2024-03-31"), ("2024-04-01", "2024-06-30"))
/// >>> change.to_polars().select("turn", "customers").rows()[-2:]
/// [('lost', 20), ('other', 0)]
/// >>> change.change_of_customers, round(change.net_retention, 3)
/// (-20, 0.557)
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct GainLoss(Arc<insight::GainLoss>);

#[pymethods]
impl GainLoss {
    #[new]
    fn new(py: Python<'_>, ledger: &Ledger, before: Pair, after: Pair) -> PyResult<PyClassInitializer<Self>> {
        let (before, after) = (span("GainLoss", "before", before)?, span("GainLoss", "after", after)?);
        let ledger = ledger.0.clone();
        let change = Arc::new(run(py, None, move |_| insight::GainLoss::new(&ledger, before, after))?);
        Ok(Table::of(change.clone()).add_subclass(GainLoss(change)))
    }

    /// The two periods, each as its first and last day.
    #[getter]
    fn spans(&self) -> (Pair, Pair) {
        pairs(self.0.spans())
    }

    /// How much more revenue the second period had.
    #[getter]
    fn change(&self) -> f64 {
        self.0.change()
    }

    /// How many more customers bought in the second period.
    #[getter]
    fn change_of_customers(&self) -> i64 {
        self.0.change_of_customers()
    }

    /// What the customers of the first period spent in the second, as a share; None where they had spent
    /// nothing.
    #[getter]
    fn net_retention(&self) -> Option<f64> {
        self.0.net_retention()
    }

    /// The same with nobody counted for more than before; from 0 to 1.
    #[getter]
    fn gross_retention(&self) -> Option<f64> {
        self.0.gross_retention()
    }

    /// What became of each customer, and their revenue in both periods.
    ///
    /// Returns
    /// -------
    /// Table
    ///     With the columns customer, turn, before and after.
    fn customers<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, Table>> {
        Bound::new(py, Table::ready(Arc::new(self.0.customers_table())))
    }

    /// From the revenue of the first period to that of the second, group by group, as bars that begin where the one
    /// before ends.
    ///
    /// Returns
    /// -------
    /// Chart
    fn plot(&self, py: Python<'_>) -> PyResult<Chart> {
        let result = self.0.clone();
        Chart::made(py, move || Ok(report::gain_loss_chart(&result)))
    }
}
