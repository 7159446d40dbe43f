//! From the outside world to records: reading, cleaning, and a shop of our own making.
