//! Values brought to one spelling.

mod chinese;

pub use chinese::{PersonName, pinyin, to_simplified};
pub(crate) use chinese::{folded_letters, is_han, pinyin_folded, reads_as};
