//! What a column is read as when the caller says so.

use super::column::{Column, Values};
use super::parse::{DateOrder, Found, NumberStyle, TimeUnit};
use crate::error::{ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a column is read as, in the place of what its values were found to say.
///
/// In JSON and Python it is one word: `text`, `decimal_point`, `decimal_comma`, `day_first`, `month_first`,
/// `year_first`, or the unit in which numbers count time, such as `unix_seconds`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "&'static str", try_from = "String")]
pub enum ReadAs {
    /// Text, also where every value is a number or a date.
    Text,
    /// Numbers in this style.
    Numbers(NumberStyle),
    /// Dates in this order of day, month and year.
    Dates(DateOrder),
    /// Numbers that count time in this unit.
    Counted(TimeUnit),
}

const WORDS: [(&str, ReadAs); 12] = [
    ("text", ReadAs::Text),
    ("decimal_point", ReadAs::Numbers(NumberStyle::DecimalPoint)),
    ("decimal_comma", ReadAs::Numbers(NumberStyle::DecimalComma)),
    ("day_first", ReadAs::Dates(DateOrder::DayFirst)),
    ("month_first", ReadAs::Dates(DateOrder::MonthFirst)),
    ("year_first", ReadAs::Dates(DateOrder::YearFirst)),
    ("excel_days", ReadAs::Counted(TimeUnit::ExcelDays)),
    ("excel_days1904", ReadAs::Counted(TimeUnit::ExcelDays1904)),
    ("unix_seconds", ReadAs::Counted(TimeUnit::UnixSeconds)),
    ("unix_millis", ReadAs::Counted(TimeUnit::UnixMillis)),
    ("unix_micros", ReadAs::Counted(TimeUnit::UnixMicros)),
    ("year_month_day", ReadAs::Counted(TimeUnit::YearMonthDay)),
];

impl From<ReadAs> for &'static str {
    fn from(read_as: ReadAs) -> &'static str {
        WORDS.iter().find(|(_, of)| *of == read_as).map_or("text", |(word, _)| word)
    }
}

impl TryFrom<String> for ReadAs {
    type Error = String;

    fn try_from(word: String) -> Result<ReadAs, String> {
        let of = WORDS.iter().find(|(known, _)| *known == word).map(|(_, of)| *of);
        of.ok_or_else(|| {
            let words: Vec<String> = WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
            format!("unknown word, expected {}", words.join(", "))
        })
    }
}

impl Column {
    /// The column read as the caller says. Values that cannot be read so stay what they are, and are named with
    /// their row where the column is used.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidValue`](crate::ErrorKind::InvalidValue) for a number of a numeric column that is no
    /// moment of the unit.
    ///
    /// ```
    /// use crm_mining::data::{Column, Found, ReadAs};
    ///
    /// let postcodes = Column::text("postcode", ["4020", "1010"].map(Some)).read_as(ReadAs::Text)?;
    /// assert_eq!(postcodes.found(), Found::Text);
    /// # Ok::<(), crm_mining::Error>(())
    /// ```
    pub fn read_as(self, read_as: ReadAs) -> Result<Column> {
        let found = match read_as {
            ReadAs::Numbers(style) => return Ok(self.with_numbers(style)),
            ReadAs::Counted(unit) => return self.with_time_unit(unit),
            ReadAs::Text => Found::Text,
            ReadAs::Dates(order) => Found::Time(Some(order)),
        };
        let mut column = self.into_coded();
        if let Values::Text(text) = &mut column.values {
            text.found = found;
        }
        Ok(column)
    }
}

/// What the caller said of the columns of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) date_order: Option<DateOrder>,
    pub(crate) read_as: &'a BTreeMap<String, ReadAs>,
}

impl Said<'_> {
    /// Whether something was said that settles what this column is.
    pub(crate) fn settles(&self, column: &str) -> bool {
        self.read_as.contains_key(column)
    }

    /// The column with its type as said, or as found; `held` is the order that earlier dates of it have proven.
    pub(crate) fn apply(&self, column: Column, table: &str, held: Option<DateOrder>) -> Result<Column> {
        match self.read_as.get(column.name()) {
            Some(&read_as) => column.read_as(read_as),
            None => column.with_type_found(table, self.date_order.or(held)),
        }
    }

    /// That every column of which something was said is there.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`].
    pub(crate) fn check<'a>(
        &self,
        table: &str,
        columns: impl Iterator<Item = &'a str> + Clone,
    ) -> Result<()> {
        let mut said = self.read_as.keys();
        let Some(absent) = said.find(|name| !columns.clone().any(|column| column == *name)) else {
            return Ok(());
        };
        let (table, found) = (table.to_owned(), columns.map(str::to_owned).collect());
        Err(ErrorKind::MissingColumn { table, column: format!("{absent:?}"), found }.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_there_and_back() {
        for (word, read_as) in WORDS {
            assert_eq!(serde_json::to_string(&read_as).unwrap(), format!("{word:?}"));
            assert_eq!(serde_json::from_str::<ReadAs>(&format!("{word:?}")).unwrap(), read_as);
        }
        let error = serde_json::from_str::<ReadAs>("\"number\"").unwrap_err().to_string();
        assert!(error.contains("expected `text`, `decimal_point`"), "{error}");
    }
}
