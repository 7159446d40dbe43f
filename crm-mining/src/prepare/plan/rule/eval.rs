//! The outcome of a rule, block of rows by block of rows.
#![allow(
    clippy::indexing_slicing,
    reason = "blocks are at most BLOCK rows and buffers as long as their block"
)]

use super::parse::Compare;
use crate::data::{Bitmap, Text, Values};
use crate::prepare::plan::views::{Numbers, is_missing};
use std::ops::Range;

/// Outcomes, so that `and` is the smaller and `or` the larger.
pub(super) const FALSE: u8 = 0;
pub(super) const UNKNOWN: u8 = 1;
pub(super) const TRUE: u8 = 2;

const BLOCK: usize = 1024;

/// A number for each row; NaN when missing or undefined (0 / 0).
pub(super) enum Number<'a> {
    Constant(f64),
    Column(Numbers<'a>),
    Negative(Box<Number<'a>>),
    Arithmetic(char, Box<Number<'a>>, Box<Number<'a>>),
}

/// An outcome for each row.
pub(super) enum Truth<'a> {
    Constant(bool),
    Bits(&'a Bitmap, Option<&'a Bitmap>),
    Compare(Compare, Number<'a>, Number<'a>),
    /// One outcome for each code of a text column.
    Coded(&'a [u32], Vec<bool>),
    Texts(Compare, &'a Text, &'a Text),
    Missing(&'a Values),
    Same(Box<Truth<'a>>, Box<Truth<'a>>),
    And(Box<Truth<'a>>, Box<Truth<'a>>),
    Or(Box<Truth<'a>>, Box<Truth<'a>>),
    Not(Box<Truth<'a>>),
}

/// The rows, of those still in, whose outcome is below this one.
pub(super) fn below(
    truth: &Truth<'_>,
    rows: Range<usize>,
    bound: u8,
    is_in: impl Fn(usize) -> bool,
) -> Vec<u32> {
    let mut found = Vec::new();
    for start in rows.clone().step_by(BLOCK) {
        let block = start..(start + BLOCK).min(rows.end);
        let mut out = [FALSE; BLOCK];
        truth.eval(block.clone(), &mut out[..block.len()]);
        let broken = block.zip(out).filter(|&(row, outcome)| outcome < bound && is_in(row));
        found.extend(broken.map(|(row, _)| row as u32));
    }
    found
}

fn outcome(holds: bool) -> u8 {
    if holds { TRUE } else { FALSE }
}

impl Number<'_> {
    fn eval(&self, rows: Range<usize>, out: &mut [f64]) {
        match self {
            Number::Constant(value) => out.fill(*value),
            Number::Column(Numbers::Floats(values)) => out.copy_from_slice(&values[rows]),
            Number::Column(numbers) => {
                out.iter_mut().zip(rows).for_each(|(out, row)| *out = numbers.get(row).unwrap_or(f64::NAN));
            }
            Number::Negative(of) => {
                of.eval(rows, out);
                out.iter_mut().for_each(|value| *value = -*value);
            }
            Number::Arithmetic(sign, a, b) => {
                a.eval(rows.clone(), out);
                let mut other = vec![0.0; out.len()];
                b.eval(rows, &mut other);
                let pairs = out.iter_mut().zip(other);
                match sign {
                    '+' => pairs.for_each(|(a, b)| *a += b),
                    '-' => pairs.for_each(|(a, b)| *a -= b),
                    '*' => pairs.for_each(|(a, b)| *a *= b),
                    _ => pairs.for_each(|(a, b)| *a /= b),
                }
            }
        }
    }
}

impl Truth<'_> {
    fn eval(&self, rows: Range<usize>, out: &mut [u8]) {
        match self {
            Truth::Constant(value) => out.fill(outcome(*value)),
            Truth::Bits(values, present) => {
                for (out, row) in out.iter_mut().zip(rows) {
                    let there = present.is_none_or(|present| present.get(row));
                    *out = if there { outcome(values.get(row)) } else { UNKNOWN };
                }
            }
            Truth::Compare(how, a, b) => compare(*how, a, b, rows, out),
            Truth::Coded(codes, holds) => {
                for (out, &code) in out.iter_mut().zip(&codes[rows]) {
                    *out = holds.get(code as usize).map_or(UNKNOWN, |&holds| outcome(holds));
                }
            }
            Truth::Texts(how, a, b) => {
                for (out, row) in out.iter_mut().zip(rows) {
                    *out = a.get(row).zip(b.get(row)).map_or(UNKNOWN, |(a, b)| outcome(how.holds(a, b)));
                }
            }
            Truth::Missing(values) => {
                out.iter_mut().zip(rows).for_each(|(out, row)| *out = outcome(is_missing(values, row)));
            }
            Truth::Same(a, b) => with(a, b, rows, out, |a, b| match a == UNKNOWN || b == UNKNOWN {
                true => UNKNOWN,
                false => outcome(a == b),
            }),
            Truth::And(a, b) => with(a, b, rows, out, u8::min),
            Truth::Or(a, b) => with(a, b, rows, out, u8::max),
            Truth::Not(of) => {
                of.eval(rows, out);
                out.iter_mut().for_each(|out| *out = TRUE - *out);
            }
        }
    }
}

fn with(a: &Truth<'_>, b: &Truth<'_>, rows: Range<usize>, out: &mut [u8], join: impl Fn(u8, u8) -> u8) {
    a.eval(rows.clone(), out);
    let mut other = vec![FALSE; out.len()];
    b.eval(rows, &mut other);
    out.iter_mut().zip(other).for_each(|(a, b)| *a = join(*a, b));
}

fn compare(how: Compare, a: &Number<'_>, b: &Number<'_>, rows: Range<usize>, out: &mut [u8]) {
    let (mut left, mut right) = (vec![0.0; out.len()], vec![0.0; out.len()]);
    a.eval(rows.clone(), &mut left);
    b.eval(rows, &mut right);
    for ((out, &a), &b) in out.iter_mut().zip(&left).zip(&right) {
        *out = if a.is_nan() || b.is_nan() { UNKNOWN } else { outcome(how.holds(a, b)) };
    }
}
