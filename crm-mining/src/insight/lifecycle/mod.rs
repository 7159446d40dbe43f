//! Customers over time: stages, cohorts, migration, gaps, and what changed between two periods.

mod calendar;
mod cohorts;
mod rolling;
mod silence;
mod stages;

pub use calendar::{Period, Span};
pub use cohorts::{Cohort, CohortTable, Cohorts};
pub use rolling::{RollingRetention, RollingTable};
pub use silence::Silence;
pub use stages::{Lifecycle, LifecycleStage, Stages};
