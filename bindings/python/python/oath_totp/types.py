"""The types of the dictionaries that a directory and seed files return, for annotations."""

from pathlib import Path
from typing import Literal, TypedDict


class StateDict(TypedDict):
    """What `TotpState.to_dict` returns."""

    last_step: int | None
    drift: int


class UserDict(TypedDict):
    """A user of a directory."""

    upn: str
    kind: Literal["member", "guest"]
    display_name: str | None
    enabled: bool
    object_id: str | None
    roles: list[str]


class UserStatusDict(UserDict):
    """A user of the list. `locked_until` is Unix seconds; None: the next code is read."""

    failed_attempts: int
    locked_until: int | None


class FewDict(TypedDict):
    """How many, and the first 50 of them by serial number or user name."""

    count: int
    first: list[str]


class ClocksDict(TypedDict):
    """How far clocks are off, in seconds, of the tokens of an age."""

    age: str
    tokens: int
    mean_drift: int
    most_drift: int


class ModelDict(TypedDict):
    """The tokens of a model by their status, and their clocks."""

    manufacturer: str
    model: str
    by_status: dict[str, int]
    clocks: list[ClocksDict]


class ReportDict(TypedDict):
    """The fleet in numbers. `at` is Unix seconds; `activations_allowed` is None for any number."""

    at: int
    tokens: int
    users: int
    models: list[ModelDict]
    other_models: int
    unused: FewDict
    tokens_near_lock: FewDict
    users_near_lock: FewDict
    activations: int
    activations_allowed: int | None


class FailedUserDict(TypedDict):
    """A row of a file of users that was refused."""

    line: int
    code: str
    message: str
    action: str


class UserImportDict(TypedDict):
    """The result of an import of users: how many were added, and the rows that failed."""

    added: int
    changed: int
    unchanged: int
    failed: list[FailedUserDict]


class LeaverDict(TypedDict):
    """A user who left and could not be removed."""

    upn: str
    code: str
    message: str
    action: str


class UserSyncDict(UserImportDict):
    """The result of a synchronization: that of an import, who left, and the serial numbers that are available again."""

    left: list[str]
    available: list[str]
    not_removed: list[LeaverDict]


class RemovedDict(TypedDict):
    """What became of the tokens of a user who was removed, by serial number: hardware is available again, software is deleted."""

    available: list[str]
    deleted: list[str]


class ContentsDict(TypedDict):
    """What a database holds, in numbers. `last_event` is Unix seconds."""

    users: int
    tokens: int
    events: int
    last_event: int | None


class RestorePreviewDict(TypedDict):
    """What a restore would put in the place of what. `replaced` is None where there is no database. Times are Unix seconds."""

    backup: ContentsDict
    replaced: ContentsDict | None
    refused_until: int


class MigratedDict(TypedDict):
    """What a migration came to. `from_format` is None where there was nothing to do; `left` are the serial numbers of damaged tokens
    that were left out."""

    from_format: int | None
    format: int
    former: Path | None
    left: list[str]


class MigrationPreviewDict(TypedDict):
    """What a migration would come to. `from_format` is None where there is nothing to do."""

    from_format: int | None
    left: list[str]
    contents: ContentsDict


class TokenDict(TypedDict):
    """A token of a directory. Times are Unix seconds; `drift` is in steps."""

    serial: str
    upn: str | None
    status: Literal["available", "assigned", "activated", "failedActivation", "deactivated"]
    manufacturer: str
    model: str
    algorithm: Literal["SHA1", "SHA256", "SHA512"]
    digits: int
    step: int
    drift: int
    last_used: int | None
    failed_attempts: int
    locked_until: int | None
    created: int


class UserDetailsDict(UserDict):
    """A user with wrong codes, the seconds until the next code is read, and tokens."""

    failed_attempts: int
    retry_after: int | None
    locked_until: int | None
    refused_until: int | None
    known_sources: int
    tokens: list[TokenDict]


class _BulkRow(TypedDict):
    line: int
    serial: str
    result: Literal["done", "unchanged", "failed"]


class BulkRowDict(_BulkRow, total=False):
    """What became of a row of a file. A row that failed has `code`, `message` and `action`."""

    code: str
    message: str
    action: str


class BulkDict(TypedDict):
    """The result of one operation for the tokens of a file. Rows that are `left` may be tried after `retry_after` seconds."""

    done: int
    unchanged: int
    failed: int
    left: int
    retry_after: int | None
    rows: list[BulkRowDict]


class SealingKeyDict(TypedDict):
    """A sealing key of the key ring."""

    name: str
    seals: bool


class KeyUseDict(SealingKeyDict):
    """A key with the numbers of tokens that are sealed under it and of secrets that it recognises, those of deleted tokens among
    them; and whether the key ring holds it."""

    tokens: int
    recognised: int
    in_ring: bool


class SealReportDict(TypedDict):
    """The keys of all tokens, and the serial numbers of those whose secret does not open."""

    keys: list[KeyUseDict]
    damaged: list[str]


class UploadDict(TypedDict):
    """An upload of a seed file, with the numbers of its rows."""

    upload: int
    file: str
    at: int
    expires: int
    rows: int
    imported: int
    unchanged: int
    failed: int
    finished: bool
    taken_back: int


class FailureDict(TypedDict):
    """A row of an upload that failed: where, why, and what to do."""

    place: str
    line: int | None
    upn: str
    serial: str
    field: str
    code: str
    message: str
    action: str


class PreviewDict(TypedDict):
    """What an upload would come to: the numbers of its rows, and why those fail that would."""

    rows: int
    imported: int
    unchanged: int
    failed: int
    failures: list[FailureDict]


class EventDict(TypedDict):
    """An event of the audit log."""

    chain: int
    sequence: int
    at: int
    actor: str
    action: str
    upn: str | None
    serial: str | None
    detail: dict[str, str]
    hash: str


class AuditDict(TypedDict):
    """An audit log that was checked from end to end."""

    events: int
    head: str
    ends: list[str]
    pruned: list[str]


class RecordDict(TypedDict):
    """A record of a seed file. `secret` is `********` unless it was asked for."""

    place: str | None
    line: int | None
    upn: str | None
    serial: str | None
    secret: str
    algorithm: Literal["SHA1", "SHA256", "SHA512"]
    digits: int
    step: int | None
    t0: int | None
    counter: int | None
    manufacturer: str
    model: str
    issuer: str | None
    account: str | None
    key_id: str | None
    start: int | None
    expiry: int | None
    drift: int | None
    last_used: int | None


class FindingDict(TypedDict):
    """A finding of a seed file."""

    code: str
    severity: Literal["error", "warning", "note"]
    place: str | None
    line: int | None
    column: int | None
    field: str | None
    message: str
    action: str
    repair: str | None
    repaired: bool
