//! Records and shapes: what was read, and the few compact forms that every analysis walks.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod baskets;
mod bitmap;
mod column;
mod csr;
mod customers;
mod day;
mod features;
mod keys;
mod ledger;
pub(crate) mod parse;
mod reading;
mod roles;
mod strings;
mod summary;
mod table;
mod text;
mod transactions;
mod zone;

pub use baskets::Baskets;
pub use bitmap::Bitmap;
pub use column::{Column, Values};
pub use csr::Csr;
pub use customers::Customers;
pub use day::{Day, Days};
pub use features::{Features, Labeled};
pub(crate) use keys::Interner;
pub use keys::{Key, Keys};
pub use ledger::{DayCell, Ledger};
pub use parse::{DateOrder, Found};
pub use roles::Roles;
pub use strings::Strings;
pub use summary::Summary;
pub use table::{Table, ToTable};
pub use text::Text;
pub use transactions::{Transaction, Transactions};
pub use zone::Zone;
