//! The settings that both miners share, checked, and the pace at which they look up from their work.

use super::support::Support;
use crate::data::Baskets;
use crate::error::{ErrorKind, Result, invalid_parameter};
use crate::model::Control;

/// Checked settings.
#[derive(Clone, Copy)]
pub(super) struct Limits {
    pub(super) min_count: u32,
    /// No longer set is looked for.
    pub(super) max_len: usize,
    /// When there are more sets, the longest are left out.
    pub(super) max_itemsets: usize,
}

/// How many itemsets are kept unless the caller says otherwise.
pub(super) const MAX_ITEMSETS: u32 = 10_000_000;

impl Limits {
    pub(super) fn checked(
        of: &'static str,
        min_support: Support,
        max_len: Option<usize>,
        max_itemsets: u32,
        baskets: &Baskets,
    ) -> Result<Limits> {
        if max_len == Some(0) {
            return invalid_parameter(of, "max_len", "at least 1", 0);
        }
        if max_itemsets == 0 {
            return invalid_parameter(of, "max_itemsets", "at least 1", 0);
        }
        let size = baskets.len().max(baskets.baskets().values().len());
        let (Ok(_), Ok(n_baskets)) = (u32::try_from(size), u32::try_from(baskets.len())) else {
            return Err(ErrorKind::LimitExceeded {
                place: of.into(),
                of: "items in all baskets",
                limit: u64::from(u32::MAX),
                needed: size as u64,
                setting: "several calls, each on a part of the baskets",
            }
            .into());
        };
        let min_count = min_support.min_count(of, n_baskets)?;
        if n_baskets == 0 {
            return Err(ErrorKind::NotEnoughData { of, needed: 1, unit: "baskets", got: 0 }.into());
        }
        Ok(Limits { min_count, max_len: max_len.unwrap_or(usize::MAX), max_itemsets: max_itemsets as usize })
    }
}

/// Counts small steps and asks the [`Control`] once in a while.
pub(super) struct Pace<'a> {
    control: &'a Control,
    stage: &'static str,
    steps: usize,
}

/// Some milliseconds of work.
const STEPS: usize = 1 << 20;

impl<'a> Pace<'a> {
    pub(super) fn new(control: &'a Control, stage: &'static str) -> Self {
        Pace { control, stage, steps: 0 }
    }

    /// So many steps were made.
    #[inline]
    pub(super) fn step(&mut self, steps: usize) -> Result<()> {
        self.steps += steps;
        if self.steps < STEPS {
            return Ok(());
        }
        self.steps = 0;
        self.control.check(self.stage)
    }
}
