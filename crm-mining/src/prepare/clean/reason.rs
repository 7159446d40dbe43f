//! Why a row was set aside.

use serde::Serialize;

/// Why a row was set aside. Row numbers are those of the source, from 1.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
#[non_exhaustive]
pub enum Reason {
    /// It equals an earlier row in every column.
    DuplicateOf {
        /// The earlier row.
        row: u64,
    },
    /// It names no customer.
    MissingCustomer,
    /// A value it needs is missing.
    Missing {
        /// The part the value plays.
        role: &'static str,
    },
    /// A value it needs does not read as what it must be.
    Unreadable {
        /// The part the value plays.
        role: &'static str,
        /// What it must be.
        must_be: &'static str,
    },
    /// It is a cancellation, and cancellations are dropped.
    Cancellation,
    /// It is a cancellation, taken off this sale (the first of them, when it took several).
    NetsSale {
        /// The sale's row.
        sale: u64,
    },
    /// It is a cancellation of which only a part found its sale.
    NetsSalePartly {
        /// The sale's row.
        sale: u64,
        /// The quantity that found none.
        left: f64,
    },
    /// It is a cancellation to which no sale fits.
    CancellationWithoutSale,
    /// It is a sale that was cancelled in full.
    CancelledBy {
        /// The row of the (last) cancellation.
        row: u64,
    },
    /// A value is not above 0.
    NonPositive {
        /// The part the value plays.
        role: &'static str,
    },
    /// Its day is before the first or after the last one that can be.
    OutsideDays,
    /// Its item code does not match the pattern of products.
    NotAProduct,
}

impl Reason {
    /// The bare name of the reason, for counting.
    pub fn name(&self) -> &'static str {
        match self {
            Reason::DuplicateOf { .. } => "duplicate",
            Reason::MissingCustomer => "missing customer",
            Reason::Missing { .. } => "missing value",
            Reason::Unreadable { .. } => "unreadable value",
            Reason::Cancellation => "cancellation",
            Reason::NetsSale { .. } => "cancellation netted",
            Reason::NetsSalePartly { .. } => "cancellation netted in part",
            Reason::CancellationWithoutSale => "cancellation without its sale",
            Reason::CancelledBy { .. } => "sale cancelled",
            Reason::NonPositive { .. } => "not above 0",
            Reason::OutsideDays => "outside the days",
            Reason::NotAProduct => "not a product",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::DuplicateOf { row } => write!(f, "equals row {row}"),
            Reason::MissingCustomer => f.write_str("no customer"),
            Reason::Missing { role } => write!(f, "no {role}"),
            Reason::Unreadable { role, must_be } => write!(f, "{role} is not {must_be}"),
            Reason::Cancellation => f.write_str("cancellation"),
            Reason::NetsSale { sale } => write!(f, "cancellation, taken off the sale in row {sale}"),
            Reason::NetsSalePartly { sale, left } => {
                write!(f, "cancellation, taken off the sale in row {sale}; {left} found no sale")
            }
            Reason::CancellationWithoutSale => f.write_str("cancellation without its sale"),
            Reason::CancelledBy { row } => write!(f, "sale cancelled by row {row}"),
            Reason::NonPositive { role } => write!(f, "{role} not above 0"),
            Reason::OutsideDays => f.write_str("its day is outside those that can be"),
            Reason::NotAProduct => f.write_str("item code is not that of a product"),
        }
    }
}
