//! Bytes in, text out: unpacked, decoded, still in stretches.

use super::dialect::{Aspect, Finding};
use super::encoding::Encoding;
use super::packing::{Packing, unpacked};
use crate::error::{Result, io_error};
use encoding_rs::{Decoder, DecoderResult};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Takes the place of bytes that are no text. It occurs nowhere in UTF-8, so the row that holds it is found
/// out like any other row that is not UTF-8.
const NO_TEXT: u8 = 0xFF;

/// How much more is looked at before the encoding is told from the first bytes beyond ASCII.
const EVIDENCE: usize = 64 << 10;

/// What told the encoding.
#[derive(Debug, Clone, Copy)]
enum Told {
    No,
    Given,
    Start,
    Text,
}

/// A text file as UTF-8. Bytes of a UTF-8 file are handed on unchecked.
pub(super) struct Source<'a> {
    input: Box<dyn Read + Send + 'a>,
    path: PathBuf,
    decoder: Option<Decoder>,
    at_start: bool,
    pub(super) encoding: Option<Encoding>,
    pub(super) packing: Option<Packing>,
    told: Told,
    pub(super) ended: bool,
    pub(super) bytes: u64,
}

/// A file opened to be read, and what messages call it.
pub(super) fn opened(path: &Path) -> Result<(File, String)> {
    let file = File::open(path).map_err(io_error(path, "open"))?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Ok((file, name))
}

impl<'a> Source<'a> {
    pub(super) fn new(
        path: PathBuf,
        input: impl Read + Send + 'a,
        encoding: Option<Encoding>,
    ) -> Result<Source<'a>> {
        let (input, packing) = unpacked(&path, input)?;
        let told = if encoding.is_some() { Told::Given } else { Told::No };
        Ok(Source {
            input,
            path,
            decoder: None,
            at_start: true,
            encoding,
            told,
            packing,
            ended: false,
            bytes: 0,
        })
    }

    /// Adds about `n` bytes of text to `out`, and at least one unless the source has ended.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>, n: usize) -> Result<()> {
        let start = out.len();
        while out.len() == start && !self.ended {
            let raw_start = out.len();
            self.read(out, n)?;
            if self.at_start {
                self.at_start = false;
                self.begin(out, raw_start);
            }
            self.tell_encoding(out, raw_start)?;
            if self.encoding.is_some_and(|encoding| encoding != Encoding::Utf8) {
                let raw = out.split_off(raw_start);
                self.decode(&raw, out);
            }
        }
        self.bytes += (out.len() - start) as u64;
        Ok(())
    }

    /// Adds `n` raw bytes, or what is left.
    fn read(&mut self, out: &mut Vec<u8>, n: usize) -> Result<()> {
        out.reserve(n + 32);
        match self.input.by_ref().take(n as u64).read_to_end(out) {
            Ok(got) => self.ended = got < n,
            Err(error) => return Err(self.failed(error)),
        }
        Ok(())
    }

    /// The encoding, and what says so.
    pub(super) fn encoding_finding(&self) -> Finding {
        let evidence = match (self.told, self.encoding) {
            (Told::Given, _) => "given",
            (Told::Start, _) => "a byte order mark, or zeros beside every ASCII sign",
            (Told::Text, Some(Encoding::Utf8)) => {
                "what goes beyond ASCII is valid UTF-8, but for stray bytes"
            }
            (Told::Text, _) => "what goes beyond ASCII is no UTF-8 and reads best so",
            (Told::No, _) => "nothing goes beyond ASCII",
        };
        let found = self.encoding.unwrap_or(Encoding::Utf8).to_string();
        Finding { of: Aspect::Encoding, found, evidence: evidence.to_owned() }
    }

    fn failed(&self, error: std::io::Error) -> crate::Error {
        if let Some(torn) = self.packing.and_then(|packing| packing.torn(&self.path, &error)) {
            return torn;
        }
        io_error(&self.path, "read")(error)
    }

    /// Looks for a byte order mark and drops it.
    fn begin(&mut self, out: &mut Vec<u8>, start: usize) {
        let raw = out.get(start..).unwrap_or_default();
        if self.encoding.is_none() {
            self.encoding = Encoding::of_start(raw);
            self.told = if self.encoding.is_some() { Told::Start } else { Told::No };
        }
        if let Some(encoding) = self.encoding
            && let Some((marked, length)) = encoding_rs::Encoding::for_bom(raw)
            && marked == encoding.codec()
        {
            out.drain(start..start + length);
        }
    }

    /// Settles the encoding at the first stretch that goes beyond ASCII, the part all encodings share.
    fn tell_encoding(&mut self, out: &mut Vec<u8>, start: usize) -> Result<()> {
        if self.encoding.is_none() && !out.get(start..).unwrap_or_default().is_ascii() {
            if !self.ended {
                self.read(out, EVIDENCE)?;
            }
            self.told = Told::Text;
            self.encoding = Some(Encoding::of_text(out.get(start..).unwrap_or_default()));
        }
        Ok(())
    }

    fn decode(&mut self, raw: &[u8], out: &mut Vec<u8>) {
        let Some(encoding) = self.encoding else { return };
        let decoder = self.decoder.get_or_insert_with(|| encoding.codec().new_decoder_without_bom_handling());
        let mut rest = raw;
        loop {
            let start = out.len();
            let room = decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(raw.len());
            out.resize(start + room, 0);
            let into = out.get_mut(start..).unwrap_or_default();
            let (result, read, written) = decoder.decode_to_utf8_without_replacement(rest, into, self.ended);
            out.truncate(start + written);
            rest = rest.get(read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => out.push(NO_TEXT),
            }
        }
    }
}
