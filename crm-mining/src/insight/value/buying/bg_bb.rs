//! The BG/BB model of repeat buying at given opportunities: settings.

use super::fit::plain_settings;
use serde::{Deserialize, Serialize};

/// The BG/BB model of repeat buying at given opportunities: yearly appeals, concerts of a season, weekly markets.
///
/// At every opportunity a customer who is still there buys with a probability of their own, and after each leaves with
/// another; both follow beta distributions over customers, (α, β) and (γ, δ). The summary counts opportunities: see
/// [`Summary::in_periods`](crate::data::Summary::in_periods). Orders become weekly opportunities by
/// [`PurchaseUnit::WeekFromMonday`](crate::data::PurchaseUnit::WeekFromMonday) and
/// [`Summary::in_weeks`](crate::data::Summary::in_weeks).
///
/// # Errors
/// As [`BgNbd`](super::BgNbd); `InvalidValue` for times that are no whole numbers of opportunities, or fewer
/// opportunities up to the last purchase than purchases.
///
/// # Complexity
/// O(n) to find the distinct records, then some dozens of passes over those, each linear in the opportunities.
///
/// # Reference
/// Fader, Hardie & Shang (2010), Customer-base analysis in a discrete-time noncontractual setting, Marketing Science 29(6).
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Days, Summary}, insight::BgBb};
///
/// // Gifts at six yearly appeals: how many, the last in which year, of how many.
/// let gifts = vec![6.0, 2.0, 0.0, 3.0, 1.0, 0.0, 4.0, 1.0];
/// let last = vec![6.0, 5.0, 0.0, 3.0, 1.0, 0.0, 6.0, 6.0];
/// let summary = Summary::new(gifts, last, vec![6.0; 8], vec![0.0; 8])?.in_periods(365.0)?;
/// let giving = BgBb::default().fit(&summary)?;
/// let five_years = giving.expected_purchases(&summary, Days(5 * 365))?;
/// assert!(five_years[0] > five_years[2]);
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct BgBb {
    /// Weight of α² + β² + γ² + δ², taken off the mean log-likelihood. From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

plain_settings! { BgBb }
