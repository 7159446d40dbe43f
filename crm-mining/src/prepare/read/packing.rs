//! Packed files, known by their first bytes.

use crate::error::{ErrorKind, Result, io_error};
use std::io::{BufReader, Cursor, ErrorKind as IoKind, Read};
use std::path::Path;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Gzip,
    Zstd,
}

/// The most memory that a zstd file may ask for at one time, as a power of two: 128 MiB.
#[cfg(feature = "zstd")]
const ZSTD_WINDOW_LOG: u32 = 27;

/// What the file holds once unpacked, and how it was packed.
pub(super) fn unpacked<'a>(
    path: &Path,
    mut input: impl Read + Send + 'a,
) -> Result<(Box<dyn Read + Send + 'a>, Option<Packing>)> {
    let mut magic = Vec::new();
    input.by_ref().take(4).read_to_end(&mut magic).map_err(io_error(path, "read"))?;
    let packing = match magic.as_slice() {
        [0x1F, 0x8B, ..] => Some(Packing::Gzip),
        [0x28, 0xB5, 0x2F, 0xFD] => Some(Packing::Zstd),
        _ => None,
    };
    let whole = Cursor::new(magic).chain(input);
    let input: Box<dyn Read + Send + 'a> = match packing {
        Some(Packing::Gzip) => {
            Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(64 << 10, whole)))
        }
        Some(Packing::Zstd) => zstd(path, whole)?,
        None => Box::new(whole),
    };
    Ok((input, packing))
}

#[cfg(feature = "zstd")]
fn zstd<'a>(path: &Path, input: impl Read + Send + 'a) -> Result<Box<dyn Read + Send + 'a>> {
    let buffered = BufReader::with_capacity(64 << 10, input);
    let mut decoder = zstd::stream::read::Decoder::with_buffer(buffered).map_err(io_error(path, "unpack"))?;
    decoder.window_log_max(ZSTD_WINDOW_LOG).map_err(io_error(path, "unpack"))?;
    Ok(Box::new(decoder))
}

#[cfg(not(feature = "zstd"))]
fn zstd<'a>(path: &Path, _: impl Read + Send + 'a) -> Result<Box<dyn Read + Send + 'a>> {
    let (place, rule) = (path.display().to_string(), "must not be packed by zstd".to_owned());
    Err(ErrorKind::Malformed { place, rule, found: "zstd; build with the feature zstd".into() }.into())
}

impl Packing {
    /// An error of reading as what it says about the packed file; `None` when it says nothing.
    pub(super) fn torn(self, path: &Path, error: &std::io::Error) -> Option<crate::Error> {
        let rule = match (self, error.kind()) {
            (Packing::Gzip, IoKind::UnexpectedEof | IoKind::InvalidData | IoKind::InvalidInput) => {
                "must be one or more complete gzip members"
            }
            (Packing::Zstd, IoKind::UnexpectedEof | IoKind::InvalidData | IoKind::Other) => {
                "must be one or more complete zstd frames with a window of at most 128 MiB"
            }
            _ => return None,
        };
        let (place, rule) = (path.display().to_string(), rule.to_owned());
        Some(ErrorKind::Malformed { place, rule, found: error.to_string() }.into())
    }
}
