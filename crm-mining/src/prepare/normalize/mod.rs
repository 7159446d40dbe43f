//! One spelling for what is the same: Unicode forms, e-mail addresses, telephone numbers, numbers.

mod chinese {
    mod simplified;
    pub use simplified::to_simplified;

    /// The block of unified ideographs that everyday Chinese is written with.
    const FIRST_HAN: u32 = 0x4E00;
    const HAN_SIGNS: usize = 0x5200;
}
mod email;
mod fingerprint;
mod number;
mod phone;
mod unicode;

pub use chinese::to_simplified;
pub(crate) use email::email;
pub(crate) use fingerprint::{fingerprint, ngram_fingerprint};
pub(crate) use number::NumberStyle;
pub(crate) use phone::{CountryCode, phone};
pub(crate) use unicode::{collapse_spaces, half_width, nfc, nfkc, trim};
