//! The Pareto/NBD model of repeat buying: settings.

use super::fit::plain_settings;
use serde::{Deserialize, Serialize};

/// The Pareto/NBD model of repeat buying: as [`BgNbd`](super::BgNbd), but customers may leave at any time, not only
/// after a purchase.
///
/// Rates of buying follow a gamma distribution (r, α) over customers, and so do rates of leaving (s, β). The oldest of
/// these models, and with many one-time buyers often the best; it costs several times the work of BG/NBD. Covariates
/// of the summary are used: see [`BuyingModel::parameters`](super::BuyingModel::parameters).
///
/// # Errors
/// As [`BgNbd`](super::BgNbd).
///
/// # Complexity
/// As [`BgNbd`](super::BgNbd), with 8 to 32 points of an integral per distinct record and pass.
///
/// # Reference
/// Schmittlein, Morrison & Colombo (1987), Counting your customers, Management Science 33(1).
///
/// # Example
/// ```
/// use crm_mining::{Fit, data::{Days, Summary}, insight::ParetoNbd};
///
/// let x = vec![2.0, 1.0, 0.0, 0.0, 5.0, 0.0, 3.0, 1.0, 9.0, 0.0];
/// let recency = vec![200.0, 12.0, 0.0, 0.0, 250.0, 0.0, 40.0, 210.0, 99.0, 0.0];
/// let age = vec![272.0, 272.0, 272.0, 265.0, 265.0, 260.0, 260.0, 255.0, 250.0, 20.0];
/// let summary = Summary::new(x, recency, age, vec![0.0; 10])?;
/// let buying = ParetoNbd::default().fit(&summary)?;
/// let alive = buying.p_alive(&summary)?;
/// assert!(alive[2] < alive[9]); // of one-time buyers too the model tells those of long ago from those of late
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ParetoNbd {
    /// Weight of r² + α² + s² + β², taken off the mean log-likelihood, with α and β in units of
    /// the greatest age (as in lifetimes). From 0; default 0.
    pub penalizer: f64,
    /// Newton steps allowed to each search. From 1; default 500.
    pub max_iterations: usize,
    /// A search has converged when another step is expected to raise the log-likelihood by less. Above 0;
    /// default 1e-9.
    pub tolerance: f64,
}

plain_settings! { ParetoNbd }
