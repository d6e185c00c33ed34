from collections.abc import Sequence

from oath_totp import (
    Accepted as Accepted,
    AcceptedCounter as AcceptedCounter,
    Directory as Directory,
    Hotp as Hotp,
    KeyUri as KeyUri,
    Secret as Secret,
    SignedIn as SignedIn,
    Synchronized as Synchronized,
    Totp as Totp,
    TotpState as TotpState,
    verify as verify,
)
from oath_totp.seeds import (
    FailedRow as FailedRow,
    Finding as Finding,
    Matches as Matches,
    Probe as Probe,
    Reading as Reading,
    Record as Record,
    Records as Records,
    SeedFile as SeedFile,
    Shown as Shown,
    convert as convert,
    formats as formats,
    probe as probe,
    read as read,
    write as write,
)

__all__ = [
    "Accepted",
    "AcceptedCounter",
    "Directory",
    "FailedRow",
    "Finding",
    "Hotp",
    "KeyUri",
    "Matches",
    "Probe",
    "Reading",
    "Record",
    "Records",
    "Secret",
    "SeedFile",
    "Shown",
    "SignedIn",
    "Synchronized",
    "Totp",
    "TotpState",
    "__version__",
    "convert",
    "formats",
    "probe",
    "read",
    "run_command",
    "verify",
    "write",
]

__version__: str

def run_command(words: Sequence[str]) -> int: ...
