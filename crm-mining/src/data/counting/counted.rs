//! What counting gives: the summary, refunds told apart, and what became of every row.

use super::customer::{Buyer, Found, Tally};
use super::rows::PurchaseRows;
use super::unit::PurchaseUnit;
use super::{PurchaseCounting, Refunds};
use crate::data::column::Column;
use crate::data::day::Day;
use crate::data::keys::Keys;
use crate::data::summary::Summary;
use crate::data::table::{Table, ToTable};
use rayon::prelude::*;
use serde::Serialize;

/// Purchases counted by [`PurchaseCounting`].
#[derive(Debug, Clone, PartialEq)]
pub struct CountedPurchases {
    /// The customers with a purchase.
    pub summary: Summary,
    /// What they brought back, where refunds are told apart ([`Refunds::Separate`]).
    pub refunds: Option<RefundTotals>,
    /// What became of the rows.
    pub counts: PurchaseCounts,
    /// The customers without a purchase until the end: all their rows are left out.
    pub without_purchase: Keys,
}

/// What became of the rows, each of which stands in one line of this list: `rows` is the sum of `purchases`, `merged`,
/// `refunds`, `after_end`, `without_amount` and `refunds_left_out`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct PurchaseCounts {
    /// Rows in all.
    pub rows: u64,
    /// Rows used: purchases, the first of every customer included.
    pub purchases: u64,
    /// Rows used: further rows of a purchase.
    pub merged: u64,
    /// Rows used: refunds whose money counts.
    pub refunds: u64,
    /// Rows left out: after the end.
    pub after_end: u64,
    /// Rows left out: without an amount ([`MissingAmount::LeaveOut`](super::MissingAmount::LeaveOut)).
    pub without_amount: u64,
    /// Rows left out: refunds, where they are ignored, belong to no purchase, or to a customer without one.
    pub refunds_left_out: u64,
    /// Of the rows used, those whose amount is not known ([`MissingAmount::Unknown`](super::MissingAmount::Unknown)).
    pub unknown_amounts: u64,
    /// Customers of the summary.
    pub customers: u64,
    /// Customers without a purchase until the end.
    pub customers_without_purchase: u64,
}

impl PurchaseCounts {
    /// Rows used.
    pub fn used(&self) -> u64 {
        self.purchases + self.merged + self.refunds
    }

    /// Rows left out, for any reason.
    pub fn left_out(&self) -> u64 {
        self.after_end + self.without_amount + self.refunds_left_out
    }
}

/// What each customer of a summary paid and brought back until the end, the first purchase included. A table.
#[derive(Debug, Clone, PartialEq)]
pub struct RefundTotals {
    customers: Keys,
    purchased: Vec<f64>,
    refunded: Vec<f64>,
    refund_days: Vec<u32>,
}

impl RefundTotals {
    /// The customers, those of the summary.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// Money paid, as far as known.
    pub fn purchased(&self) -> &[f64] {
        &self.purchased
    }

    /// Money given back, from 0.
    pub fn refunded(&self) -> &[f64] {
        &self.refunded
    }

    /// Days with a refund; weeks or months where purchases are counted by these.
    pub fn refund_days(&self) -> &[u32] {
        &self.refund_days
    }

    /// Money given back for each unit of money paid; `None` where nothing was paid.
    pub fn refund_rate(&self) -> Vec<Option<f64>> {
        let rate = |(&paid, &back): (&f64, &f64)| (paid > 0.0).then(|| back / paid);
        self.purchased.iter().zip(&self.refunded).map(rate).collect()
    }
}

impl ToTable for RefundTotals {
    fn to_table(&self) -> Table {
        let rate = self.refund_rate().into_iter().map(|rate| rate.unwrap_or(f64::NAN)).collect();
        Table::of(
            "refunds",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("purchased", self.purchased.clone()),
                Column::floats("refunded", self.refunded.clone()),
                Column::ints("refund_days", self.refund_days.iter().map(|&days| i64::from(days)).collect()),
                Column::floats("refund_rate", rate),
            ],
        )
    }
}

/// The result out of customers in any order.
pub(super) fn put_together(
    rules: &PurchaseCounting,
    rows: &PurchaseRows<'_>,
    as_of: Day,
    found: Found,
) -> CountedPurchases {
    let Found { mut buyers, mut others, tally } = found;
    buyers.par_sort_unstable_by_key(|buyer| buyer.customer);
    let (customers, without_purchase) = match rows.keys() {
        None => {
            others.par_sort_unstable();
            let customers = buyers.iter().map(|buyer| buyer.customer).collect();
            (Keys::from_sorted_integers(customers), Keys::from_sorted_integers(others))
        }
        Some(keys) => {
            let seen: Vec<u32> = buyers.iter().map(|buyer| buyer.customer as u32).collect();
            let mut next = seen.iter().peekable();
            let unseen = |code: &u32| next.next_if_eq(&code).is_none();
            let others: Vec<u32> = (0..keys.len() as u32).filter(unseen).collect();
            (keys.select(&seen), keys.select(&others))
        }
    };
    let floats = |get: fn(&Buyer) -> f64| buyers.iter().map(get).collect::<Vec<f64>>();
    let end = rules.unit.start(as_of);
    let summary = Summary {
        customers: customers.clone(),
        frequency: floats(|buyer| f64::from(buyer.repeats)),
        recency: floats(|buyer| f64::from(buyer.last - buyer.first)),
        age: buyers.iter().map(|buyer| f64::from(end - buyer.first)).collect(),
        monetary: floats(|buyer| buyer.mean),
        log_gaps: (rules.unit != PurchaseUnit::Order).then(|| floats(|buyer| buyer.log_gaps)),
        covariates: None,
        days_per_unit: 1.0,
    };
    let refunds = (rules.refunds == Refunds::Separate).then(|| RefundTotals {
        customers,
        purchased: floats(|buyer| buyer.purchased),
        refunded: floats(|buyer| buyer.refunded),
        refund_days: buyers.iter().map(|buyer| buyer.refund_days).collect(),
    });
    let counts = counts(&tally, buyers.len(), without_purchase.len());
    CountedPurchases { summary, refunds, counts, without_purchase }
}

fn counts(tally: &Tally, customers: usize, without_purchase: usize) -> PurchaseCounts {
    PurchaseCounts {
        rows: tally.rows,
        purchases: tally.purchases,
        merged: tally.merged,
        refunds: tally.refunds,
        after_end: tally.after_end,
        without_amount: tally.without_amount,
        refunds_left_out: tally.refunds_left_out,
        unknown_amounts: tally.unknown_amounts,
        customers: customers as u64,
        customers_without_purchase: without_purchase as u64,
    }
}
