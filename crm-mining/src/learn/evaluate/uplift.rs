//! How well scores say whom a treatment helps.
#![allow(
    clippy::indexing_slicing,
    reason = "rows lie below the common length of all columns, checked at once"
)]

use super::check_each;
use crate::data::{Column, Table, ToTable};
use crate::error::{ErrorKind, Result, invalid_parameter};
use serde::{Deserialize, Serialize};

const OF: &str = "Uplift";

/// What a treatment (a call, a voucher) gains when it goes first to the customers with the highest scores.
///
/// It needs a trial: some customers treated and some not, by chance, with the outcome of each. The uplift curve
/// says, of so many customers with the highest scores, by how much their mean outcome with treatment exceeds that
/// without, times their number; the Qini curve the same per treated customer. The area between a curve and the
/// straight line to its end is the gain over treating at random; over the area of a perfect ranking, it is the
/// coefficient. Outcomes may be any numbers (money); only the coefficients need outcomes of 0 and 1.
///
/// Rows of equal score enter together, so the order of the rows does not matter. While one arm is still empty, the
/// uplift curve takes its mean outcome, and the Qini curve its outcome, as 0.
///
/// # Reference
/// N. J. Radcliffe (2007), Using control groups to target on predicted lift, Direct Marketing Analytics Journal.
/// Definitions as in scikit-uplift 0.5.1.
///
/// # Example
/// ```
/// use crm_mining::learn::{Uplift, UpliftAt};
///
/// let outcomes = [1.0, 0.0, 1.0, 0.0, 0.0, 0.0];
/// let treated = [true, false, true, false, true, false];
/// let uplift = Uplift::of(&outcomes, &treated, &[0.9, 0.8, 0.7, 0.3, 0.2, 0.1])?;
/// assert_eq!(uplift.at(0.5, UpliftAt::Overall)?, 1.0); // 2 of 2 with treatment, 0 of 1 without
/// assert_eq!(uplift.points()[2].uplift, 2.0); // of the best two rows, one treated with success, one not
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Uplift {
    ties: Vec<Tie>,
    points: Vec<UpliftPoint>,
    /// The areas under the curves of a perfect ranking, of outcomes of 0 and 1.
    perfect: Option<(f64, f64)>,
}

/// One point of the curves of an [`Uplift`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct UpliftPoint {
    /// Rows with the highest scores, in number.
    pub rows: usize,
    /// The height of the uplift curve.
    pub uplift: f64,
    /// The height of the Qini curve.
    pub qini: f64,
}

/// Of whom the best share is taken, for [`Uplift::at`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UpliftAt {
    /// Of all rows, treated or not.
    Overall,
    /// Of the treated and of the others, each by themselves.
    ByGroup,
}

/// Rows of one score: numbers and sums of outcomes.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Tie {
    treated: Arm,
    control: Arm,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Arm {
    rows: usize,
    sum: f64,
}

impl Arm {
    fn add(&mut self, other: &Arm) {
        self.rows += other.rows;
        self.sum += other.sum;
    }

    fn mean(&self) -> f64 {
        if self.rows == 0 { 0.0 } else { self.sum / self.rows as f64 }
    }
}

impl Uplift {
    /// The curves of scores, the highest first, given outcomes and who was treated.
    ///
    /// # Errors
    /// Columns of different length; a score or outcome that is not finite; [`ErrorKind::NotEnoughData`] when
    /// nobody was treated or everybody.
    ///
    /// # Complexity
    /// O(n log n) time.
    pub fn of(outcomes: &[f64], treated: &[bool], scores: &[f64]) -> Result<Uplift> {
        for (b, b_len) in [("treated", treated.len()), ("scores", scores.len())] {
            if outcomes.len() != b_len {
                let (a, a_len) = ("outcomes", outcomes.len());
                return Err(ErrorKind::LengthMismatch { of: OF, a, a_len, b, b_len }.into());
            }
        }
        check_each(OF, "outcomes", outcomes, "finite", |outcome| outcome.is_finite())?;
        check_each(OF, "scores", scores, "finite", |score| score.is_finite())?;
        let ties = ties(outcomes, treated, scores);
        let all = total(&ties);
        for (arm, unit) in [(all.treated, "treated rows"), (all.control, "rows without treatment")] {
            if arm.rows == 0 {
                return Err(ErrorKind::NotEnoughData { of: OF, needed: 1, unit, got: 0 }.into());
            }
        }
        let binary = outcomes.iter().all(|outcome| *outcome == 0.0 || *outcome == 1.0);
        let perfect = binary.then(|| perfect(outcomes, treated));
        Ok(Uplift { points: points(&ties), ties, perfect })
    }

