//! Numbers without meaning: exact sums, special functions, optimisation, quantiles, seeded random numbers.

mod exact;
pub(crate) mod quantile;
pub(crate) mod random;

pub use exact::Exact;
