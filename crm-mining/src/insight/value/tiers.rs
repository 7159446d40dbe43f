//! High, middle and low value.

use crate::data::{Column, Keys, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// What the shares of [`ValueTiers`] are shares of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ShareOf {
    /// Of the number of customers.
    Customers,
    /// Of what the customers with a value above 0 bring together.
    Revenue,
}

/// Value tiers: the best customers are high, the next middle, the others low.
///
/// Customers are put in order of their value, the greatest first. By [`ShareOf::Customers`], one is high when
/// the share of customers worth more than they is below `high`, and middle when it is below `high + middle`.
/// By [`ShareOf::Revenue`], the same is asked of the share of revenue that those worth more bring; this is
/// the ABC analysis. So the customer who crosses a border still belongs to the better tier, and customers of
/// equal value always share theirs. By revenue, customers of value 0 or below are low, and their losses are
/// not counted against the others. Values may be spend, margin or lifetime value.
///
/// | setting | meaning | default |
/// |---|---|---|
/// | `share_of` | what the shares are of | customers |
/// | `high` | share of the high tier, 0 to 1 | 0.2; by revenue 0.8 |
/// | `middle` | share of the middle tier, 0 to 1 − `high` | 0.3; by revenue 0.15 |
///
/// # Errors
/// `of`: a share out of range; values that are not finite or not one per customer.
///
/// # Complexity
/// A sort.
///
/// # Reference
/// H. F. Dickie (1951), ABC inventory analysis shoots for dollars, not pennies, Factory Management and
/// Maintenance 109.
///
/// # Example
/// ```
/// use crm_mining::data::Keys;
/// use crm_mining::insight::{ValueTier, ValueTiers};
///
/// let customers: Keys = ["a", "b", "c", "d", "e"].into_iter().collect();
/// let spend = [80.0, 10.0, 6.0, 4.0, -3.0];
/// let by_customers = ValueTiers::by_customers().of(&customers, &spend)?;
/// assert_eq!(by_customers.counts(), [1, 2, 2]);
/// let by_revenue = ValueTiers::by_revenue().of(&customers, &spend)?;
/// assert_eq!(by_revenue.tiers()[..3], [ValueTier::High, ValueTier::Middle, ValueTier::Middle]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ValueTiers {
    /// What the shares are of.
    pub share_of: ShareOf,
    /// Share of the high tier.
    pub high: f64,
    /// Share of the middle tier.
    pub middle: f64,
}

impl Default for ValueTiers {
    fn default() -> Self {
        ValueTiers::by_customers()
    }
}

impl ValueTiers {
    /// The best fifth of the customers is high, the next three tenths are middle.
    pub fn by_customers() -> ValueTiers {
        ValueTiers { share_of: ShareOf::Customers, high: 0.2, middle: 0.3 }
    }

    /// Those who bring the first 80 % of revenue are high, the next 15 % middle.
    pub fn by_revenue() -> ValueTiers {
        ValueTiers { share_of: ShareOf::Revenue, high: 0.8, middle: 0.15 }
    }

    /// Sets [`ValueTiers::high`].
    pub fn high(mut self, share: f64) -> Self {
        self.high = share;
        self
    }

    /// Sets [`ValueTiers::middle`].
    pub fn middle(mut self, share: f64) -> Self {
        self.middle = share;
        self
    }

