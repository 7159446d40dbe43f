//! Within what several purchases are one.

use crate::data::day::Day;
use serde::{Deserialize, Serialize};

/// Within what the purchases of a customer are one purchase.
///
/// Times are in days whatever the unit. By weeks and months they are those of the units' first days, of `as_of` as
/// well, so that a repeat purchase lies whole weeks after the first ([`Summary::in_weeks`] then gives whole numbers) and
/// an `as_of` amid a unit counts as its beginning; let it be the last day of one.
///
/// [`Summary::in_weeks`]: crate::data::Summary::in_weeks
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseUnit {
    /// A day of the business time zone.
    #[default]
    Day,
    /// A week from Monday on, as ISO 8601 has it.
    WeekFromMonday,
    /// A week from Sunday on.
    WeekFromSunday,
    /// A month of the calendar.
    Month,
    /// An order, on the day of its first purchase row; where no order is known, every row. Repeat purchases may then
    /// come on the day of the first one, which the models of the time of purchases refuse, and
    /// [`Summary::log_gaps`](crate::data::Summary::log_gaps) are not known.
    Order,
}

impl PurchaseUnit {
    /// The first day of the unit in which a day falls.
    #[inline]
    pub(super) fn start(self, day: Day) -> i32 {
        // 1970-01-01 was a Thursday: three days after a Monday, four after a Sunday.
        let number = day.number();
        match self {
            PurchaseUnit::Day | PurchaseUnit::Order => number,
            PurchaseUnit::WeekFromMonday => number - (number + 3).rem_euclid(7),
            PurchaseUnit::WeekFromSunday => number - (number + 4).rem_euclid(7),
            PurchaseUnit::Month => number - days_into_month(number),
        }
    }
}

/// Days since the first of the month. Years are counted from March, so that the day of a leap year comes last.
fn days_into_month(number: i32) -> i32 {
    const FROM_MARCH_OF_0: i32 = 719_468;
    const PER_400_YEARS: i32 = 146_097;
    let day = (number + FROM_MARCH_OF_0).rem_euclid(PER_400_YEARS);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    day - (153 * month + 2) / 5
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_begin_where_the_calendar_says() {
        for number in -150_000..150_000 {
            let day = Day::from_number(number);
            let first = Day::from_number(PurchaseUnit::Month.start(day)).to_string();
            let text = day.to_string();
            assert_eq!(
                (&first[..first.len() - 2], &first[first.len() - 2..]),
                (&text[..text.len() - 2], "01")
            );
        }
        let start =
            |unit: PurchaseUnit, text: &str| Day::from_number(unit.start(text.parse().unwrap())).to_string();
        // 2024-03-03 was a Sunday.
        assert_eq!(start(PurchaseUnit::WeekFromMonday, "2024-03-03"), "2024-02-26");
        assert_eq!(start(PurchaseUnit::WeekFromMonday, "2024-03-04"), "2024-03-04");
        assert_eq!(start(PurchaseUnit::WeekFromSunday, "2024-03-03"), "2024-03-03");
        assert_eq!(start(PurchaseUnit::WeekFromSunday, "2024-03-02"), "2024-02-25");
        assert_eq!(start(PurchaseUnit::WeekFromMonday, "1969-12-31"), "1969-12-29");
    }
}
