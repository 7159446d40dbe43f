//! The purchases of one customer after the other.

#![allow(
    clippy::indexing_slicing,
    reason = "places of customers and lines are counted out in the same loop that allots them"
)]

use super::parts::{Entry, LEFT_OUT};
use super::unit::PurchaseUnit;
use super::{PurchaseCounting, Refunds};
use crate::math::Exact;
use hashbrown::{DefaultHashBuilder, HashTable};
use std::hash::BuildHasher;
use std::iter::Sum;
use std::ops::AddAssign;

/// What became of the rows.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    pub(super) rows: u64,
    pub(super) purchases: u64,
    pub(super) merged: u64,
    pub(super) refunds: u64,
    pub(super) after_end: u64,
    pub(super) without_amount: u64,
    pub(super) refunds_left_out: u64,
    pub(super) unknown_amounts: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.rows += other.rows;
        self.purchases += other.purchases;
        self.merged += other.merged;
        self.refunds += other.refunds;
        self.after_end += other.after_end;
        self.without_amount += other.without_amount;
        self.refunds_left_out += other.refunds_left_out;
        self.unknown_amounts += other.unknown_amounts;
    }
}

impl Sum for Tally {
    fn sum<I: Iterator<Item = Tally>>(tallies: I) -> Tally {
        tallies.fold(Tally::default(), |mut sum, tally| {
            sum += tally;
            sum
        })
    }
}

/// A customer with a purchase.
#[derive(Debug, Clone, Copy)]
pub(super) struct Buyer {
    pub(super) customer: i64,
    pub(super) repeats: u32,
    pub(super) first: i32,
    pub(super) last: i32,
    /// Units with a refund.
    pub(super) refund_days: u32,
    /// Mean spend of the repeat purchases of known money.
    pub(super) mean: f64,
    pub(super) log_gaps: f64,
    pub(super) purchased: f64,
    pub(super) refunded: f64,
}

/// Customers as they are found, and what became of their rows.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) buyers: Vec<Buyer>,
    /// Customers without a purchase.
    pub(super) others: Vec<i64>,
    pub(super) tally: Tally,
}

impl Found {
    pub(super) fn append(&mut self, mut other: Found) {
        self.buyers.append(&mut other.buyers);
        self.others.append(&mut other.others);
        self.tally += other.tally;
    }
}

/// A row of a customer.
#[derive(Clone, Copy)]
struct Line {
    day: i32,
    order: u32,
    amount: f64,
}

impl Line {
    /// Lines of the same purchase have the same.
    #[inline]
    fn purchase(&self) -> (i32, u32) {
        (self.day, self.order)
    }
}

/// What orders are to the purchases.
#[derive(Clone, Copy)]
enum Orders {
    /// Those of a day, week or month are one.
    Merged,
    /// Each is one, and known.
    Known,
    /// Each is one, and every line is one.
    Unknown,
}

/// Counts the customers of parts; keeps its buffers from part to part.
pub(super) struct Counter {
    separate: bool,
    orders: Orders,
    hasher: DefaultHashBuilder,
    places: HashTable<u32>,
    customers: Vec<i64>,
    place_of: Vec<u32>,
    ends: Vec<usize>,
    lines: Vec<Line>,
    /// Logarithms of gaps such as nearly all are.
    ln_days: Vec<f64>,
}

impl Counter {
    pub(super) fn new(rules: &PurchaseCounting, known_orders: bool) -> Counter {
        Counter {
            separate: rules.refunds == Refunds::Separate,
            orders: match (rules.unit, known_orders) {
                (PurchaseUnit::Order, true) => Orders::Known,
                (PurchaseUnit::Order, false) => Orders::Unknown,
                _ => Orders::Merged,
            },
            hasher: DefaultHashBuilder::default(),
            places: HashTable::new(),
            customers: Vec::new(),
            place_of: Vec::new(),
            ends: Vec::new(),
            lines: Vec::new(),
            ln_days: (0..512).map(|days| f64::from(days).ln()).collect(),
        }
    }

