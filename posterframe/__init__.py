"""Posterframe: what the product knows, without a screen."""

__version__ = "0.1.0"
