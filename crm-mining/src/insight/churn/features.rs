//! What the past says of a customer, as features.

use crate::data::{Day, DayCell, Days, Features, Ledger};
use crate::error::Result;
use crate::math::Exact;
use crate::model::Control;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// A feature that churn is predicted from. All are seen at the end of a day and know nothing after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ChurnFeature {
    /// Days since the last purchase day.
    Recency,
    /// Days since the first purchase day.
    Tenure,
    /// Distinct orders.
    Orders,
    /// Money paid less money returned.
    Spend,
    /// Spend per order.
    AverageOrder,
    /// The standard deviation of the amounts of purchase days; 0 for fewer than two.
    OrderDeviation,
    /// Lines per order, on purchase days.
    LinesPerOrder,
    /// Mean days between purchase days; 0 for fewer than two of them.
    GapMean,
    /// The standard deviation of the days between purchase days; 0 for fewer than three of them.
    GapDeviation,
    /// Units bought less units returned.
    Units,
    /// Spend within the last days, as many as the window of the question.
    RecentSpend,
    /// Days with returns and no purchase.
    ReturnDays,
}

impl ChurnFeature {
    /// All features, in the order of the columns.
    pub const ALL: [ChurnFeature; 12] = [
        ChurnFeature::Recency,
        ChurnFeature::Tenure,
        ChurnFeature::Orders,
        ChurnFeature::Spend,
        ChurnFeature::AverageOrder,
        ChurnFeature::OrderDeviation,
        ChurnFeature::LinesPerOrder,
        ChurnFeature::GapMean,
        ChurnFeature::GapDeviation,
        ChurnFeature::Units,
        ChurnFeature::RecentSpend,
        ChurnFeature::ReturnDays,
    ];

    /// The name of the column.
    pub fn name(self) -> &'static str {
        match self {
            ChurnFeature::Recency => "recency",
            ChurnFeature::Tenure => "tenure",
            ChurnFeature::Orders => "orders",
            ChurnFeature::Spend => "spend",
            ChurnFeature::AverageOrder => "average_order",
            ChurnFeature::OrderDeviation => "order_deviation",
            ChurnFeature::LinesPerOrder => "lines_per_order",
            ChurnFeature::GapMean => "gap_mean",
            ChurnFeature::GapDeviation => "gap_deviation",
            ChurnFeature::Units => "units",
            ChurnFeature::RecentSpend => "recent_spend",
            ChurnFeature::ReturnDays => "return_days",
        }
    }
}

const N: usize = ChurnFeature::ALL.len();
/// Customers per piece of work.
const PIECE: usize = 4096;

/// The customers with a purchase up to and including `as_of`: their places in the ledger, and their
/// features as seen at the end of that day.
pub(super) fn observe(
    ledger: &Ledger,
    as_of: Day,
    within: Days,
    control: &Control,
) -> Result<(Vec<u32>, Features)> {
    let n = ledger.customers().len();
    let pieces = (0..n.div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            control.check("churn features")?;
            let mut seen = (Vec::new(), Vec::new());
            for customer in piece * PIECE..n.min((piece + 1) * PIECE) {
                if let Some(values) = of_customer(ledger, customer, as_of, within) {
                    seen.0.push(customer as u32);
                    seen.1.extend(values);
                }
            }
            Ok(seen)
        })
        .collect::<Result<Vec<_>>>()?;
    let (customers, values): (Vec<Vec<u32>>, Vec<Vec<f64>>) = pieces.into_iter().unzip();
    let customers = customers.concat();
    let names = ChurnFeature::ALL.map(ChurnFeature::name);
    let keys = ledger.customers().select(&customers);
    Ok((customers, Features::new(names, values.concat())?.of_customers(keys)?))
}

/// Whether a customer purchases after `cut` and up to `as_of`.
pub(super) fn purchases_between(ledger: &Ledger, customer: usize, cut: Day, as_of: Day) -> bool {
    let days = ledger.days_until(customer, as_of).iter().rev();
    days.take_while(|cell| cell.day > cut).any(|cell| cell.orders > 0)
}

fn of_customer(ledger: &Ledger, customer: usize, as_of: Day, within: Days) -> Option<[f64; N]> {
    let days = ledger.days_until(customer, as_of);
    let purchases: Vec<&DayCell> = days.iter().filter(|cell| cell.orders > 0).collect();
    let (first, last) = (purchases.first()?.day, purchases.last()?.day);
    let orders = f64::from(ledger.n_orders(customer, as_of).max(1));
    let lines: u64 = purchases.iter().map(|cell| u64::from(cell.lines)).sum();
    let amounts: Vec<f64> = purchases.iter().map(|cell| cell.amount.value()).collect();
    let gaps: Vec<f64> = purchases
        .iter()
        .zip(purchases.iter().skip(1))
        .map(|(earlier, later)| f64::from(later.day.since(earlier.day)))
        .collect();
    let spend = days.iter().map(|cell| cell.amount).sum::<Exact>().value();
    let recent = days.iter().rev().take_while(|cell| as_of.since(cell.day) < within.0);
    let value = |feature| match feature {
        ChurnFeature::Recency => f64::from(as_of.since(last)),
        ChurnFeature::Tenure => f64::from(as_of.since(first)),
        ChurnFeature::Orders => orders,
        ChurnFeature::Spend => spend,
        ChurnFeature::AverageOrder => spend / orders,
        ChurnFeature::OrderDeviation => deviation(&amounts),
        ChurnFeature::LinesPerOrder => lines as f64 / orders,
        ChurnFeature::GapMean => mean(&gaps),
        ChurnFeature::GapDeviation => deviation(&gaps),
        ChurnFeature::Units => days.iter().map(|cell| cell.units).sum::<Exact>().value(),
        ChurnFeature::RecentSpend => recent.clone().map(|cell| cell.amount).sum::<Exact>().value(),
        ChurnFeature::ReturnDays => (days.len() - purchases.len()) as f64,
    };
    Some(ChurnFeature::ALL.map(value))
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// The standard deviation of a sample; 0 for fewer than two values.
fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return 0.0;
    }
    let mean = mean(values);
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    (squares / (values.len() - 1) as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Transaction, Transactions};

    #[test]
    fn features_of_one_customer() {
        let line = |day: &str, order, quantity| {
            let time = day.parse::<Day>().unwrap().start_micros();
            Transaction { customer: "A", time, order, item: "tea", quantity, unit_price: 10.0 }
        };
        let lines = [
            line("2024-01-01", "1", 1.0),
            line("2024-01-11", "2", 2.0),
            line("2024-01-11", "3", 1.0),
            line("2024-01-12", "r", -1.0),
            line("2024-01-31", "4", 5.0),
            line("2024-03-01", "5", 9.0),
        ];
        let ledger = Ledger::new(&Transactions::from_rows(lines).unwrap());
        let (customers, features) =
            observe(&ledger, "2024-02-10".parse().unwrap(), Days(30), &Control::default()).unwrap();
        assert_eq!(customers, [0]);
        let values = features.row(0);
        assert_eq!(values[..5], [10.0, 40.0, 4.0, 80.0, 20.0]);
        // Amounts 10, 30, 50; gaps 10 and 20 days; a return on the 12th, which is 29 days ago.
        assert_eq!(values[5..8], [20.0, 1.0, 15.0]);
        assert!((values[8] - 50f64.sqrt()).abs() < 1e-12);
        assert_eq!(values[9..], [8.0, 40.0, 1.0]);
    }
}
