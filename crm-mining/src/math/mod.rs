//! Numbers without meaning: exact sums, special functions, optimisation, quantiles, seeded random numbers.

pub(crate) mod assignment;
pub(crate) mod beta;
mod exact;
pub(crate) mod linear;
pub(crate) mod optimize;
pub(crate) mod quadrature;
pub(crate) mod quantile;
pub(crate) mod random;
pub(crate) mod special;
pub(crate) mod tails;

pub use exact::Exact;
