//! What to offer next to each customer, and why.

use super::rule_set::RuleSet;
use crate::data::{Bought, Column, Csr, Keys, Strings, Table, ToTable};
use crate::error::Result;
use crate::model::Control;
use rayon::prelude::*;
use std::sync::Arc;

/// One offer, with its reason: who bought `because` also buys `item`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Suggestion {
    /// What to offer; a position in [`CrossSell::items`].
    pub item: u32,
    /// The item at hand that the offer goes with.
    pub because: u32,
    /// The position in the [`RuleSet`] of the rule that says so.
    pub rule: u32,
    /// How many times as likely `item` is with `because` as at large.
    pub lift: f64,
    /// How likely `item` is with `because`.
    pub confidence: f64,
}

/// What to offer next to every customer: items not bought yet, best first, each with its reason. Made by
/// [`RuleSet::cross_sell`].
///
/// As a table, it has a row per offer.
///
/// ```
/// use crm_mining::{data::{Baskets, Transaction, Transactions}, insight::Rules};
///
/// let line = |customer, order, item| Transaction { customer, time: 0, order, item, quantity: 1.0, unit_price: 2.0 };
/// let orders = Transactions::from_rows([
///     line("Anna", "1", "tea"), line("Anna", "1", "milk"), line("Bob", "2", "tea"), line("Bob", "2", "milk"),
///     line("Cleo", "3", "tea"), line("Dan", "4", "jam"),
/// ])?;
/// let offers = Rules::min_support(0.5).mine(&Baskets::new(&orders))?.cross_sell(5)?;
/// let cleo = offers.customers().position("Cleo").expect("she bought tea");
/// let offer = offers.to_customer(cleo)[0];
/// assert_eq!((offers.items().name(offer.item as usize), offers.len()), ("milk".into(), 1));
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CrossSell {
    customers: Keys,
    items: Keys,
    item_names: Option<Arc<Strings>>,
    offers: Csr<Suggestion>,
}

const STAGE: &str = "cross-sell";

/// Customers served by one task; fixed, so that the work does not depend on the number of threads.
const CHUNK: usize = 256;

impl CrossSell {
    pub(super) fn new(rules: &RuleSet, bought: &Bought, max: usize, control: &Control) -> Result<CrossSell> {
        let n_customers = bought.customers.len();
        let serve = |chunk: usize| {
            control.check(STAGE)?;
            let customers = chunk * CHUNK..n_customers.min((chunk + 1) * CHUNK);
            Ok(customers.map(|customer| rules.suggest(bought.items.row(customer), max)).collect())
        };
        let parts: Vec<Csr<Suggestion>> =
            (0..n_customers.div_ceil(CHUNK)).into_par_iter().map(serve).collect::<Result<_>>()?;
        let mut offers = Csr::with_capacity(n_customers, parts.iter().map(|part| part.values().len()).sum());
        for part in parts {
            offers.append(part);
        }
        Ok(CrossSell {
            customers: bought.customers.clone(),
            items: rules.items().clone(),
            item_names: rules.item_names().cloned(),
            offers,
        })
    }

    /// How many offers, to all customers together.
    pub fn len(&self) -> usize {
        self.offers.values().len()
    }

    /// Whether there is nothing to offer to anybody.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The items.
    pub fn items(&self) -> &Keys {
        &self.items
    }

    /// What each item is called, when known.
    pub fn item_names(&self) -> Option<&Arc<Strings>> {
        self.item_names.as_ref()
    }

    /// What to offer to the customer at this position, best first; nothing beyond the last.
    pub fn to_customer(&self, customer: usize) -> &[Suggestion] {
        self.offers.row(customer)
    }
}

impl ToTable for CrossSell {
    /// A row per offer: customer, rank (1 is best), item, the item it goes with, confidence and lift.
    fn to_table(&self) -> Table {
        let offers = self.offers.values();
        let of_customer =
            |customer: usize| std::iter::repeat_n(customer, self.offers.row(customer).len()).zip(1i64..);
        let (customer, rank): (Vec<usize>, Vec<i64>) =
            (0..self.customers.len()).flat_map(of_customer).unzip();
        let item = || offers.iter().map(|offer| offer.item as usize);
        let because = || offers.iter().map(|offer| offer.because as usize);
        let mut columns = vec![
            keys_at("customer", &self.customers, customer.into_iter()),
            Column::ints("rank", rank),
            keys_at("item", &self.items, item()),
            keys_at("because", &self.items, because()),
        ];
        if let Some(names) = &self.item_names {
            columns.push(Column::text("item_name", item().map(|item| names.get(item))));
            columns.push(Column::text("because_name", because().map(|item| names.get(item))));
        }
        columns.push(Column::floats("confidence", offers.iter().map(|offer| offer.confidence).collect()));
        columns.push(Column::floats("lift", offers.iter().map(|offer| offer.lift).collect()));
        Table::of("cross_sell", columns)
    }
}

/// Keys, each as often as named: integers or text, as they are.
fn keys_at(name: &str, keys: &Keys, positions: impl Iterator<Item = usize>) -> Column {
    match keys.integers() {
        Some(integers) => {
            Column::ints(name, positions.filter_map(|position| integers.get(position).copied()).collect())
        }
        None => Column::text(name, positions.map(|position| Some(keys.name(position)))),
    }
}
