//! Where each customer stands between the first purchase and the last.

use super::silence::{self, Silence, Silent};
use crate::data::{Column, Day, Keys, Ledger, Table, ToTable};
use crate::error::Result;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Lifecycle stages: potential, new, active, loyal, at risk or lost, by a stated rule.
///
/// The first of these rules that holds decides. All look at what was known at the end of the day asked for.
///
/// | stage | rule |
/// |---|---|
/// | potential | known, but without a purchase: in the list of known customers, or with returns only |
/// | lost | silent for too long, by the second bound of `silence` |
/// | at risk | silent for long, by the first bound of `silence` |
/// | new | first purchase at most `new_days` ago |
/// | loyal | at least `loyal_orders` distinct orders |
/// | active | the others |
///
/// Silence is the time since the last purchase day: in days, one measure for all, or by each customer's own
/// rhythm ([`Silence`]). Days suit shops whose customers buy at much the same pace; where some buy weekly and
/// some yearly, the same 60 days mean a loss of the ones and nothing of the others.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `new_days` | days since the first purchase, 0 on | 30 |
/// | `loyal_orders` | distinct orders, 1 on | 5 |
/// | `silence` | when a customer has been silent for long | 90 days at risk, 365 days lost |
///
/// # Errors
/// `stages`: a setting out of range; by rhythm, no customer with two purchase days, so that no rhythm is
/// known.
///
/// # Complexity
/// O(d) for d customer days; by rhythm a sort of all gaps.
///
/// # Reference
/// The drawing of a customer's mean gap towards that of all is explained by G. Casella (1985), An
/// introduction to empirical Bayes data analysis, The American Statistician 39; its weight here is the
/// caller's.
///
/// # Example
/// ```
/// use crm_mining::data::{Keys, Ledger, Transaction, Transactions};
/// use crm_mining::insight::{Lifecycle, LifecycleStage};
///
/// let line = |customer, day: &str, order| -> crm_mining::Result<_> {
///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price: 4.0 })
/// };
/// let orders = Transactions::from_rows([
///     line("ann", "2024-01-30", "1")?,
///     line("ann", "2024-04-02", "2")?,
///     line("bob", "2024-01-01", "3")?,
///     line("cem", "2024-04-01", "4")?,
/// ])?;
/// let known: Keys = ["ann", "dee"].into_iter().collect();
/// let ledger = Ledger::new(&orders);
/// let stages = Lifecycle::default().stages(&ledger, &known, ledger.last_day())?;
/// use LifecycleStage::{Active, AtRisk, New, Potential};
/// assert_eq!(stages.stages(), [Active, AtRisk, New, Potential]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Lifecycle {
    /// A customer is new for so many days after the first purchase. Default 30.
    pub new_days: u32,
    /// A customer is loyal from so many distinct orders on. Default 5.
    pub loyal_orders: u32,
    /// When a customer has been silent for long. Default: 90 days at risk, 365 days lost.
    pub silence: Silence,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Lifecycle { new_days: 30, loyal_orders: 5, silence: Silence::Days { at_risk: 90, lost: 365 } }
    }
}

impl Lifecycle {
    /// Sets [`Lifecycle::new_days`].
    pub fn new_days(mut self, days: u32) -> Self {
        self.new_days = days;
        self
    }

    /// Sets [`Lifecycle::loyal_orders`].
    pub fn loyal_orders(mut self, orders: u32) -> Self {
        self.loyal_orders = orders;
        self
    }

    /// Sets [`Lifecycle::silence`].
    pub fn silence(mut self, silence: Silence) -> Self {
        self.silence = silence;
        self
    }

    /// The stage of every customer who is known at the end of `as_of`: those of the ledger with a line until
    /// then, and those in `known` (`&Keys::default()` for nobody beside the ledger).
    ///
    /// # Errors
    /// [`InvalidParameter`](crate::ErrorKind::InvalidParameter);
    /// [`NotEnoughData`](crate::ErrorKind::NotEnoughData) when no rhythm is known.
    ///
    /// # Complexity
    /// O(d + n) for d customer days and n customers; by rhythm also a sort of the gaps.
    pub fn stages(&self, ledger: &Ledger, known: &Keys, as_of: Day) -> Result<Stages> {
        self.silence.check()?;
        let records: Vec<Record> = (0..ledger.customers().len())
            .into_par_iter()
            .with_min_len(1024)
            .map(|customer| Record::new(ledger, customer, as_of))
            .collect();
        let judge = silence::Judge::new(&self.silence, ledger, as_of)?;
        let (union, mine, theirs) = ledger.customers().union(known);
        let mut of_union: Vec<Option<Record>> = vec![None; union.len()];
        for &place in &theirs {
            if let Some(record) = of_union.get_mut(place as usize) {
                *record = Some(Record::default());
            }
        }
        for (&place, record) in mine.iter().zip(&records).filter(|(_, record)| record.seen) {
            if let Some(of_customer) = of_union.get_mut(place as usize) {
                *of_customer = Some(*record);
            }
        }
        let kept: Vec<u32> = (0u32..).zip(&of_union).filter(|(_, of)| of.is_some()).map(|(p, _)| p).collect();
        let left_out = union.len() - kept.len();
        let mut stages = Stages {
            customers: union.select(&kept),
            left_out,
            as_of,
            stages: Vec::with_capacity(kept.len()),
            orders: Vec::with_capacity(kept.len()),
            silence: Vec::with_capacity(kept.len()),
            expected_gap: Vec::with_capacity(kept.len()),
        };
        for record in of_union.into_iter().flatten() {
            let silence = record.last.map(|last| as_of.since(last).unsigned_abs());
            let expected = judge.expected_gap(record.gaps, record.gap_days);
            stages.stages.push(self.stage(&record, silence, expected, &judge, as_of));
            stages.orders.push(record.orders);
            stages.silence.push(silence.map_or(f64::NAN, f64::from));
            stages.expected_gap.push(if silence.is_some() { expected } else { f64::NAN });
        }
        Ok(stages)
    }

