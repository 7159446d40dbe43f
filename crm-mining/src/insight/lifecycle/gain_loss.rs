//! Which customers brought the change of revenue between two periods.

use super::activity;
use super::calendar::Span;
use crate::data::{Column, Keys, Ledger, Table, ToTable};
use crate::error::{Result, invalid_parameter};
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// What a customer did between two periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Bought for the first time in the second period.
    New,
    /// Bought in the second period and before it, but not in the first.
    Reactivated,
    /// Bought in both, for more in the second.
    Expansion,
    /// Bought in both, for the same but for a part in 10⁹.
    Unchanged,
    /// Bought in both, for less in the second.
    Contraction,
    /// Bought in the first only.
    Lost,
    /// Bought in neither, but brought back goods in one of them.
    Other,
}

impl Turn {
    /// All turns, gains first.
    pub const ALL: [Turn; 7] = [
        Turn::New,
        Turn::Reactivated,
        Turn::Expansion,
        Turn::Unchanged,
        Turn::Contraction,
        Turn::Lost,
        Turn::Other,
    ];

    /// The name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Turn::New => "new",
            Turn::Reactivated => "reactivated",
            Turn::Expansion => "expansion",
            Turn::Unchanged => "unchanged",
            Turn::Contraction => "contraction",
            Turn::Lost => "lost",
            Turn::Other => "other",
        }
    }
}

/// Gain and loss: the revenue and the customers of one period less those of an earlier one, divided by what
/// became of each customer.
///
/// Every customer with a line in either period is in one group, and brings to it the own revenue of the
/// second period less that of the first. So the groups add up to the change, to the last cent: sums are
/// [`Exact`]. Revenue is money paid less money returned; a day of returns only is no purchase, and a customer
/// who only returned is in [`Turn::Other`].
///
/// Net retention is what the customers of the first period spent in the second, and gross retention the same
/// with nobody counted for more than before, both as shares of what they had spent.
///
/// # Errors
/// `new`: a second period that does not begin after the first has ended.
///
/// # Complexity
/// O(d) for d customer days.
///
/// # Reference
/// The groups are those of customer migration and of recurring revenue (new, reactivation, expansion,
/// contraction, churn), e.g. D. Skok, SaaS Metrics 2.0.
///
/// # Example
/// ```
/// use crm_mining::data::{Ledger, Transaction, Transactions};
/// use crm_mining::insight::{GainLoss, Period, Span, Turn};
///
/// let line = |customer, day: &str, order, unit_price| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-30", "1", 20.0)?,
///     line("ann", "2024-02-02", "2", 35.0)?,
///     line("bob", "2024-01-15", "3", 9.0)?,
///     line("cem", "2024-02-15", "4", 4.0)?,
/// ])?;
/// let month = |day: &str| -> crm_mining::Result<_> { Ok(Span::of(Period::Month, day.parse()?)) };
/// let change = GainLoss::new(&Ledger::new(&orders), month("2024-01-01")?, month("2024-02-01")?)?;
/// assert_eq!(change.of(Turn::Expansion).change, 15.0);
/// assert_eq!((change.of(Turn::New).change, change.of(Turn::Lost).change), (4.0, -9.0));
/// assert_eq!(change.change(), 10.0);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct GainLoss {
    spans: [Span; 2],
    customers: Keys,
    turns: Vec<Turn>,
    revenue: [Vec<f64>; 2],
    groups: [TurnGroup; 7],
    change: f64,
    net_retention: Option<f64>,
    gross_retention: Option<f64>,
}

/// The customers of one turn together.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct TurnGroup {
    /// How many customers.
    pub customers: u32,
    /// Their revenue in the first period.
    pub before: f64,
    /// Their revenue in the second period.
    pub after: f64,
    /// The second less the first.
    pub change: f64,
}

impl GainLoss {
    /// From one period to a later one.
    ///
    /// # Errors
    /// [`InvalidParameter`](crate::ErrorKind::InvalidParameter) when the second does not begin after the
    /// first.
    pub fn new(ledger: &Ledger, before: Span, after: Span) -> Result<GainLoss> {
        if after.from() <= before.to() {
            let must_be = format!("a span that begins after {}", before.to());
            return invalid_parameter("GainLoss", "after", must_be, after.to_string());
        }
        let activities = activity::of_all(ledger, before).into_iter().zip(activity::of_all(ledger, after));
        let (mut seen, mut turns, mut amounts) = (Vec::new(), Vec::new(), Vec::new());
        for (customer, (first, second)) in activities.enumerate() {
            let returned = first.amount != Exact::ZERO || second.amount != Exact::ZERO;
            let known = || activity::first_purchase(ledger, customer).is_some_and(|day| day < after.from());
            let turn = match (first.bought, second.bought) {
                (false, false) if !returned => continue,
                (false, false) => Turn::Other,
                (false, true) if known() => Turn::Reactivated,
                (false, true) => Turn::New,
                (true, false) => Turn::Lost,
                (true, true) if same(first.amount, second.amount) => Turn::Unchanged,
                (true, true) if second.amount > first.amount => Turn::Expansion,
                (true, true) => Turn::Contraction,
            };
            seen.push(customer as u32);
            turns.push(turn);
            amounts.push([first.amount, second.amount]);
        }
        let [net_retention, gross_retention] = retention(&turns, &amounts);
        let column = |get: fn(&[Exact; 2]) -> Exact| amounts.iter().map(|of| get(of).value()).collect();
        Ok(GainLoss {
            spans: [before, after],
            customers: ledger.customers().select(&seen),
            groups: Turn::ALL.map(|turn| group(turn, &turns, &amounts)),
            revenue: [column(|&[first, _]| first), column(|&[_, second]| second)],
            change: amounts.iter().map(|&[before, after]| after - before).sum::<Exact>().value(),
            turns,
            net_retention,
            gross_retention,
        })
    }

