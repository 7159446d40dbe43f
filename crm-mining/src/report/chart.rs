//! What a chart is: a title, a mark, the columns it shows, and their values.

use crate::data::{Column, Table, Values};
use crate::error::{ErrorKind, Result, invalid_parameter};

/// A chart as plain data: a title, one kind of mark, which column is shown by what, and the values.
///
/// A chart draws nothing; [`Chart::to_vega_lite`] says it in a language that notebooks and browsers draw. The
/// functions of this module make charts of results; [`Chart::of_table`] makes one of any table.
///
/// A chart holds the columns that it shows and no other, so that of a table with customers their keys stay
/// behind unless they are asked for. Charts of results are of customers together; where few customers are left
/// in a cell or bin, its figure may still tell of them.
///
/// # Example
/// ```
/// use crm_mining::data::{Column, Table};
/// use crm_mining::report::{Channel, Chart, Encoding, Mark};
///
/// let table = Table::new("survival", vec![
///     Column::text("customer", [Some("ann"), Some("bob")]),
///     Column::floats("days", vec![0.0, 30.0]),
///     Column::floats("share", vec![1.0, 0.5]),
/// ])?;
/// let chart = Chart::of_table("Customers left", Mark::Step, &table, [
///     (Channel::X, Encoding::quantitative("days", "days since the first purchase")),
///     (Channel::Y, Encoding::quantitative("share", "share of customers").format(".0%")),
/// ])?;
/// assert_eq!(chart.table().columns().len(), 2);
/// assert_eq!(chart.to_vega_lite()["mark"]["interpolate"], "step-after");
/// # Ok::<(), crm_mining::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    title: String,
    subtitle: Option<String>,
    mark: Mark,
    encodings: Vec<(Channel, Encoding)>,
    table: Table,
}

/// What is drawn for every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// A line through the rows, one per color.
    Line,
    /// A line that holds its height until the next row.
    Step,
    /// A bar per row.
    Bar,
    /// A point per row.
    Point,
    /// The area below a line.
    Area,
    /// A colored cell per row.
    HeatMap,
}

/// What shows the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    /// The place from left to right.
    X,
    /// Where a bar that begins at `X` ends.
    X2,
    /// The place within that of `X`, for bars side by side.
    XOffset,
    /// The place from bottom to top; words are read from top to bottom.
    Y,
    /// Where a bar that begins at `Y` ends.
    Y2,
    /// The place within that of `Y`, for bars one below the other.
    YOffset,
    /// The order of the rows along a line; without it lines go from left to right.
    Order,
    /// The color.
    Color,
    /// The lower end of an interval of `Y`; goes with `High`. It is drawn as an area behind a line, and as a rule
    /// through a point or bar.
    Low,
    /// The upper end of that interval.
    High,
}

/// How values are put on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scaling {
    /// Numbers.
    Quantitative,
    /// Names.
    Nominal,
    /// Names or whole numbers in an order, which is that of the rows.
    Ordinal,
    /// Days and moments, in UTC.
    Temporal,
}

/// A column as a channel shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// The column.
    pub column: String,
    /// What the axis or legend is called; nothing where empty.
    pub title: String,
    /// How its values are put on the channel.
    pub scaling: Scaling,
    /// How numbers are written, as of d3-format: `.0%` for whole percents.
    pub format: Option<&'static str>,
}

impl Encoding {
    fn new(column: impl Into<String>, title: impl Into<String>, scaling: Scaling) -> Encoding {
        Encoding { column: column.into(), title: title.into(), scaling, format: None }
    }

    /// A column of numbers.
    pub fn quantitative(column: impl Into<String>, title: impl Into<String>) -> Encoding {
        Encoding::new(column, title, Scaling::Quantitative)
    }

    /// A column of names.
    pub fn nominal(column: impl Into<String>, title: impl Into<String>) -> Encoding {
        Encoding::new(column, title, Scaling::Nominal)
    }

    /// A column of names or whole numbers in the order of their rows.
    pub fn ordinal(column: impl Into<String>, title: impl Into<String>) -> Encoding {
        Encoding::new(column, title, Scaling::Ordinal)
    }

