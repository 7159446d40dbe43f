//! Profiles to files and back.

use super::card::Profile;
use super::profiles::Profiles;
use crate::data::Keys;
use crate::error::{ErrorKind, Result, io_error};
use crate::prepare::write_whole;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

impl Profiles {
    /// Writes one JSON object per line, UTF-8. The file appears whole or not at all.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] with the path.
    pub fn write_jsonl(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        write_whole(path, |file| self.to_jsonl(file).map_err(io_error(path, "write")))
    }

    /// Writes one JSON object per line to `out`.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn to_jsonl(&self, mut out: impl Write) -> std::io::Result<()> {
        for profile in self {
            serde_json::to_writer(&mut out, profile)?;
            out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes the profiles as a Parquet table, one row per customer.
    ///
    /// # Errors
    /// [`ErrorKind::Io`] with the path.
    #[cfg(feature = "parquet")]
    pub fn write_parquet(&self, path: impl AsRef<Path>) -> Result<()> {
        use crate::data::ToTable;
        crate::prepare::write_parquet(&self.to_table(), path)
    }

    /// Reads profiles that [`Profiles::write_jsonl`] wrote.
    ///
    /// # Errors
    /// [`ErrorKind::Io`]; [`ErrorKind::EmptyInput`] for a file without a profile; [`ErrorKind::Malformed`]
    /// with the line that is no profile, or is of another day than the first.
    pub fn read_jsonl(path: impl AsRef<Path>) -> Result<Profiles> {
        let path = path.as_ref();
        let file = File::open(path).map_err(io_error(path, "open"))?;
        let mut profiles: Vec<Profile> = Vec::new();
        for (line, text) in (1u64..).zip(BufReader::new(file).lines()) {
            let text = text.map_err(io_error(path, "read"))?;
            let malformed = |rule: &str, found: String| ErrorKind::Malformed {
                place: format!("{}, line {line}", path.display()),
                rule: rule.into(),
                found,
            };
            let profile: Profile = serde_json::from_str(&text).map_err(|error| {
                let found = format!("a {:?} error at column {}", error.classify(), error.column());
                malformed("each line must be the JSON object of a profile", found)
            })?;
            if let Some(first) = profiles.first().filter(|first| first.as_of != profile.as_of) {
                let rule = format!("all profiles must be of one day, here {}", first.as_of);
                return Err(malformed(&rule, profile.as_of.to_string()).into());
            }
            profiles.push(profile);
        }
        let Some(as_of) = profiles.first().map(|profile| profile.as_of) else {
            let place = path.display().to_string();
            return Err(ErrorKind::EmptyInput { place, needed: "at least one profile" }.into());
        };
        profiles.sort_by(|a, b| a.customer.cmp(&b.customer));
        let customers: Keys = profiles.iter().map(|profile| &profile.customer).collect();
        if customers.len() != profiles.len() {
            let found = format!("{} lines for {} customers", profiles.len(), customers.len());
            let (place, rule) = (path.display().to_string(), "each customer must have one line".to_owned());
            return Err(ErrorKind::Malformed { place, rule, found }.into());
        }
        Ok(Profiles::of(as_of, customers, profiles))
    }
}
