//! From the outside world to records: reading, cleaning, and a shop of our own making.

mod clean;
mod raw;
mod sample;

pub use clean::{Cancellations, Change, Cleaned, Cleaner, Reason, Rejected, Step, StepCount};
pub use raw::{BadRow, RawTable};
pub use sample::{Mess, Sample, SampleShop, Truth};
