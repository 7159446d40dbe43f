//! E-mail addresses.

use super::unicode::{half_width, trim};

/// The address with its domain in lower case; `None` when it is none. The part before the @ keeps its case:
/// only its server knows whether case matters. Quoted parts and addresses of one-word hosts are refused.
pub(crate) fn email(text: &str) -> Option<String> {
    let text = half_width(trim(text));
    let text = text.strip_prefix("mailto:").unwrap_or(&text);
    let (local, domain) = text.rsplit_once('@')?;
    let domain = domain.to_lowercase();
    (is_local(local) && is_domain(&domain) && local.len() + domain.len() < 254)
        .then(|| format!("{local}@{domain}"))
}

/// A dot-atom of RFC 5322, letters of any script included (RFC 6531).
fn is_local(local: &str) -> bool {
    let sign = |c: char| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~".contains(c);
    (1..=64).contains(&local.len()) && local.split('.').all(|atom| !atom.is_empty() && atom.chars().all(sign))
}

fn is_domain(domain: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let top = domain.rsplit('.').next().unwrap_or_default();
    let named = top.chars().count() >= 2 && !top.chars().all(|c| c.is_ascii_digit());
    domain.contains('.') && named && domain.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::email;

    #[test]
    fn addresses() {
        for (text, expected) in [
            (" Li.Ming+x@Example.COM ", Some("Li.Ming+x@example.com")),
            ("mailto:a@b.cn", Some("a@b.cn")),
            ("ｌｉ＠ｑｑ．ｃｏｍ", Some("li@qq.com")),
            ("李明@例子.中国", Some("李明@例子.中国")),
            ("a@b", None),
            ("a@@b.com", None),
            ("a..b@c.com", None),
            (".a@c.com", None),
            ("a b@c.com", None),
            ("a@-c.com", None),
            ("a@c..com", None),
            ("a@1.2.3.4", None),
            ("@c.com", None),
            ("", None),
        ] {
            assert_eq!(email(text).as_deref(), expected, "{text}");
        }
        assert_eq!(email(&format!("{}@c.com", "a".repeat(65))), None);
    }
}
