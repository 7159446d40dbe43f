//! Order lines become facts, with the rows they stand in.

use crate::data::{Csr, Day, Keys, Transactions, Zone};
use crate::profile::rows::ranges;
use crate::profile::{Part, Profile, Value};

/// How many products a profile names.
const TOP: usize = 5;

/// Order lines grouped by customer, for [`Profiles`](crate::profile::Profiles).
///
/// Build it once with [`Purchases::new`]; it says when each customer bought, which products (by amount, ties
/// in order of their keys), and in which source rows, all until the day of the profiles.
#[derive(Debug, Clone)]
pub struct Purchases<'a> {
    orders: &'a Transactions,
    lines: Csr<u32>,
    zone: Zone,
}

impl<'a> Purchases<'a> {
    /// Groups the lines by customer; days are those of UTC.
    pub fn new(orders: &'a Transactions) -> Self {
        Purchases { orders, lines: orders.by_customer(), zone: Zone::UTC }
    }

    /// The same with days as they begin in `zone`, which should be that of the ledger.
    pub fn in_zone(self, zone: Zone) -> Self {
        Purchases { zone, ..self }
    }

    /// The lines of a customer until a day, each with its day.
    fn lines_until(&self, customer: usize, as_of: Day) -> Vec<(u32, Day)> {
        let mut days = self.zone.days();
        let dated = self.lines.row(customer).iter().filter_map(|&line| {
            let time = self.orders.times().get(line as usize)?;
            Some((line, days.day(*time)))
        });
        dated.filter(|&(_, day)| day <= as_of).collect()
    }

    /// The items of these lines by descending amount, and what they are called.
    fn top_items(&self, lines: &[(u32, Day)]) -> Vec<String> {
        let Some((keys, item)) = self.orders.items() else { return Vec::new() };
        let at = |line: u32| Some((*item.get(line as usize)?, *self.orders.amounts().get(line as usize)?));
        let mut bought: Vec<(u32, f64)> = lines.iter().filter_map(|&(line, _)| at(line)).collect();
        bought.sort_by_key(|&(item, _)| item);
        let mut totals: Vec<(u32, f64)> = bought
            .chunk_by(|a, b| a.0 == b.0)
            .filter_map(|same| Some((same.first()?.0, same.iter().map(|line| line.1).sum())))
            .collect();
        totals.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        let named = |item: u32| {
            let name =
                self.orders.item_names().and_then(|names| names.get(item as usize)).unwrap_or_default();
            let key = keys.name(item as usize);
            if name.is_empty() { key } else { format!("{key} {name}") }
        };
        totals.into_iter().take(TOP).map(|(item, _)| named(item)).collect()
    }
}

impl Part for Purchases<'_> {
    fn customers(&self) -> Option<&Keys> {
        Some(self.orders.customers())
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let lines = self.lines_until(customer, profile.as_of);
        let days = || lines.iter().map(|&(_, day)| day);
        if let (Some(first), Some(last)) = (days().min(), days().max()) {
            profile.add_fact("first_purchase", first);
            profile.add_fact("last_purchase", last);
        }
        profile.add_fact("lines", lines.len() as i64);
        let top = self.top_items(&lines);
        if !top.is_empty() {
            profile.add_fact("top_products", Value::List(top));
        }
        let mut numbers: Vec<u64> =
            lines.iter().map(|&(line, _)| self.orders.row_number(line as usize)).collect();
        numbers.sort_unstable();
        profile.rows = ranges(numbers);
        profile.source = self.orders.source().to_owned();
    }
}
