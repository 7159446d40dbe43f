//! What each result says in a profile.

mod customers;
mod orders;

pub use orders::Purchases;
