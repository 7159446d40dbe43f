//! Rows of who, when and for how much, as they are lent.

use super::PurchaseCounting;
use super::unit::PurchaseUnit;
use crate::data::column::Column;
use crate::data::day::Day;
use crate::data::keys::Keys;
use crate::data::parse::Cell;
use crate::data::roles::{Roles, needed, played};
use crate::data::table::Table;
use crate::data::transactions::{Transactions, every_identity, every_value, unreadable};
use crate::data::zone::Zone;
use crate::error::{ErrorKind, Result};
use crate::math::Exact;
use rayon::prelude::*;
use std::borrow::Cow;

/// Who bought, row by row: whole numbers that name the customers, or positions among [`Keys`].
#[derive(Debug, Clone)]
pub enum PurchaseCustomers<'a> {
    /// The customers themselves.
    Ids(Cow<'a, [i64]>),
    /// Their positions among these keys.
    Codes(Keys, Cow<'a, [u32]>),
}

impl<'a> From<&'a [i64]> for PurchaseCustomers<'a> {
    fn from(ids: &'a [i64]) -> Self {
        PurchaseCustomers::Ids(Cow::Borrowed(ids))
    }
}

impl<'a> From<(&Keys, &'a [u32])> for PurchaseCustomers<'a> {
    fn from((keys, codes): (&Keys, &'a [u32])) -> Self {
        PurchaseCustomers::Codes(keys.clone(), Cow::Borrowed(codes))
    }
}

impl PurchaseCustomers<'_> {
    fn len(&self) -> usize {
        match self {
            PurchaseCustomers::Ids(ids) => ids.len(),
            PurchaseCustomers::Codes(_, codes) => codes.len(),
        }
    }
}

/// When, row by row: moments or days.
#[derive(Debug, Clone)]
pub enum PurchaseTimes<'a> {
    /// Microseconds since 1970-01-01 UTC.
    Micros(Cow<'a, [i64]>),
    /// Days of the business time zone.
    Days(Cow<'a, [Day]>),
}

impl<'a> From<&'a [i64]> for PurchaseTimes<'a> {
    fn from(micros: &'a [i64]) -> Self {
        PurchaseTimes::Micros(Cow::Borrowed(micros))
    }
}

impl<'a> From<&'a [Day]> for PurchaseTimes<'a> {
    fn from(days: &'a [Day]) -> Self {
        PurchaseTimes::Days(Cow::Borrowed(days))
    }
}

impl PurchaseTimes<'_> {
    fn len(&self) -> usize {
        match self {
            PurchaseTimes::Micros(micros) => micros.len(),
            PurchaseTimes::Days(days) => days.len(),
        }
    }
}

/// Rows of who, when and for how much: what [`PurchaseCounting`](super::PurchaseCounting) counts. Columns are lent, not
/// copied; an amount that is NaN is missing.
///
/// ```
/// use crm_mining::data::{Keys, PurchaseRows};
///
/// let (micros, amounts) = ([0_i64, 86_400_000_000], [4.5, f64::NAN]);
/// let rows = PurchaseRows::new(&[12_i64, 12][..], &micros[..], &amounts)?;
/// let keys: Keys = ["anna", "bert"].into_iter().collect();
/// let same = PurchaseRows::new((&keys, &[1_u32, 1][..]), &micros[..], &amounts)?;
/// assert_eq!((rows.len(), same.len()), (2, 2));
/// assert!(PurchaseRows::new(&[12_i64, 12][..], &micros[..], &[4.5, f64::INFINITY]).is_err());
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PurchaseRows<'a> {
    pub(super) pieces: Vec<Piece<'a>>,
    source: Source,
}

/// Some of the rows, each of its columns in one stretch of memory.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) customers: PurchaseCustomers<'a>,
    pub(super) times: PurchaseTimes<'a>,
    pub(super) amounts: Cow<'a, [f64]>,
    pub(super) orders: Option<Cow<'a, [u32]>>,
}

/// What messages call the rows.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) table: String,
    pub(super) amount: String,
    /// The number of each row in its source, where it is not its position.
    pub(super) numbers: Option<Vec<u32>>,
}

impl Source {
    fn unnamed() -> Source {
        Source { table: OF.to_owned(), amount: "amount".to_owned(), numbers: None }
    }

    fn number(&self, row: usize) -> u64 {
        let known = self.numbers.as_ref().and_then(|numbers| numbers.get(row));
        known.map_or(row as u64 + 1, |&number| u64::from(number))
    }

    fn invalid(&self, row: usize, must_be: &str, got: String) -> crate::Error {
        let (table, column, must_be) = (self.table.clone(), self.amount.clone(), must_be.to_owned());
        ErrorKind::InvalidValue { table, column, row: self.number(row), must_be, got }.into()
    }
}

const OF: &str = "PurchaseRows";

