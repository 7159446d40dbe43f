//! Customers over time: stages, cohorts, migration, gaps, and what changed between two periods.

mod activity;
mod calendar;
mod cohorts;
mod gain_loss;
mod gaps;
mod migration;
mod periods;
mod revenue_tree;
mod rolling;
mod silence;
mod stages;

pub use calendar::{Period, Span};
pub use cohorts::{Cohort, CohortTable, Cohorts};
pub use gain_loss::{GainLoss, Turn, TurnGroup};
pub use gaps::{GapSummary, PurchaseGaps, Regularity};
pub use migration::Migration;
pub use periods::{PeriodFigures, PeriodOnPeriod, PeriodTable};
pub use revenue_tree::{RevenueEffects, RevenueFigures, RevenueTree};
pub use rolling::{RollingRetention, RollingTable};
pub use silence::Silence;
pub use stages::{Lifecycle, LifecycleStage, Stages};
