"""Seed files: reads, checks, repairs and converts them."""

from oath_totp._native import Finding, Record, Records, SeedFile, formats, read, write

__all__ = ["Finding", "Record", "Records", "SeedFile", "formats", "read", "write"]
