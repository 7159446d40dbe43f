//! What the estimators of Python stand on: settings as JSON and arrays as bytes in, a fitted model out.

use super::cluster::CLUSTERERS;
use super::rows::{Shape, reals};
use crate::convert::{from_json, to_json};
use crate::error::{invalid_parameter, library};
use crate::feature::SCALERS;
use crate::report::Chart;
use crate::run::run;
use crm_mining::data::{Features, Weighted};
use crm_mining::{Control, ErrorKind, Result, report};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyDict, PyTuple};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};
use std::sync::Arc;

/// Settings as the estimator of their name in Python holds them.
pub(crate) trait Settings: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of the estimator.
    const NAME: &'static str;
    /// What is fitted.
    type Model: Model + DeserializeOwned;

    /// The settings, each at its default.
    fn standard() -> Self;

    /// Fits the model.
    fn learn(&self, data: &Data, control: &Control) -> Result<Self::Model>;
}

/// Rows to fit.
pub(crate) struct Data {
    pub(crate) rows: Shape,
    weights: Option<Vec<f64>>,
    /// Whether more rows are to come.
    pub(crate) streamed: bool,
}

impl Data {
    /// The features with their weights, when some were given.
    pub(crate) fn weighted(&self) -> Result<Option<Weighted<'_>>> {
        let weighted = |weights| Weighted::new(self.rows.features()?, weights);
        self.weights.as_deref().map(weighted).transpose()
    }
}

/// A fitted model as the estimators of Python see it.
pub(crate) trait Model: Send + Sync + 'static {
    /// The fitted attributes of the estimator, by their names in Python.
    fn attributes(&self) -> Vec<(&'static str, Value)>;

    /// What the estimator's method of this name says of rows.
    fn apply(&self, method: &str, rows: &Shape) -> Result<Value>;

    /// What the estimator's method of this name says of a number.
    fn ask(&self, method: &str, number: f64) -> Result<Value>;

    /// The model once it has learned from more rows.
    fn updated(&self, _: &Shape) -> Result<Arc<dyn Model>> {
        let (must_be, got) = ("one that the model has".to_owned(), "partial_fit".to_owned());
        Err(ErrorKind::InvalidParameter { of: "estimator", parameter: "method", must_be, got }.into())
    }

    /// What the estimator's plot of a number shows.
    fn chart(&self, _: usize) -> Result<report::Chart> {
        let (must_be, got) = ("one that the model has".to_owned(), "plot".to_owned());
        Err(ErrorKind::InvalidParameter { of: "estimator", parameter: "method", must_be, got }.into())
    }

    /// The model as JSON.
    fn json(&self) -> PyResult<String>;
}

/// The fitted attributes of a model, and its methods that take rows or a number; Python calls no others.
macro_rules! model {
    (
        $model:ty, |$fitted:ident| { $($attribute:literal: $value:expr),* $(,)? }
        $(, |$rows:ident| { $($method:literal: $said:expr),* $(,)? })?
        $(; |$number:ident| { $($question:literal: $answer:expr),* $(,)? })?
        $(; updated by $update:ident)?
        $(; drawn by $draw:expr)?
    ) => {
        impl crate::learn::estimator::Model for $model {
            fn attributes(&self) -> Vec<(&'static str, crate::learn::estimator::Value)> {
                let $fitted = self;
                vec![$(($attribute, $value)),*]
            }

            fn apply(
                &self,
                method: &str,
                _rows: &crate::learn::rows::Shape,
            ) -> crm_mining::Result<crate::learn::estimator::Value> {
                let $fitted = self;
                match method {
                    $($($method => { let $rows = _rows; Ok($said) })*)?
                    _ => crate::learn::estimator::no_method($fitted, method),
                }
            }

            fn ask(
                &self,
                method: &str,
                _number: f64,
            ) -> crm_mining::Result<crate::learn::estimator::Value> {
                let $fitted = self;
                match method {
                    $($($question => { let $number = _number; Ok($answer) })*)?
                    _ => crate::learn::estimator::no_method($fitted, method),
                }
            }

            $(fn updated(
                &self,
                rows: &crate::learn::rows::Shape,
            ) -> crm_mining::Result<std::sync::Arc<dyn crate::learn::estimator::Model>> {
                let mut model = self.clone();
                model.$update(rows.features()?)?;
                Ok(std::sync::Arc::new(model))
            })?

            $(fn chart(&self, number: usize) -> crm_mining::Result<crm_mining::report::Chart> {
                let draw: fn(&$model, usize) -> crm_mining::Result<crm_mining::report::Chart> = $draw;
                draw(self, number)
            })?

            fn json(&self) -> pyo3::PyResult<String> {
                crate::convert::to_json(self)
            }
        }
    };
}
pub(crate) use model;

