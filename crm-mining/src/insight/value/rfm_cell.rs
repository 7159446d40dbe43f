//! The eight cells of high and low that RFM is usually read as in China.

use super::rfm::RfmScores;
use crate::data::{Column, Keys, Table, ToTable};
use crate::math::Exact;
use serde::{Deserialize, Serialize};

/// From where on R, F and M are high.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HighFrom {
    /// Above the mean of the scores of all customers; the customary rule.
    #[default]
    MeanScore,
    /// Above the middle of the scale: 4 and 5 of five. Does not depend on the other customers beyond their
    /// scores.
    MiddleOfScale,
    /// Better than the mean of the figures themselves: fewer days, more orders, more money.
    MeanFigure,
}

/// One of the eight cells of high and low R, F and M, with the names usual in China.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RfmCell {
    /// 重要价值客户: R high, F high, M high.
    ImportantValue,
    /// 重要发展客户: R high, F low, M high. Buys for much, lately, but seldom.
    ImportantDevelop,
    /// 重要保持客户: R low, F high, M high. Bought often and for much, but not lately.
    ImportantKeep,
    /// 重要挽留客户: R low, F low, M high. Bought for much, seldom and not lately.
    ImportantRetain,
    /// 一般价值客户: R high, F high, M low.
    GeneralValue,
    /// 一般发展客户: R high, F low, M low.
    GeneralDevelop,
    /// 一般保持客户: R low, F high, M low.
    GeneralKeep,
    /// 一般挽留客户: R low, F low, M low.
    GeneralRetain,
}

impl RfmCell {
    /// All cells, those of high M first.
    pub const ALL: [RfmCell; 8] = [
        RfmCell::ImportantValue,
        RfmCell::ImportantDevelop,
        RfmCell::ImportantKeep,
        RfmCell::ImportantRetain,
        RfmCell::GeneralValue,
        RfmCell::GeneralDevelop,
        RfmCell::GeneralKeep,
        RfmCell::GeneralRetain,
    ];

    /// The cell of these three, each high or not.
    pub fn of(r_high: bool, f_high: bool, m_high: bool) -> RfmCell {
        match (m_high, r_high, f_high) {
            (true, true, true) => RfmCell::ImportantValue,
            (true, true, false) => RfmCell::ImportantDevelop,
            (true, false, true) => RfmCell::ImportantKeep,
            (true, false, false) => RfmCell::ImportantRetain,
            (false, true, true) => RfmCell::GeneralValue,
            (false, true, false) => RfmCell::GeneralDevelop,
            (false, false, true) => RfmCell::GeneralKeep,
            (false, false, false) => RfmCell::GeneralRetain,
        }
    }

    /// The name in English, in lower case with underscores.
    pub fn name(self) -> &'static str {
        match self {
            RfmCell::ImportantValue => "important_value",
            RfmCell::ImportantDevelop => "important_develop",
            RfmCell::ImportantKeep => "important_keep",
            RfmCell::ImportantRetain => "important_retain",
            RfmCell::GeneralValue => "general_value",
            RfmCell::GeneralDevelop => "general_develop",
            RfmCell::GeneralKeep => "general_keep",
            RfmCell::GeneralRetain => "general_retain",
        }
    }

    /// The name in Chinese.
    pub fn name_zh(self) -> &'static str {
        match self {
            RfmCell::ImportantValue => "重要价值客户",
            RfmCell::ImportantDevelop => "重要发展客户",
            RfmCell::ImportantKeep => "重要保持客户",
            RfmCell::ImportantRetain => "重要挽留客户",
            RfmCell::GeneralValue => "一般价值客户",
            RfmCell::GeneralDevelop => "一般发展客户",
            RfmCell::GeneralKeep => "一般保持客户",
            RfmCell::GeneralRetain => "一般挽留客户",
        }
    }
}

