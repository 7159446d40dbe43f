//! Counting purchases: which rows are purchases, which of them are one, and what they cost.

#[cfg(feature = "arrow")]
mod batches;
mod counted;
mod customer;
mod parts;
mod rows;
mod unit;

pub use counted::{CountedPurchases, PurchaseCounts, RefundTotals};
pub use rows::{PurchaseCustomers, PurchaseRows, PurchaseTimes};
pub use unit::PurchaseUnit;

use super::day::Day;
use super::zone::Zone;
use crate::error::Result;
use serde::{Deserialize, Serialize};

/// What a row of a negative amount is: a refund, a return, a cancellation.
///
/// It is never a purchase.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refunds {
    /// Its money is taken off that of the purchase of its day (or week, month, order). Where there was none, the row is
    /// left out and counted: it belongs to no purchase. As [`Ledger::summary`](crate::data::Ledger::summary) has it.
    #[default]
    Net,
    /// The row is left out and counted, as though nothing had come back.
    Ignore,
    /// The money of purchases stays whole; what came back, and on how many days, is told apart for every customer
    /// ([`CountedPurchases::refunds`]).
    Separate,
}

/// What a row without an amount is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissingAmount {
    /// An error that names the row. The default, since either of the others gives away something that the caller
    /// should know of: a purchase that happened, or its money.
    #[default]
    Refuse,
    /// The row is left out and counted: it was no purchase.
    LeaveOut,
    /// The row is a purchase whose money is not known. It counts in frequency, recency and age; mean spend is that of
    /// the purchases all of whose money is known.
    Unknown,
}

/// Rules by which rows of who, when and for how much become purchases: the way to a [`Summary`](crate::data::Summary).
///
/// Use it where orders stand in plain columns of millions of rows, or where the rules of
/// [`Ledger::summary`](crate::data::Ledger::summary), which are its default, are not those of the business. Every row
/// is accounted for: [`CountedPurchases::counts`] tells what became of each.
///
/// Rules are applied in this order. A row after the end is left out; then one without an amount is what
/// [`PurchaseCounting::missing_amount`] says; then one of a negative amount is what [`PurchaseCounting::refunds`] says;
/// every other is a purchase, and those of a customer in the same [`PurchaseCounting::unit`] are one.
///
/// # Errors
/// `count` fails with [`InvalidValue`](crate::ErrorKind::InvalidValue) for a row without an amount where such are
/// refused, and with [`Overflow`](crate::ErrorKind::Overflow) for amounts whose sizes add up to 2⁶² or more.
///
/// # Complexity
/// Time O(n + Σ k log k) for n rows and k rows of each customer. Rows are parted by customer into pieces that fit a
/// processor's cache, in one pass for up to two million rows and in at most five beyond. Beside the rows it takes 24 bytes
/// for each row of a pass, about 5 for each row of all, and 56 for each customer; a customer who alone fills a piece takes
/// 44 for each row. Work runs on the caller's rayon pool. Neither the number of threads nor the order of the rows changes a
/// bit of the result.
///
/// # Reference
/// Fader & Hardie (2005), A note on deriving the Pareto/NBD model, and the practice of merging a customer's transactions
/// of one day, there for the CDNOW data.
///
/// # Example
/// ```
/// use crm_mining::data::{Day, PurchaseCounting, PurchaseRows, Refunds};
///
/// let day = |text: &str| text.parse::<Day>();
/// let when = [day("2024-03-01")?, day("2024-03-05")?, day("2024-03-05")?, day("2024-03-09")?, day("2024-05-01")?];
/// let rows = PurchaseRows::new(&[7, 7, 7, 7, 7][..], &when[..], &[10.0, 25.0, -5.0, -1.0, 40.0])?;
///
/// let counted = PurchaseCounting::default().count(rows.clone(), day("2024-03-31")?)?;
/// assert_eq!(counted.summary.frequency(), [1.0]); // 1 March is not counted, 9 March brought a return only
/// assert_eq!(counted.summary.monetary(), [20.0]);
/// let counts = counted.counts;
/// assert_eq!((counts.rows, counts.purchases, counts.refunds), (5, 2, 1));
/// assert_eq!((counts.after_end, counts.refunds_left_out), (1, 1));
///
/// let counted = PurchaseCounting::default().refunds(Refunds::Separate).count(rows, day("2024-03-31")?)?;
/// assert_eq!(counted.summary.monetary(), [25.0]);
/// assert_eq!(counted.refunds.unwrap().refunded(), [6.0]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PurchaseCounting {
    /// What rows of a negative amount are. Default [`Refunds::Net`].
    pub refunds: Refunds,
    /// What rows without an amount are. Default [`MissingAmount::Refuse`].
    pub missing_amount: MissingAmount,
    /// Within what purchases of a customer are one. Default [`PurchaseUnit::Day`].
    pub unit: PurchaseUnit,
    /// The business time zone, in which days begin; of no meaning for rows that say the day. Default UTC.
    pub zone: Zone,
}

impl PurchaseCounting {
    /// Sets [`PurchaseCounting::refunds`].
    pub fn refunds(mut self, refunds: Refunds) -> Self {
        self.refunds = refunds;
        self
    }

    /// Sets [`PurchaseCounting::missing_amount`].
    pub fn missing_amount(mut self, missing: MissingAmount) -> Self {
        self.missing_amount = missing;
        self
    }

    /// Sets [`PurchaseCounting::unit`].
    pub fn unit(mut self, unit: PurchaseUnit) -> Self {
        self.unit = unit;
        self
    }

    /// Sets [`PurchaseCounting::zone`].
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = zone;
        self
    }

    /// Counts the purchases of every customer, as seen at the end of `as_of`; later rows are left out and counted, and
    /// so are customers without a purchase until then. Takes [`PurchaseRows`] or
    /// [`&Transactions`](crate::data::Transactions).
    ///
    /// # Errors
    /// As told above: a row without an amount, amounts too large to be summed.
    pub fn count<'a>(&self, rows: impl Into<PurchaseRows<'a>>, as_of: Day) -> Result<CountedPurchases> {
        let rows = rows.into();
        rows.check_sum()?;
        if self.missing_amount == MissingAmount::Refuse {
            rows.check_amounts(&self.zone, as_of)?;
        }
        Ok(counted::put_together(self, &rows, as_of, parts::by_customer(self, &rows, as_of)))
    }
}
