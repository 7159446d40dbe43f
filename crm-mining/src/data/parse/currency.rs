//! Currencies by their signs and codes.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

/// The currency that amounts are marked with: an ISO 4217 code such as `EUR`, or a sign that several
/// currencies share (`$`, `¥`) when nothing beside it says which.
///
/// ```
/// use crm_mining::data::Currency;
///
/// assert_eq!(Currency::of("€").unwrap(), Currency::of("EUR").unwrap());
/// assert_eq!(Currency::of("元").unwrap().code(), "CNY");
/// assert_eq!(Currency::of("¥").unwrap().code(), "¥");
/// assert!(Currency::of("apples").is_none());
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(into = "String")]
pub struct Currency(&'static str);

const DOLLAR: &str = "$";
const YEN: &str = "¥";

/// Currencies whose unit is called a dollar.
const DOLLARS: &[&str] = &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN"];

/// Currencies written with the sign ¥.
const YENS: &[&str] = &["CNY", "JPY"];

const SIGNS: &[(&str, &str)] = &[
    ("$", DOLLAR),
    ("¥", YEN),
    ("€", "EUR"),
    ("£", "GBP"),
    ("₹", "INR"),
    ("₩", "KRW"),
    ("₽", "RUB"),
    ("₺", "TRY"),
    ("₴", "UAH"),
    ("₫", "VND"),
    ("₱", "PHP"),
    ("฿", "THB"),
    ("zł", "PLN"),
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("AU$", "AUD"),
    ("A$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("S$", "SGD"),
    ("R$", "BRL"),
    ("CN¥", "CNY"),
    ("JP¥", "JPY"),
    ("RMB", "CNY"),
    ("元", "CNY"),
    ("人民币", "CNY"),
    ("人民币元", "CNY"),
    ("美元", "USD"),
    ("欧元", "EUR"),
    ("港元", "HKD"),
    ("港币", "HKD"),
    ("日元", "JPY"),
    ("円", "JPY"),
    ("英镑", "GBP"),
];

const CODES: &[&str] = &[
    "AED", "ARS", "AUD", "BDT", "BGN", "BRL", "CAD", "CHF", "CLP", "CNH", "CNY", "COP", "CZK", "DKK", "EGP",
    "EUR", "GBP", "HKD", "HUF", "IDR", "ILS", "INR", "ISK", "JPY", "KRW", "KZT", "MAD", "MOP", "MXN", "MYR",
    "NGN", "NOK", "NZD", "PEN", "PHP", "PKR", "PLN", "QAR", "RON", "RSD", "RUB", "SAR", "SEK", "SGD", "THB",
    "TRY", "TWD", "UAH", "USD", "UYU", "VND", "ZAR",
];

impl Currency {
    /// The currency of a sign or a code, the latter in any case.
    pub fn of(mark: &str) -> Option<Currency> {
        let sign = SIGNS.iter().find(|(sign, _)| *sign == mark).map(|&(_, currency)| currency);
        sign.or_else(|| CODES.iter().copied().find(|code| code.eq_ignore_ascii_case(mark))).map(Currency)
    }

    /// The ISO 4217 code, or the shared sign.
    pub fn code(self) -> &'static str {
        self.0
    }

    /// The currency of two amounts together, when they may be in one: `$` goes with `USD`, `¥` with `CNY`.
    pub(super) fn joined(self, other: Currency) -> Option<Currency> {
        let shared = |sign: Currency, code: Currency| {
            sign.0 == DOLLAR && DOLLARS.contains(&code.0) || sign.0 == YEN && YENS.contains(&code.0)
        };
        match (self, other) {
            (a, b) if a == b || shared(b, a) => Some(a),
            (a, b) if shared(a, b) => Some(b),
            _ => None,
        }
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Currency, D::Error> {
        let mark = String::deserialize(from)?;
        Currency::of(&mark).ok_or_else(|| Error::custom("must be a known currency sign or ISO 4217 code"))
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> String {
        currency.0.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_go_together() {
        let joined = |a, b| Currency::of(a).unwrap().joined(Currency::of(b).unwrap()).map(Currency::code);
        assert_eq!(joined("$", "cad"), Some("CAD"));
        assert_eq!(joined("元", "¥"), Some("CNY"));
        assert_eq!(joined("¥", "¥"), Some("¥"));
        assert_eq!(joined("$", "€"), None);
        assert_eq!(joined("USD", "CAD"), None);
    }
}
