//! What settled the order of day and month in the columns of a table.

use super::dialect::{Aspect, Finding};
use crate::data::parse::DateEvidence;
use crate::data::{Column, DateOrder, Found, Values};
use crate::error::masked;

/// One finding for every column whose dates need an order. It names the first row that proves it by its pattern,
/// never by its value, which may be a birthday. `numbers` are the rows that the table's have in the file.
pub(super) fn date_findings(
    columns: &[Column],
    chosen: Option<DateOrder>,
    numbers: Option<&[u32]>,
) -> Vec<Finding> {
    let of = |column: &Column| {
        let (Values::Text(text), Found::Time(Some(order))) = (column.values(), column.found()) else {
            return None;
        };
        let says = match order {
            DateOrder::DayFirst => "day first",
            DateOrder::MonthFirst => "month first",
            DateOrder::YearFirst => "year first",
        };
        let evidence = DateEvidence::of(text.distinct());
        let evidence = match evidence.proof(order) {
            _ if chosen.is_some() => "given".to_owned(),
            Some((code, values)) => {
                let at = text.codes().iter().position(|&other| other == code).unwrap_or(0);
                let row =
                    numbers.and_then(|numbers| numbers.get(at)).map_or(at as u64 + 1, |&row| row.into());
                let pattern = masked(text.distinct().get(code as usize).unwrap_or_default());
                let others = evidence.either;
                let rule = rule(order);
                format!("row {row}: {rule}, {pattern}; {values} values say so, {others} read either way")
            }
            None if evidence.either > 0 => "earlier rows of the file say so".to_owned(),
            None => "day and month are alike in all of its dates".to_owned(),
        };
        Some(Finding {
            of: Aspect::DateOrder,
            found: format!("{says} in column {:?}", column.name()),
            evidence,
        })
    };
    columns.iter().filter_map(of).collect()
}

/// What a date that reads in this order only shows.
fn rule(order: DateOrder) -> &'static str {
    match order {
        DateOrder::DayFirst => "first part above 12",
        DateOrder::MonthFirst => "second part above 12",
        DateOrder::YearFirst => "first part that is no day and no month",
    }
}
