//! What the bridges to other crates share: the guard in front, and the net behind.

use crate::data::{Features, Labeled};
use crate::error::{ErrorKind, Result};
use std::any::Any;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Refuses features without a row; that values are finite is known.
pub(super) fn at_least_one_row(library: &'static str, features: &Features) -> Result<()> {
    match features.n_rows() {
        0 => Err(ErrorKind::NotEnoughData { of: library, needed: 1, unit: "rows", got: 0 }.into()),
        _ => Ok(()),
    }
}

/// Refuses a label that takes one value.
pub(super) fn two_classes(library: &'static str, labeled: &Labeled) -> Result<()> {
    let (rows, positive) = (labeled.features().n_rows(), labeled.n_positive());
    if positive == 0 || positive == rows {
        return Err(ErrorKind::SingleClass { of: library, class: positive > 0, rows }.into());
    }
    Ok(())
}

/// Calls into the other crate; its error or panic becomes [`ErrorKind::Bridge`]. What the call may have left
/// half done is dropped with it.
pub(super) fn call<R, E: Display>(
    library: &'static str,
    work: impl FnOnce() -> std::result::Result<R, E>,
) -> Result<R> {
    let found = match catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(result)) => return Ok(result),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => format!("a panic: {}", panic_message(&*panic)),
    };
    Err(ErrorKind::Bridge { library, found }.into())
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_panics_are_caught() {
        assert_eq!(call("other", || Ok::<_, String>(5)).unwrap(), 5);
        let error = call("other", || Err::<(), _>("no")).unwrap_err();
        assert_eq!(error.to_string(), "other: the bridged library failed: no");
        let error = call("other", || -> std::result::Result<(), String> { panic!("at {}", 7) }).unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Bridge { found, .. } if found == "a panic: at 7"));
    }
}
