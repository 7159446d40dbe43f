//! Why revenue changed: more customers, more orders of each, or more money per order.

use super::activity;
use super::calendar::Span;
use crate::data::{Column, Ledger, Table, ToTable};
use crate::math::Exact;
use serde::Serialize;

/// The revenue tree of two spans of days, and what each branch did to the change.
///
/// revenue = customers × orders per customer × spend per order + returns of others,
/// spend per order = units per order × price per unit.
///
/// Customers are those with a purchase in the span, their spend is net of their returns, and the returns of
/// others are the money of those who only returned. An order spread over days counts once, where it began.
///
/// The change of a product is divided by Shapley's rule: the effect of a factor is its change times the other
/// factors, averaged over every order in which the factors could have changed one after the other. The
/// effects add up to the change to the rounding of the last digit, no factor is preferred, and zero or
/// negative factors need no exception (the logarithmic mean, LMDI, is undefined there). The effects of units
/// and of price divide that of spend per order in the same way (Owen's value), so that the tree adds up at
/// every branch.
///
/// A ratio with nothing below it, such as orders per customer without a customer, is taken as that of the
/// other span, so that the first customers of a shop are an effect of customers. Units per order and price
/// per unit are not given where the units of a span are not above 0.
///
/// # Complexity
/// O(d) for d customer days.
///
/// # Reference
/// L. S. Shapley (1953), A value for n-person games; B. W. Ang (2004), Decomposition analysis for
/// policymaking in energy, Energy Policy 32, compares the rules.
///
/// # Example
/// ```
/// use crm_mining::data::{Ledger, Transaction, Transactions};
/// use crm_mining::insight::{Period, RevenueTree, Span};
///
/// let line = |customer, day: &str, order, quantity| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity, unit_price: 10.0 })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-30", "1", 1.0)?,
///     line("ann", "2024-02-02", "2", 1.0)?,
///     line("bob", "2024-02-15", "3", 1.0)?,
///     line("bob", "2024-02-16", "4", 2.0)?,
/// ])?;
/// let month = |day: &str| -> crm_mining::Result<_> { Ok(Span::of(Period::Month, day.parse()?)) };
/// let tree = RevenueTree::new(&Ledger::new(&orders), month("2024-01-01")?, month("2024-02-01")?);
/// assert_eq!((tree.before().revenue, tree.after().revenue, tree.change()), (10.0, 40.0, 30.0));
/// let effects = tree.effects();
/// let sum = effects.customers + effects.orders_per_customer + effects.spend_per_order + effects.returns_of_others;
/// assert!((sum - tree.change()).abs() < 1e-9);
/// assert!(effects.customers > effects.orders_per_customer);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RevenueTree {
    spans: [Span; 2],
    figures: [RevenueFigures; 2],
    effects: RevenueEffects,
}

/// The figures of a span of days.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RevenueFigures {
    /// Money paid less money returned by all.
    pub revenue: f64,
    /// Customers with a purchase.
    pub customers: u32,
    /// Their distinct orders.
    pub orders: u64,
    /// Their units bought less units returned.
    pub units: f64,
    /// Their money paid less money returned.
    pub spend: f64,
    /// Money of those who only returned; 0 or below.
    pub returns_of_others: f64,
    /// Orders ÷ customers; `None` without a customer.
    pub orders_per_customer: Option<f64>,
    /// Spend ÷ orders.
    pub spend_per_order: Option<f64>,
    /// Units ÷ orders; `None` where units are not above 0.
    pub units_per_order: Option<f64>,
    /// Spend ÷ units; `None` where units are not above 0.
    pub price_per_unit: Option<f64>,
}

/// What each branch of the tree did to the change of revenue, in money.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RevenueEffects {
    /// Of the number of customers.
    pub customers: f64,
    /// Of how many orders each placed.
    pub orders_per_customer: f64,
    /// Of how much they spent per order.
    pub spend_per_order: f64,
    /// That of the units per order, a part of `spend_per_order`; `None` where they are not given.
    pub units_per_order: Option<f64>,
    /// That of the price per unit, the other part.
    pub price_per_unit: Option<f64>,
    /// Of those who only returned.
    pub returns_of_others: f64,
}

impl RevenueTree {
    /// From one span of days to another. They may have any length and overlap.
    pub fn new(ledger: &Ledger, before: Span, after: Span) -> RevenueTree {
        let figures = [before, after].map(|span| figures(ledger, span));
        RevenueTree { spans: [before, after], effects: effects(&figures), figures }
    }

    /// The two spans.
    pub fn spans(&self) -> [Span; 2] {
        self.spans
    }

