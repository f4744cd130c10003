"""Static security linter for repositories that touch the crypto exchange OKX."""

from __future__ import annotations

__version__ = "0.1.0"
