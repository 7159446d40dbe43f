//! One spelling for what is the same: Unicode forms, e-mail addresses, telephone numbers, numbers.

mod email;
mod fingerprint;
mod number;
mod phone;
mod unicode;

pub(crate) use email::email;
pub(crate) use fingerprint::{fingerprint, ngram_fingerprint};
pub(crate) use number::NumberStyle;
pub(crate) use phone::{CountryCode, phone};
pub(crate) use unicode::{collapse_spaces, half_width, nfc, nfkc, trim};
