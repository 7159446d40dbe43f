//! Cleaning order lines: every row kept, changed with a note, or set aside with a reason.

mod cap;
mod cleaned;
mod duplicates;
mod lines;
mod netting;
mod reason;

pub use cleaned::{Change, Cleaned, Rejected, StepCount};
pub use reason::Reason;

use super::read::RawTable;
use crate::data::{Day, Roles};
use crate::error::{Result, invalid_parameter};
use crate::model::Control;
use lines::Lines;
use serde::{Deserialize, Serialize};

/// What to do with lines of negative quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cancellations {
    /// Take each off the sale it cancels: the same customer, item and unit price, not later than the
    /// cancellation; the sale of the same quantity if there is one, else the latest ones.
    Net,
    /// Set them aside and leave the cancelled sales in, as analysts' scripts do: revenue stays too high.
    Drop,
}

/// One step of cleaning. Steps run in the order of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Sets aside each row that equals an earlier one in every column.
    ExactDuplicates,
    /// Sets aside rows that name no customer, or name it by blanks.
    MissingCustomer,
    /// Sets aside rows whose time, quantity, price or amount is missing, unreadable, not finite or above 1e15,
    /// or whose order or item is missing.
    Unreadable,
    /// Sets aside rows whose moment is before the day `first` or after the day `last`, in UTC: a wrong date in
    /// the future would else be taken for today.
    Days {
        /// The first day that can be; no bound without it.
        first: Option<Day>,
        /// The last day that can be, such as that of the export; no bound without it.
        last: Option<Day>,
    },
    /// Deals with lines of negative quantity (of negative amount, where there is no quantity).
    Cancellations(Cancellations),
    /// Sets aside rows whose quantity, unit price or amount is not above 0.
    NonPositive,
    /// Sets aside rows whose item code does not match a regular expression.
    ItemPattern(String),
    /// Lowers quantities and unit prices above q99 + 1.5 · (q99 − q1) to that value, where q1 and q99 are
    /// the linear 1 % and 99 % quantiles of the rows left.
    Cap,
}

/// Cleans order lines. Nothing is lost: a row is kept, changed with a [`Change`], or set aside with a
/// [`Reason`], and the counts add up to the input.
///
/// [`Cleaner::transactions`] is the default, [`Cleaner::customary`] what analysts' scripts do. Steps are
/// plain data: change the list at will.
///
/// # Errors
/// [`Cleaner::clean`] fails when a needed column is missing, or holds another type in more than half of its
/// values ([`InvalidColumn`](crate::ErrorKind::InvalidColumn)).
///
/// # Complexity
/// One pass per step; duplicates and netting hash every row once.
///
/// # Example
/// ```
/// use crm_mining::prelude::*;
/// use crm_mining::data::Column;
/// use crm_mining::prepare::{Cleaner, Reason};
///
/// let raw = Table::new("orders", vec![
///     Column::text("customer", [Some("7"), Some("7"), Some("7"), None]),
///     Column::text("date", ["2024-03-05", "2024-03-06", "2024-03-09", "2024-03-09"].map(Some)),
///     Column::text("sku", ["tea", "pot", "tea", "tea"].map(Some)),
///     Column::text("quantity", ["10", "1", "-4", "2"].map(Some)),
///     Column::text("price", ["2.5", "20", "2.5", "2.5"].map(Some)),
/// ])?;
/// let cleaned = Cleaner::transactions().clean(raw)?;
/// assert_eq!(cleaned.rows_in(), cleaned.table.n_rows() as u64 + cleaned.rejected.len() as u64);
/// assert_eq!(cleaned.rejected.reasons(), [Reason::NetsSale { sale: 1 }, Reason::MissingCustomer]);
/// assert_eq!((cleaned.changes[0].row, cleaned.changes[0].before, cleaned.changes[0].after), (1, 10.0, 6.0));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cleaner {
    /// Which column plays which part; the rest is found by name.
    pub roles: Roles,
    /// What is done, in order.
    pub steps: Vec<Step>,
}

impl Cleaner {
    /// The steps that suit any order file: exact duplicates, missing customers, unreadable values,
    /// cancellations netted against their sales, non-positive lines.
    pub fn transactions() -> Cleaner {
        let steps = vec![
            Step::ExactDuplicates,
            Step::MissingCustomer,
            Step::Unreadable,
            Step::Cancellations(Cancellations::Net),
            Step::NonPositive,
        ];
        Cleaner { roles: Roles::default(), steps }
    }

