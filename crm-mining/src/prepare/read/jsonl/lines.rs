//! A text source line by line, in bounded memory.

use super::super::source::Source;
use crate::error::Result;
use std::ops::Range;

/// How much is read at one time.
const BLOCK: usize = 512 << 10;

/// How much of a line that is too long is kept to be shown.
const SHOWN: usize = 1024;

/// Gives the lines of a source.
pub(super) struct Lines<'a> {
    pub(super) source: Source<'a>,
    max_bytes: usize,
    text: Vec<u8>,
    /// Where the next line begins in the text, and how far a line end was looked for.
    start: usize,
    searched: usize,
    number: u64,
    offset: u64,
}

/// One line: its number from 1, the byte at which it begins, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) offset: u64,
    pub(super) range: Range<usize>,
    pub(super) too_long: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(source: Source<'a>, max_bytes: usize) -> Lines<'a> {
        Lines { source, max_bytes, text: Vec::new(), start: 0, searched: 0, number: 0, offset: 0 }
    }

    /// The bytes of the line that came last, without its end.
    pub(super) fn bytes(&self, line: &Line) -> &[u8] {
        let bytes = self.text.get(line.range.clone()).unwrap_or_default();
        bytes.strip_suffix(b"\r").unwrap_or(bytes)
    }

    pub(super) fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let unread = self.text.get(self.searched..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', unread) {
                let end = self.searched + at;
                return Ok(Some(self.line(end, end + 1)));
            }
            self.searched = self.text.len();
            if self.text.len() - self.start > self.max_bytes {
                return self.skip().map(Some);
            }
            if self.source.ended {
                let end = self.text.len();
                return Ok((self.start < end).then(|| self.line(end, end)));
            }
            self.text.drain(..self.start);
            self.searched -= self.start;
            self.start = 0;
            self.source.fill(&mut self.text, BLOCK)?;
        }
    }

    /// The line up to `end`; the next one begins at `next`.
    fn line(&mut self, end: usize, next: usize) -> Line {
        self.number += 1;
        let too_long = end - self.start > self.max_bytes;
        let line = Line { number: self.number, offset: self.offset, range: self.start..end, too_long };
        self.offset += (next - self.start) as u64;
        (self.start, self.searched) = (next, next);
        line
    }

    /// Reads past a line that is longer than may be held.
    fn skip(&mut self) -> Result<Line> {
        let mut length = (self.text.len() - self.start) as u64;
        let shown = self.start..self.text.len().min(self.start + SHOWN);
        self.text.truncate(shown.end);
        while !self.source.ended {
            self.source.fill(&mut self.text, BLOCK)?;
            let more = self.text.get(shown.end..).unwrap_or_default();
            let (end, ended) = match memchr::memchr(b'\n', more) {
                Some(at) => (at + 1, true),
                None => (more.len(), false),
            };
            length += end as u64;
            self.text.drain(shown.end..shown.end + end);
            if ended {
                break;
            }
        }
        self.number += 1;
        let (number, offset) = (self.number, self.offset);
        self.offset += length;
        (self.start, self.searched) = (shown.end, shown.end);
        Ok(Line { number, offset, range: shown, too_long: true })
    }
}
