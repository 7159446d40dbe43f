//! The columns that a rule speaks of as numbers.

use super::parse::{Compare, Tree};
use crate::data::{Found, Values};
use crate::prepare::plan::frame::Frame;
use crate::prepare::plan::views::says_numbers;

/// The columns in arithmetic, and those compared with numbers or with each other as such.
pub(super) fn columns(tree: &Tree, frame: &Frame) -> Vec<String> {
    let mut found = Vec::new();
    collect(tree, frame, &mut found);
    found
}

fn collect(tree: &Tree, frame: &Frame, found: &mut Vec<String>) {
    match tree {
        Tree::Negative(of) => number(of, frame, found),
        Tree::Arithmetic(_, a, b) => {
            number(a, frame, found);
            number(b, frame, found);
        }
        // Whole numbers in text are equal where their texts are: identities stay what they are.
        Tree::Compare(Compare::Equal | Compare::NotEqual, a, b)
            if says_whole(a, frame) && says_whole(b, frame) => {}
        Tree::Compare(_, a, b) if is_number(a, frame) && is_number(b, frame) => {
            number(a, frame, found);
            number(b, frame, found);
        }
        Tree::In(of, choices) if choices.iter().all(|choice| is_number(choice, frame)) => {
            number(of, frame, found);
            choices.iter().for_each(|choice| number(choice, frame, found));
        }
        Tree::Compare(_, a, b) | Tree::And(a, b) | Tree::Or(a, b) => {
            collect(a, frame, found);
            collect(b, frame, found);
        }
        Tree::In(of, choices) => {
            collect(of, frame, found);
            choices.iter().for_each(|choice| collect(choice, frame, found));
        }
        Tree::Not(of) => collect(of, frame, found),
        Tree::IsMissing(_) | Tree::Number(_) | Tree::Text(_) | Tree::Truth(_) | Tree::Column(_) => {}
    }
}

/// A part that stands where a number does.
fn number(tree: &Tree, frame: &Frame, found: &mut Vec<String>) {
    match tree {
        Tree::Column(name) => found.push(name.clone()),
        _ => collect(tree, frame, found),
    }
}

fn says_whole(tree: &Tree, frame: &Frame) -> bool {
    let Tree::Column(name) = tree else { return false };
    frame.column(name).is_ok_and(|column| match frame.values(column) {
        Values::Text(text) => text.found() == Found::Int,
        _ => false,
    })
}

fn is_number(tree: &Tree, frame: &Frame) -> bool {
    match tree {
        Tree::Number(_) | Tree::Negative(_) | Tree::Arithmetic(..) => true,
        Tree::Column(name) => frame.column(name).is_ok_and(|column| match frame.values(column) {
            Values::Float(_) | Values::Int(..) => true,
            values => says_numbers(values),
        }),
        _ => false,
    }
}
