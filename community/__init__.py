"""Common Ground: a neutral place where customers get help with any company's product."""

__version__ = "0.1.0"
