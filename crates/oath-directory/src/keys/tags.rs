//! Binding records to the ring and their tenant.

use super::{KeyRing, short};
use crate::model::{RecoveryCode, Settings, Source, State, Tag, Token, TokenId, TokenKind, User, UserId};
use crate::work::{Work, count};
use hmac::{Hmac, Mac};
use oath_totp::{Secret, overwritten};
use sha2::Sha256;

impl KeyRing {
    fn tag(&self, kind: &[u8], fields: &[&[u8]]) -> Tag {
        tag_under(&self.binder, kind, fields)
    }

    /// The tag that [`Token::mac`] must be.
    #[must_use]
    pub fn tag_of_token(&self, token: &Token) -> Tag {
        let Token { id, kind, serial, fingerprint, status, holder, replaces, import, .. } = token;
        let kind: &[u8] = match kind {
            TokenKind::Hardware => b"hardware",
            TokenKind::Software => b"software",
        };
        let holder = holder.map(UserId::to_bytes);
        let holder = holder.as_ref().map_or(&[][..], |id| id);
        let replaces = replaces.map(TokenId::to_bytes);
        let replaces = replaces.as_ref().map_or(&[][..], |id| id);
        let import = import.map(|import| import.stored().to_be_bytes());
        let import = import.as_ref().map_or(&[][..], |import| import);
        let status = status.name().as_bytes();
        let fields = [&id.to_bytes(), kind, serial.as_bytes(), &fingerprint.0, status, holder, replaces, import];
        self.tag(b"token", &fields)
    }

    /// The tag that [`State::mac`] must be.
    #[must_use]
    pub fn tag_of_state(&self, state: &State) -> Tag {
        let last_step = state.totp.last_step.map(u64::to_be_bytes);
        let last_step = last_step.as_ref().map_or(&[][..], |step| step);
        self.tag(b"state", &[&state.fingerprint.0, last_step, &state.totp.drift.to_be_bytes()])
    }

    /// The tag that [`User::mac`] must be.
    #[must_use]
    pub fn tag_of_user(&self, user: &User) -> Tag {
        let User { id, upn, kind, display_name: _, enabled, object_id, roles, recovery, mac: _ } = user;
        let object_id = object_id.as_deref().unwrap_or_default().as_bytes();
        let fields = [
            &id.to_bytes(),
            upn.key().as_bytes(),
            kind.name().as_bytes(),
            &[u8::from(*enabled)],
            object_id,
            &[roles.bits()],
            &recovery.to_bytes(),
        ];
        self.tag(b"user", &fields)
    }

    /// What a source is recognised by at the gate of this name.
    ///
    /// Leakage: nothing of the source but its length. A source is the same at two names by chance only.
    #[must_use]
    pub fn tag_of_source(&self, name: &str, source: &Source) -> Tag {
        self.tag(b"source", &[name.as_bytes(), source.text().as_bytes()])
    }

    /// What a recovery code of this user is recognised by.
    ///
    /// Leakage: the code is secret, its length public.
    #[must_use]
    pub fn tag_of_recovery(&self, user: UserId, code: &RecoveryCode) -> Tag {
        // The hash keeps a copy of what it reads on the stack.
        overwritten(|| self.tag(b"recovery", &[&user.to_bytes(), code.expose_bytes()]))
    }

    /// The digest of an upload over one row more: see [`Upload::digest`](crate::model::Upload::digest). It is the same whatever
    /// key recognises.
    ///
    /// Leakage: the secret, its length aside.
    pub(crate) fn tag_of_row(&self, before: Tag, line: u64, upn: &str, serial: &str, secret: Option<&Secret>) -> Tag {
        let secret = secret.map_or(&[][..], Secret::expose_bytes);
        overwritten(|| self.tag(b"row", &[&before.0, &line.to_be_bytes(), upn.as_bytes(), serial.as_bytes(), secret]))
    }

    /// The tag that [`Settings::mac`] must be.
    #[must_use]
    pub fn tag_of_settings(&self, settings: &Settings) -> Tag {
        let Settings { ring, floor, backup_end, policy, mac: _ } = settings;
        let [floor, backup_end] = [floor, backup_end].map(|time| time.as_secs().to_be_bytes());
        self.tag(b"settings", &[&ring.0, &floor, &backup_end, policy.as_bytes()])
    }
}

/// A MAC over a record of this kind.
pub(super) fn tag_under(binder: &Hmac<Sha256>, kind: &[u8], fields: &[&[u8]]) -> Tag {
    count(Work::Tags, 1);
    let mut mac = binder.clone();
    let mut field = |bytes: &[u8]| {
        // Lengths first: no two records run together to the same bytes.
        mac.update(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(bytes);
    };
    field(b"oath-directory record v1");
    field(kind);
    fields.iter().for_each(|bytes| field(bytes));
    short(mac.finalize().into_bytes().into())
}
