//! Which column plays which part in an order file.

use super::column::Column;
use super::table::Table;
use crate::error::{ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Which column plays which part. Parts left unnamed are found by the usual column names, English and
/// Chinese; an empty column of orders, items or names plays none. `customer` and `time` must be there, and `amount` or
/// `unit_price`. Where quantity and unit price are both found, the amount of a line is their product, unless a
/// column is named for it.
///
/// ```
/// use crm_mining::data::Roles;
///
/// let roles = Roles::default().customer("buyer").time("paid_at").amount("total");
/// assert_eq!(roles.customer.as_deref(), Some("buyer"));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roles {
    /// Who bought.
    pub customer: Option<String>,
    /// When.
    pub time: Option<String>,
    /// In which order (invoice, basket). Without it every row is an order of its own.
    pub order: Option<String>,
    /// What.
    pub item: Option<String>,
    /// What it is called.
    pub item_name: Option<String>,
    /// How many; 1 without it.
    pub quantity: Option<String>,
    /// What one of them cost.
    pub unit_price: Option<String>,
    /// What the line cost; quantity × unit price without it.
    pub amount: Option<String>,
}

macro_rules! setters {
    ($($role:ident: $doc:literal),*) => {$(
        #[doc = $doc]
        pub fn $role(mut self, column: impl Into<String>) -> Self {
            self.$role = Some(column.into());
            self
        }
    )*};
}

impl Roles {
    setters! {
        customer: "Names the column of customers.",
        time: "Names the column of dates or moments.",
        order: "Names the column of orders.",
        item: "Names the column of items.",
        item_name: "Names the column of item names.",
        quantity: "Names the column of quantities.",
        unit_price: "Names the column of unit prices.",
        amount: "Names the column of line amounts."
    }

    /// The roles with every unnamed part looked for among the table's columns.
    pub fn detect(&self, table: &Table) -> Roles {
        let taken = [
            &self.customer,
            &self.time,
            &self.order,
            &self.item,
            &self.item_name,
            &self.quantity,
            &self.unit_price,
            &self.amount,
        ];
        let free = |column: &&Column| !taken.iter().any(|name| name.as_deref() == Some(column.name()));
        let find = |named: &Option<String>, usual: &[&str]| {
            named.clone().or_else(|| {
                usual.iter().find_map(|usual| {
                    table
                        .columns()
                        .iter()
                        .filter(free)
                        .find(|c| plain(c.name()) == *usual)
                        .map(|c| c.name().into())
                })
            })
        };
        // An empty column of orders or items says nothing; an empty one of prices is an error to be told.
        let filled = |name: &String| {
            let values = table.find(name).into_iter().flat_map(|c| (0..c.len()).map(|row| c.is_missing(row)));
            table.n_rows() == 0 || values.into_iter().any(|missing| !missing)
        };
        let telling =
            |named: &Option<String>, usual| find(named, usual).filter(|name| named.is_some() || filled(name));
        let quantity = find(&self.quantity, QUANTITY);
        let unit_price = find(&self.unit_price, UNIT_PRICE);
        // A total beside quantity and price is often that of the whole order: it counts only when named.
        let amount = match (&quantity, &unit_price) {
            (Some(_), Some(_)) => self.amount.clone(),
            _ => find(&self.amount, AMOUNT),
        };
        Roles {
            customer: find(&self.customer, CUSTOMER),
            time: find(&self.time, TIME),
            order: telling(&self.order, ORDER),
            item: telling(&self.item, ITEM),
            item_name: telling(&self.item_name, ITEM_NAME),
            quantity,
            unit_price,
            amount,
        }
    }
}

impl std::fmt::Display for Roles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let parts = [
            ("customer", &self.customer),
            ("time", &self.time),
            ("order", &self.order),
            ("item", &self.item),
            ("item_name", &self.item_name),
            ("quantity", &self.quantity),
            ("unit_price", &self.unit_price),
            ("amount", &self.amount),
        ];
        let played = parts.iter().filter_map(|(role, column)| Some(format!("{role} = {}", column.as_ref()?)));
        f.write_str(&played.collect::<Vec<_>>().join(", "))
    }
}

/// The column that plays a part; `None` when no column was named or found for it.
pub(crate) fn played<'a>(table: &'a Table, name: &Option<String>) -> Result<Option<&'a Column>> {
    name.as_ref().map(|name| table.column(name)).transpose()
}

/// The column that plays a part the call cannot do without.
pub(crate) fn needed<'a>(table: &'a Table, name: &Option<String>, role: &str) -> Result<&'a Column> {
    played(table, name)?.ok_or_else(|| {
        let found = table.columns().iter().map(|column| column.name().to_owned()).collect();
        ErrorKind::MissingColumn {
            table: table.name().to_owned(),
            column: format!("the role {role}, named or found by a usual name"),
            found,
        }
        .into()
    })
}

/// Lower case, without blanks, `_` and `-`.
fn plain(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-'))
        .flat_map(char::to_lowercase)
        .collect()
}

const CUSTOMER: &[&str] = &[
    "customerid",
    "customer",
    "customerno",
    "custid",
    "clientid",
    "client",
    "userid",
    "user",
    "memberid",
    "member",
    "buyerid",
    "buyer",
    "householdid",
    "客户编号",
    "客户id",
    "客户",
    "会员编号",
    "会员id",
    "会员",
    "用户id",
    "用户",
    "顾客编号",
    "买家id",
    "买家",
];
const TIME: &[&str] = &[
    "invoicedate",
    "orderdate",
    "transactiondate",
    "purchasedate",
    "datetime",
    "timestamp",
    "transactiontimestamp",
    "time",
    "date",
    "day",
    "createdat",
    "paidat",
    "orderedat",
    "下单时间",
    "订单时间",
    "交易时间",
    "付款时间",
    "购买时间",
    "下单日期",
    "订单日期",
    "交易日期",
    "日期",
    "时间",
];
const ORDER: &[&str] = &[
    "invoiceno",
    "invoice",
    "invoiceid",
    "orderid",
    "orderno",
    "order",
    "ordernumber",
    "transactionid",
    "transaction",
    "basketid",
    "basket",
    "receiptid",
    "订单编号",
    "订单号",
    "订单id",
    "订单",
    "交易号",
    "发票号",
    "小票号",
];
const ITEM: &[&str] = &[
    "stockcode",
    "itemid",
    "item",
    "itemcode",
    "productid",
    "product",
    "productcode",
    "sku",
    "skuid",
    "articleid",
    "商品编号",
    "商品编码",
    "商品id",
    "货号",
    "商品",
    "产品编号",
    "产品",
];
const ITEM_NAME: &[&str] = &[
    "description",
    "itemname",
    "productname",
    "itemdescription",
    "productdescription",
    "title",
    "商品名称",
    "商品名",
    "产品名称",
    "品名",
];
const QUANTITY: &[&str] = &["quantity", "qty", "units", "数量", "件数", "购买数量"];
const UNIT_PRICE: &[&str] = &["unitprice", "price", "单价", "价格"];
const AMOUNT: &[&str] = &[
    "amount",
    "lineamount",
    "linetotal",
    "total",
    "totalprice",
    "sales",
    "salesvalue",
    "revenue",
    "spend",
    "value",
    "金额",
    "总价",
    "销售额",
    "实付金额",
    "付款金额",
];
