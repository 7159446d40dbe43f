//! In what two values that differ are alike.

use serde::{Deserialize, Serialize};

/// In what two values that differ are alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Why {
    /// In their letters, signs or digits.
    Spelling,
    /// The same name with its parts in another order.
    Order,
    /// A name and its romanization.
    Pinyin,
    /// Names of one sound in other signs.
    Sound,
    /// A name and its initials.
    Initials,
    /// In their words, in whatever order.
    Words,
    /// In the streets, places and numbers of an address.
    Places,
    /// The same date with day and month in each other's place.
    DayAndMonth,
    /// Telephone numbers with and without what is dialed before.
    LastDigits,
    /// E-mail addresses of one name at different providers.
    User,
    /// In size, as numbers.
    Size,
}

impl Why {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Why::Spelling => "spelling",
            Why::Order => "other order",
            Why::Pinyin => "pinyin",
            Why::Sound => "same sound",
            Why::Initials => "initials",
            Why::Words => "words in common",
            Why::Places => "streets, places and numbers",
            Why::DayAndMonth => "day and month swapped",
            Why::LastDigits => "same last digits",
            Why::User => "same user",
            Why::Size => "size",
        }
    }
}

/// The strongest of several reasons; of equal ones the first.
pub(crate) fn strongest<const N: usize>(reasons: [(f64, Why); N]) -> (f64, Why) {
    reasons.into_iter().fold((0.0, Why::Spelling), |best, next| if next.0 > best.0 { next } else { best })
}
