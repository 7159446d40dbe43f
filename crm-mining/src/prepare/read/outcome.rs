//! What is told of a file, or of a part of one, that was read.

use super::dialect::{Aspect, Finding};
use super::encoding::Encoding;
use super::feed::{Feed, Findings};
use super::packing::Packing;
use super::raw::{BadRow, BadRowReason, MendedRow, ReadReport};
use crate::data::Text;
use crate::error::{Error, ErrorKind, Result};

/// How the source was taken; `rejected` and `mended` are the rows of what is told of.
pub(super) fn report(
    feed: &Feed<'_>,
    found: &Findings,
    rejected: &[BadRow],
    mended: Vec<MendedRow>,
) -> ReadReport {
    let mut findings = vec![feed.source.encoding_finding()];
    findings.extend(found.findings.iter().cloned());
    let of = |reason: BadRowReason| rejected.iter().filter(move |bad| bad.reason == reason);
    if let Some(bad) = of(BadRowReason::RepeatedHeader).next() {
        let again = of(BadRowReason::RepeatedHeader).count();
        let evidence = format!("line {} first; the rows below it are read as rows of this table", bad.line);
        let found = format!("the header again, {again} times");
        findings.push(Finding { of: Aspect::SecondTable, found, evidence });
    }
    if let Some(bad) = of(BadRowReason::OtherTable).next() {
        let rows = of(BadRowReason::OtherTable).count();
        let evidence = format!("line {} holds names of other columns", bad.line);
        findings.push(Finding {
            of: Aspect::SecondTable,
            found: format!("{rows} rows, set aside"),
            evidence,
        });
    }
    ReadReport {
        rows: feed.scanner.position.rows,
        bytes: feed.source.bytes,
        encoding: Some(feed.source.encoding.unwrap_or(Encoding::Utf8)),
        delimiter: Some(found.dialect.delimiter),
        gzip: feed.source.packing == Some(Packing::Gzip),
        zstd: feed.source.packing == Some(Packing::Zstd),
        dialect: Some(found.dialect),
        line_ends: found.line_ends,
        findings,
        preamble: found.preamble.clone(),
        mended,
    }
}

/// The source rows of the good rows among those after `before` up to `last`, unless they are all from the
/// first on.
pub(super) fn numbers(before: u64, last: u64, rejected: &[BadRow]) -> Option<Vec<u32>> {
    if rejected.is_empty() && before == 0 {
        return None;
    }
    let mut bad = rejected.iter().map(|bad| bad.row).peekable();
    Some((before + 1..=last).filter(|row| bad.next_if_eq(row).is_none()).map(|row| row as u32).collect())
}

/// Row numbers have 32 bits.
pub(super) fn check_rows(name: &str, rows: u64) -> Result<()> {
    let limit = u64::from(Text::MISSING) - 1;
    if rows <= limit {
        return Ok(());
    }
    let (place, setting) = (name.to_owned(), "several tables, whose ledgers merge");
    Err(Error::from(ErrorKind::LimitExceeded {
        place,
        of: "rows of one table",
        limit,
        needed: rows,
        setting,
    }))
}
