"""The directory for asyncio: its calls wait for the disk, so each runs in a thread."""

from asyncio import to_thread

from oath_totp._native import Directory


class _Opening:
    """A directory that is being opened: to `await`, or for `async with`."""

    __slots__ = ("_arguments", "_call", "_opened")

    def __init__(self, call, url, keys, legacy):
        self._call, self._arguments, self._opened = call, (url, keys, legacy), None

    async def _open(self):
        url, keys, legacy = self._arguments
        return AsyncDirectory(await to_thread(self._call, url, keys, legacy=legacy))

    def __await__(self):
        return self._open().__await__()

    async def __aenter__(self):
        self._opened = await self
        return self._opened

    async def __aexit__(self, *_raised):
        await self._opened.close()


class AsyncDirectory:
    """A Directory for asyncio, with the same methods. Each call runs in a thread of the loop's executor.

    A call that is cancelled still runs to its end there. A directory is opened by `await AsyncDirectory.open(url)` or for a
    block by `async with AsyncDirectory.open(url) as directory`.
    """

    __module__ = "oath_totp"
    __slots__ = ("_directory",)

    def __init__(self, directory):
        if not isinstance(directory, Directory):
            raise TypeError("an AsyncDirectory is made from a Directory, or by AsyncDirectory.open(url)")
        self._directory = directory

    @classmethod
    def open(cls, url, keys=None, *, legacy=False):
        return _Opening(Directory.open, url, keys, legacy)

    @classmethod
    def create(cls, url, keys=None, *, legacy=False):
        return _Opening(Directory.create, url, keys, legacy)

    async def add_user(self, upn, *, kind=None, display_name=None, at=None):
        return await to_thread(self._directory.add_user, upn, kind=kind, display_name=display_name, at=at)

    async def import_users(self, source, *, dry_run=False, at=None):
        return await to_thread(self._directory.import_users, source, dry_run=dry_run, at=at)

    async def sync_users(self, source, *, leavers="disable", many_leavers=False, dry_run=False, at=None):
        options = {"leavers": leavers, "many_leavers": many_leavers, "dry_run": dry_run}
        return await to_thread(self._directory.sync_users, source, **options, at=at)

    async def user(self, upn, *, at=None):
        return await to_thread(self._directory.user, upn, at=at)

    async def rename_user(self, upn, new, *, at=None):
        return await to_thread(self._directory.rename_user, upn, new, at=at)

    async def enable_user(self, upn, enabled=True, *, at=None):
        return await to_thread(self._directory.enable_user, upn, enabled, at=at)

    async def remove_user(self, upn, *, dry_run=False, at=None):
        return await to_thread(self._directory.remove_user, upn, dry_run=dry_run, at=at)

    async def similar_users(self, upn, *, at=None):
        return await to_thread(self._directory.similar_users, upn, at=at)

    async def users(self, *, after=None, limit=None, locked=False, at=None):
        return await to_thread(self._directory.users, after=after, limit=limit, locked=locked, at=at)

    async def tokens(self, *, status=None, upn=None, after=None, limit=None):
        return await to_thread(self._directory.tokens, status=status, upn=upn, after=after, limit=limit)

    async def similar_serials(self, serial):
        return await to_thread(self._directory.similar_serials, serial)

    async def bulk(self, operation, source, *, dry_run=False, at=None):
        return await to_thread(self._directory.bulk, operation, source, dry_run=dry_run, at=at)

    async def token(self, serial):
        return await to_thread(self._directory.token, serial)

    async def upload(self, source, *, format=None, target=None, repairs="offer", assign=False, resume=None, at=None):
        options = {"format": format, "target": target, "repairs": repairs, "assign": assign, "resume": resume}
        return await to_thread(self._directory.upload, source, **options, at=at)

    async def preview_upload(self, source, *, format=None, target=None, repairs="offer", assign=False, at=None):
        options = {"format": format, "target": target, "repairs": repairs, "assign": assign}
        return await to_thread(self._directory.preview_upload, source, **options, at=at)

    async def uploads(self, *, at=None):
        return await to_thread(self._directory.uploads, at=at)

    async def upload_status(self, upload, *, at=None):
        return await to_thread(self._directory.upload_status, upload, at=at)

    async def undo_upload(self, upload, *, dry_run=False, at=None):
        return await to_thread(self._directory.undo_upload, upload, dry_run=dry_run, at=at)

    async def delete_upload(self, upload, *, at=None):
        return await to_thread(self._directory.delete_upload, upload, at=at)

    async def failures(self, upload, *, skip=0, limit=None, at=None):
        return await to_thread(self._directory.failures, upload, skip=skip, limit=limit, at=at)

    async def assign(self, serial, upn, *, at=None):
        return await to_thread(self._directory.assign, serial, upn, at=at)

    async def unassign(self, serial, *, at=None):
        return await to_thread(self._directory.unassign, serial, at=at)

    async def activate(self, serial, code, next_code=None, *, at=None):
        return await to_thread(self._directory.activate, serial, code, next_code, at=at)

    async def resync(self, serial, code, next_code, *, at=None):
        return await to_thread(self._directory.resync, serial, code, next_code, at=at)

    async def deactivate(self, serial, *, at=None):
        return await to_thread(self._directory.deactivate, serial, at=at)

    async def delete(self, serial, *, at=None):
        return await to_thread(self._directory.delete, serial, at=at)

    async def verify(self, upn, code, *, source=None, at=None):
        return await to_thread(self._directory.verify, upn, code, source=source, at=at)

    async def acting_as(self, upn):
        return AsyncDirectory(self._directory.acting_as(upn))

    async def change_roles(self, upn, *, add=(), remove=(), at=None):
        return await to_thread(self._directory.change_roles, upn, add=add, remove=remove, at=at)

    async def issue_recovery(self, upn, *, at=None):
        return await to_thread(self._directory.issue_recovery, upn, at=at)

    async def recovery_left(self, upn):
        return await to_thread(self._directory.recovery_left, upn)

    async def reset_recovery(self, upn, *, at=None):
        return await to_thread(self._directory.reset_recovery, upn, at=at)

    async def verify_recovery(self, upn, code, *, source=None, at=None):
        return await to_thread(self._directory.verify_recovery, upn, code, source=source, at=at)

    async def report(self, *, at=None):
        return await to_thread(self._directory.report, at=at)

    async def enroll(self, upn, *, issuer=None, at=None):
        return await to_thread(self._directory.enroll, upn, issuer=issuer, at=at)

    async def reenroll(self, upn, serial=None, *, issuer=None, at=None):
        return await to_thread(self._directory.reenroll, upn, serial, issuer=issuer, at=at)

    async def cancel_enrolment(self, upn, *, at=None):
        return await to_thread(self._directory.cancel_enrolment, upn, at=at)

    async def confirm(self, upn, code, next_code=None, *, at=None):
        return await to_thread(self._directory.confirm, upn, code, next_code, at=at)

    async def unlock_user(self, upn, *, at=None):
        return await to_thread(self._directory.unlock_user, upn, at=at)

    async def unlock_token(self, serial, *, at=None):
        return await to_thread(self._directory.unlock_token, serial, at=at)

    async def reset_token(self, serial, *, at=None):
        return await to_thread(self._directory.reset_token, serial, at=at)

    async def chains(self):
        return await to_thread(self._directory.chains)

    async def events(
        self, *, upn=None, serial=None, action=None, since=None, until=None, after=0, limit=1000, chain=None
    ):
        query = {"upn": upn, "serial": serial, "action": action, "since": since, "until": until}
        return await to_thread(self._directory.events, **query, after=after, limit=limit, chain=chain)

    async def verify_audit(self, *, contains=None):
        return await to_thread(self._directory.verify_audit, contains=contains)

    async def checkpoint(self, *, at=None):
        return await to_thread(self._directory.checkpoint, at=at)

    async def export_audit(self, path, until):
        return await to_thread(self._directory.export_audit, path, until)

    async def verify_export(self, path):
        return await to_thread(self._directory.verify_export, path)

    async def prune_audit(self, path, *, dry_run=False, at=None):
        return await to_thread(self._directory.prune_audit, path, dry_run=dry_run, at=at)

    async def backup(self, path):
        await to_thread(self._directory.backup, path)

    @staticmethod
    async def restore(url, backup, keys=None, *, replace=False, clock_checked=False, at=None):
        return await to_thread(
            Directory.restore, url, backup, keys, replace=replace, clock_checked=clock_checked, at=at
        )

    @staticmethod
    async def preview_restore(url, backup, keys=None, *, replace=False, clock_checked=False, at=None):
        return await to_thread(
            Directory.preview_restore, url, backup, keys, replace=replace, clock_checked=clock_checked, at=at
        )

    @staticmethod
    async def migrate(url, keys=None, *, accept_unbound=False, at=None):
        return await to_thread(Directory.migrate, url, keys, accept_unbound=accept_unbound, at=at)

    @staticmethod
    async def preview_migration(url, keys=None, *, at=None):
        return await to_thread(Directory.preview_migration, url, keys, at=at)

    async def restored(self, *, clock_checked=False, at=None):
        return await to_thread(self._directory.restored, clock_checked=clock_checked, at=at)

    async def lower_floor(self, *, clock_checked=False, at=None):
        return await to_thread(self._directory.lower_floor, clock_checked=clock_checked, at=at)

    async def refused_until(self):
        return await to_thread(self._directory.refused_until)

    async def last_event(self):
        return await to_thread(self._directory.last_event)

    async def keys(self):
        return await to_thread(self._directory.keys)

    async def add_key(self, *, at=None):
        return await to_thread(self._directory.add_key, at=at)

    async def activate_key(self, name, *, at=None):
        await to_thread(self._directory.activate_key, name, at=at)

    async def remove_key(self, name, *, at=None):
        await to_thread(self._directory.remove_key, name, at=at)

    async def rotate_keys(self, *, dry_run=False, at=None):
        return await to_thread(self._directory.rotate_keys, dry_run=dry_run, at=at)

    async def check_keys(self):
        return await to_thread(self._directory.check_keys)

    async def policy(self):
        return await to_thread(self._directory.policy)

    async def set_policy(self, changes, *, dry_run=False, at=None):
        return await to_thread(self._directory.set_policy, changes, dry_run=dry_run, at=at)

    async def close(self):
        await to_thread(self._directory.close)

    async def __aenter__(self):
        self._directory.__enter__()
        return self

    async def __aexit__(self, *_raised):
        await self.close()

    def __repr__(self):
        return f"Async{self._directory!r}"


for _name, _method in vars(AsyncDirectory).items():
    if not _name.startswith("_"):
        getattr(_method, "__func__", _method).__doc__ = getattr(Directory, _name).__doc__