    /// The steps of the customary script on the UCI Online Retail file, for comparison with published
    /// figures: cancellations dropped while their sales stay, item codes of five digits and what follows
    /// them, quantities and prices capped.
    pub fn customary() -> Cleaner {
        let steps = vec![
            Step::ExactDuplicates,
            Step::MissingCustomer,
            Step::Unreadable,
            Step::Cancellations(Cancellations::Drop),
            Step::NonPositive,
            Step::ItemPattern("^[0-9]{5}".into()),
            Step::Cap,
        ];
        Cleaner { roles: Roles::default(), steps }
    }

    /// The same steps with these columns named.
    pub fn roles(mut self, roles: Roles) -> Cleaner {
        self.roles = roles;
        self
    }

    /// Cleans what was read.
    ///
    /// # Errors
    /// See [`Cleaner`].
    pub fn clean(&self, raw: impl Into<RawTable>) -> Result<Cleaned> {
        self.clean_with(raw, &Control::default())
    }

    /// Cleans what was read, under control of the caller.
    ///
    /// # Errors
    /// See [`Cleaner`]; and the caller's wish to stop.
    pub fn clean_with(&self, raw: impl Into<RawTable>, control: &Control) -> Result<Cleaned> {
        let raw = raw.into();
        let mut lines = Lines::new(&raw.table, &self.roles)?;
        let mut counts = Vec::with_capacity(self.steps.len());
        for (done, step) in (0u64..).zip(&self.steps) {
            control.step("cleaning", done, self.steps.len() as u64)?;
            let (rows_in, changed) = (lines.n_left(), lines.changes.len());
            step.run(&mut lines)?;
            counts.push(StepCount {
                step: step.name(),
                rows_in: rows_in as u64,
                rejected: (rows_in - lines.n_left()) as u64,
                changed: (lines.changes.len() - changed) as u64,
            });
        }
        lines.finish(raw.rejected, counts)
    }
}

impl Step {
    /// The name that counts and changes are reported under.
    pub fn name(&self) -> &'static str {
        match self {
            Step::ExactDuplicates => "exact duplicates",
            Step::MissingCustomer => "missing customer",
            Step::Unreadable => "unreadable",
            Step::Days { .. } => "days",
            Step::Cancellations(_) => "cancellations",
            Step::NonPositive => "non-positive",
            Step::ItemPattern(_) => "item pattern",
            Step::Cap => "cap",
        }
    }

    fn run(&self, lines: &mut Lines<'_>) -> Result<()> {
        match self {
            Step::ExactDuplicates => duplicates::set_aside(lines),
            Step::MissingCustomer => lines.reject(|lines, row| {
                let named = lines.customer.show(row).is_some_and(|name| !name.trim().is_empty());
                (!named).then_some(Reason::MissingCustomer)
            }),
            Step::Unreadable => lines.set_aside_unreadable()?,
            Step::Days { first, last } => {
                lines.read()?;
                lines.reject(|lines, row| {
                    let day = Day::of_micros(*lines.numbers()?.time.get(row)?);
                    let outside =
                        first.is_some_and(|first| day < first) || last.is_some_and(|last| last < day);
                    outside.then_some(Reason::OutsideDays)
                });
            }
            Step::Cancellations(Cancellations::Drop) => {
                lines.read()?;
                lines.reject(|lines, row| lines.is_cancellation(row).then_some(Reason::Cancellation));
            }
            Step::Cancellations(Cancellations::Net) => {
                lines.read()?;
                netting::net(lines)?;
            }
            Step::NonPositive => {
                lines.read()?;
                lines.reject(|lines, row| lines.non_positive(row));
            }
            Step::ItemPattern(pattern) => lines.set_aside_items_unlike(pattern)?,
            Step::Cap => {
                lines.read()?;
                cap::lower(lines);
            }
        }
        Ok(())
    }
}

/// The regular expression of an [`Step::ItemPattern`].
fn pattern(text: &str) -> Result<regex_lite::Regex> {
    match regex_lite::Regex::new(text) {
        Ok(regex) => Ok(regex),
        Err(_) => invalid_parameter("Cleaner", "ItemPattern", "a regular expression", text),
    }
}