    /// The points of the curves, from no row to all rows.
    pub fn points(&self) -> &[UpliftPoint] {
        &self.points
    }

    /// The area between the uplift curve and the straight line to its end.
    pub fn uplift_area(&self) -> f64 {
        area(&self.points, |point| point.uplift) - triangle(&self.points, |point| point.uplift)
    }

    /// The area between the Qini curve and the straight line to its end.
    pub fn qini_area(&self) -> f64 {
        area(&self.points, |point| point.qini) - triangle(&self.points, |point| point.qini)
    }

    /// [`Uplift::uplift_area`] over that of a perfect ranking: 1 is perfect, 0 is chance.
    ///
    /// # Errors
    /// Outcomes other than 0 and 1; outcomes with which no ranking is better than another.
    pub fn uplift_coefficient(&self) -> Result<f64> {
        self.coefficient(self.uplift_area(), triangle(&self.points, |p| p.uplift), |(uplift, _)| uplift)
    }

    /// [`Uplift::qini_area`] over that of a perfect ranking: 1 is perfect, 0 is chance.
    ///
    /// # Errors
    /// As [`Uplift::uplift_coefficient`].
    pub fn qini_coefficient(&self) -> Result<f64> {
        self.coefficient(self.qini_area(), triangle(&self.points, |p| p.qini), |(_, qini)| qini)
    }

    fn coefficient(&self, area: f64, chance: f64, of: impl Fn((f64, f64)) -> f64) -> Result<f64> {
        let Some(perfect) = self.perfect else {
            return invalid_parameter(OF, "outcomes", "0 or 1 each for a coefficient", "other numbers");
        };
        let gain = of(perfect) - chance;
        if gain.abs() <= 1e-12 * chance.abs().max(1.0) {
            let (needed, unit) = (2, "rows whose order matters");
            return Err(ErrorKind::NotEnoughData { of: OF, needed, unit, got: 0 }.into());
        }
        Ok(area / gain)
    }

    /// The mean outcome with treatment less that without, in the share of rows with the highest scores; their
    /// number is rounded down. Rows of one score that fall to both sides are shared out in proportion.
    ///
    /// # Errors
    /// A share that is not above 0 and at most 1; [`ErrorKind::NotEnoughData`] when nobody in the share was
    /// treated, or everybody.
    pub fn at(&self, share: f64, of: UpliftAt) -> Result<f64> {
        if !(share > 0.0 && share <= 1.0) {
            return invalid_parameter(OF, "share", "above 0 and at most 1", share);
        }
        let all = total(&self.ties);
        // 0.29 of 100 is 29, although the product of the floats is a little less.
        let wanted = |rows: usize| (rows as f64 * share + 1e-9).floor();
        let (treated, control) = match of {
            UpliftAt::Overall => {
                let wanted = wanted(all.treated.rows + all.control.rows);
                let rows = |tie: &Tie| (tie.treated.rows + tie.control.rows) as f64;
                (self.top(wanted, rows, |tie| tie.treated), self.top(wanted, rows, |tie| tie.control))
            }
            UpliftAt::ByGroup => (
                self.top(wanted(all.treated.rows), |tie| tie.treated.rows as f64, |tie| tie.treated),
                self.top(wanted(all.control.rows), |tie| tie.control.rows as f64, |tie| tie.control),
            ),
        };
        for ((rows, _), unit) in
            [(treated, "treated rows in the share"), (control, "rows without treatment in the share")]
        {
            if rows <= 0.0 {
                return Err(ErrorKind::NotEnoughData { of: OF, needed: 1, unit, got: 0 }.into());
            }
        }
        Ok(treated.1 / treated.0 - control.1 / control.0)
    }

