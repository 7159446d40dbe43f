//! E-mail addresses.

use super::edit::jaro_winkler;

/// How much the part before `@` counts; the domain has the rest.
const LOCAL: f64 = 0.8;

/// An e-mail address made ready for comparison.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Email {
    local: String,
    domain: String,
}

impl Email {
    pub(crate) fn new(text: &str) -> Email {
        let text = text.trim().to_lowercase();
        let (local, domain) = text.rsplit_once('@').unwrap_or((text.as_str(), ""));
        // What follows a plus sign sorts the mail of one owner.
        let local = local.split_once('+').map_or(local, |(owner, _)| owner);
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
