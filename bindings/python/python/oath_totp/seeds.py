"""Seed files: reads, checks, repairs and converts them."""

from oath_totp._native import (
    FailedRow,
    Finding,
    Matches,
    Probe,
    Reading,
    Record,
    Records,
    SeedFile,
    Shown,
    convert,
    formats,
    probe,
    read,
    write,
)

__all__ = [
    "FailedRow",
    "Finding",
    "Matches",
    "Probe",
    "Reading",
    "Record",
    "Records",
    "SeedFile",
    "Shown",
    "convert",
    "formats",
    "probe",
    "read",
    "write",
]