    fn stage(
        &self,
        record: &Record,
        silence: Option<u32>,
        expected: f64,
        judge: &silence::Judge,
        as_of: Day,
    ) -> LifecycleStage {
        let (Some(silence), Some(first)) = (silence, record.first) else { return LifecycleStage::Potential };
        match judge.of(f64::from(silence), expected) {
            Silent::TooLong => LifecycleStage::Lost,
            Silent::Long => LifecycleStage::AtRisk,
            Silent::No if as_of.since(first).unsigned_abs() <= self.new_days => LifecycleStage::New,
            Silent::No if record.orders >= self.loyal_orders => LifecycleStage::Loyal,
            Silent::No => LifecycleStage::Active,
        }
    }
}

/// What the rules look at.
#[derive(Debug, Clone, Copy, Default)]
struct Record {
    /// Whether there is any line until the day.
    seen: bool,
    first: Option<Day>,
    last: Option<Day>,
    orders: u32,
    gaps: u32,
    gap_days: u32,
}

impl Record {
    fn new(ledger: &Ledger, customer: usize, as_of: Day) -> Record {
        let days = ledger.days_until(customer, as_of);
        let mut record = Record { seen: !days.is_empty(), ..Record::default() };
        for cell in days.iter().filter(|cell| cell.orders > 0) {
            if let Some(last) = record.last {
                record.gaps += 1;
                record.gap_days += cell.day.since(last).unsigned_abs();
            }
            record.first = record.first.or(Some(cell.day));
            record.last = Some(cell.day);
        }
        record.orders = if record.last.is_some() { ledger.n_orders(customer, as_of) } else { 0 };
        record
    }
}

/// Where a customer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LifecycleStage {
    /// Known, but has not bought.
    Potential,
    /// Bought first a short while ago.
    New,
    /// Buys.
    Active,
    /// Has bought often, and buys.
    Loyal,
    /// Has not bought for long.
    AtRisk,
    /// Has not bought for so long that a return is not to be expected.
    Lost,
}

impl LifecycleStage {
    /// All stages in the order of a life.
    pub const ALL: [LifecycleStage; 6] = [
        LifecycleStage::Potential,
        LifecycleStage::New,
        LifecycleStage::Active,
        LifecycleStage::Loyal,
        LifecycleStage::AtRisk,
        LifecycleStage::Lost,
    ];

    /// The name in lower case with underscores.
    pub fn name(self) -> &'static str {
        match self {
            LifecycleStage::Potential => "potential",
            LifecycleStage::New => "new",
            LifecycleStage::Active => "active",
            LifecycleStage::Loyal => "loyal",
            LifecycleStage::AtRisk => "at_risk",
            LifecycleStage::Lost => "lost",
        }
    }

    /// The name in Chinese.
    pub fn name_zh(self) -> &'static str {
        match self {
            LifecycleStage::Potential => "潜在客户",
            LifecycleStage::New => "新客户",
            LifecycleStage::Active => "活跃客户",
            LifecycleStage::Loyal => "忠诚客户",
            LifecycleStage::AtRisk => "流失风险客户",
            LifecycleStage::Lost => "流失客户",
        }
    }
}

impl std::fmt::Display for LifecycleStage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The stage of each customer, in the order of their keys. Made by [`Lifecycle::stages`].
#[derive(Debug, Clone, PartialEq)]
pub struct Stages {
    customers: Keys,
    left_out: usize,
    as_of: Day,
    stages: Vec<LifecycleStage>,
    orders: Vec<u32>,
    silence: Vec<f64>,
    expected_gap: Vec<f64>,
}

impl Stages {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// Customers of the ledger of whom nothing was known at the end of the day.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The day at whose end the customers were looked at.
    pub fn as_of(&self) -> Day {
        self.as_of
    }

    /// The stages.
    pub fn stages(&self) -> &[LifecycleStage] {
        &self.stages
    }

    /// How many customers stand at each of [`LifecycleStage::ALL`].
    pub fn counts(&self) -> [usize; 6] {
        LifecycleStage::ALL.map(|stage| self.stages.iter().filter(|&&other| other == stage).count())
    }

    /// Days between purchases that the customer was judged by, under [`Silence::Rhythm`]; NaN under
    /// [`Silence::Days`] and without a purchase.
    pub fn expected_gap(&self) -> &[f64] {
        &self.expected_gap
    }
}

impl ToTable for Stages {
    fn to_table(&self) -> Table {
        Table::of(
            "stages",
            vec![
                Column::keys("customer", &self.customers),
                Column::text("stage", self.stages.iter().map(|stage| Some(stage.name()))),
                Column::ints("orders", self.orders.iter().map(|&orders| i64::from(orders)).collect()),
                Column::floats("silence", self.silence.clone()),
                Column::floats("expected_gap", self.expected_gap.clone()),
            ],
        )
    }
}