    /// A column of moments.
    pub fn temporal(column: impl Into<String>, title: impl Into<String>) -> Encoding {
        Encoding::new(column, title, Scaling::Temporal)
    }

    /// Sets [`Encoding::format`].
    pub fn format(mut self, format: &'static str) -> Encoding {
        self.format = Some(format);
        self
    }
}

impl Chart {
    /// A chart of columns of a table.
    ///
    /// # Errors
    /// [`ErrorKind::MissingColumn`]; [`ErrorKind::InvalidColumn`] for a quantitative column that holds no numbers
    /// and a temporal one that holds no moments; [`ErrorKind::InvalidParameter`] for a channel given twice, without
    /// `X` and `Y`, or for `Low` without `High`.
    pub fn of_table(
        title: impl Into<String>,
        mark: Mark,
        table: &Table,
        encodings: impl IntoIterator<Item = (Channel, Encoding)>,
    ) -> Result<Chart> {
        let encodings: Vec<(Channel, Encoding)> = encodings.into_iter().collect();
        let count = |channel| encodings.iter().filter(|(other, _)| *other == channel).count();
        let twice = encodings.iter().find(|(channel, _)| count(*channel) > 1);
        if let Some((channel, _)) = twice {
            return invalid_parameter("Chart", "encodings", "one per channel", channel);
        }
        if let Some(lacking) = [Channel::X, Channel::Y].into_iter().find(|&channel| count(channel) == 0) {
            return invalid_parameter("Chart", "encodings", "with X and Y", format!("no {lacking:?}"));
        }
        if count(Channel::Low) != count(Channel::High) {
            return invalid_parameter(
                "Chart",
                "encodings",
                "with both Low and High, or neither",
                "one of them",
            );
        }
        for (_, encoding) in &encodings {
            check(table, encoding)?;
        }
        let shown = |column: &&Column| encodings.iter().any(|(_, of)| of.column == column.name());
        let columns = table.columns().iter().filter(shown).cloned().collect();
        let table = Table::new(table.name(), columns)?;
        Ok(Chart { title: title.into(), subtitle: None, mark, encodings, table })
    }

    /// A chart made by the library itself, whose columns and channels agree by construction.
    pub(super) fn of(
        title: &str,
        mark: Mark,
        table: Table,
        encodings: impl IntoIterator<Item = (Channel, Encoding)>,
    ) -> Chart {
        let encodings: Vec<(Channel, Encoding)> = encodings.into_iter().collect();
        debug_assert!(Chart::of_table(title, mark, &table, encodings.clone()).is_ok());
        Chart { title: title.to_owned(), subtitle: None, mark, encodings, table }
    }

    /// Sets the line below the title.
    pub fn with_subtitle(mut self, subtitle: impl Into<String>) -> Chart {
        self.subtitle = Some(subtitle.into());
        self
    }

    /// The title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The line below the title.
    pub fn subtitle(&self) -> Option<&str> {
        self.subtitle.as_deref()
    }

    /// What is drawn for every row.
    pub fn mark(&self) -> Mark {
        self.mark
    }

    /// Which column is shown by what.
    pub fn encodings(&self) -> &[(Channel, Encoding)] {
        &self.encodings
    }

    /// The column shown by a channel.
    pub fn encoding(&self, channel: Channel) -> Option<&Encoding> {
        self.encodings.iter().find(|(other, _)| *other == channel).map(|(_, encoding)| encoding)
    }

    /// The values.
    pub fn table(&self) -> &Table {
        &self.table
    }
}

fn check(table: &Table, encoding: &Encoding) -> Result<()> {
    let column = table.column(&encoding.column)?;
    let must_be = match (encoding.scaling, column.values()) {
        (Scaling::Quantitative, Values::Int(..) | Values::Float(_))
        | (Scaling::Temporal, Values::Time(..)) => {
            return Ok(());
        }
        (Scaling::Nominal | Scaling::Ordinal, _) => return Ok(()),
        (Scaling::Quantitative, _) => "numbers",
        (Scaling::Temporal, _) => "moments",
    };
    let (of, name) = (table.name().to_owned(), encoding.column.clone());
    let got = column.type_name().to_owned();
    Err(ErrorKind::InvalidColumn { table: of, column: name, must_be: must_be.to_owned(), got }.into())
}