    /// The tier of each customer.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidParameter`]; [`ErrorKind::LengthMismatch`]; [`ErrorKind::InvalidValue`], with its
    /// row.
    pub fn of(&self, customers: &Keys, values: &[f64]) -> Result<Tiers> {
        if !(0.0..=1.0).contains(&self.high) {
            return invalid_parameter("ValueTiers", "high", "from 0 to 1", self.high);
        }
        let both = self.high + self.middle;
        if !(self.middle >= 0.0 && both <= 1.0 + SLACK) {
            return invalid_parameter("ValueTiers", "middle", "from 0 to 1 - high", self.middle);
        }
        if customers.len() != values.len() {
            let (a_len, b_len) = (customers.len(), values.len());
            let (a, b) = ("customers", "values");
            return Err(ErrorKind::LengthMismatch { of: "ValueTiers", a, a_len, b, b_len }.into());
        }
        let exact = exact_values("ValueTiers", values)?;
        let mut order: Vec<u32> = (0..values.len() as u32).collect();
        let value = |customer: u32| exact.get(customer as usize).copied().unwrap_or_default();
        order.sort_by_key(|&customer| std::cmp::Reverse(value(customer)));
        let weight = |customer: u32| match self.share_of {
            ShareOf::Customers => 1.0,
            ShareOf::Revenue => value(customer).value().max(0.0),
        };
        let exactly = |weight: f64| Exact::new(weight).unwrap_or_default();
        let total = order
            .iter()
            .try_fold(Exact::ZERO, |sum, &customer| sum.checked_add(exactly(weight(customer))))?
            .value();
        let mut tiers = vec![ValueTier::Low; values.len()];
        let mut before = Exact::ZERO;
        for equal in order.chunk_by(|&a, &b| value(a) == value(b)) {
            let ahead = before.value();
            let counts = equal.first().is_some_and(|&first| weight(first) > 0.0);
            let tier = match counts {
                true if ahead + SLACK * total < self.high * total => ValueTier::High,
                true if ahead + SLACK * total < both * total => ValueTier::Middle,
                _ => ValueTier::Low,
            };
            for &customer in equal {
                before += exactly(weight(customer));
                if let Some(place) = tiers.get_mut(customer as usize) {
                    *place = tier;
                }
            }
        }
        Ok(Tiers { customers: customers.clone(), values: values.to_vec(), tiers })
    }
}

/// Shares such as 0.3 of 10 customers are not quite a whole number.
const SLACK: f64 = 1e-12;

/// The values as exact numbers; the first that is none, with its row, is an error.
pub(super) fn exact_values(table: &'static str, values: &[f64]) -> Result<Vec<Exact>> {
    let exact = |(row, &value): (usize, &f64)| {
        Exact::new(value).map_err(|_| {
            let (column, must_be) = ("value".to_owned(), "finite and below 2^60 in size".to_owned());
            let (row, got) = (row as u64 + 1, value.to_string());
            ErrorKind::InvalidValue { table: table.into(), column, row, must_be, got }.into()
        })
    };
    values.iter().enumerate().map(exact).collect()
}

/// How much a customer is worth beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueTier {
    /// Among the best.
    High,
    /// Next to the best.
    Middle,
    /// The others.
    Low,
}

impl ValueTier {
    /// All tiers, the best first.
    pub const ALL: [ValueTier; 3] = [ValueTier::High, ValueTier::Middle, ValueTier::Low];

    /// The name in lower case.
    pub fn name(self) -> &'static str {
        match self {
            ValueTier::High => "high",
            ValueTier::Middle => "middle",
            ValueTier::Low => "low",
        }
    }

    /// The name in Chinese.
    pub fn name_zh(self) -> &'static str {
        match self {
            ValueTier::High => "高价值",
            ValueTier::Middle => "中价值",
            ValueTier::Low => "低价值",
        }
    }
}

/// The tier of each customer. Made by [`ValueTiers::of`].
#[derive(Debug, Clone, PartialEq)]
pub struct Tiers {
    customers: Keys,
    values: Vec<f64>,
    tiers: Vec<ValueTier>,
}

impl Tiers {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// The tiers.
    pub fn tiers(&self) -> &[ValueTier] {
        &self.tiers
    }

    /// How many customers are high, middle and low.
    pub fn counts(&self) -> [usize; 3] {
        ValueTier::ALL.map(|tier| self.tiers.iter().filter(|&&other| other == tier).count())
    }
}

impl ToTable for Tiers {
    fn to_table(&self) -> Table {
        Table::of(
            "tiers",
            vec![
                Column::keys("customer", &self.customers),
                Column::floats("value", self.values.clone()),
                Column::text("tier", self.tiers.iter().map(|tier| Some(tier.name()))),
            ],
        )
    }
}
