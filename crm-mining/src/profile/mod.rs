//! One profile per customer: facts, tags, scores with reasons, offers, and the rows behind them.

mod builder;
mod card;
mod part;
mod parts;
mod profiles;
mod rows;
mod write;

pub use builder::ProfileBuilder;
pub use card::{Fact, Offer, Profile, Score, Tag, TagKind, Value};
pub use part::Part;
pub use parts::Purchases;
pub use profiles::Profiles;