/// A method that the model does not have.
pub(crate) fn no_method<T>(_: &dyn Model, method: &str) -> Result<T> {
    let (must_be, got) = ("one that the model has".to_owned(), method.to_owned());
    Err(ErrorKind::InvalidParameter { of: "estimator", parameter: "method", must_be, got }.into())
}

/// What a model says, on its way to Python.
pub(crate) enum Value {
    Flag(bool),
    Whole(usize),
    Real(f64),
    Reals(Vec<f64>),
    /// Clusters; noise becomes -1.
    Labels(Vec<u32>),
    /// Values row by row, and how many stand in a row.
    Matrix(Vec<f64>, usize),
    /// Square matrices, and how many values stand in a row.
    Matrices(Vec<f64>, usize),
    Names(Vec<String>),
    /// Categories row by row, and how many stand in a row; None is missing.
    Categories(Vec<Vec<Option<String>>>),
    /// Numbers of rows.
    Rows(Vec<u32>),
    Counts(Vec<u64>),
    /// Numbers of rows, two in a row.
    Pairs(Vec<(u32, u32)>),
}

impl Value {
    fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self {
            Value::Flag(flag) => Ok(flag.into_pyobject(py)?.to_owned().into_any()),
            Value::Whole(number) => Ok(number.into_pyobject(py)?.into_any()),
            Value::Real(number) => Ok(number.into_pyobject(py)?.into_any()),
            Value::Matrices(values, width) => {
                let shape = (values.len() / (width * width).max(1), *width, *width);
                array(py, "float64", values, |value| value.to_ne_bytes())?.call_method1("reshape", shape)
            }
            Value::Categories(rows) => Ok(rows.into_pyobject(py)?.into_any()),
            Value::Rows(rows) => array(py, "int64", rows, |row| u64::from(row).to_ne_bytes()),
            Value::Counts(counts) => array(py, "int64", counts, |count| count.to_ne_bytes()),
            Value::Pairs(pairs) => {
                let flat: Vec<u32> = pairs.iter().flat_map(|&(a, b)| [a, b]).collect();
                array(py, "int64", &flat, |row| u64::from(row).to_ne_bytes())?
                    .call_method1("reshape", (pairs.len(), 2))
            }
            Value::Names(names) => Ok(names.into_pyobject(py)?.into_any()),
            Value::Reals(values) => array(py, "float64", values, |value| value.to_ne_bytes()),
            // All bits of NOISE are set: those of -1.
            Value::Labels(labels) => array(py, "int32", labels, |label| label.to_ne_bytes()),
            Value::Matrix(values, width) => {
                let shape = (values.len() / width.max(&1), *width);
                array(py, "float64", values, |value| value.to_ne_bytes())?.call_method1("reshape", shape)
            }
        }
    }
}

/// Numbers as an array of numpy, copied once.
fn array<'py, T: Copy, const N: usize>(
    py: Python<'py>,
    kind: &str,
    values: &[T],
    bytes_of: impl Fn(T) -> [u8; N],
) -> PyResult<Bound<'py, PyAny>> {
    let bytes = PyByteArray::new_with(py, values.len() * N, |bytes| {
        for (place, &value) in bytes.as_chunks_mut().0.iter_mut().zip(values) {
            *place = bytes_of(value);
        }
        Ok(())
    })?;
    library(py, "numpy")?.call_method1("frombuffer", (bytes, kind))
}

