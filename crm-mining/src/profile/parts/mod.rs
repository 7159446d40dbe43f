//! What each result says in a profile.

mod churn;
mod clv;
mod customers;
mod offers;
mod orders;
mod rfm;
mod segment;

pub use orders::Purchases;
