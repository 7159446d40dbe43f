//! One profile per customer.