/// One estimator, whatever its types.
pub(crate) struct Kind {
    name: &'static str,
    fit: fn(Python<'_>, &str, Data) -> PyResult<Arc<dyn Model>>,
    divide: fn(&str) -> PyResult<Divide>,
    load: fn(&str) -> PyResult<Arc<dyn Model>>,
}

/// Finds the cluster of each row.
pub(crate) type Divide = Box<dyn Fn(&Features, &Control) -> Result<Vec<u32>> + Send + Sync>;

/// The estimator of these settings.
pub(crate) const fn kind<S: Settings>() -> Kind {
    Kind { name: S::NAME, fit: fit::<S>, divide: divide::<S>, load: load::<S> }
}

fn fit<S: Settings>(py: Python<'_>, settings: &str, data: Data) -> PyResult<Arc<dyn Model>> {
    let settings = parsed::<S>(settings)?;
    Ok(Arc::new(run(py, None, move |control| settings.learn(&data, control))?))
}

fn divide<S: Settings>(settings: &str) -> PyResult<Divide> {
    let settings = parsed::<S>(settings)?;
    Ok(Box::new(move |rows, control| {
        let data = Data { rows: Shape::Features(Arc::new(rows.clone())), weights: None, streamed: false };
        let model = settings.learn(&data, control)?;
        match model.attributes().into_iter().find(|(name, _)| *name == "labels_") {
            Some((_, Value::Labels(labels))) => Ok(labels),
            _ => no_method(&model, "labels_"),
        }
    }))
}

/// How the estimator of this name, with its settings as JSON, divides rows.
pub(crate) fn division(estimator: &str, settings: &str) -> PyResult<Divide> {
    (named(estimator)?.divide)(settings)
}

fn load<S: Settings>(json: &str) -> PyResult<Arc<dyn Model>> {
    Ok(Arc::new(from_json::<S::Model>(S::NAME, "json", json)?))
}

/// The settings in a JSON object; a setting of a wrong type is named.
fn parsed<S: Settings>(json: &str) -> PyResult<S> {
    let given: Map<String, Json> = from_json(S::NAME, "settings", json)?;
    if given.is_empty() {
        return Ok(S::standard());
    }
    let failure = match serde_json::from_value(Json::Object(given.clone())) {
        Ok(settings) => return Ok(settings),
        Err(failure) => failure,
    };
    let standard: Map<String, Json> = from_json(S::NAME, "settings", &to_json(&S::standard())?)?;
    for (name, value) in given {
        let got = value.to_string();
        let mut others = standard.clone();
        others.insert(name.clone(), value);
        if let Err(failure) = serde_json::from_value::<S>(Json::Object(others)) {
            return Err(invalid_parameter(S::NAME, &name, &rule(&failure), &got));
        }
    }
    Err(invalid_parameter(S::NAME, "settings", &rule(&failure), json))
}

/// What was expected, in the words of Python.
fn rule(failure: &serde_json::Error) -> String {
    let words = failure.to_string();
    match words.split_once("expected ").map_or(words.as_str(), |(_, expected)| expected) {
        "usize" | "u64" | "u32" => "a whole number of at least 0".to_owned(),
        "f64" => "a finite number".to_owned(),
        expected => expected.replace('`', "\""),
    }
}

/// A fitted model, behind an estimator.
#[pyclass(frozen, name = "_Fitted", module = "crm_mining._crm_mining")]
pub(crate) struct Fitted {
    kind: &'static Kind,
    model: Arc<dyn Model>,
}

impl Fitted {
    /// A model that these settings found.
    pub(crate) fn of<S: Settings>(model: S::Model) -> PyResult<Fitted> {
        Ok(Fitted { kind: named(S::NAME)?, model: Arc::new(model) })
    }
}

#[pymethods]
impl Fitted {
    /// Fits the estimator of this name: its settings as JSON, the weights as the bytes of an array.
    #[staticmethod]
    #[pyo3(signature = (estimator, settings, rows, weights = None, *, streamed = false))]
    fn fit(
        py: Python<'_>,
        estimator: &str,
        settings: &str,
        rows: Shape,
        weights: Option<&[u8]>,
        streamed: bool,
    ) -> PyResult<Fitted> {
        let kind = named(estimator)?;
        let data = Data { rows, weights: weights.map(reals), streamed };
        Ok(Fitted { kind, model: (kind.fit)(py, settings, data)? })
    }

    /// The model once it has learned from more rows.
    fn updated(&self, py: Python<'_>, rows: Shape) -> PyResult<Fitted> {
        let model = self.model.clone();
        Ok(Fitted { kind: self.kind, model: run(py, None, move |_| model.updated(&rows))? })
    }

    /// The model that `to_json` wrote.
    #[staticmethod]
    fn from_json(estimator: &str, json: &str) -> PyResult<Fitted> {
        let kind = named(estimator)?;
        Ok(Fitted { kind, model: (kind.load)(json)? })
    }

    fn to_json(&self) -> PyResult<String> {
        self.model.json()
    }

    /// The fitted attributes by name.
    fn attributes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let attributes = PyDict::new(py);
        for (name, value) in self.model.attributes() {
            attributes.set_item(name, value.to_python(py)?)?;
        }
        Ok(attributes)
    }

    /// What the method of this name says of rows.
    fn apply<'py>(&self, py: Python<'py>, method: String, rows: Shape) -> PyResult<Bound<'py, PyAny>> {
        let model = self.model.clone();
        run(py, None, move |_| model.apply(&method, &rows))?.to_python(py)
    }

    /// What the method of this name says of a number.
    fn ask<'py>(&self, py: Python<'py>, method: String, number: f64) -> PyResult<Bound<'py, PyAny>> {
        let model = self.model.clone();
        run(py, None, move |_| model.ask(&method, number))?.to_python(py)
    }

    /// What the plot of a number shows.
    fn chart(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = crate::given::agglomerative::clusters)] number: usize,
    ) -> PyResult<Chart> {
        let model = self.model.clone();
        Chart::made(py, move || model.chart(number))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyTuple>)> {
        let Fitted { kind, model } = slf.get();
        let arguments = (kind.name, model.json()?).into_pyobject(slf.py())?;
        Ok((slf.get_type().getattr("from_json")?, arguments))
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }
}

fn named(estimator: &str) -> PyResult<&'static Kind> {
    let mut kinds = CLUSTERERS.iter().chain(SCALERS);
    let found = kinds.find(|kind| kind.name == estimator);
    found.ok_or_else(|| invalid_parameter("_Fitted", "estimator", "the name of an estimator", estimator))
}
