//! Where shared data lie.

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
