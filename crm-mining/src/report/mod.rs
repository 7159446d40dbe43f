//! Results as charts: plain data, which say themselves as Vega-Lite specifications.
//!
//! Charts of results hold counts, sums, means and shares of customers together, and no customer keys.

mod bins;
mod chart;
mod forecast_charts;
mod lifecycle_charts;
mod pick;
mod segment_charts;
mod survival_charts;
mod value_charts;
mod vega_lite;

pub use bins::Bins;
pub use chart::{Channel, Chart, Encoding, Mark, Scaling};
pub use forecast_charts::{Groups, clv_forecast_chart, forecast_chart, next_purchase_chart};
pub use lifecycle_charts::{
    cohort_chart, gain_loss_chart, gap_chart, migration_chart, period_chart, revenue_tree_chart,
    rolling_retention_chart, stage_chart,
};
pub use segment_charts::{
    choice_chart, dendrogram_chart, effect_chart, segment_share_chart, segment_silhouette_chart,
    segment_size_chart, silhouette_chart,
};
pub use survival_charts::survival_chart;
pub use value_charts::{
    clv_by_month_chart, clv_chart, concentration_chart, frequency_chart, histogram_chart, holdout_chart,
    rfm_chart, tier_chart, tracking_chart, weekly_chart,
};
