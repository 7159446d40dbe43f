//! The order lines on their way through the steps.

use super::cleaned::{Change, Cleaned, Rejected, StepCount};
use super::pattern;
use super::reason::Reason;
use crate::data::parse::Cell;
use crate::data::{Column, Roles, Table, Text, Transactions, needed, played};
use crate::error::{ErrorKind, Result, masked};
use crate::prepare::read::BadRow;

/// The rows still in, their reasons when out, and the numbers once read.
pub(super) struct Lines<'a> {
    pub(super) table: &'a Table,
    pub(super) roles: Roles,
    pub(super) customer: &'a Column,
    pub(super) item: Option<&'a Column>,
    pub(super) changes: Vec<Change>,
    is_in: Vec<bool>,
    reasons: Vec<(u32, Reason)>,
    numbers: Option<Numbers>,
}

/// Times and amounts of all rows; NaN and 0 stand for what could not be read.
pub(super) struct Numbers {
    pub(super) time: Vec<i64>,
    /// Quantity, unit price and amount, those of them that have a column.
    pub(super) of: Vec<Numeric>,
}

/// One numeric role.
pub(super) struct Numeric {
    pub(super) role: &'static str,
    pub(super) column: String,
    pub(super) values: Vec<f64>,
    pub(super) changed: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(table: &'a Table, roles: &Roles) -> Result<Lines<'a>> {
        let roles = roles.detect(table);
        let customer = needed(table, &roles.customer, "customer")?;
        needed(table, &roles.time, "time")?;
        if roles.amount.is_none() {
            needed(table, &roles.unit_price, "amount (or unit_price)")?;
        }
        for name in [&roles.order, &roles.item_name, &roles.quantity, &roles.unit_price, &roles.amount] {
            played(table, name)?;
        }
        let item = played(table, &roles.item)?;
        let is_in = vec![true; table.n_rows()];
        Ok(Lines {
            table,
            roles,
            customer,
            item,
            changes: Vec::new(),
            is_in,
            reasons: Vec::new(),
            numbers: None,
        })
    }

    pub(super) fn n_left(&self) -> usize {
        self.is_in.len() - self.reasons.len()
    }

    #[inline]
    pub(super) fn is_in(&self, row: usize) -> bool {
        self.is_in.get(row).copied().unwrap_or(false)
    }

    /// The rows still in, ascending.
    pub(super) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.is_in.iter().enumerate().filter(|&(_, &is_in)| is_in).map(|(row, _)| row)
    }

    pub(super) fn set_aside(&mut self, row: usize, reason: Reason) {
        if let Some(is_in @ true) = self.is_in.get_mut(row) {
            *is_in = false;
            self.reasons.push((row as u32, reason));
        }
    }

    /// Sets aside every row for which there is a reason.
    pub(super) fn reject(&mut self, reason: impl Fn(&Lines<'_>, usize) -> Option<Reason>) {
        for row in 0..self.is_in.len() {
            if self.is_in(row)
                && let Some(reason) = reason(self, row)
            {
                self.set_aside(row, reason);
            }
        }
    }

    /// Reads times and numbers, once; a step needs them even when rows that cannot be read stay in.
    pub(super) fn read(&mut self) -> Result<()> {
        if self.numbers.is_none() {
            self.read_reporting(|_, _| {})?;
        }
        Ok(())
    }

    pub(super) fn set_aside_unreadable(&mut self) -> Result<()> {
        let mut unreadable = Vec::new();
        self.read_reporting(|row, reason| unreadable.push((row, reason)))?;
        for (role, name) in [("order", &self.roles.order), ("item", &self.roles.item)] {
            let Some(column) = name.as_ref().and_then(|name| self.table.find(name)) else { continue };
            let missing = (0..column.len()).filter(|&row| column.is_missing(row));
            unreadable.extend(missing.map(|row| (row, Reason::Missing { role })));
        }
        for (row, reason) in unreadable {
            self.set_aside(row, reason);
        }
        Ok(())
    }

    fn read_reporting(&mut self, mut report: impl FnMut(usize, Reason)) -> Result<()> {
        let column = |name: &Option<String>| name.as_ref().and_then(|name| self.table.find(name));
        let mut time = Vec::new();
        if let Some(times) = column(&self.roles.time) {
            let reading = times.read_times();
            self.must_mostly_read(times, |row| reading.get(row))?;
            time = column_of("time", self.table.n_rows(), |row| reading.get(row), |_| true, &mut report);
        }
        let mut of = Vec::new();
        for (role, name) in [
            ("quantity", &self.roles.quantity),
            ("unit price", &self.roles.unit_price),
            ("amount", &self.roles.amount),
        ] {
            let Some(numbers) = column(name) else { continue };
            let reading = numbers.read_numbers(self.table)?;
            self.must_mostly_read(numbers, |row| reading.get(row))?;
            let sound = |value: &f64| value.abs() <= Transactions::LARGEST;
            let values = column_of(role, self.table.n_rows(), |row| reading.get(row), sound, &mut report);
            of.push(Numeric { role, column: numbers.name().to_owned(), values, changed: false });
        }
        self.numbers = Some(Numbers { time, of });
        Ok(())
    }

    /// A column of which more than half of the values are something else was taken for the wrong part.
    fn must_mostly_read<T>(&self, column: &Column, read: impl Fn(usize) -> Cell<T>) -> Result<()> {
        let (mut present, mut unreadable, mut example) = (0usize, 0usize, None);
        for row in 0..column.len() {
            match read(row) {
                Cell::Missing => {}
                Cell::Value(_) => present += 1,
                Cell::Unreadable(must_be) => {
                    present += 1;
                    unreadable += 1;
                    example = example.or(Some((row, must_be)));
                }
            }
        }
        match example {
            Some((row, must_be)) if unreadable * 2 > present => Err(ErrorKind::InvalidColumn {
                table: self.table.name().to_owned(),
                column: column.name().to_owned(),
                must_be: format!("{must_be} in each row"),
                got: format!(
                    "{unreadable} of {present} values that are not, such as {} in row {}",
                    masked(&column.show(row).unwrap_or_default()),
                    self.table.row_number(row)
                ),
            }
            .into()),
            _ => Ok(()),
        }
    }

    pub(super) fn numbers(&self) -> Option<&Numbers> {
        self.numbers.as_ref()
    }

    /// The values of a numeric role, to be changed.
    pub(super) fn numeric_mut(&mut self, role: &str) -> Option<&mut Numeric> {
        self.numbers.as_mut()?.of.iter_mut().find(|numeric| numeric.role == role)
    }

    fn numeric(&self, role: &str) -> Option<&[f64]> {
        self.numbers.as_ref()?.of.iter().find(|numeric| numeric.role == role).map(|n| n.values.as_slice())
    }

    /// What a cancellation takes back: the quantity, or the amount where there is no quantity.
    pub(super) fn cancelled_role(&self) -> &'static str {
        if self.roles.quantity.is_some() {
            "quantity"
        } else if self.roles.amount.is_some() {
            "amount"
        } else {
            "unit price"
        }
    }

