//! What goes with what: association rules, and what to offer next to whom.

mod cross_sell;
mod found;
mod rule_set;
mod rules;
mod split;

pub use cross_sell::{CrossSell, Suggestion};
pub use rule_set::{Rule, RuleSet};
pub use rules::{Algorithm, Rules};
