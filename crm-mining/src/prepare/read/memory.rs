//! The memory that a table being read may take.

use super::raw::{BadRow, MendedRow};
use crate::error::{ErrorKind, Result};

/// Stops what would take more memory than the caller allows. Nothing is counted when there is no limit.
pub(super) fn check_memory(place: &str, limit: Option<u64>, needed: impl FnOnce() -> usize) -> Result<()> {
    let Some(limit) = limit else { return Ok(()) };
    let needed = needed() as u64;
    if needed <= limit {
        return Ok(());
    }
    let place = place.to_owned();
    Err(ErrorKind::LimitExceeded { place, of: "bytes of memory", limit, needed, setting: "max_memory" }
        .into())
}

/// The bytes of rows that are listed in a report.
pub(super) fn listed(rejected: &[BadRow], mended: &[MendedRow]) -> usize {
    rejected.iter().map(|row| size_of::<BadRow>() + row.text.capacity()).sum::<usize>()
        + mended.iter().map(|row| size_of::<MendedRow>() + row.text.capacity()).sum::<usize>()
}
