//! What a merge is given: a table per source, with its mapping or the customers of its rows.

use crate::data::{Column, Table};

/// The table of one source, and what its [`KeyMap`](super::KeyMap) asks for.
#[derive(Debug, Clone, Copy)]
pub struct SourceTable<'a> {
    pub(super) source: &'a str,
    pub(super) table: &'a Table,
    pub(super) mapping: Option<&'a Table>,
    pub(super) customers: Option<&'a Column>,
}

impl<'a> SourceTable<'a> {
    /// The table of the source of this name.
    pub fn new(source: &'a str, table: &'a Table) -> SourceTable<'a> {
        SourceTable { source, table, mapping: None, customers: None }
    }

    /// With the table that maps its keys to customers ([`KeyMap::Mapped`](super::KeyMap::Mapped)).
    pub fn mapped_by(mut self, mapping: &'a Table) -> SourceTable<'a> {
        self.mapping = Some(mapping);
        self
    }

    /// With the customer of each row ([`KeyMap::Given`](super::KeyMap::Given)).
    pub fn customers(mut self, customers: &'a Column) -> SourceTable<'a> {
        self.customers = Some(customers);
        self
    }
}
