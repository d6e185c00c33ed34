"""The exceptions of pyotp."""

class PyOTPError(Exception):
    """The base class of pyotp's own exceptions."""


class OTPVerificationError(PyOTPError):
    """The code matches no step of the window."""
