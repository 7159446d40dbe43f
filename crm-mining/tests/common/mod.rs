//! Where shared data lie.

#[allow(dead_code, reason = "not every test binary needs it")]
pub(crate) mod cdnow;
#[allow(dead_code, reason = "not every test binary needs it")]
pub(crate) mod lifetimes;

use std::path::PathBuf;

/// A file of the shared data; `None`, with a note, when it is not there.
#[allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "tests find their data by the environment, or say so"
)]
pub(crate) fn data(file: &str) -> Option<PathBuf> {
    let folder = std::env::var("CRM_MINING_DATA")
        .unwrap_or_else(|_| concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data").into());
    let path = PathBuf::from(folder).join(file);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {} is not there (set CRM_MINING_DATA)", path.display());
    None
}

/// Compares a page of `docs/` that a test makes with the one there, or writes it when CRM_MINING_WRITE is set.
#[allow(
    dead_code,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests; not every binary needs it"
)]
pub(crate) fn page(name: &str, text: &str) {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs")).join(name);
    if std::env::var_os("CRM_MINING_WRITE").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let there = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = text.lines().zip(there.lines()).find(|(new, old)| !alike(new, old));
    let same_length = text.lines().count() == there.lines().count();
    assert!(
        differs.is_none() && same_length,
        "docs/{name} is not what the tests give: {differs:?}; write it anew"
    );
}

/// Equal words, and numbers that differ by rounding only, as they may from machine to machine.
fn alike(new: &str, old: &str) -> bool {
    let near = |(new, old): (&str, &str)| match (new.parse::<f64>(), old.parse::<f64>()) {
        (Ok(new), Ok(old)) => (new - old).abs() <= 1e-4 * old.abs() + 1e-12,
        _ => new == old,
    };
    new.split(' ').count() == old.split(' ').count() && new.split(' ').zip(old.split(' ')).all(near)
}
