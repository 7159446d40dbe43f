"""One trustworthy profile per customer: clean, score, segment, predict and explain customer records."""

from . import errors
from ._crm_mining import Baskets, Ledger, Summary, Table, Transactions, __version__
from .errors import CrmMiningError

__all__ = [
    "Baskets",
    "CrmMiningError",
    "Ledger",
    "Summary",
    "Table",
    "Transactions",
    "__version__",
    "errors",
]
