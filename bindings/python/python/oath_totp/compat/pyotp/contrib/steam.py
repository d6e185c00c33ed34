from oath_totp.compat.pyotp.totp import TOTP

STEAM_CHARS = "23456789BCDFGHJKMNPQRTVWXY"
STEAM_DEFAULT_DIGITS = 5


class Steam(TOTP):
    """The codes of Steam: five characters of an alphabet of its own."""

    def __init__(
        self, s: str, *, name: str | None = None, issuer: str | None = None, interval: int = 30, digits: int = 5
    ) -> None:
        if not 0 < interval <= 120:
            raise ValueError("interval must be positive and at most 120 seconds")
        # Steam's own clock counts 30 s whatever a URI says. Ten digits hold the whole number, which the characters are
        # taken from.
        super().__init__(s, digits=10, name=name, issuer=issuer)

    def generate_otp(self, input: int) -> str:
        number = int(super().generate_otp(input))
        characters = ""
        for _ in range(STEAM_DEFAULT_DIGITS):
            number, place = divmod(number, len(STEAM_CHARS))
            characters += STEAM_CHARS[place]
        return characters
