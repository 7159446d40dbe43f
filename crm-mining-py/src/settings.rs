//! What every class of settings can do: show itself as the call that makes it, be compared, copied and
//! pickled.

/// The methods of a class of settings, beside its own.
macro_rules! settings {
    ($class:ident { $($methods:tt)* }) => {
        #[pymethods]
        impl $class {
            $($methods)*

            fn __repr__(slf: &Bound<'_, Self>) -> PyResult<String> {
                crate::convert::shown(slf)
            }

            fn __getnewargs_ex__<'py>(
                slf: &Bound<'py, Self>,
            ) -> PyResult<(Bound<'py, pyo3::types::PyTuple>, Bound<'py, pyo3::types::PyDict>)> {
                crate::convert::new_arguments(slf)
            }
        }
    };
}
pub(crate) use settings;
