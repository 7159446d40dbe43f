//! Made-up customers for the tests of survival analysis, by whole numbers alone, so that any language makes the
//! same. In Python:
//!
//! ```python
//! def made(n, state=2024):
//!     def draw(below):
//!         nonlocal state
//!         state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
//!         return (state >> 33) % below
//!     rows = []
//!     for _ in range(n):
//!         plan, orders, age = draw(2), draw(10), draw(1000) / 100
//!         days = 1 + draw(60) * (14 - orders + 3 * plan) // 14
//!         event, group = draw(10) < 7, draw(3)
//!         entry = draw(days) / 2 + 0.25 if draw(4) == 0 else 0.0
//!         rows.append((plan, orders, age, days, event, group, entry))
//!     return pandas.DataFrame(rows, columns=["plan", "orders", "age", "days", "event", "group", "entry"])
//! ```

use crm_mining::data::Features;
use crm_mining::learn::{Durations, Timed};

pub(crate) struct Made {
    pub(crate) values: Vec<f64>,
    pub(crate) days: Vec<f64>,
    pub(crate) event: Vec<bool>,
    pub(crate) group: Vec<u32>,
    pub(crate) entry: Vec<f64>,
}

pub(crate) fn made(n: usize) -> Made {
    let mut state = 2024_u64;
    let mut draw = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut made = Made {
        values: Vec::new(),
        days: Vec::new(),
        event: Vec::new(),
        group: Vec::new(),
        entry: Vec::new(),
    };
    for _ in 0..n {
        let (plan, orders, age) = (draw(2), draw(10), draw(1000));
        let days = 1 + draw(60) * (14 - orders + 3 * plan) / 14;
        made.values.extend([plan as f64, orders as f64, age as f64 / 100.0]);
        made.days.push(days as f64);
        made.event.push(draw(10) < 7);
        made.group.push(draw(3) as u32);
        made.entry.push(if draw(4) == 0 { draw(days) as f64 / 2.0 + 0.25 } else { 0.0 });
    }
    made
}

impl Made {
    pub(crate) fn features(&self) -> Features {
        Features::new(["plan", "orders", "age"], self.values.clone()).unwrap()
    }

    pub(crate) fn durations(&self) -> Durations {
        Durations::new(self.days.clone(), self.event.clone()).unwrap()
    }

    /// Some of them having come late.
    pub(crate) fn late(&self) -> Durations {
        self.durations().entering(self.entry.clone()).unwrap()
    }

    pub(crate) fn timed(&self, durations: Durations) -> Timed {
        Timed::new(self.features(), durations).unwrap()
    }
}
