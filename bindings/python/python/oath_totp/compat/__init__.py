"""Replacements for other libraries of one-time codes."""
