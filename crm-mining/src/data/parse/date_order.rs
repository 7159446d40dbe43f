//! The order of day, month and year in a column of dates.

use super::Moment;
use crate::data::strings::Strings;
use serde::{Deserialize, Serialize};

/// Which comes first in dates such as 03/04/2024. A year of two digits is one from 1969 to 2068.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    /// 3 April.
    DayFirst,
    /// March 4.
    MonthFirst,
    /// 03/04/05 is 5 April 2003; only for years of two digits.
    YearFirst,
}

/// Which order the dates of a column prove, by the distinct values that only read one way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct DateEvidence {
    pub(crate) day_first: u64,
    pub(crate) month_first: u64,
    pub(crate) either: u64,
    /// Values that only read with the year first, and values that do not.
    year_first: u64,
    year_last: u64,
    /// The first and the last parts that occur, as sets of the numbers below 100.
    ends: (u128, u128),
    /// The first value that needs an order.
    pub(crate) example: Option<u32>,
    /// The first value that reads with the day first only, with the month first only, with the year first only.
    firsts: [Option<u32>; 3],
}

impl DateEvidence {
    pub(crate) fn of(values: &Strings) -> DateEvidence {
        let mut evidence = DateEvidence::default();
        for (code, value) in (0u32..).zip(values.iter()) {
            let Moment::Ordered(orders) = Moment::read(value) else { continue };
            evidence.example = evidence.example.or(Some(code));
            let proves = match (orders.day_first, orders.month_first) {
                (Some(a), Some(b)) => {
                    evidence.either += u64::from(a != b);
                    None
                }
                (Some(_), None) => Some((&mut evidence.day_first, DateOrder::DayFirst)),
                (None, Some(_)) => Some((&mut evidence.month_first, DateOrder::MonthFirst)),
                (None, None) => Some((&mut evidence.year_first, DateOrder::YearFirst)),
            };
            if let Some((count, order)) = proves {
                *count += 1;
                if let Some(first) = evidence.firsts.get_mut(order as usize) {
                    first.get_or_insert(code);
                }
            }
            evidence.year_last += u64::from(orders.year_first.is_none());
            if let Some((first, last)) = orders.ends {
                evidence.ends.0 |= 1_u128 << (first % 100);
                evidence.ends.1 |= 1_u128 << (last % 100);
            }
        }
        evidence
    }

    /// The first value that proves this order, and how many do.
    pub(crate) fn proof(&self, order: DateOrder) -> Option<(u32, u64)> {
        let values = match order {
            DateOrder::DayFirst => self.day_first,
            DateOrder::MonthFirst => self.month_first,
            DateOrder::YearFirst => self.year_first,
        };
        self.firsts.get(order as usize).copied().flatten().map(|first| (first, values))
    }

    /// The order, when the evidence speaks for one and nothing for another; `Ok(None)` when none is needed.
    ///
    /// A year of two digits is taken to come last, unless a value forbids it, or all would also read with the
    /// year first and the first parts vary less than the last, as years do beside days: then nothing is decided.
    pub(crate) fn decide(&self) -> Result<Option<DateOrder>, ()> {
        match (self.year_first > 0, self.year_last > 0) {
            (true, false) => return Ok(Some(DateOrder::YearFirst)),
            (true, true) => return Err(()),
            (false, false) if self.ends.0.count_ones() < self.ends.1.count_ones() => return Err(()),
            _ => {}
        }
        match (self.day_first > 0, self.month_first > 0, self.either > 0) {
            (true, false, _) => Ok(Some(DateOrder::DayFirst)),
            (false, true, _) => Ok(Some(DateOrder::MonthFirst)),
            // Every date reads the same in both orders (05/05/2024).
            (false, false, false) => Ok(self.example.map(|_| DateOrder::DayFirst)),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_proven() {
        let decide = |values: &[&str]| DateEvidence::of(&values.iter().collect()).decide();
        assert_eq!(decide(&["03/04/2024", "25/12/2024"]), Ok(Some(DateOrder::DayFirst)));
        assert_eq!(decide(&["03/04/2024", "12/25/2024"]), Ok(Some(DateOrder::MonthFirst)));
        assert_eq!(decide(&["03/04/2024", "05/06/2024"]), Err(()));
        assert_eq!(decide(&["25/12/2024", "12/25/2024"]), Err(()));
        assert_eq!(decide(&["05/05/2024"]), Ok(Some(DateOrder::DayFirst)));
        assert_eq!(decide(&["2024-03-05"]), Ok(None));
    }

    #[test]
    fn years_of_two_digits() {
        let decide = |values: &[&str]| DateEvidence::of(&values.iter().collect()).decide();
        assert_eq!(decide(&["12/25/24", "03/04/24"]), Ok(Some(DateOrder::MonthFirst)));
        assert_eq!(decide(&["25/12/24", "03/04/24"]), Ok(Some(DateOrder::DayFirst)));
        assert_eq!(decide(&["99-12-31", "24-03-05"]), Ok(Some(DateOrder::YearFirst)));
        assert_eq!(decide(&["24-03-05", "24-03-31"]), Err(()));
        assert_eq!(decide(&["99-12-31", "31-12-99"]), Err(()));
    }
}
