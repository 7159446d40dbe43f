//! Algorithms that know no customers.