    /// The figures of the first span.
    pub fn before(&self) -> &RevenueFigures {
        let [before, _] = &self.figures;
        before
    }

    /// The figures of the second span.
    pub fn after(&self) -> &RevenueFigures {
        let [_, after] = &self.figures;
        after
    }

    /// How much more revenue the second span had.
    pub fn change(&self) -> f64 {
        self.after().revenue - self.before().revenue
    }

    /// What each branch did to the change.
    pub fn effects(&self) -> &RevenueEffects {
        &self.effects
    }
}

fn figures(ledger: &Ledger, span: Span) -> RevenueFigures {
    let (mut customers, mut orders) = (0u32, 0u64);
    let (mut units, mut spend, mut others) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
    for activity in activity::of_all(ledger, span) {
        if activity.bought {
            customers += 1;
            orders += u64::from(activity.orders);
            units += activity.units;
            spend += activity.amount;
        } else {
            others += activity.amount;
        }
    }
    let ratio = |of: f64, per: f64| (per > 0.0).then(|| of / per);
    let (n_orders, n_units) = (orders as f64, units.value());
    RevenueFigures {
        revenue: (spend + others).value(),
        customers,
        orders,
        units: n_units,
        spend: spend.value(),
        returns_of_others: others.value(),
        orders_per_customer: ratio(n_orders, f64::from(customers)),
        spend_per_order: ratio(spend.value(), n_orders),
        units_per_order: ratio(n_units, n_orders).filter(|&units| units > 0.0),
        price_per_unit: ratio(spend.value(), n_units),
    }
}

fn effects([before, after]: &[RevenueFigures; 2]) -> RevenueEffects {
    // A ratio that one span lacks is that of the other.
    let pair = |get: fn(&RevenueFigures) -> Option<f64>| {
        let (a, b) = (get(before), get(after));
        [a.or(b).unwrap_or(0.0), b.or(a).unwrap_or(0.0)]
    };
    let n = [f64::from(before.customers), f64::from(after.customers)];
    let (orders, spend) = (pair(|of| of.orders_per_customer), pair(|of| of.spend_per_order));
    let change = |[a, b]: [f64; 2]| b - a;
    let mean = |[a, b]: [f64; 2]| (a + b) / 2.0;
    // Shapley's weights of the other two: a third each for both as before or both as after, a sixth for
    // mixed.
    let others = |[a, b]: [f64; 2], [c, d]: [f64; 2]| (2.0 * a * c + a * d + b * c + 2.0 * b * d) / 6.0;
    let buying = others(n, orders);
    let has_units = [before, after].iter().all(|of| of.units_per_order.is_some() || of.orders == 0)
        && [before, after].iter().any(|of| of.units_per_order.is_some());
    let (units, price) = (pair(|of| of.units_per_order), pair(|of| of.price_per_unit));
    RevenueEffects {
        customers: change(n) * others(orders, spend),
        orders_per_customer: change(orders) * others(n, spend),
        spend_per_order: change(spend) * buying,
        units_per_order: has_units.then(|| buying * change(units) * mean(price)),
        price_per_unit: has_units.then(|| buying * change(price) * mean(units)),
        returns_of_others: after.returns_of_others - before.returns_of_others,
    }
}

impl ToTable for RevenueTree {
    /// One row per branch: the figure before and after, and its effect in money.
    fn to_table(&self) -> Table {
        let (effects, change) = (&self.effects, self.change());
        type Get = fn(&RevenueFigures) -> Option<f64>;
        let rows: [(&str, Get, Option<f64>); 7] = [
            ("revenue", |of| Some(of.revenue), Some(change)),
            ("customers", |of| Some(f64::from(of.customers)), Some(effects.customers)),
            ("orders_per_customer", |of| of.orders_per_customer, Some(effects.orders_per_customer)),
            ("spend_per_order", |of| of.spend_per_order, Some(effects.spend_per_order)),
            ("units_per_order", |of| of.units_per_order, effects.units_per_order),
            ("price_per_unit", |of| of.price_per_unit, effects.price_per_unit),
            ("returns_of_others", |of| Some(of.returns_of_others), Some(effects.returns_of_others)),
        ];
        let of = |figures: &RevenueFigures| {
            rows.iter().map(|(_, get, _)| get(figures).unwrap_or(f64::NAN)).collect()
        };
        Table::of(
            "revenue_tree",
            vec![
                Column::text("branch", rows.iter().map(|&(name, ..)| Some(name))),
                Column::floats("before", of(self.before())),
                Column::floats("after", of(self.after())),
                Column::floats(
                    "effect",
                    rows.iter().map(|&(.., effect)| effect.unwrap_or(f64::NAN)).collect(),
                ),
            ],
        )
    }
}
