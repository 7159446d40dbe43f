//! One spelling for what is the same: Unicode forms, e-mail addresses, telephone numbers, Chinese names.

mod chinese;
mod email;
mod fingerprint;
mod phone;
mod unicode;

pub use chinese::{PersonName, pinyin, to_simplified};
pub(crate) use chinese::{folded_letters, is_han, pinyin_folded, reads_as};
pub(crate) use email::email;
pub(crate) use fingerprint::{fingerprint, ngram_fingerprint};
pub(crate) use phone::{CountryCode, phone};
pub(crate) use unicode::{collapse_spaces, composed, half_width, is_invisible, nfc, nfkc, trim};
