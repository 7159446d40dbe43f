//! What a workbook would unpack to, found by unpacking it with a counter and keeping nothing.

use super::{ExcelReader, malformed};
use crate::error::{ErrorKind, Result};
use crate::model::Control;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// More parts than a workbook has sheets, pictures and tables.
const MAX_PARTS: usize = 20_000;

/// The longest tag that is sound: the parser's work on one grows with the square of its length.
const MAX_TAG: usize = 64 << 10;

/// One file to be held against the limits.
pub(super) struct Claims<'a> {
    pub(super) reader: &'a ExcelReader,
    pub(super) name: &'a str,
    pub(super) control: &'a Control,
}

impl Claims<'_> {
    pub(super) fn check(&self, bytes: &[u8]) -> Result<()> {
        self.limit("bytes", self.reader.max_bytes, bytes.len() as u64, "max_bytes")?;
        let broken = |error: zip::result::ZipError| malformed(self.name, error);
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
        if archive.len() > MAX_PARTS {
            return Err(malformed(self.name, format!("{} parts", archive.len())));
        }
        let mut tags = Tags::default();
        let (mut unpacked, mut buffer) = (0_u64, vec![0; 64 << 10]);
        for part in 0..archive.len() {
            let mut part = archive.by_index(part).map_err(broken)?;
            tags.begin();
            loop {
                let read = part.read(&mut buffer).map_err(|error| malformed(self.name, error))?;
                if read == 0 {
                    break;
                }
                unpacked += read as u64;
                tags.add(buffer.get(..read).unwrap_or_default());
                self.control.check(ExcelReader::STAGE)?;
                self.limit("bytes of unpacked data", self.reader.max_bytes, unpacked, "max_bytes")?;
                self.limit("cells", self.reader.max_cells, tags.cells, "max_cells")?;
                self.limit("shared texts", self.reader.max_strings, tags.strings, "max_strings")?;
                if tags.longest > MAX_TAG {
                    return Err(malformed(self.name, "a tag of more than 64 KiB"));
                }
            }
        }
        Ok(())
    }

    fn limit(&self, of: &'static str, limit: u64, needed: u64, setting: &'static str) -> Result<()> {
        if needed <= limit {
            return Ok(());
        }
        Err(ErrorKind::LimitExceeded { place: self.name.to_owned(), of, limit, needed, setting }.into())
    }
}

/// Counts the tags of cells (`c`) and shared texts (`si`), whatever their namespace prefix.
#[derive(Debug, Default)]
struct Tags {
    state: State,
    /// The name so far, and how long the tag is so far.
    name: [u8; 2],
    name_len: usize,
    length: usize,
    longest: usize,
    cells: u64,
    strings: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum State {
    #[default]
    Outside,
    Name,
    Inside,
}

impl Tags {
    /// A part begins: no tag of the part before goes on in it.
    fn begin(&mut self) {
        self.state = State::Outside;
    }

    fn add(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            match self.state {
                State::Outside => {
                    if byte == b'<' {
                        (self.state, self.name_len, self.length) = (State::Name, 0, 0);
                    }
                    continue;
                }
                State::Name => self.name(byte),
                State::Inside if byte == b'>' => self.state = State::Outside,
                State::Inside => {}
            }
            self.length += 1;
            self.longest = self.longest.max(self.length);
        }
    }

    fn name(&mut self, byte: u8) {
        match byte {
            b':' => self.name_len = 0,
            b' ' | b'>' | b'/' | b'\t' | b'\n' | b'\r' => {
                match (self.name, self.name_len) {
                    ([b'c', _], 1) => self.cells += 1,
                    ([b's', b'i'], 2) => self.strings += 1,
                    _ => {}
                }
                self.state = if byte == b'>' { State::Outside } else { State::Inside };
            }
            _ => {
                if let Some(place) = self.name.get_mut(self.name_len) {
                    *place = byte;
                }
                self.name_len += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_counted_across_pieces() {
        let xml = b"<sheetData><row r=\"1\"><c r=\"A1\"><v>1</v></c><x:c/><col/></row><si><t>a</t></si></sheetData>";
        for piece in 1..xml.len() {
            let mut tags = Tags::default();
            xml.chunks(piece).for_each(|piece| tags.add(piece));
            assert_eq!((tags.cells, tags.strings), (2, 1), "{piece}");
        }
    }
}
