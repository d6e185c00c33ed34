"""Seed files: reads, checks, repairs and converts them."""

from oath_totp._native import FailedRow, Finding, Record, Records, SeedFile, convert, formats, read, write

__all__ = ["FailedRow", "Finding", "Record", "Records", "SeedFile", "convert", "formats", "read", "write"]