    /// The customers of a part, whose entries come in several slices.
    pub(super) fn count<'e>(&mut self, entries: impl Iterator<Item = &'e [Entry]> + Clone) -> Found {
        self.group(entries);
        let mut found = Found::default();
        found.buyers.reserve_exact(self.customers.len());
        let (mut lines, mut start) = (std::mem::take(&mut self.lines), 0);
        for (&customer, &end) in self.customers.iter().zip(&self.ends) {
            self.customer(customer, &mut lines[start..end], &mut found);
            start = end;
        }
        self.lines = lines;
        found
    }

    /// Brings the lines of each customer together (counting sort).
    fn group<'e>(&mut self, entries: impl Iterator<Item = &'e [Entry]> + Clone) {
        self.places.clear();
        self.customers.clear();
        self.place_of.clear();
        self.ends.clear();
        for slice in entries.clone() {
            for entry in slice {
                let place = self.place(entry.customer);
                self.place_of.push(place);
                self.ends[place as usize] += usize::from(entry.day != LEFT_OUT);
            }
        }
        let mut total = 0;
        for end in &mut self.ends {
            (*end, total) = (total, total + *end);
        }
        self.lines.clear();
        self.lines.resize(total, Line { day: 0, order: 0, amount: 0.0 });
        let mut rest = &self.place_of[..];
        for slice in entries {
            let (places, others) = rest.split_at(slice.len());
            for (&Entry { day, order, amount, .. }, &place) in slice.iter().zip(places) {
                if day != LEFT_OUT {
                    let end = &mut self.ends[place as usize];
                    self.lines[*end] = Line { day, order, amount };
                    *end += 1;
                }
            }
            rest = others;
        }
    }

    /// The place of a customer among those met so far.
    #[inline]
    fn place(&mut self, customer: i64) -> u32 {
        let (customers, hasher) = (&mut self.customers, &self.hasher);
        let hash = hasher.hash_one(customer);
        if let Some(&place) = self.places.find(hash, |&place| customers[place as usize] == customer) {
            return place;
        }
        let place = customers.len() as u32;
        customers.push(customer);
        self.ends.push(0);
        self.places.insert_unique(hash, place, |&place| hasher.hash_one(customers[place as usize]));
        place
    }

    #[inline]
    fn ln(&self, days: i32) -> f64 {
        self.ln_days.get(days as usize).copied().unwrap_or_else(|| f64::from(days).ln())
    }

    /// Adds a customer of these lines.
    fn customer(&self, customer: i64, lines: &mut [Line], found: &mut Found) {
        match self.orders {
            Orders::Merged => {}
            Orders::Known => settle_orders(lines),
            Orders::Unknown => number_orders(lines),
        }
        if !lines.is_sorted_by_key(Line::purchase) {
            lines.sort_unstable_by_key(Line::purchase);
        }
        let (mut buyer, mut spend, mut known) = (None::<Buyer>, Exact::ZERO, 0u32);
        let (mut paid, mut back) = (Exact::ZERO, Exact::ZERO);
        let (mut refund_rows, mut refund_days, mut refunded_on) = (0, 0, None);
        for lines in lines.chunk_by(|a, b| a.purchase() == b.purchase()) {
            let unit = Unit::of(lines);
            let day = lines[0].day;
            found.tally.unknown_amounts += unit.unknown;
            paid += unit.paid;
            back += unit.back;
            if unit.refunds > 0 && refunded_on != Some(day) {
                refund_days += 1;
                refunded_on = Some(day);
            }
            refund_rows += unit.refunds;
            if unit.purchases == 0 {
                if !self.separate {
                    refund_rows -= unit.refunds;
                    found.tally.refunds_left_out += unit.refunds;
                }
                continue;
            }
            found.tally.purchases += 1;
            found.tally.merged += unit.purchases - 1;
            let Some(buyer) = &mut buyer else {
                buyer = Some(Buyer::on(customer, day));
                continue;
            };
            buyer.repeats += 1;
            buyer.log_gaps += self.ln(day - buyer.last);
            buyer.last = day;
            if unit.unknown == 0 {
                spend += if self.separate { unit.paid } else { unit.paid - unit.back };
                known += 1;
            }
        }
        let Some(buyer) = buyer else {
            found.others.push(customer);
            found.tally.refunds_left_out += refund_rows;
            return;
        };
        found.tally.refunds += refund_rows;
        let mean = if known > 0 { spend.value() / f64::from(known) } else { 0.0 };
        let (purchased, refunded) = (paid.value(), back.value());
        found.buyers.push(Buyer { mean, refund_days, purchased, refunded, ..buyer });
    }
}

impl Buyer {
    fn on(customer: i64, day: i32) -> Buyer {
        Buyer {
            customer,
            repeats: 0,
            first: day,
            last: day,
            refund_days: 0,
            mean: 0.0,
            log_gaps: 0.0,
            purchased: 0.0,
            refunded: 0.0,
        }
    }
}

/// The rows of one purchase.
#[derive(Default)]
struct Unit {
    purchases: u64,
    refunds: u64,
    unknown: u64,
    paid: Exact,
    /// What came back, above 0.
    back: Exact,
}

impl Unit {
    #[inline]
    fn of(lines: &[Line]) -> Unit {
        let exact = |amount: f64| Exact::new(amount).unwrap_or_default();
        let mut unit = Unit::default();
        for line in lines {
            if line.amount < 0.0 {
                unit.refunds += 1;
                unit.back += exact(-line.amount);
            } else if line.amount.is_nan() {
                unit.purchases += 1;
                unit.unknown += 1;
            } else {
                unit.purchases += 1;
                unit.paid += exact(line.amount);
            }
        }
        unit
    }
}

/// Moves every line to the day of the first purchase of its order.
fn settle_orders(lines: &mut [Line]) {
    lines.sort_unstable_by_key(|line| (line.order, line.day));
    for order in lines.chunk_by_mut(|a, b| a.order == b.order) {
        let bought = order.iter().find(|line| line.amount >= 0.0 || line.amount.is_nan()).or(order.first());
        let Some(day) = bought.map(|line| line.day) else { continue };
        order.iter_mut().for_each(|line| line.day = day);
    }
}

/// Makes every line an order of its own; those of a day in the order of their amounts, whatever that of the rows.
fn number_orders(lines: &mut [Line]) {
    lines.sort_unstable_by(|a, b| a.day.cmp(&b.day).then(a.amount.total_cmp(&b.amount)));
    for (line, order) in lines.iter_mut().zip(0..) {
        line.order = order;
    }
}
