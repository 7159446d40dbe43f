//! What a customer did within a span of days.

use super::calendar::Span;
use crate::data::{Day, Days, Ledger};
use crate::math::Exact;
use rayon::prelude::*;

/// What a customer did within a span of days.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Activity {
    /// Whether there was a purchase.
    pub(super) bought: bool,
    /// Distinct orders that began in the span; at least one of a customer who bought.
    pub(super) orders: u32,
    pub(super) units: Exact,
    pub(super) amount: Exact,
}

impl Activity {
    pub(super) fn new(ledger: &Ledger, customer: usize, span: Span) -> Activity {
        let days = ledger.days_until(customer, span.to());
        let days = days.get(days.partition_point(|cell| cell.day < span.from())..).unwrap_or_default();
        let mut activity = Activity::default();
        for cell in days {
            activity.bought |= cell.orders > 0;
            activity.units += cell.units;
            activity.amount += cell.amount;
        }
        if activity.bought {
            let before = ledger.n_orders(customer, span.from() - Days(1));
            activity.orders = (ledger.n_orders(customer, span.to()) - before).max(1);
        }
        activity
    }
}

/// The first purchase day of a customer.
pub(super) fn first_purchase(ledger: &Ledger, customer: usize) -> Option<Day> {
    ledger.days(customer).iter().find(|cell| cell.orders > 0).map(|cell| cell.day)
}

/// What every customer did within a span.
pub(super) fn of_all(ledger: &Ledger, span: Span) -> Vec<Activity> {
    (0..ledger.customers().len())
        .into_par_iter()
        .with_min_len(1024)
        .map(|customer| Activity::new(ledger, customer, span))
        .collect()
}
