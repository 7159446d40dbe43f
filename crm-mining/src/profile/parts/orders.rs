//! Order lines become facts, with the rows they stand in.

use crate::data::{Csr, Day, Keys, Transactions};
use crate::profile::rows::ranges;
use crate::profile::{Part, Profile, Value};

/// How many products a profile names.
const TOP: usize = 5;

/// Order lines grouped by customer, for [`Profiles`](crate::profile::Profiles).
///
/// Build it once with [`Purchases::new`]; it says when and how much each customer bought, which products
/// (by amount, ties in order of their keys), and in which source rows.
#[derive(Debug, Clone)]
pub struct Purchases<'a> {
    orders: &'a Transactions,
    lines: Csr<u32>,
}

impl<'a> Purchases<'a> {
    /// Groups the lines by customer.
    pub fn new(orders: &'a Transactions) -> Self {
        Purchases { orders, lines: orders.by_customer() }
    }

    /// The items of these lines by descending amount, and what they are called.
    fn top_items(&self, lines: &[u32]) -> Vec<String> {
        let Some((keys, item)) = self.orders.items() else { return Vec::new() };
        let at = |line: u32| Some((*item.get(line as usize)?, *self.orders.amounts().get(line as usize)?));
        let mut bought: Vec<(u32, f64)> = lines.iter().filter_map(|&line| at(line)).collect();
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
        let lines = self.lines.row(customer);
        let times = || lines.iter().filter_map(|&line| self.orders.times().get(line as usize).copied());
        if let (Some(first), Some(last)) = (times().min(), times().max()) {
            profile.add_fact("first_purchase", Day::of_micros(first));
            profile.add_fact("last_purchase", Day::of_micros(last));
        }
        profile.add_fact("lines", lines.len() as i64);
        let top = self.top_items(lines);
        if !top.is_empty() {
            profile.add_fact("top_products", Value::List(top));
        }
        let mut numbers: Vec<u64> = lines.iter().map(|&line| self.orders.row_number(line as usize)).collect();
        numbers.sort_unstable();
        profile.rows = ranges(numbers);
        profile.source = self.orders.source().to_owned();
    }
}
