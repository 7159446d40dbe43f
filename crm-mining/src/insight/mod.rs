//! The questions a company asks of its customers.

mod basket;
mod value;

pub use basket::{Algorithm, CrossSell, Rule, RuleSet, Rules, Suggestion};
