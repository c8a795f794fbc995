"""Houvast: does an organisation keep its word about hosting?"""

__version__ = "0.1.0"