impl RfmScores {
    /// The cell of each customer. High is strictly above; where all are equal, all are low.
    ///
    /// ```
    /// use crm_mining::data::{Ledger, Transaction, Transactions};
    /// use crm_mining::insight::{HighFrom, Rfm, RfmCell};
    ///
    /// let line = |customer, day: &str, order, unit_price| -> crm_mining::Result<_> {
    ///     let time = day.parse::<crm_mining::data::Day>()?.start_micros();
    ///     Ok(Transaction { customer, time, order, item: "tea", quantity: 1.0, unit_price })
    /// };
    /// let orders = Transactions::from_rows([
    ///     line("ann", "2024-03-30", "1", 20.0)?,
    ///     line("ann", "2024-04-02", "2", 35.0)?,
    ///     line("bob", "2024-01-15", "3", 9.0)?,
    /// ])?;
    /// let ledger = Ledger::new(&orders);
    /// let cells = Rfm::default().score(&ledger, ledger.last_day())?.cells(HighFrom::MeanScore);
    /// assert_eq!(cells.cells(), [RfmCell::ImportantValue, RfmCell::GeneralRetain]);
    /// assert_eq!(cells.cells()[0].name_zh(), "重要价值客户");
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn cells(&self, high_from: HighFrom) -> RfmCells {
        let high: [Vec<bool>; 3] = match high_from {
            HighFrom::MeanScore => [self.r(), self.f(), self.m()].map(above_mean),
            HighFrom::MiddleOfScale => [self.r(), self.f(), self.m()]
                .map(|scores| scores.iter().map(|&score| 2 * score > self.bins() + 1).collect()),
            HighFrom::MeanFigure => {
                let sum: Exact = self.monetary().iter().filter_map(|&value| Exact::new(value).ok()).sum();
                let mean = sum.value() / self.monetary().len() as f64;
                [
                    above_mean(&self.recency().iter().map(|&days| -i64::from(days)).collect::<Vec<_>>()),
                    above_mean(self.frequency()),
                    self.monetary().iter().map(|&value| value > mean).collect(),
                ]
            }
        };
        let [r, f, m] = &high;
        let cells = r.iter().zip(f).zip(m).map(|((&r, &f), &m)| RfmCell::of(r, f, m)).collect();
        RfmCells { customers: self.customers().clone(), high_from, cells }
    }
}

/// Which whole numbers are above their mean, without rounding.
fn above_mean<T: Copy + Into<i64>>(values: &[T]) -> Vec<bool> {
    let sum: i128 = values.iter().map(|&value| i128::from(value.into())).sum();
    values.iter().map(|&value| i128::from(value.into()) * values.len() as i128 > sum).collect()
}

/// The cell of each customer, in the order of their keys. Made by [`RfmScores::cells`].
#[derive(Debug, Clone, PartialEq)]
pub struct RfmCells {
    customers: Keys,
    high_from: HighFrom,
    cells: Vec<RfmCell>,
}

impl RfmCells {
    /// The customers.
    pub fn customers(&self) -> &Keys {
        &self.customers
    }

    /// From where on R, F and M were called high.
    pub fn high_from(&self) -> HighFrom {
        self.high_from
    }

    /// The cells.
    pub fn cells(&self) -> &[RfmCell] {
        &self.cells
    }

    /// How many customers each of [`RfmCell::ALL`] has.
    pub fn counts(&self) -> [usize; 8] {
        RfmCell::ALL.map(|cell| self.cells.iter().filter(|&&other| other == cell).count())
    }
}

impl ToTable for RfmCells {
    fn to_table(&self) -> Table {
        Table::of(
            "rfm_cells",
            vec![
                Column::keys("customer", &self.customers),
                Column::text("cell", self.cells.iter().map(|cell| Some(cell.name()))),
                Column::text("cell_zh", self.cells.iter().map(|cell| Some(cell.name_zh()))),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_equal_are_low_and_all_cells_differ() {
        assert_eq!(above_mean(&[3u8, 3, 3]), [false; 3]);
        assert_eq!(above_mean(&[1u8, 2, 3]), [false, false, true]);
        let all: std::collections::BTreeSet<RfmCell> =
            (0..8).map(|bits| RfmCell::of(bits & 1 > 0, bits & 2 > 0, bits & 4 > 0)).collect();
        assert_eq!(all.into_iter().collect::<Vec<_>>(), RfmCell::ALL);
    }
}