    pub(super) fn is_cancellation(&self, row: usize) -> bool {
        self.numeric(self.cancelled_role())
            .and_then(|values| values.get(row))
            .is_some_and(|&value| value < 0.0)
    }

    pub(super) fn non_positive(&self, row: usize) -> Option<Reason> {
        let numeric = self.numbers.as_ref()?.of.iter();
        let mut wrong = numeric.filter(|numeric| numeric.values.get(row).is_some_and(|&value| value <= 0.0));
        wrong.next().map(|numeric| Reason::NonPositive { role: numeric.role })
    }

    pub(super) fn set_aside_items_unlike(&mut self, text: &str) -> Result<()> {
        let regex = pattern(text)?;
        let Some(item) = self.item else { return Ok(()) };
        let text = item.to_text();
        let fits: Vec<bool> = text.distinct().iter().map(|code| regex.is_match(code)).collect();
        let codes = text.codes();
        self.reject(|_, row| {
            let code = codes.get(row).copied().unwrap_or(Text::MISSING);
            let fits = fits.get(code as usize).copied().unwrap_or(false);
            (!fits).then_some(Reason::NotAProduct)
        });
        Ok(())
    }

    /// Changes a value and notes it.
    pub(super) fn change(
        &mut self,
        role: &'static str,
        row: usize,
        after: f64,
        step: &'static str,
        because: Option<usize>,
    ) {
        let (row_number, because_of) =
            (self.table.row_number(row), because.map(|row| self.table.row_number(row)));
        let Some(numeric) = self.numeric_mut(role) else { return };
        let Some(value) = numeric.values.get_mut(row) else { return };
        let change = Change {
            row: row_number,
            column: numeric.column.clone(),
            before: *value,
            after,
            step,
            because_of,
        };
        *value = after;
        numeric.changed = true;
        self.changes.push(change);
    }

    /// The rows left, with changed columns put in, and everything else that happened.
    pub(super) fn finish(mut self, unread: Vec<BadRow>, steps: Vec<StepCount>) -> Result<Cleaned> {
        let left: Vec<u32> = self.rows().map(|row| row as u32).collect();
        self.reasons.sort_unstable_by_key(|&(row, _)| row);
        let (out, reasons): (Vec<u32>, Vec<Reason>) = self.reasons.into_iter().unzip();
        let mut table = self.table.take(&left);
        for numeric in
            self.numbers.into_iter().flat_map(|numbers| numbers.of).filter(|numeric| numeric.changed)
        {
            let values = left.iter().filter_map(|&row| numeric.values.get(row as usize).copied()).collect();
            table = table.with_column(Column::floats(numeric.column, values))?;
        }
        let rejected = Rejected { rows: self.table.take(&out), reasons };
        Ok(Cleaned { table, roles: self.roles, changes: self.changes, rejected, unread, steps })
    }
}

fn column_of<T: Copy + Default>(
    role: &'static str,
    n_rows: usize,
    read: impl Fn(usize) -> Cell<T>,
    sound: impl Fn(&T) -> bool,
    report: &mut impl FnMut(usize, Reason),
) -> Vec<T> {
    (0..n_rows)
        .map(|row| match read(row) {
            Cell::Value(value) if sound(&value) => value,
            other => {
                report(
                    row,
                    match other {
                        Cell::Missing => Reason::Missing { role },
                        Cell::Unreadable(must_be) => Reason::Unreadable { role, must_be },
                        Cell::Value(_) => {
                            Reason::Unreadable { role, must_be: "finite and at most 1e15 in size" }
                        }
                    },
                );
                T::default()
            }
        })
        .collect()
}
