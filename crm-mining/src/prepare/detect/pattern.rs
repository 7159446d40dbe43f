//! The shapes of values: runs of digits, letters and signs.

use super::evidence::{Evidence, Findings, Values};
use super::suspicion::Signal;
use hashbrown::HashMap;

/// Rows that a column needs before a share of them is a rule.
const LEAST_ROWS: usize = 50;

/// What shapes say: where shapes of 5 % of the rows or more make up 90 % of them, a shape of less than 1 % is
/// suspect; strongly so where the usual shapes hold digits, weakly among mere words. Where 98 % have one shape
/// sign by sign, as codes of fixed length have, another length is suspect too.
pub(super) fn judge(values: &Values<'_>, findings: &mut Findings) {
    if values.rows < LEAST_ROWS {
        return;
    }
    let rows = values.rows as f64;
    for exact in [false, true] {
        let shapes: Vec<Shape> = values.entries.iter().map(|entry| Shape::of(&entry.text, exact)).collect();
        let mut counts: HashMap<Shape, u64> = HashMap::new();
        for (shape, entry) in shapes.iter().zip(&values.entries) {
            *counts.entry(*shape).or_default() += u64::from(entry.count);
        }
        let usual_from = if exact { 0.98 } else { 0.05 };
        let usual = |&(_, &count): &(&Shape, &u64)| count as f64 >= usual_from * rows;
        let covered: u64 = counts.iter().filter(usual).map(|(_, count)| count).sum();
        let digits = counts.iter().filter(usual).any(|(shape, _)| shape.has_digit);
        let short = counts.iter().filter(usual).any(|(shape, _)| shape.len <= 4);
        if (covered as f64) < if exact { 0.98 } else { 0.9 } * rows {
            continue;
        }
        let weight = match (exact, digits, short) {
            (false, true, _) => 0.7,
            (false, false, _) => 0.35,
            (true, true, _) | (true, _, true) => 0.55,
            (true, false, false) => 0.3,
        };
        for (shape, entry) in shapes.iter().zip(&values.entries) {
            let share = counts.get(shape).map_or(0.0, |&count| count as f64 / rows);
            if share < 0.01 {
                let found = Evidence::soft(Signal::Pattern { share }, weight);
                let known = findings.entry(entry.code).or_default();
                // The exact shape tells nothing new of a value whose rough shape is rare.
                if !known.iter().any(|evidence| {
                    matches!(evidence.reason, Signal::Pattern { .. }) && evidence.weight >= weight
                }) {
                    known.push(found);
                }
            }
        }
    }
}

/// A shape, as a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Shape {
    print: u64,
    len: u32,
    has_digit: bool,
}

impl Shape {
    /// Digits, capitals, small letters and other letters are classes; other signs stand for themselves. A run of
    /// one class counts once, unless the shape is to be exact.
    fn of(text: &str, exact: bool) -> Shape {
        let mut shape = Shape { print: 0xcbf2_9ce4_8422_2325, len: 0, has_digit: false };
        let mut before = '\0';
        for sign in text.chars() {
            let class = match sign {
                '0'..='9' => '9',
                'A'..='Z' => 'A',
                'a'..='z' => 'a',
                sign if sign.is_alphabetic() => 'a',
                sign => sign,
            };
            shape.has_digit |= class == '9';
            if exact || class != before {
                shape.print = (shape.print ^ u64::from(u32::from(class))).wrapping_mul(0x0100_0000_01b3);
                shape.len += 1;
            }
            before = class;
        }
        shape
    }
}
