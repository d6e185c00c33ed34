from oath_totp.compat.pyotp.contrib.steam import Steam

__all__ = ["Steam"]
