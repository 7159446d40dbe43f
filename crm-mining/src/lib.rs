#![cfg_attr(doc, doc = include_str!("../../README.md"))]
#![cfg_attr(not(doc), doc = "One trustworthy profile per customer; the README is the front page.")]
#![forbid(unsafe_code)]

pub mod data;
mod error;
pub mod feature;
pub mod insight;
pub mod learn;
pub mod math;
mod model;
pub mod prepare;
pub mod profile;
pub mod report;

pub use error::{Error, ErrorKind, Result};
pub use model::{Control, Fit, Predict, Progress};

/// What the programs of the README need, in one import.
pub mod prelude {
    #[doc(no_inline)]
    pub use crate::data::{
        Baskets, Customers, Day, Days, Features, Ledger, Roles, Table, ToTable, Transactions,
    };
    #[doc(no_inline)]
    pub use crate::insight::{BgNbd, Churn, Clv, GammaGamma, Rfm, Rules, Segmentation};
    #[doc(no_inline)]
    pub use crate::prepare::{Cleaner, read_csv};
    #[doc(no_inline)]
    pub use crate::profile::{Profiles, Purchases};
    #[doc(no_inline)]
    pub use crate::{Control, Fit, Predict};
}
