//! stub
use crate::data::Table;
#[allow(missing_docs)]
#[derive(Debug, Clone)]
pub struct BadRow {
    pub row: u64,
    pub text: String,
}
#[allow(missing_docs)]
#[derive(Debug, Clone)]
pub struct RawTable {
    pub table: Table,
    pub rejected: Vec<BadRow>,
}
impl From<Table> for RawTable {
    fn from(table: Table) -> Self {
        RawTable { table, rejected: vec![] }
    }
}
