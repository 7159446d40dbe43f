//! Lifetime value becomes scores; what one purchase cannot tell is said to be unknown.

use crate::data::Keys;
use crate::insight::ClvEstimates;
use crate::profile::{Part, Profile};

impl Part for ClvEstimates {
    fn customers(&self) -> Option<&Keys> {
        Some(self.customers())
    }

    fn tell(&self, customer: usize, profile: &mut Profile) {
        let at = |values: &[f64]| values.get(customer).copied();
        let (Some(purchases), Some(spend), Some(clv)) =
            (at(self.expected_purchases()), at(self.expected_spend()), at(self.clv()))
        else {
            return;
        };
        let days = self.horizon_days();
        let alive = self.p_alive(customer);
        let alive_reason = match alive {
            Some(_) => "time since the last purchase against the usual time between purchases",
            None => "not known from one purchase day",
        };
        profile.add_score("p_alive", alive, vec![alive_reason.into()]);
        profile.add_score(
            "expected_purchases",
            Some(purchases),
            vec![match alive {
                Some(_) => {
                    format!("within {days:.0} days, by the customer's own rate drawn towards that of all")
                }
                None => format!("within {days:.0} days, supposing a one-time buyer is still a customer"),
            }],
        );
        let own = self.identified().get(customer).copied().unwrap_or(false);
        let whose =
            if own { "own mean drawn towards that of all" } else { "the mean of all: no repeat spend known" };
        profile.add_score("expected_spend", Some(spend), vec![format!("per purchase, {whose}")]);
        profile.add_score(
            "clv",
            Some(clv),
            vec![format!("{purchases:.2} purchases in {days:.0} days at {spend:.2}, discounted")],
        );
    }
}
