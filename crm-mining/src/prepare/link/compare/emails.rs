//! E-mail addresses.

use super::edit::jaro_winkler;
use std::borrow::Cow;

/// How much the part before `@` counts; the domain has the rest.
const LOCAL: f64 = 0.8;

/// An e-mail address made ready for comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Email {
    local: String,
    domain: String,
}

/// The part before the last `@`, and the domain.
pub(crate) fn parts(address: &str) -> (&str, &str) {
    address.rsplit_once('@').unwrap_or((address, ""))
}

/// The address without what follows a plus sign, which sorts the mail of one owner.
pub(crate) fn untagged(address: &str) -> Cow<'_, str> {
    let (local, domain) = parts(address);
    match local.split_once('+') {
        Some((owner, _)) if !domain.is_empty() => Cow::Owned(format!("{owner}@{domain}")),
        _ => Cow::Borrowed(address),
    }
}

impl Email {
    pub(crate) fn new(text: &str) -> Email {
        let text = text.trim().to_lowercase();
        let text = untagged(&text);
        let (local, domain) = parts(&text);
        Email { local: local.to_owned(), domain: domain.to_owned() }
    }

    /// Jaro–Winkler of the parts before `@` (0.8) and of the domains (0.2); capitals and what follows a `+` do
    /// not matter.
    pub(crate) fn similarity(&self, other: &Email) -> f64 {
        if self == other {
            return 1.0;
        }
        let of = |a: &str, b: &str| if a == b { 1.0 } else { jaro_winkler(a, b) };
        LOCAL * of(&self.local, &other.local) + (1.0 - LOCAL) * of(&self.domain, &other.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts() {
        let alike = |a: &str, b: &str| Email::new(a).similarity(&Email::new(b));
        assert_eq!(alike("Anna.Smith@Mail.com ", "anna.smith@mail.com"), 1.0);
        assert_eq!(alike("anna+shop@mail.com", "anna@mail.com"), 1.0);
        assert!(alike("anna.smith@mail.com", "anna.smith@work.org") > 0.85);
        assert!(alike("anna.smith@mail.com", "peter@mail.com") < 0.7);
        assert_eq!((alike("", ""), alike("", "a@b.c")), (1.0, 0.0));
    }
}