    /// Rows of one arm, and the sum of their outcomes, among so many with the highest scores.
    fn top(&self, wanted: f64, rows: impl Fn(&Tie) -> f64, arm: impl Fn(&Tie) -> Arm) -> (f64, f64) {
        let (mut left, mut found) = (wanted, (0.0, 0.0));
        for tie in &self.ties {
            let rows = rows(tie);
            if left <= 0.0 {
                break;
            }
            let part = if rows > left { left / rows } else { 1.0 };
            let arm = arm(tie);
            found = (found.0 + part * arm.rows as f64, found.1 + part * arm.sum);
            left -= rows;
        }
        found
    }
}

/// Rows of equal score together, the highest first.
fn ties(outcomes: &[f64], treated: &[bool], scores: &[f64]) -> Vec<Tie> {
    // Adding 0 makes one zero of the two.
    let rows = scores.iter().zip(treated).zip(outcomes);
    let mut rows: Vec<(f64, bool, f64)> =
        rows.map(|((score, &treated), outcome)| (score + 0.0, treated, outcome + 0.0)).collect();
    rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)).then(a.2.total_cmp(&b.2)));
    rows.chunk_by(|a, b| a.0 == b.0)
        .map(|rows| {
            let mut tie = Tie::default();
            for &(_, treated, outcome) in rows {
                let arm = if treated { &mut tie.treated } else { &mut tie.control };
                arm.add(&Arm { rows: 1, sum: outcome });
            }
            tie
        })
        .collect()
}

fn total(ties: &[Tie]) -> Tie {
    ties.iter().fold(Tie::default(), |mut sum, tie| {
        sum.treated.add(&tie.treated);
        sum.control.add(&tie.control);
        sum
    })
}

fn points(ties: &[Tie]) -> Vec<UpliftPoint> {
    let mut sum = Tie::default();
    let steps = ties.iter().map(|tie| {
        sum.treated.add(&tie.treated);
        sum.control.add(&tie.control);
        let rows = sum.treated.rows + sum.control.rows;
        UpliftPoint {
            rows,
            uplift: (sum.treated.mean() - sum.control.mean()) * rows as f64,
            qini: sum.treated.sum - sum.control.mean() * sum.treated.rows as f64,
        }
    });
    std::iter::once(UpliftPoint::default()).chain(steps).collect()
}

/// The areas under the curves of the best ranking of outcomes of 0 and 1.
fn perfect(outcomes: &[f64], treated: &[bool]) -> (f64, f64) {
    let rows = || outcomes.iter().map(|outcome| *outcome == 1.0).zip(treated.iter().copied());
    let responders_without = rows().filter(|&(outcome, treated)| outcome && !treated).count();
    let others_with = rows().filter(|&(outcome, treated)| !outcome && treated).count();
    // First those whom treatment helped; then the rest in the order that keeps the curve up.
    let by_outcome = responders_without > others_with;
    let ranks: Vec<f64> = rows()
        .map(|(outcome, treated)| {
            let helped = if outcome == treated { 2.0 } else { 0.0 };
            let next = if by_outcome { outcome } else { treated };
            helped + f64::from(u8::from(next))
        })
        .collect();
    let uplift = area(&points(&ties(outcomes, treated, &ranks)), |point| point.uplift);
    let signs: Vec<f64> = rows()
        .map(|(outcome, treated)| {
            if !outcome {
                0.0
            } else if treated {
                1.0
            } else {
                -1.0
            }
        })
        .collect();
    let qini = area(&points(&ties(outcomes, treated, &signs)), |point| point.qini);
    (uplift, qini)
}

/// The area under a curve, by trapezoids.
fn area(points: &[UpliftPoint], height: impl Fn(&UpliftPoint) -> f64) -> f64 {
    let pairs = points.windows(2);
    pairs.map(|p| 0.5 * (p[1].rows - p[0].rows) as f64 * (height(&p[0]) + height(&p[1]))).sum()
}

/// The area under the straight line to the end of a curve.
fn triangle(points: &[UpliftPoint], height: impl Fn(&UpliftPoint) -> f64) -> f64 {
    points.last().map_or(0.0, |last| 0.5 * last.rows as f64 * height(last))
}

impl ToTable for Uplift {
    fn to_table(&self) -> Table {
        let column = |name: &str, get: fn(&UpliftPoint) -> f64| {
            Column::floats(name, self.points.iter().map(get).collect())
        };
        Table::of(
            "uplift",
            vec![
                Column::ints("rows", self.points.iter().map(|point| point.rows as i64).collect()),
                column("uplift", |point| point.uplift),
                column("qini", |point| point.qini),
            ],
        )
    }
}
