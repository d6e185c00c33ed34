class Svg(str):
    """A drawing as SVG. A template engine that asks for `__html__` inserts it without escapes."""

    __module__ = "oath_totp"
    __slots__ = ()

    def __html__(self) -> str:
        """Returns the drawing itself."""
        return self