    /// The two periods.
    pub fn spans(&self) -> [Span; 2] {
        self.spans
    }

    /// The customers with a purchase or money returned in either period.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// What became of each.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// What each spent, in the first period and in the second.
    pub fn revenue(&self) -> [&[f64]; 2] {
        let [before, after] = &self.revenue;
        [before, after]
    }

    /// The customers of one turn together.
    pub fn of(&self, turn: Turn) -> TurnGroup {
        Turn::ALL
            .iter()
            .zip(&self.groups)
            .find(|&(&other, _)| other == turn)
            .map_or_else(TurnGroup::default, |of| *of.1)
    }

    /// How much more revenue the second period had.
    pub fn change(&self) -> f64 {
        self.change
    }

    /// How many more customers bought in the second period.
    pub fn change_of_customers(&self) -> i64 {
        let count = |turn| i64::from(self.of(turn).customers);
        count(Turn::New) + count(Turn::Reactivated) - count(Turn::Lost)
    }

    /// Net retention of revenue; `None` where the customers of the first period spent nothing in it.
    pub fn net_retention(&self) -> Option<f64> {
        self.net_retention
    }

    /// Gross retention of revenue, from 0 to 1.
    pub fn gross_retention(&self) -> Option<f64> {
        self.gross_retention
    }

    /// One row per customer: what became of them, and their revenue in both periods.
    pub fn customers_table(&self) -> Table {
        let [before, after] = &self.revenue;
        Table::of(
            "turns",
            vec![
                Column::keys("customer", &self.customers),
                Column::text("turn", self.turns.iter().map(|turn| Some(turn.name()))),
                Column::floats("before", before.clone()),
                Column::floats("after", after.clone()),
            ],
        )
    }
}

/// Sums of the same cents by different lines differ in their last digits.
fn same(a: Exact, b: Exact) -> bool {
    (b - a).value().abs() <= 1e-9 * a.value().abs().max(b.value().abs())
}

fn group(turn: Turn, turns: &[Turn], amounts: &[[Exact; 2]]) -> TurnGroup {
    let members =
        || turns.iter().zip(amounts).filter(|&(&other, _)| other == turn).map(|(_, amounts)| amounts);
    let before: Exact = members().map(|&[before, _]| before).sum();
    let after: Exact = members().map(|&[_, after]| after).sum();
    TurnGroup {
        customers: members().count() as u32,
        before: before.value(),
        after: after.value(),
        change: (after - before).value(),
    }
}

/// Net and gross retention of the revenue of the customers who bought in the first period.
fn retention(turns: &[Turn], amounts: &[[Exact; 2]]) -> [Option<f64>; 2] {
    let bought = |turn: &Turn| !matches!(turn, Turn::New | Turn::Reactivated | Turn::Other);
    let members = || turns.iter().zip(amounts).filter(|(turn, _)| bought(turn)).map(|(_, amounts)| *amounts);
    let base: Exact = members().map(|[before, _]| before).sum();
    let kept = |[before, after]: [Exact; 2]| after.min(before).max(Exact::ZERO);
    let positive: Exact = members().map(|[before, _]| before.max(Exact::ZERO)).sum();
    let share = |kept: Exact, of: Exact| (of > Exact::ZERO).then(|| kept.value() / of.value());
    [share(members().map(|[_, after]| after).sum(), base), share(members().map(kept).sum(), positive)]
}

impl ToTable for GainLoss {
    /// One row per turn.
    fn to_table(&self) -> Table {
        let floats = |name: &str, get: fn(&TurnGroup) -> f64| {
            Column::floats(name, self.groups.iter().map(get).collect())
        };
        Table::of(
            "gain_loss",
            vec![
                Column::text("turn", Turn::ALL.iter().map(|turn| Some(turn.name()))),
                Column::ints(
                    "customers",
                    self.groups.iter().map(|group| i64::from(group.customers)).collect(),
                ),
                floats("before", |group| group.before),
                floats("after", |group| group.after),
                floats("change", |group| group.change),
            ],
        )
    }
}