impl<'a> PurchaseRows<'a> {
    /// Rows of these columns: customers as `&[i64]` or as [`Keys`] and `&[u32]`; times as `&[i64]`, microseconds since
    /// 1970-01-01 UTC, or as `&[Day]`.
    ///
    /// # Errors
    /// Columns of different length; a position beyond the keys; an amount that is infinite or above 1e15 in size.
    pub fn new(
        customers: impl Into<PurchaseCustomers<'a>>,
        times: impl Into<PurchaseTimes<'a>>,
        amounts: &'a [f64],
    ) -> Result<PurchaseRows<'a>> {
        let (customers, times) = (customers.into(), times.into());
        let piece = Piece { customers, times, amounts: Cow::Borrowed(amounts), orders: None };
        PurchaseRows::of(vec![piece], Source::unnamed())
    }

    /// The same rows, each of the order of this number: what [`PurchaseUnit::Order`](super::PurchaseUnit::Order) takes
    /// for one purchase.
    ///
    /// # Errors
    /// Another number of orders than of rows.
    pub fn with_orders(mut self, orders: &'a [u32]) -> Result<PurchaseRows<'a>> {
        let (a_len, b_len) = (self.len(), orders.len());
        if a_len != b_len {
            return Err(
                ErrorKind::LengthMismatch { of: OF, a: "customers", a_len, b: "orders", b_len }.into()
            );
        }
        let mut rest = orders;
        for piece in &mut self.pieces {
            let (own, others) = rest.split_at(piece.amounts.len().min(rest.len()));
            piece.orders = Some(Cow::Borrowed(own));
            rest = others;
        }
        Ok(self)
    }

    /// The rows of a table; roles are found by the usual column names where they are not named (see [`Roles`]). Unlike
    /// those of [`Transactions`], amounts may be missing.
    ///
    /// # Errors
    /// As [`Transactions::with_roles`], but for missing amounts.
    pub fn from_table(table: &Table, roles: &Roles) -> Result<PurchaseRows<'static>> {
        let roles = roles.detect(table);
        let (customer, time) =
            (needed(table, &roles.customer, "customer")?, needed(table, &roles.time, "time")?);
        let (keys, codes) = every_identity(table, customer)?;
        let times = every_value(table, time, &time.read_times())?;
        let (column, amounts) = amounts(table, &roles)?;
        let orders = played(table, &roles.order)?.map(|column| every_identity(table, column)).transpose()?;
        let piece = Piece {
            customers: PurchaseCustomers::Codes(keys, Cow::Owned(codes)),
            times: PurchaseTimes::Micros(Cow::Owned(times)),
            amounts: Cow::Owned(amounts),
            orders: orders.map(|(_, codes)| Cow::Owned(codes)),
        };
        let numbers = (0..table.n_rows()).map(|row| table.row_number(row) as u32).collect();
        PurchaseRows::of(
            vec![piece],
            Source { table: table.name().to_owned(), amount: column, numbers: Some(numbers) },
        )
    }

    /// Rows of these pieces, checked.
    pub(super) fn of(pieces: Vec<Piece<'a>>, source: Source) -> Result<PurchaseRows<'a>> {
        let mut before = 0;
        for piece in &pieces {
            let a_len = piece.customers.len();
            for (b, b_len) in [("times", piece.times.len()), ("amounts", piece.amounts.len())] {
                if a_len != b_len {
                    return Err(ErrorKind::LengthMismatch { of: OF, a: "customers", a_len, b, b_len }.into());
                }
            }
            if let Some(row) = piece.amounts.iter().position(|amount| amount.abs() > Transactions::LARGEST) {
                let got = piece.amounts.get(row).map_or_else(String::new, f64::to_string);
                return Err(source.invalid(before + row, "finite and at most 1e15 in size", got));
            }
            if let PurchaseCustomers::Codes(keys, codes) = &piece.customers
                && let Some(row) = codes.iter().position(|&code| code as usize >= keys.len())
            {
                return Err(ErrorKind::InvalidValue {
                    table: source.table.clone(),
                    column: "customer".to_owned(),
                    row: source.number(before + row),
                    must_be: "a position among the keys".to_owned(),
                    got: codes.get(row).map_or_else(String::new, u32::to_string),
                }
                .into());
            }
            before += a_len;
        }
        Ok(PurchaseRows { pieces, source })
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.amounts.len()).sum()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The last day on which a row falls in `zone`; 1970-01-01 without rows. The usual "today" of an analysis.
    pub fn last_day(&self, zone: &Zone) -> Day {
        let last = |piece: &Piece<'_>| match &piece.times {
            PurchaseTimes::Days(days) => days.iter().max().copied(),
            PurchaseTimes::Micros(micros) => {
                let last = |rows: &[i64]| {
                    let mut days = zone.days();
                    rows.iter().map(|&moment| days.day(moment)).max()
                };
                micros.par_chunks(1 << 16).map(last).max().flatten()
            }
        };
        self.pieces.iter().filter_map(last).max().unwrap_or(Day::from_number(0))
    }

    /// Whether all rows say their order.
    pub(super) fn know_orders(&self) -> bool {
        self.pieces.iter().all(|piece| piece.orders.is_some())
    }

    /// The keys that the customers are positions among.
    pub(super) fn keys(&self) -> Option<&Keys> {
        self.pieces.iter().find_map(|piece| match &piece.customers {
            PurchaseCustomers::Codes(keys, _) => Some(keys),
            PurchaseCustomers::Ids(_) => None,
        })
    }

    /// No sum of these amounts may leave the exact range.
    pub(super) fn check_sum(&self) -> Result<()> {
        let known =
            self.pieces.iter().flat_map(|piece| piece.amounts.iter()).filter(|amount| !amount.is_nan());
        let got: f64 = known.map(|amount| amount.abs()).sum();
        if got > Exact::LARGEST_SUM {
            return Err(
                ErrorKind::Overflow { of: "the sum of a column", got, limit: Exact::LARGEST_SUM }.into()
            );
        }
        Ok(())
    }

    /// No row until the end may lack its amount.
    pub(super) fn check_amounts(&self, zone: &Zone, as_of: Day) -> Result<()> {
        let (mut days, mut before) = (zone.days(), 0);
        for piece in &self.pieces {
            for (row, _) in piece.amounts.iter().enumerate().filter(|(_, amount)| amount.is_nan()) {
                let day = match &piece.times {
                    PurchaseTimes::Micros(micros) => micros.get(row).map(|&moment| days.day(moment)),
                    PurchaseTimes::Days(days) => days.get(row).copied(),
                };
                if day.is_some_and(|day| day <= as_of) {
                    return Err(self.source.invalid(before + row, "present", "nothing".to_owned()));
                }
            }
            before += piece.amounts.len();
        }
        Ok(())
    }
}

