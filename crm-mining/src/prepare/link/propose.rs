//! Settings found from the records themselves.

use super::columns::counterparts;
use super::field::Field;
use super::kinds::kind_of;
use super::records::{Records, simple};
use super::rules::propose_blocking;
use super::{Comparison, Ignored, IgnoredReason, Kind, Linker};
use crate::data::{Column, Text};
use crate::error::{ErrorKind, Result};

/// More comparisons than these hardly help and cost time.
const MOST_COMPARED: usize = 12;

/// Agreeing pairs per row that are too many to be matches.
const SURELY_OTHERS: f64 = 5.0;

/// A column that may be compared and what it tells.
struct Candidate {
    comparison: Comparison,
    field: Field,
    /// The share of rows where it is there.
    present: f64,
    /// The share of pairs that agree in it.
    agree: f64,
}

impl Linker {
    /// Settings found from the records: which columns to compare and how, and rules by which nearly all
    /// matches meet at a bounded number of pairs.
    ///
    /// A column is compared by the kind that its name and values show. Left alone, and listed under
    /// [`Linker::ignored`], are columns of one table only, constants, columns nearly always missing, those that number
    /// the rows of their table, and those that follow from a finer one. Columns of two tables belong together when their
    /// names do, case, blanks and whatever stands before the last `#`, `/`, `.` or `:` left aside; else when they are of
    /// one kind and their values are mostly the same.
    ///
    /// # Errors
    /// No column is left to compare, or fewer rows than a pair needs.
    pub fn for_records(records: &Records<'_>) -> Result<Linker> {
        let (mut candidates, mut ignored) = (Vec::new(), Vec::new());
        let rights = records.right.map(|right| counterparts(records.left, right));
        for (at, left) in records.left.columns().iter().enumerate() {
            let right = rights.as_ref().map(|rights| rights.get(at).copied().flatten());
            match candidate(records, left, right) {
                Ok(candidate) => candidates.push(candidate),
                Err(reason) => ignored.push(Ignored { column: left.name().trim().to_owned(), reason }),
            }
        }
        leave_implied_out(records, &mut candidates, &mut ignored);
        if candidates.len() > MOST_COMPARED {
            let telling = |c: &Candidate| -c.present * c.agree.max(1e-12).ln();
            let mut order: Vec<usize> = (0..candidates.len()).collect();
            let worth: Vec<f64> = candidates.iter().map(telling).collect();
            let worth_of = |at: &usize| worth.get(*at).copied().unwrap_or(0.0);
            order.sort_by(|a, b| worth_of(b).total_cmp(&worth_of(a)));
            order.truncate(MOST_COMPARED);
            let mut at = 0..candidates.len();
            candidates.retain(|candidate| {
                let kept = at.next().is_some_and(|at| order.contains(&at));
                if !kept {
                    let column = candidate.comparison.column.clone();
                    ignored.push(Ignored { column, reason: IgnoredReason::Surplus });
                }
                kept
            });
        }
        if candidates.is_empty() {
            return Err(ErrorKind::NotEnoughData {
                of: "Linker",
                needed: 1,
                unit: "columns to compare",
                got: 0,
            }
            .into());
        }
        let comparisons: Vec<Comparison> = candidates.into_iter().map(|c| c.comparison).collect();
        let mut linker = Linker::new(comparisons, Vec::new());
        linker.ignored = ignored;
        linker.blocking = propose_blocking(&linker, records)?;
        Ok(linker)
    }
}

/// A column of the left table as a candidate; of two tables, with its counterpart.
fn candidate(
    records: &Records<'_>,
    left: &Column,
    right: Option<Option<&Column>>,
) -> Result<Candidate, IgnoredReason> {
    let mut columns = vec![left];
    if let Some(right) = right {
        columns.push(right.ok_or(IgnoredReason::NotShared)?);
    }
    let kind = kind_of(&columns);
    let field = Field::new(&columns, kind);
    let n = field.codes.len().max(1) as f64;
    let present = field.codes.iter().filter(|&&code| code != Text::MISSING).count() as f64 / n;
    if field.distinct.len() <= 1 {
        return Err(IgnoredReason::Constant);
    }
    if present < 0.02 {
        return Err(IgnoredReason::Missing);
    }
    if numbers_rows(records, &field, present) {
        return Err(IgnoredReason::RowNumber);
    }
    let counts = field.counts(0..field.codes.len());
    let agree = counts.iter().map(|&count| (f64::from(count) / (n * present)).powi(2)).sum();
    let mut comparison = Comparison::new(left.name().trim(), kind);
    comparison.right_column = columns
        .get(1)
        .filter(|right| simple(right.name()) != simple(left.name()))
        .map(|right| right.name().trim().to_owned());
    // Where nearly every value stands alone, how frequent it is says nothing.
    let repeated = (field.distinct.len() as f64) < 0.5 * n * present;
    comparison.term_frequency &= repeated;
    if kind == Kind::Code {
        comparison.levels = code_levels(&field);
    }
    Ok(Candidate { comparison, field, present, agree })
}

