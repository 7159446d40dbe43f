//! Values in and out: choices as words, keys as `str` or `int`, plain records as dicts and lists.

use crate::error::raise;
use crate::refusal;
use crm_mining::ErrorKind;
use crm_mining::data::{Key, Keys};
use pyo3::exceptions::{PyKeyError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A record of the core as dicts, lists, texts and numbers.
pub(crate) fn plain<'py>(py: Python<'py>, record: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.call_method1("loads", (to_json(record)?,))
}

/// A record of the core as JSON.
pub(crate) fn to_json(record: &impl Serialize) -> PyResult<String> {
    serde_json::to_string(record).map_err(|error| crate::error::internal(&error.to_string()))
}

/// A saved model out of the JSON that its `to_json` wrote.
pub(crate) fn from_json<T: DeserializeOwned>(
    of: &'static str,
    parameter: &'static str,
    json: &str,
) -> PyResult<T> {
    serde_json::from_str(json).map_err(|error| {
        let (must_be, got) = (format!("as {of}.to_json writes it"), refusal::of_saved(&error));
        raise(ErrorKind::InvalidParameter { of, parameter, must_be, got }.into())
    })
}

/// A setting out of dicts, lists, texts and numbers.
pub(crate) fn setting<T: DeserializeOwned>(
    of: &'static str,
    parameter: &'static str,
    given: &Bound<'_, PyAny>,
) -> PyResult<T> {
    let json = given.py().import("json")?.call_method1("dumps", (given,))?;
    let json = json.cast::<PyString>()?.to_str()?;
    serde_json::from_str(json).map_err(|error| unlike(of, parameter, &error, json))
}

/// Settings with those given put over the defaults.
pub(crate) fn over<T: Serialize + DeserializeOwned + Default>(
    py: Python<'_>,
    of: &'static str,
    parameter: &'static str,
    given: Option<&Bound<'_, PyDict>>,
) -> PyResult<T> {
    let Some(given) = given else { return Ok(T::default()) };
    let all = plain(py, &T::default())?.cast_into::<PyDict>()?;
    for (name, value) in given {
        if !all.contains(&name)? {
            return Err(PyTypeError::new_err(format!("{parameter} has no setting {}", name.repr()?)));
        }
        all.set_item(name, value)?;
    }
    setting(of, parameter, &all)
}

/// One of the variants of an enum, by its word.
pub(crate) fn choice<T: DeserializeOwned>(
    of: &'static str,
    parameter: &'static str,
    word: &str,
) -> PyResult<T> {
    serde_json::from_value(Value::String(word.to_owned()))
        .map_err(|error| unlike(of, parameter, &error, word))
}

/// The word for a variant of an enum.
pub(crate) fn word(variant: &impl Serialize) -> String {
    match serde_json::to_value(variant) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

fn unlike(of: &'static str, parameter: &'static str, error: &serde_json::Error, given: &str) -> PyErr {
    let (must_be, got) = refusal::of_setting(error, given);
    raise(ErrorKind::InvalidParameter { of, parameter, must_be, got }.into())
}

/// What a message calls the type of a value.
pub(crate) fn kind_of(value: &Bound<'_, PyAny>) -> String {
    let name = value.get_type().fully_qualified_name();
    name.map_or_else(|_| "something else".into(), |name| name.to_string())
}

/// Keys as Python knows them: str, or int when their column was typed so.
pub(crate) fn list<'py>(py: Python<'py>, keys: &Keys) -> PyResult<Bound<'py, PyList>> {
    PyList::new(py, keys.iter().map(|each| key(py, each)).collect::<PyResult<Vec<_>>>()?)
}

/// One key as Python knows it.
pub(crate) fn key<'py>(py: Python<'py>, key: Key<'_>) -> PyResult<Bound<'py, PyAny>> {
    match key {
        Key::Int(key) => Ok(key.into_pyobject(py)?.into_any()),
        Key::Text(key) => Ok(key.into_pyobject(py)?.into_any()),
    }
}

/// A key given as text or as an integer, as text.
pub(crate) fn name(given: &Bound<'_, PyAny>) -> PyResult<String> {
    if given.is_instance_of::<PyString>() {
        return given.extract();
    }
    match given.call_method0("__index__") {
        Ok(integer) => Ok(integer.str()?.to_str()?.to_owned()),
        Err(_) => Err(PyTypeError::new_err(format!(
            "a key must be str or int; got {}",
            given.get_type().fully_qualified_name()?
        ))),
    }
}

/// Where a key given as text or as an integer stands.
pub(crate) fn position(keys: &Keys, given: &Bound<'_, PyAny>) -> PyResult<usize> {
    keys.position(&name(given)?).ok_or_else(|| PyKeyError::new_err(given.clone().unbind()))
}

/// Names of groups as numbers from 0 in the order in which they first appear, and each name once.
pub(crate) fn coded<'py>(
    py: Python<'py>,
    names: &[Bound<'py, PyAny>],
) -> PyResult<(Vec<u32>, Bound<'py, PyList>)> {
    let codes = PyDict::new(py);
    let code = |name: &Bound<'py, PyAny>| match codes.get_item(name)? {
        Some(code) => code.extract(),
        None => {
            let code = codes.len() as u32;
            codes.set_item(name, code)?;
            Ok(code)
        }
    };
    Ok((names.iter().map(code).collect::<PyResult<_>>()?, codes.keys()))
}

/// The settings of an object, as its constructor is called with them.
fn arguments<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyDict>> {
    let py = object.py();
    let signature = py.import("inspect")?.call_method1("signature", (object.get_type(),))?;
    let arguments = PyDict::new(py);
    for name in signature.getattr("parameters")?.try_iter()? {
        let name = name?;
        arguments.set_item(&name, object.getattr(name.cast::<PyString>()?)?)?;
    }
    Ok(arguments)
}

/// What pickle and copy call a constructor with.
pub(crate) fn new_arguments<'py>(
    object: &Bound<'py, PyAny>,
) -> PyResult<(Bound<'py, PyTuple>, Bound<'py, PyDict>)> {
    Ok((PyTuple::empty(object.py()), arguments(object)?))
}

/// An object with settings as the call that makes it.
pub(crate) fn shown(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let arguments = arguments(object)?;
    let settings: Vec<String> = arguments
        .iter()
        .map(|(name, value)| Ok(format!("{name}={}", value.repr()?)))
        .collect::<PyResult<_>>()?;
    Ok(format!("{}({})", object.get_type().name()?, settings.join(", ")))
}
