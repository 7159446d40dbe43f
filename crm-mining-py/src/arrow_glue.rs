//! The Arrow PyCapsule interface: how frames of any library come in, and how our tables go out.
//!
//! Written by hand, because ready-made glue ties one major version of arrow to one of pyo3, and they are
//! seldom the same. This is the only file with `unsafe`.

#![allow(unsafe_code, reason = "the Arrow C interface hands over raw pointers; each use has its proof")]

use crate::error;
use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi};
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::{RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray};
use arrow_schema::{ArrowError, DataType};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyCapsule, PyTuple};
use std::ffi::CStr;
use std::ptr::NonNull;

/// The record batches of a Python object, read as they are asked for.
pub(crate) type Batches = Box<dyn RecordBatchReader + Send>;

/// The record batches of any object with `__arrow_c_stream__` or `__arrow_c_array__`.
pub(crate) fn import(data: &Bound<'_, PyAny>) -> PyResult<Batches> {
    if data.hasattr("__arrow_c_stream__")? {
        return stream(&data.call_method0("__arrow_c_stream__")?);
    }
    if data.hasattr("__arrow_c_array__")? {
        let pair = data.call_method0("__arrow_c_array__")?;
        let batch = array(pair.cast::<PyTuple>()?)?;
        let schema = batch.schema();
        return Ok(Box::new(RecordBatchIterator::new([Ok(batch)], schema)));
    }
    Err(PyTypeError::new_err(format!(
        "data must be a frame that speaks Arrow (pandas 2.2 or later, polars, pyarrow, duckdb, or any object \
         with __arrow_c_stream__); got {}",
        data.get_type().fully_qualified_name()?
    )))
}

/// A record batch as an Arrow stream of one batch.
pub(crate) fn export(py: Python<'_>, batch: RecordBatch) -> PyResult<Bound<'_, PyCapsule>> {
    let schema = batch.schema();
    let batches = RecordBatchIterator::new([Ok::<_, ArrowError>(batch)], schema);
    PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(batches)), c"arrow_array_stream")
}

fn stream(capsule: &Bound<'_, PyAny>) -> PyResult<Batches> {
    let pointer = pointer::<FFI_ArrowArrayStream>(capsule, c"arrow_array_stream")?;
    // SAFETY: the capsule's name was checked, so by the Arrow PyCapsule specification it holds a valid
    // `ArrowArrayStream`, whose layout is `FFI_ArrowArrayStream`'s. `from_raw` moves it out and leaves a
    // released stream behind, so that the capsule's destructor releases nothing twice. Python is attached:
    // nobody else touches the capsule meanwhile.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.as_ptr()) };
    if stream.release().is_none() {
        return Err(error::malformed(
            "the Arrow stream",
            "must not have been read before",
            "a released stream",
        ));
    }
    match RecordBatchStreamReader::try_new(stream) {
        Ok(batches) => Ok(Box::new(batches)),
        Err(error) => {
            Err(error::malformed("the Arrow stream", "must be of record batches", &error.to_string()))
        }
    }
}

fn array(pair: &Bound<'_, PyTuple>) -> PyResult<RecordBatch> {
    let (schema, array) = (pair.get_item(0)?, pair.get_item(1)?);
    let schema = pointer::<FFI_ArrowSchema>(&schema, c"arrow_schema")?;
    let array = pointer::<FFI_ArrowArray>(&array, c"arrow_array")?;
    // SAFETY: the name was checked, so the capsule holds a valid `ArrowSchema`; `pair` keeps the capsule
    // alive while the reference lives, and its owner does not change a schema it has handed out.
    let schema = unsafe { schema.as_ref() };
    // SAFETY: as for the stream: a checked name, moved out, a released array left behind.
    let array = unsafe { FFI_ArrowArray::from_raw(array.as_ptr()) };
    if array.is_released() || !matches!(DataType::try_from(schema), Ok(DataType::Struct(_))) {
        return Err(error::malformed(
            "the Arrow array",
            "must be one record batch",
            "an array of another type",
        ));
    }
    // SAFETY: the specification has the two capsules of one pair describe each other.
    let data = unsafe { from_ffi(array, schema) }.map_err(|error| {
        error::malformed("the Arrow array", "must be as its schema says", &error.to_string())
    })?;
    Ok(RecordBatch::from(StructArray::from(data)))
}

/// The pointer in a capsule of this name.
fn pointer<T>(capsule: &Bound<'_, PyAny>, name: &CStr) -> PyResult<NonNull<T>> {
    Ok(capsule.cast::<PyCapsule>()?.pointer_checked(Some(name))?.cast())
}
