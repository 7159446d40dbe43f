//! What the words of a column name hint at.

/// What a column name hints at.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Words {
    pub(super) id: bool,
    pub(super) name: bool,
    pub(super) phone: bool,
    pub(super) identity: bool,
    pub(super) address: bool,
    pub(super) birth: bool,
}

const IDS: &[&str] = &["id", "ids", "key", "code", "no", "number", "uuid", "guid", "sku", "pk"];
const IDS_CHINESE: &[&str] = &["编号", "编码", "代码", "单号", "号码", "主键", "货号"];
const NAMES: &[&str] = &[
    "surname",
    "firstname",
    "lastname",
    "forename",
    "fullname",
    "givenname",
    "familyname",
    "nickname",
    "cardholder",
];
/// Whose name a `name` can be for it to be a person's.
const PERSONS: &[&str] = &[
    "first",
    "last",
    "middle",
    "full",
    "given",
    "family",
    "maiden",
    "customer",
    "client",
    "member",
    "buyer",
    "person",
    "contact",
    "holder",
    "owner",
    "recipient",
    "patient",
    "guest",
    "passenger",
    "employee",
    "agent",
    "applicant",
    "subscriber",
    "father",
    "mother",
    "user",
    "display",
];
const NAMES_CHINESE: &[&str] = &["姓名", "名字", "姓氏", "联系人", "收货人", "收件人", "持卡人", "昵称"];
const PHONES: &[&str] =
    &["phone", "tel", "telephone", "mobile", "cell", "cellphone", "fax", "msisdn", "phonenumber"];
const PHONES_CHINESE: &[&str] = &["电话", "手机", "传真"];
const IDENTITIES: &[&str] = &["idcard", "identity", "national", "citizen"];
const IDENTITIES_CHINESE: &[&str] = &["身份证", "证件"];
const ADDRESSES: &[&str] = &["address", "addr", "street"];
const ADDRESSES_CHINESE: &[&str] = &["地址", "住址"];
const BIRTHS: &[&str] = &["birth", "birthdate", "birthday", "dob", "dateofbirth"];
const BIRTHS_CHINESE: &[&str] = &["生日", "出生"];

impl Words {
    pub(super) fn of(name: &str) -> Words {
        let words = split(name);
        let any = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
        let within = |known: &[&str]| known.iter().any(|known| name.contains(known));
        let last = words.last().map(String::as_str).unwrap_or_default();
        let electronic = any(&["email", "mail", "ip", "mac", "web", "url"]) || within(&["邮箱", "邮件"]);
        let of_person = |word: &String| word == "name" || PERSONS.contains(&word.as_str());
        let name = words.iter().any(|word| word == "name") && words.iter().all(of_person);
        Words {
            id: IDS.contains(&last) || within(IDS_CHINESE),
            name: name || any(NAMES) || within(NAMES_CHINESE),
            phone: any(PHONES) || within(PHONES_CHINESE),
            identity: any(IDENTITIES) || within(IDENTITIES_CHINESE),
            address: (any(ADDRESSES) && !electronic) || within(ADDRESSES_CHINESE),
            birth: any(BIRTHS) || within(BIRTHS_CHINESE),
        }
    }
}

/// The words of a name such as `CustomerID`, `customer_id`, `customer-id 2`, in lower case.
fn split(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let (mut word, mut before) = (String::new(), ' ');
    for c in name.chars().take(200) {
        let begins = !c.is_alphabetic() || (c.is_uppercase() && before.is_lowercase());
        if begins && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphabetic() {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_names() {
        assert_eq!(split("CustomerID"), ["customer", "id"]);
        assert_eq!(split("unit_price 2"), ["unit", "price"]);
        assert!(Words::of("customerID").id && Words::of("StockCode").id && Words::of("订单编号").id);
        assert!(!Words::of("paid").id && !Words::of("notes").id);
        assert!(Words::of("Surname").name && Words::of("given_name").name);
        assert!(Words::of("CustomerName").name && Words::of("NAME").name && Words::of("last name 2").name);
        assert!(!Words::of("Item name").name && !Words::of("contact").name && !Words::of("username").name);
        assert!(Words::of("phone_number").phone && !Words::of("PhoneService2").address);
        assert!(Words::of("date_of_birth").birth && !Words::of("email address").address);
    }
}
