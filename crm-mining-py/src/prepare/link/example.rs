//! Links learnt from labeled pairs.

use crate::convert::{from_json, over, plain, to_json};
use crate::run::run;
use crate::settings::settings;
use crate::table::{Table, read};
use crm_mining::data::{self, ToTable};
use crm_mining::learn::{RandomForest, RandomForestModel};
use crm_mining::prepare::{self, LabeledPairs, LinkQuality, LinkThreshold, RowPairs};
use crm_mining::{Fit, Predict};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use std::sync::Arc;

/// Links rows by the example of pairs of which people said whether they are one customer: a random forest
/// learns from how alike the columns of a pair are.
///
/// Use it when some hundred pairs or more have been looked at; without labels use `Linker`.
///
/// Parameters
/// ----------
/// columns : sequence of str
///     The columns compared, by their name in both tables.
/// forest : dict, optional
///     Settings of the random forest that differ from their defaults, such as ``{"n_trees": 100}``.
/// threshold : float, optional
///     From which probability on a pair is linked; that of the best F1 in cross-validation when left out.
/// folds : int, default 5
///     Folds of the cross-validation.
/// seed : int, default 42
///     Seed of the folds.
///
/// Examples
/// --------
/// >>> import polars as pl
/// >>> names = [f"customer {i * 37} of street {i * 11}" for i in range(40)]
/// >>> shop = pl.DataFrame({"name": names})
/// >>> web = pl.DataFrame({"name": [name.replace("customer", "custmer") for name in names]})
/// >>> pairs = [(i, j % 40) for i in range(40) for j in (i, i + 1)]
/// >>> labels = [i == j for i, j in pairs]
/// >>> model = crm.LinkByExample(["name"], forest={"n_trees": 50}).fit(shop, web, pairs, labels)
/// >>> len(model.predict(shop, web, pairs).links)
/// 40
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct LinkByExample {
    columns: Vec<String>,
    forest: RandomForest,
    threshold: Option<f64>,
    folds: usize,
    seed: u64,
}

/// Two tables and the positions of pairs of their rows.
struct Given {
    left: Arc<data::Table>,
    right: Arc<data::Table>,
    rows: Vec<[u32; 2]>,
}

impl Given {
    fn read(
        left: &Bound<'_, PyAny>,
        right: Option<&Bound<'_, PyAny>>,
        pairs: &Bound<'_, PyAny>,
    ) -> PyResult<Given> {
        let left = read(left, "left", None)?;
        let right = right.map(|right| read(right, "right", None)).transpose()?;
        let pair = |pair: PyResult<Bound<'_, PyAny>>| pair?.extract::<[u32; 2]>();
        let rows = pairs.try_iter()?.map(pair).collect::<PyResult<_>>()?;
        Ok(Given { right: right.unwrap_or_else(|| left.clone()), left, rows })
    }

    fn pairs(&self) -> crm_mining::Result<RowPairs<'_>> {
        RowPairs::new(&self.left, &self.right, self.rows.clone())
    }
}

/// Labels out of any sequence of truth values.
fn labels(given: &Bound<'_, PyAny>) -> PyResult<Vec<bool>> {
    given.try_iter()?.map(|label| label?.extract()).collect()
}

settings! { LinkByExample {
    #[new]
    #[pyo3(signature = (columns, *, forest = None, threshold = None, folds = 5, seed = 42))]
    fn new(
        py: Python<'_>,
        columns: Vec<String>,
        forest: Option<&Bound<'_, PyDict>>,
        threshold: Option<f64>,
        folds: usize,
        seed: u64,
    ) -> PyResult<LinkByExample> {
        let forest = over(py, "LinkByExample", "forest", forest)?;
        Ok(LinkByExample { columns, forest, threshold, folds, seed })
    }

    /// The columns compared.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.columns.clone()
    }

    /// Settings of the random forest.
    #[getter]
    fn forest<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        plain(py, &self.forest)
    }

    /// From which probability on a pair is linked, as far as it was given.
    #[getter]
    fn threshold(&self) -> Option<f64> {
        self.threshold
    }

    /// Folds of the cross-validation.
    #[getter]
    fn folds(&self) -> usize {
        self.folds
    }

    /// Seed of the folds.
    #[getter]
    fn seed(&self) -> u64 {
        self.seed
    }

    /// Learns from labeled pairs.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The table of the first row of each pair.
    /// right : frame or None
    ///     The table of the second row of each pair; None when both are of ``left``.
    /// pairs : sequence of (int, int)
    ///     The positions of the rows, each in its own table, from 0.
    /// labels : sequence of bool
    ///     Whether each pair is one customer.
    /// progress : callable, optional
    ///     Called with stage, done and total as the work goes on.
    ///
    /// Returns
    /// -------
    /// LinkByExampleModel
    ///
    /// Raises
    /// ------
    /// NotEnoughData
    ///     Fewer pairs of a class than folds.
    /// MissingColumn
    ///     A column that a table does not have.
    #[pyo3(signature = (left, right, pairs, labels, *, progress = None))]
    fn fit(
        &self,
        left: &Bound<'_, PyAny>,
        right: Option<&Bound<'_, PyAny>>,
        pairs: &Bound<'_, PyAny>,
        labels: &Bound<'_, PyAny>,
        progress: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<LinkByExampleModel> {
        let &LinkByExample { folds, seed, .. } = self;
        let settings = prepare::LinkByExample {
            columns: self.columns.clone(),
            learner: self.forest.clone(),
            threshold: self.threshold.map_or(LinkThreshold::BestF1 { folds, seed }, LinkThreshold::At),
        };
        let (given, labels) = (Given::read(left, right, pairs)?, self::labels(labels)?);
        let model = run(left.py(), progress, move |control| {
            settings.fit_with(&LabeledPairs::new(given.pairs()?, labels)?, control)
        })?;
        Ok(LinkByExampleModel(Arc::new(model)))
    }
} }

