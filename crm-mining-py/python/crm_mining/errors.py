"""The exceptions of crm_mining.

Every exception derives from `CrmMiningError` and from the built-in that fits it, so that `except ValueError`
works as well as `except CrmMiningError`. Classes are named after the kinds of the Rust library; the parts of
the message are attributes.
"""

from __future__ import annotations


class CrmMiningError(Exception):
    """What every exception of crm_mining derives from."""

    @property
    def kind(self) -> str:
        """The name of the kind of error."""
        return type(self).__name__

    def __str__(self) -> str:
        # KeyError would quote the message, and OSError put a number before it.
        return Exception.__str__(self)


class InvalidParameter(CrmMiningError, ValueError):
    """A setting is outside its range."""

    of: str
    parameter: str
    must_be: str
    got: str


class MissingColumn(CrmMiningError, KeyError):
    """A column that the call needs is not in the table."""

    table: str
    column: str
    found: list[str]


class DuplicateColumn(CrmMiningError, ValueError):
    """Two columns carry one name."""

    table: str
    column: str
    first: int
    second: int


class InvalidColumn(CrmMiningError, TypeError):
    """A column holds another type than its use asks for."""

    table: str
    column: str
    must_be: str
    got: str


class InvalidValue(CrmMiningError, ValueError):
    """One value breaks a rule; rows count from 1, and text is shown as its pattern."""

    table: str
    column: str
    row: int
    must_be: str
    got: str


class AmbiguousDates(CrmMiningError, ValueError):
    """A column of dates reads as day first and as month first alike."""

    table: str
    column: str
    day_first: int
    month_first: int
    either: int
    row: int


class AmbiguousNumbers(CrmMiningError, ValueError):
    """A column of numbers reads with a decimal point and with a decimal comma alike."""

    table: str
    column: str
    point: int
    comma: int
    either: int
    row: int


class MixedCurrencies(CrmMiningError, ValueError):
    """Amounts in several currencies stand in one column."""

    table: str
    column: str
    currencies: list[str]
    row: int


class NotEnoughData(CrmMiningError, ValueError):
    """Fewer observations than the method needs."""

    of: str
    needed: int
    unit: str
    got: int


class TooManyClusters(CrmMiningError, ValueError):
    """More clusters were asked for than there are distinct rows."""

    of: str
    k: int
    distinct: int


class SingleClass(CrmMiningError, ValueError):
    """The label takes one value only."""

    of: str
    rows: int


class LengthMismatch(CrmMiningError, ValueError):
    """Two things that go together differ in length."""

    of: str
    a: str
    a_len: int
    b: str
    b_len: int


class FeatureMismatch(CrmMiningError, ValueError):
    """The features at prediction are not those of the fit."""

    of: str
    expected: list[str]
    got: list[str]


class NotConverged(CrmMiningError, RuntimeError):
    """A search stopped before its tolerance was met."""

    of: str
    iterations: int
    change: float
    tolerance: float


class EmptyInput(CrmMiningError, ValueError):
    """There is nothing to read."""

    place: str
    needed: str


class Malformed(CrmMiningError, ValueError):
    """The bytes are not what their format says."""

    place: str
    rule: str
    found: str


class LimitExceeded(CrmMiningError, ValueError):
    """A bound that the caller can raise was reached."""

    place: str
    of: str
    limit: int
    needed: int
    setting: str


class Overflow(CrmMiningError, OverflowError):
    """A sum or counter left its range."""

    of: str
    got: float
    limit: float


class Incompatible(CrmMiningError, ValueError):
    """Two shapes that meet do not agree on a setting."""

    of: str
    what: str
    a: str
    b: str


class DeadlinePassed(CrmMiningError, TimeoutError):
    """The caller's deadline passed."""

    stage: str


class Bridge(CrmMiningError, RuntimeError):
    """An algorithm of another library refused or panicked."""

    library: str
    found: str


class Io(CrmMiningError, OSError):
    """The operating system refused."""


class IoNotFound(Io, FileNotFoundError):
    """There is no file of this name."""


class NotFitted(CrmMiningError, ValueError, AttributeError):
    """An estimator is asked for what it knows only after `fit`."""


class MissingPackage(CrmMiningError, ImportError):
    """A Python package that the call needs is not installed."""
