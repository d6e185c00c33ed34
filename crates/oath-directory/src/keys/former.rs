//! What the formats 1 and 2 of a file were written under: before records were bound to their tenant, and before each key
//! recognised by itself. Only a migration reads them.

use super::tags::tag_under;
use super::{KeyRing, KeyRingError, keyed, row, same};
use crate::audit::AuditKey;
use crate::model::{Settings, State, Tag, Token, TokenKind, User, UserId};
use hmac::{Hmac, Mac};
use oath_totp::{Secret, overwrite_stack};
use sha2::Sha256;
use zeroize::Zeroize;

/// The keys of a ring as those formats derived them.
pub(crate) struct FormerKeys<'a> {
    ring: &'a KeyRing,
    binder: Box<Hmac<Sha256>>,
    audit: AuditKey,
}

impl KeyRing {
    pub(crate) fn former(&self) -> FormerKeys<'_> {
        let keys = FormerKeys::set_up(self);
        overwrite_stack();
        keys
    }
}

impl<'a> FormerKeys<'a> {
    #[inline(never)]
    fn set_up(ring: &'a KeyRing) -> Self {
        let root = keyed(ring.binding.expose_bytes());
        let derived = |label: &[u8]| {
            let mut key: [u8; 32] = root.clone().chain_update(label).finalize().into_bytes().into();
            let derived = keyed(&key);
            key.zeroize();
            derived
        };
        let binder = Box::new(derived(b"oath-directory binding key v1"));
        let audit = AuditKey::new(derived(b"oath-directory audit key v1"));
        Self { ring, binder, audit }
    }

    pub(crate) const fn audit_key(&self) -> &AuditKey {
        &self.audit
    }

    /// Opens the secret of a token.
    pub(crate) fn open(&self, token: &Token) -> Result<Secret, KeyRingError> {
        let row = row(token.id, &token.serial, &token.parameters);
        self.ring.open_bound(token, &[&b"oath-directory seal v1"[..], &row].concat())
    }

    /// Whether these settings are those that a directory of this ring wrote.
    pub(crate) fn check(&self, settings: &Settings) -> Result<(), KeyRingError> {
        let Settings { ring, floor, .. } = settings;
        let tag = self.tag(b"settings", &[&ring.0, &floor.as_secs().to_be_bytes()]);
        let sound = same(*ring, self.tag(b"ring", &[])) && same(settings.mac, tag);
        if sound { Ok(()) } else { Err(KeyRingError::Foreign) }
    }

    pub(crate) fn is_sound_user(&self, user: &User) -> bool {
        let User { id, upn, kind, enabled, object_id, .. } = user;
        let object_id = object_id.as_deref().unwrap_or_default().as_bytes();
        let fields = [&id.to_bytes(), upn.key().as_bytes(), kind.name().as_bytes(), &[u8::from(*enabled)], object_id];
        same(user.mac, self.tag(b"user", &fields))
    }

    pub(crate) fn is_sound_token(&self, token: &Token) -> bool {
        let Token { id, kind, serial, fingerprint, status, holder, .. } = token;
        let kind: &[u8] = match kind {
            TokenKind::Hardware => b"hardware",
            TokenKind::Software => b"software",
        };
        let holder = holder.map(UserId::to_bytes);
        let holder = holder.as_ref().map_or(&[][..], |id| id);
        let fields = [&id.to_bytes(), kind, serial.as_bytes(), &fingerprint.0, status.name().as_bytes(), holder];
        same(token.mac, self.tag(b"token", &fields))
    }

    pub(crate) fn is_sound_state(&self, state: &State) -> bool {
        let last_step = state.totp.last_step.map(u64::to_be_bytes);
        let last_step = last_step.as_ref().map_or(&[][..], |step| step);
        let fields = [&state.fingerprint.0, last_step, &state.totp.drift.to_be_bytes()];
        same(state.mac, self.tag(b"state", &fields))
    }

    fn tag(&self, kind: &[u8], fields: &[&[u8]]) -> Tag {
        tag_under(&self.binder, kind, fields)
    }
}
