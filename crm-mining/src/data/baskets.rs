//! What was bought together, and by whom.

use super::csr::{Csr, group_positions};
use super::keys::{Interner, Keys};
use super::strings::Strings;
use super::transactions::Transactions;
use std::sync::Arc;

/// The distinct items of every order, and of every customer.
///
/// ```
/// use crm_mining::data::Baskets;
///
/// let baskets = Baskets::from_rows([vec!["milk", "bread", "milk"], vec!["bread"]]);
/// assert_eq!((baskets.len(), baskets.items().len()), (2, 2));
/// assert_eq!(baskets.basket(0).len(), 2);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Baskets {
    items: Keys,
    item_names: Option<Arc<Strings>>,
    baskets: Csr<u32>,
    bought: Option<Arc<Bought>>,
}

/// The distinct items of every customer.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bought {
    pub(crate) customers: Keys,
    pub(crate) items: Csr<u32>,
}

impl Baskets {
    /// One basket per order; per line where no order is known. Lines with a negative amount (returns) are
    /// no purchases and are left aside.
    pub fn new(orders: &Transactions) -> Baskets {
        let Some((items, item)) = orders.items() else { return Baskets::default() };
        let purchased: Vec<u32> = item
            .iter()
            .zip(orders.amounts())
            .map(|(&item, &amount)| if amount < 0.0 { u32::MAX } else { item })
            .collect();
        let baskets = match orders.orders() {
            Some((keys, order)) => distinct_per_group(order, keys.len(), &purchased),
            None => purchased.iter().map(|&item| (item != u32::MAX).then_some(item)).collect(),
        };
        let customers = orders.customers().clone();
        let bought = distinct_per_group(orders.customer_of(), customers.len(), &purchased);
        Baskets {
            items: items.clone(),
            item_names: orders.item_names().cloned(),
            baskets,
            bought: Some(Arc::new(Bought { customers, items: bought })),
        }
    }

    /// Baskets as plain rows of item names.
    pub fn from_rows<S: AsRef<str>, R: IntoIterator<Item = S>>(rows: impl IntoIterator<Item = R>) -> Baskets {
        let mut interner = Interner::default();
        let coded: Csr<u32> = rows
            .into_iter()
            .map(|row| row.into_iter().map(|item| interner.intern(item.as_ref())).collect::<Vec<_>>())
            .collect();
        let (items, rank) = Keys::from_distinct(&interner.into_strings());
        let baskets = coded.rows().map(|row| {
            let ranked = row.iter().filter_map(|&code| rank.get(code as usize).copied());
            distinct(ranked.collect())
        });
        Baskets { items, item_names: None, baskets: baskets.collect(), bought: None }
    }

    /// How many baskets, empty ones included.
    pub fn len(&self) -> usize {
        self.baskets.len()
    }

    /// Whether there is no basket.
    pub fn is_empty(&self) -> bool {
        self.baskets.is_empty()
    }

    /// The items.
    pub fn items(&self) -> &Keys {
        &self.items
    }

    /// What each item is called, when known.
    pub fn item_names(&self) -> Option<&Arc<Strings>> {
        self.item_names.as_ref()
    }

    /// The distinct items of a basket, ascending.
    pub fn basket(&self, basket: usize) -> &[u32] {
        self.baskets.row(basket)
    }

    /// All baskets.
    pub fn baskets(&self) -> &Csr<u32> {
        &self.baskets
    }

    /// The distinct items of every customer, when the baskets are of known customers.
    pub(crate) fn bought(&self) -> Option<&Arc<Bought>> {
        self.bought.as_ref()
    }
}

fn distinct_per_group(group: &[u32], n_groups: usize, item: &[u32]) -> Csr<u32> {
    let lines = group_positions(group, n_groups);
    let items_of = |lines: &[u32]| {
        let items = lines.iter().filter_map(|&line| item.get(line as usize).copied());
        distinct(items.filter(|&item| item != u32::MAX).collect())
    };
    lines.rows().map(items_of).collect()
}

fn distinct(mut items: Vec<u32>) -> Vec<u32> {
    items.sort_unstable();
    items.dedup();
    items
}
