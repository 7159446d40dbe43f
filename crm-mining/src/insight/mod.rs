//! The questions a company asks of its customers.

mod value;
