//! One form for texts that say the same.

use super::fitted::Learned;
use super::frame::Frame;
use super::step::{Kind, owned, refuse};
use crate::data::{Text, Values};
use crate::error::Result;
use crate::prepare::normalize::{collapse_spaces, half_width, nfc, nfkc, to_simplified, trim};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Brings texts into one form. A text of which nothing is left becomes missing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NormalizeText {
    /// The columns, of text; none for every column of text.
    #[serde(default)]
    pub columns: Vec<String>,
    /// What is done, in order.
    pub forms: Vec<TextForm>,
}

/// One form of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TextForm {
    /// Unicode canonical composition: é as one sign, however it was typed.
    Nfc,
    /// Unicode compatibility composition: as NFC, and full-width, circled and ligature signs as plain ones.
    Nfkc,
    /// Full-width letters, digits, signs and blanks as half-width ones.
    HalfWidth,
    /// No blanks (U+3000 and all others) nor unseen signs (zero-width space, byte order mark, direction
    /// marks) at the ends.
    Trim,
    /// As `Trim`, runs of blanks inside as one space, and no unseen signs inside.
    CollapseSpaces,
    /// Traditional Chinese signs as simplified ones, sign by sign.
    Simplified,
    /// Lower case.
    LowerCase,
    /// Upper case.
    UpperCase,
}

impl NormalizeText {
    /// NFC, half width, one space between words: what nobody wants to tell apart.
    pub fn usual<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> NormalizeText {
        let forms = vec![TextForm::Nfc, TextForm::HalfWidth, TextForm::CollapseSpaces];
        NormalizeText { columns: owned(columns), forms }
    }

    /// The same and then this form.
    pub fn and(mut self, form: TextForm) -> NormalizeText {
        self.forms.push(form);
        self
    }

    fn of<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.forms.iter().fold(Cow::Borrowed(text), |text, form| form.of(text))
    }
}

impl TextForm {
    fn of<'a>(self, text: Cow<'a, str>) -> Cow<'a, str> {
        // Printable ASCII is what most texts are, and has all forms but the last three at once.
        let plain = text.bytes().all(|b| (b' '..0x7F).contains(&b));
        match self {
            TextForm::Nfc | TextForm::Nfkc | TextForm::HalfWidth | TextForm::Simplified if plain => text,
            TextForm::Nfc => Cow::Owned(nfc(&text)),
            TextForm::Nfkc => Cow::Owned(nfkc(&text)),
            TextForm::HalfWidth => Cow::Owned(half_width(&text)),
            TextForm::Trim if trim(&text).len() == text.len() => text,
            TextForm::Trim => Cow::Owned(trim(&text).to_owned()),
            TextForm::CollapseSpaces => {
                let single = plain && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ");
                if single { text } else { Cow::Owned(collapse_spaces(&text)) }
            }
            TextForm::Simplified => Cow::Owned(to_simplified(&text).into_owned()),
            TextForm::LowerCase if plain && !text.bytes().any(|b| b.is_ascii_uppercase()) => text,
            TextForm::LowerCase => Cow::Owned(text.to_lowercase()),
            TextForm::UpperCase if plain && !text.bytes().any(|b| b.is_ascii_lowercase()) => text,
            TextForm::UpperCase => Cow::Owned(text.to_uppercase()),
        }
    }
}

impl Kind for NormalizeText {
    fn check(&self) -> Result<()> {
        match self.forms.len() {
            1..=100 => Ok(()),
            n => refuse("number of forms", "1 to 100", n),
        }
    }

    fn apply(&self, _: &Learned, frame: &mut Frame) -> Result<()> {
        for column in frame.columns(&self.columns)? {
            if self.columns.is_empty() && !matches!(frame.values(column), Values::Text(_)) {
                continue;
            }
            frame.map_text(column, |text| {
                let formed = self.of(text);
                (formed != text).then(|| formed.into_owned())
            })?;
        }
        Ok(())
    }
}

/// Distinct texts looked at in one piece of work.
const TEXTS: usize = 1 << 13;

impl Frame {
    /// Something about each distinct text of a column, in order; looked at on all threads.
    pub(super) fn by_text<T: Send>(
        &self,
        column: usize,
        of: impl Fn(&str) -> Option<T> + Sync,
    ) -> Result<Vec<(u32, T)>> {
        let distinct = self.text(column)?.distinct();
        let piece = |start: usize| {
            self.check()?;
            let codes = start..(start + TEXTS).min(distinct.len());
            let found = codes.filter_map(|code| Some((code as u32, of(distinct.get(code)?)?)));
            Ok(found.collect::<Vec<_>>())
        };
        let starts: Vec<usize> = (0..distinct.len()).step_by(TEXTS).collect();
        let pieces: Result<Vec<Vec<(u32, T)>>> = starts.into_par_iter().map(piece).collect();
        Ok(pieces?.into_iter().flatten().collect())
    }

    /// Puts another text in the place of each text for which there is one; an empty one makes it missing.
    pub(super) fn map_text(
        &mut self,
        column: usize,
        of: impl Fn(&str) -> Option<String> + Sync,
    ) -> Result<()> {
        let changed = self.by_text(column, of)?;
        self.put_texts(column, changed)
    }

    /// Puts these texts in the place of those with these codes; an empty one makes it missing.
    pub(super) fn put_texts(&mut self, column: usize, changed: Vec<(u32, String)>) -> Result<()> {
        let texts: Vec<&str> =
            changed.iter().map(|(_, text)| text.as_str()).filter(|text| !text.is_empty()).collect();
        let mut codes = self.codes_of(column, &texts).into_iter();
        let mut code = |text: &String| if text.is_empty() { None } else { codes.next() };
        let pairs = changed.iter().map(|(from, text)| (*from, code(text).unwrap_or(Text::MISSING))).collect();
        self.recode(column, pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_in_order() {
        let usual = NormalizeText::usual(["name"]);
        assert_eq!(usual.of("　Ｌｉ  Mu\u{308}ller "), "Li Müller");
        assert!(matches!(usual.of("Li Ming"), Cow::Borrowed(_)));
        assert_eq!(usual.clone().and(TextForm::UpperCase).of("straße"), "STRASSE");
        assert_eq!(usual.and(TextForm::LowerCase).of("ΟΔΟΣ"), "οδος");
    }
}
