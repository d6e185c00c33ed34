"""Steam's codes."""

from oath_totp.compat.pyotp.totp import TOTP

STEAM_CHARS = "23456789BCDFGHJKMNPQRTVWXY"
STEAM_DEFAULT_DIGITS = 5


class Steam(TOTP):
    """A token of Steam, whose codes are five characters of Steam's own alphabet."""

    def __init__(
        self, s: str, *, name: str | None = None, issuer: str | None = None, interval: float = 30, digits: int = 5
    ) -> None:
        if not 0 < interval <= 120:
            raise ValueError("interval must be positive and at most 120 seconds")
        # As in pyotp, the interval is checked and not used, because Steam's is 30 s. Ten digits hold the whole 31-bit number,
        # from which the characters are taken.
        super().__init__(s, digits=10, name=name, issuer=issuer)

    def generate_otp(self, input: int) -> str:
        """Returns the code of this time step."""
        number = int(super().generate_otp(input))
        characters = ""
        for _ in range(STEAM_DEFAULT_DIGITS):
            number, place = divmod(number, len(STEAM_CHARS))
            characters += STEAM_CHARS[place]
        return characters
