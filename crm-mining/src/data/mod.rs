//! Records and shapes: what was read, and the few compact forms that every analysis walks.

#[cfg(feature = "arrow")]
pub(crate) mod arrow;
mod baskets;
mod bitmap;
mod column;
mod counting;
mod csr;
mod customers;
mod day;
mod distinct;
mod features;
mod identities;
#[cfg(feature = "arrow")]
mod intern;
mod iso;
mod keys;
mod ledger;
pub(crate) mod memory;
mod mixed;
#[cfg(feature = "ndarray")]
mod ndarray;
pub(crate) mod parse;
mod read_as;
mod reading;
mod roles;
pub(crate) mod spelling;
mod strings;
mod summary;
mod table;
mod text;
mod transactions;
mod weighted;
mod zone;

pub use baskets::Baskets;
pub(crate) use baskets::Bought;
pub use bitmap::Bitmap;
pub(crate) use column::show_time;
pub use column::{Column, Values};
pub use counting::{
    CountedPurchases, MissingAmount, PurchaseCounting, PurchaseCounts, PurchaseCustomers, PurchaseRows,
    PurchaseTimes, PurchaseUnit, RefundTotals, Refunds,
};
pub use csr::Csr;
pub(crate) use csr::group_positions;
pub use customers::Customers;
pub use day::{Day, Days};
pub(crate) use distinct::Distinct;
pub use features::{Features, Labeled};
pub(crate) use features::{customer_rows, wrong_value};
pub(crate) use keys::Interner;
pub use keys::{Key, Keys};
pub use ledger::{DayCell, Ledger};
pub use mixed::Mixed;
pub use parse::{Currency, DateOrder, Found, NumberFormat, NumberStyle, TimeUnit};
pub use read_as::ReadAs;
pub(crate) use read_as::Said;
pub use roles::Roles;
pub(crate) use roles::{needed, played};
pub use strings::Strings;
pub use summary::Summary;
pub use table::{Table, ToTable};
pub use text::Text;
pub(crate) use text::find_type;
pub use transactions::{Transaction, Transactions};
pub use weighted::Weighted;
pub use zone::{ClockChange, Zone};
