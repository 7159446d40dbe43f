//! A rule and the columns it speaks of.

use super::eval::{Number, Truth};
use super::parse::{Compare, Tree, refuse};
use crate::data::Values;
use crate::error::Result;
use crate::prepare::plan::frame::Frame;
use crate::prepare::plan::scalar::moment;
use crate::prepare::plan::views::Numbers;

/// What a part of a rule is: a number, a moment, a text or a truth value.
enum Bound<'a> {
    Number(Number<'a>),
    Moment(Number<'a>),
    Text(&'a crate::data::Text),
    Literal(&'a str),
    Truth(Truth<'a>),
}

/// The tree as a truth value over the columns of the table.
pub(super) fn truth<'a>(frame: &'a Frame, tree: &'a Tree) -> Result<Truth<'a>> {
    match bound(frame, tree)? {
        Bound::Truth(truth) => Ok(truth),
        other => mismatch(frame, "a condition", &other),
    }
}

fn mismatch<T>(frame: &Frame, must_be: &str, got: &Bound<'_>) -> Result<T> {
    let got = match got {
        Bound::Number(_) => "a number",
        Bound::Moment(_) => "a date",
        Bound::Text(_) => "a column of text",
        Bound::Literal(_) => "a text",
        Bound::Truth(_) => "a condition",
    };
    refuse(&format!("of {} must have {must_be} where one is needed", frame.place()), got)
}

fn number<'a>(frame: &'a Frame, tree: &'a Tree) -> Result<Number<'a>> {
    match bound(frame, tree)? {
        Bound::Number(number) => Ok(number),
        other => mismatch(frame, "a number", &other),
    }
}

fn bound<'a>(frame: &'a Frame, tree: &'a Tree) -> Result<Bound<'a>> {
    let pair = |a: &'a Tree, b: &'a Tree| {
        Ok::<_, crate::Error>((Box::new(truth(frame, a)?), Box::new(truth(frame, b)?)))
    };
    Ok(match tree {
        Tree::Number(value) => Bound::Number(Number::Constant(*value)),
        Tree::Text(text) => Bound::Literal(text),
        Tree::Truth(value) => Bound::Truth(Truth::Constant(*value)),
        Tree::Column(name) => column(frame, frame.column(name)?),
        Tree::Negative(of) => Bound::Number(Number::Negative(number(frame, of)?.into())),
        Tree::Arithmetic(sign, a, b) => {
            Bound::Number(Number::Arithmetic(*sign, number(frame, a)?.into(), number(frame, b)?.into()))
        }
        Tree::Compare(how, a, b) => Bound::Truth(compare(frame, *how, bound(frame, a)?, bound(frame, b)?)?),
        Tree::IsMissing(of) => match &**of {
            Tree::Column(name) => Bound::Truth(Truth::Missing(frame.values(frame.column(name)?))),
            _ => return refuse("must ask of a column whether it is missing", "something else"),
        },
        Tree::In(of, choices) => Bound::Truth(one_of(frame, of, choices)?),
        Tree::And(a, b) => {
            let (a, b) = pair(a, b)?;
            Bound::Truth(Truth::And(a, b))
        }
        Tree::Or(a, b) => {
            let (a, b) = pair(a, b)?;
            Bound::Truth(Truth::Or(a, b))
        }
        Tree::Not(of) => Bound::Truth(Truth::Not(truth(frame, of)?.into())),
    })
}

fn column(frame: &Frame, column: usize) -> Bound<'_> {
    match frame.values(column) {
        Values::Text(text) => Bound::Text(text),
        Values::Bool(values, present) => Bound::Truth(Truth::Bits(values, present.as_ref())),
        Values::Time(values, present) => {
            Bound::Moment(Number::Column(Numbers::Ints(values, present.as_ref())))
        }
        Values::Int(values, present) => {
            Bound::Number(Number::Column(Numbers::Ints(values, present.as_ref())))
        }
        Values::Float(values) => Bound::Number(Number::Column(Numbers::Floats(values))),
    }
}

fn compare<'a>(frame: &Frame, how: Compare, a: Bound<'a>, b: Bound<'a>) -> Result<Truth<'a>> {
    Ok(match (a, b) {
        (Bound::Number(a), Bound::Number(b)) | (Bound::Moment(a), Bound::Moment(b)) => {
            Truth::Compare(how, a, b)
        }
        (Bound::Moment(a), Bound::Literal(text)) => Truth::Compare(how, a, date(frame, text)?),
        (Bound::Literal(text), Bound::Moment(b)) => Truth::Compare(how, date(frame, text)?, b),
        (Bound::Text(column), Bound::Literal(text)) => Truth::Coded(
            column.codes(),
            column.distinct().iter().map(|value| how.holds(value, text)).collect(),
        ),
        (Bound::Literal(text), Bound::Text(column)) => Truth::Coded(
            column.codes(),
            column.distinct().iter().map(|value| how.holds(text, value)).collect(),
        ),
        (Bound::Text(a), Bound::Text(b)) => Truth::Texts(how, a, b),
        (Bound::Truth(a), Bound::Truth(b)) if matches!(how, Compare::Equal | Compare::NotEqual) => {
            let same = Truth::Same(a.into(), b.into());
            if how == Compare::Equal { same } else { Truth::Not(same.into()) }
        }
        (Bound::Truth(_), other) | (other, _) => {
            return mismatch(frame, "two values of one type to compare", &other);
        }
    })
}

fn date<'a>(frame: &Frame, text: &str) -> Result<Number<'a>> {
    match moment(text, None) {
        Some(micros) => Ok(Number::Constant(micros as f64)),
        None => refuse(
            &format!("of {} must compare dates with dates such as '2024-03-05'", frame.place()),
            "a text",
        ),
    }
}

fn one_of<'a>(frame: &'a Frame, of: &'a Tree, choices: &'a [Tree]) -> Result<Truth<'a>> {
    let mut any: Option<Truth<'a>> = None;
    if let Bound::Text(column) = bound(frame, of)? {
        let texts: Option<Vec<&str>> = choices
            .iter()
            .map(|c| if let Tree::Text(text) = c { Some(text.as_str()) } else { None })
            .collect();
        if let Some(texts) = texts {
            return Ok(Truth::Coded(
                column.codes(),
                column.distinct().iter().map(|value| texts.contains(&value)).collect(),
            ));
        }
    }
    for choice in choices {
        let same = compare(frame, Compare::Equal, bound(frame, of)?, bound(frame, choice)?)?;
        any = Some(match any {
            None => same,
            Some(before) => Truth::Or(before.into(), same.into()),
        });
    }
    Ok(any.unwrap_or(Truth::Constant(false)))
}

impl Compare {
    #[inline]
    pub(super) fn holds<T: PartialOrd>(self, a: T, b: T) -> bool {
        match self {
            Compare::Equal => a == b,
            Compare::NotEqual => a != b,
            Compare::Less => a < b,
            Compare::AtMost => a <= b,
            Compare::More => a > b,
            Compare::AtLeast => a >= b,
        }
    }
}
