class PyOTPError(Exception):
    """Whatever a code is refused for."""


class OTPVerificationError(PyOTPError):
    """The code fits no step of the window."""
