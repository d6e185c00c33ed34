"""Stand-ins for other libraries of one-time codes."""