/// A fitted `LinkByExample`.
#[pyclass(frozen, eq, module = "crm_mining")]
#[derive(PartialEq)]
pub(crate) struct LinkByExampleModel(Arc<prepare::LinkByExampleModel<RandomForestModel>>);

/// How good links are, as a dict.
fn quality(py: Python<'_>, quality: LinkQuality) -> PyResult<Bound<'_, PyDict>> {
    let shown = plain(py, &quality)?.cast_into::<PyDict>()?;
    shown.set_item("precision", quality.precision())?;
    shown.set_item("recall", quality.recall())?;
    shown.set_item("f1", quality.f1())?;
    Ok(shown)
}

#[pymethods]
impl LinkByExampleModel {
    /// From which probability on a pair counts as linked.
    #[getter]
    fn threshold(&self) -> f64 {
        self.0.threshold()
    }

    /// How good links were on labeled pairs that the model had not seen: true_links, false_links,
    /// missed_links, precision, recall and f1; None when the threshold was given.
    #[getter]
    fn cross_validated<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyDict>>> {
        self.0.cross_validated().map(|found| quality(py, found)).transpose()
    }

    /// How likely each pair is one customer.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The table of the first row of each pair.
    /// right : frame or None
    ///     The table of the second row of each pair; None when both are of ``left``.
    /// pairs : sequence of (int, int)
    ///     The positions of the rows, each in its own table, from 0.
    ///
    /// Returns
    /// -------
    /// ScoredPairs
    ///
    /// Raises
    /// ------
    /// MissingColumn
    ///     A column of the model is not there.
    #[pyo3(signature = (left, right, pairs))]
    fn predict<'py>(
        &self,
        left: &Bound<'py, PyAny>,
        right: Option<&Bound<'py, PyAny>>,
        pairs: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, ScoredPairs>> {
        let (model, given) = (self.0.clone(), Given::read(left, right, pairs)?);
        let (scored, table) = run(left.py(), None, move |_| {
            let scored = model.predict(&given.pairs()?)?;
            let table = Arc::new(scored.to_table());
            Ok((scored, table))
        })?;
        let table = PyClassInitializer::from(Table::ready(table));
        Bound::new(left.py(), table.add_subclass(ScoredPairs(scored)))
    }

    /// How good links are on other labeled pairs: true_links, false_links, missed_links, precision, recall
    /// and f1.
    ///
    /// Parameters
    /// ----------
    /// left : frame
    ///     The table of the first row of each pair.
    /// right : frame or None
    ///     The table of the second row of each pair; None when both are of ``left``.
    /// pairs : sequence of (int, int)
    ///     The positions of the rows, each in its own table, from 0.
    /// labels : sequence of bool
    ///     Whether each pair is one customer.
    ///
    /// Returns
    /// -------
    /// dict
    #[pyo3(signature = (left, right, pairs, labels))]
    fn evaluate<'py>(
        &self,
        left: &Bound<'py, PyAny>,
        right: Option<&Bound<'py, PyAny>>,
        pairs: &Bound<'py, PyAny>,
        labels: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let (given, labels) = (Given::read(left, right, pairs)?, self::labels(labels)?);
        let model = self.0.clone();
        let found =
            run(left.py(), None, move |_| model.evaluate(&LabeledPairs::new(given.pairs()?, labels)?))?;
        quality(left.py(), found)
    }

    /// The model as JSON, for `LinkByExampleModel.from_json` and for Rust. It holds hashes of words, no value.
    ///
    /// Returns
    /// -------
    /// str
    fn to_json(&self) -> PyResult<String> {
        to_json(&*self.0)
    }

    /// The model that `LinkByExampleModel.to_json` wrote.
    ///
    /// Parameters
    /// ----------
    /// json : str
    ///     The text.
    ///
    /// Returns
    /// -------
    /// LinkByExampleModel
    ///
    /// Raises
    /// ------
    /// InvalidParameter
    ///     What is no such model.
    #[staticmethod]
    fn from_json(json: &str) -> PyResult<LinkByExampleModel> {
        Ok(LinkByExampleModel(Arc::new(from_json("LinkByExampleModel", "json", json)?)))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let json = (slf.get().to_json()?,).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, json))
    }

    fn __repr__(&self) -> String {
        format!("LinkByExampleModel: linked from probability {:.4} on", self.0.threshold())
    }
}

/// How likely each pair is one customer. Made by `LinkByExampleModel.predict`.
///
/// Columns: left_position and right_position, the positions of the rows, each in its own table, from 0; left_row and
/// right_row, the numbers of the rows in their sources, from 1 where a frame was given; probability; linked.
#[pyclass(frozen, extends = Table, module = "crm_mining")]
pub(crate) struct ScoredPairs(prepare::ScoredPairs);

#[pymethods]
impl ScoredPairs {
    /// From which probability on a pair counts as linked.
    #[getter]
    fn threshold(&self) -> f64 {
        self.0.threshold()
    }

    /// The pairs that count as linked, by the positions of their rows.
    #[getter]
    fn links(&self) -> Vec<(u32, u32)> {
        self.0.links().map(|[left, right]| (left, right)).collect()
    }
}
