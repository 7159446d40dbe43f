//! The Python package `crm_mining`: it converts, calls `crm-mining` with Python detached, and wraps.
//! It holds no logic of its own. One file per folder of the core, and these beside them: [`arrow_glue`]
//! (data in and out), [`date`], [`error`] and [`run`] (threads, progress, Ctrl-C).

#![deny(unsafe_code)]

mod arrow_glue;
mod data;
mod date;
mod error;
mod run;
mod show;
mod table;

use pyo3::prelude::*;

/// The compiled part of `crm_mining`; import `crm_mining` itself.
#[pymodule(gil_used = false)]
mod _crm_mining {
    #[pymodule_export]
    use crate::data::{Baskets, Ledger, Summary, Transactions};
    #[pymodule_export]
    use crate::table::Table;

    #[pymodule_export]
    #[allow(non_upper_case_globals, reason = "its name in Python")]
    const __version__: &str = env!("CARGO_PKG_VERSION");
}