impl<'a> From<&'a Transactions> for PurchaseRows<'a> {
    fn from(orders: &'a Transactions) -> Self {
        // Transactions were checked when they were made.
        let piece = Piece {
            customers: (orders.customers(), orders.customer_of()).into(),
            times: orders.times().into(),
            amounts: Cow::Borrowed(orders.amounts()),
            orders: orders.orders().map(|(_, codes)| Cow::Borrowed(codes)),
        };
        PurchaseRows { pieces: vec![piece], source: Source::unnamed() }
    }
}

impl PurchaseCounting {
    /// The roles that this counting has a use for, each with its column; those not named are found by the usual column
    /// names. No other column need be read for [`PurchaseRows::from_table`].
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`] for a role that cannot be done without, or a column that is not there.
    pub fn roles_used(&self, table: &Table, roles: &Roles) -> Result<Roles> {
        let Roles { customer, time, order, quantity, unit_price, amount, .. } = roles.detect(table);
        needed(table, &customer, "customer")?;
        needed(table, &time, "time")?;
        let order = order.filter(|_| self.unit == PurchaseUnit::Order);
        let roles = match amount {
            Some(amount) => Roles { customer, time, order, amount: Some(amount), ..Roles::default() },
            None => Roles { customer, time, order, quantity, unit_price, ..Roles::default() },
        };
        match &roles.amount {
            Some(_) => needed(table, &roles.amount, "amount")?,
            None => needed(table, &roles.unit_price, "amount (or unit_price)")?,
        };
        played(table, &roles.quantity)?;
        played(table, &roles.order)?;
        Ok(roles)
    }
}

/// The amount of each row, NaN where missing, and what messages call its column.
fn amounts(table: &Table, roles: &Roles) -> Result<(String, Vec<f64>)> {
    let numbers = |column: &Column| -> Result<Vec<f64>> {
        let reading = column.read_numbers(table)?;
        let value = |row: usize| match reading.get(row) {
            Cell::Value(value) if value.is_infinite() => Err(unreadable(table, column, row, "finite")),
            Cell::Value(value) => Ok(value),
            Cell::Missing => Ok(f64::NAN),
            Cell::Unreadable(must_be) => Err(unreadable(table, column, row, must_be)),
        };
        (0..column.len()).map(value).collect()
    };
    if let Some(column) = played(table, &roles.amount)? {
        return Ok((column.name().to_owned(), numbers(column)?));
    }
    let column = needed(table, &roles.unit_price, "amount (or unit_price)")?;
    let price = numbers(column)?;
    let amount = match played(table, &roles.quantity)? {
        Some(quantity) => price.iter().zip(numbers(quantity)?).map(|(price, units)| price * units).collect(),
        None => price,
    };
    Ok((column.name().to_owned(), amount))
}