/// Leaves out columns that a finer one implies: of the pairs that agree in the finer, nearly all agree in it. Told
/// only where pairs that agree in the finer are too many to be matches.
fn leave_implied_out(records: &Records<'_>, candidates: &mut Vec<Candidate>, ignored: &mut Vec<Ignored>) {
    let rows = records.n_rows() as f64;
    let all = rows * (rows - 1.0).max(0.0) / 2.0;
    let many = |c: &Candidate| c.agree * c.present * c.present * all > SURELY_OTHERS * rows;
    let implied: Vec<bool> = candidates
        .iter()
        .map(|coarse| {
            candidates.iter().any(|fine| {
                fine.agree < coarse.agree && many(fine) && agreeing_too(&fine.field, &coarse.field) > 0.8
            })
        })
        .collect();
    let mut implied = implied.into_iter();
    candidates.retain(|candidate| {
        let out = implied.next().unwrap_or(false);
        if out {
            let column = candidate.comparison.column.clone();
            ignored.push(Ignored { column, reason: IgnoredReason::Implied });
        }
        !out
    });
}

/// Among pairs that agree in one field and have the other, the share that agree in the other too.
fn agreeing_too(fine: &Field, coarse: &Field) -> f64 {
    let mut both: Vec<(u32, u32)> = fine
        .codes
        .iter()
        .zip(&coarse.codes)
        .filter(|&(&a, &b)| a != Text::MISSING && b != Text::MISSING)
        .map(|(&a, &b)| (a, b))
        .collect();
    both.sort_unstable();
    let pairs = |n: usize| n as f64 * (n as f64 - 1.0) / 2.0;
    let in_fine: f64 = both.chunk_by(|a, b| a.0 == b.0).map(|group| pairs(group.len())).sum();
    let in_both: f64 = both.chunk_by(|a, b| a == b).map(|group| pairs(group.len())).sum();
    if in_fine > 0.0 { in_both / in_fine } else { 0.0 }
}

/// One and two edits, for codes of the length that these have.
fn code_levels(field: &Field) -> Vec<f64> {
    let n = field.distinct.len().max(1);
    let length = field.distinct.iter().map(|value| value.chars().count()).sum::<usize>() as f64 / n as f64;
    let edits = |edits: f64| 1.0 - (edits + 0.25) / length;
    match length {
        l if l >= 6.0 => vec![edits(1.0), edits(2.0)],
        l if l >= 3.0 => vec![edits(1.0)],
        _ => vec![],
    }
}

/// Whether a column numbers the rows of its table: always there, never twice in a table, and either counted through
/// or without a value that occurs again.
fn numbers_rows(records: &Records<'_>, field: &Field, present: f64) -> bool {
    if present < 1.0 {
        return false;
    }
    let border = records.left.n_rows();
    // Within one table the second part is empty.
    let parts = [0..border, border..field.codes.len()];
    let once = |part: &std::ops::Range<usize>| field.counts(part.clone()).iter().all(|&count| count <= 1);
    if !parts.iter().all(once) {
        return false;
    }
    field.distinct.len() == field.codes.len()
        || parts.iter().all(|part| part.is_empty() || counted_through(field, part.clone()))
}

/// Whole numbers that leave no gap.
fn counted_through(field: &Field, rows: std::ops::Range<usize>) -> bool {
    let codes = field.codes.get(rows).unwrap_or_default();
    let numbers: Option<Vec<i64>> = codes.iter().map(|&code| field.value(code).parse().ok()).collect();
    let Some(numbers) = numbers else { return false };
    match (numbers.iter().min(), numbers.iter().max()) {
        (Some(&least), Some(&most)) => most.saturating_sub(least) == numbers.len() as i64 - 1,
        _ => false,
    }
}
