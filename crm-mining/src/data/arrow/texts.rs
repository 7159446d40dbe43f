//! Text arrays into one column of codes.

use super::incoming::keys;
use crate::data::intern::intern_all;
use crate::data::memory::grown;
use crate::data::strings::Strings;
use crate::data::text::Text;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, LargeStringArray, StringArray, StringViewArray};
use arrow_schema::DataType;
use rayon::prelude::*;

/// Rows that are coded at once; what is held of a stream until then.
const PIECE: usize = 1 << 22;

/// A column of text as its arrays come in.
///
/// Arrays wait until there are enough rows to code in parallel. Each piece has distinct values of its own,
/// which are made one at the end.
#[derive(Default)]
pub(super) struct Texts {
    waiting: Vec<ArrayRef>,
    n_waiting: usize,
    pieces: Vec<Text>,
}

impl Texts {
    pub(super) fn add(&mut self, array: &ArrayRef) {
        match array.as_any_dictionary_opt() {
            Some(dictionary) => {
                let values = coded(std::slice::from_ref(dictionary.values()));
                let code = |key: Option<usize>| key.and_then(|key| values.codes().get(key).copied());
                let codes = keys(array).into_iter().map(|key| code(key).unwrap_or(Text::MISSING)).collect();
                self.pieces.push(Text { codes, ..values });
            }
            None => {
                self.waiting.push(array.clone());
                self.n_waiting += array.len();
                if self.n_waiting >= PIECE {
                    self.code_waiting();
                }
            }
        }
    }

    /// The bytes it takes.
    pub(super) fn bytes(&self) -> usize {
        let waiting = self.waiting.iter().map(|array| array.get_array_memory_size());
        let pieces =
            self.pieces.iter().map(|piece| grown(&piece.codes, 0) + piece.distinct().bytes_after(0, 0));
        waiting.chain(pieces).sum()
    }

    fn code_waiting(&mut self) {
        if self.n_waiting > 0 {
            self.pieces.push(coded(&std::mem::take(&mut self.waiting)));
            self.n_waiting = 0;
        }
    }

    /// The column: distinct values in order of first appearance, those of a dictionary in its order.
    pub(super) fn finish(mut self) -> Text {
        self.code_waiting();
        if self.pieces.len() < 2 {
            return self.pieces.pop().unwrap_or_else(|| Text::new(Vec::new(), Strings::default()));
        }
        let starts = starts(self.pieces.iter().map(|piece| piece.distinct().len()));
        let all = intern_all(starts.last().copied().unwrap_or(0), |place| {
            let (piece, place) = locate(&starts, place);
            self.pieces.get(piece)?.distinct().get(place)
        });
        let mut codes = Vec::with_capacity(self.pieces.iter().map(|piece| piece.codes().len()).sum());
        for (piece, &start) in self.pieces.iter().zip(&starts) {
            let to = all.codes().get(start..).unwrap_or_default();
            let code = |&code: &u32| to.get(code as usize).copied().unwrap_or(Text::MISSING);
            codes.par_extend(piece.codes().par_iter().map(|old| match *old {
                Text::MISSING => Text::MISSING,
                _ => code(old),
            }));
        }
        Text { codes, ..all }
    }
}

/// Where each part begins, and where the last one ends.
fn starts(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let ends = lengths.scan(0, |end, length| {
        *end += length;
        Some(*end)
    });
    std::iter::once(0).chain(ends).collect()
}

/// The part that holds a place, and the place within it.
#[inline]
fn locate(starts: &[usize], place: usize) -> (usize, usize) {
    let part = starts.partition_point(|&start| start <= place).saturating_sub(1);
    (part, place - starts.get(part).copied().unwrap_or(0))
}

/// The rows of these arrays, one after the other.
fn coded(arrays: &[ArrayRef]) -> Text {
    match arrays {
        [array] => {
            let array = Plain::new(array);
            intern_all(array.len(), |row| array.get(row))
        }
        arrays => {
            // Looking up the array of every row would take longer than the coding.
            let rows = arrays.par_iter().map(Plain::new).map(|array| array.rows().collect::<Vec<_>>());
            let rows = rows.collect::<Vec<_>>().concat();
            intern_all(rows.len(), |row| rows.get(row).copied().flatten())
        }
    }
}

/// An array of text that is no dictionary.
enum Plain<'a> {
    Utf8(&'a StringArray),
    LargeUtf8(&'a LargeStringArray),
    Utf8View(&'a StringViewArray),
    Nulls(usize),
}

impl<'a> Plain<'a> {
    fn new(array: &'a ArrayRef) -> Plain<'a> {
        match array.data_type() {
            DataType::Utf8 => Plain::Utf8(array.as_string()),
            DataType::LargeUtf8 => Plain::LargeUtf8(array.as_string()),
            DataType::Utf8View => Plain::Utf8View(array.as_string_view()),
            _ => Plain::Nulls(array.len()),
        }
    }

    fn len(&self) -> usize {
        match self {
            Plain::Utf8(array) => array.len(),
            Plain::LargeUtf8(array) => array.len(),
            Plain::Utf8View(array) => array.len(),
            Plain::Nulls(len) => *len,
        }
    }

    fn rows(&self) -> impl Iterator<Item = Option<&'a str>> + '_ {
        (0..self.len()).map(|row| self.get(row))
    }

    /// The text of a row that is there.
    #[inline]
    fn get(&self, row: usize) -> Option<&'a str> {
        match self {
            Plain::Utf8(array) => array.is_valid(row).then(|| array.value(row)),
            Plain::LargeUtf8(array) => array.is_valid(row).then(|| array.value(row)),
            Plain::Utf8View(array) => array.is_valid(row).then(|| array.value(row)),
            Plain::Nulls(_) => None,
        }
    }
}
