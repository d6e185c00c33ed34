//! The key ring: what seals secrets at rest and recognises them. It lies outside the database.

mod change;

use crate::audit::AuditKey;
use crate::model::{
    Fingerprint, Parameters, Sealed, Settings, State, Tag, TenantId, Token, TokenId, TokenKind, User, UserId,
};
use crate::work::{Work, count};
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use core::fmt;
use data_encoding::HEXLOWER;
use hmac::{Hmac, Mac};
use oath_totp::{Algorithm, Secret};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

const KEY: usize = 32;
const NONCE: usize = 24;
const TAG: usize = 16;

/// Named keys. The last one seals, all of them open. From one more, three are derived for each tenant: one recognises secrets by
/// their [`Fingerprint`], one binds records to ring and tenant by a [`Tag`], one chains the audit log.
///
/// Secrets are sealed with XChaCha20-Poly1305 under a random nonce of 192 bits, bound to the tenant and to the token's id, serial
/// number and parameters: a ciphertext moved to another row does not open, and no record of one tenant is one of another that
/// has the same ring. Wiped when dropped; `Debug` shows names only.
pub struct KeyRing {
    // Each key in a block of its own on the heap, which does not move when the list grows.
    sealing: Vec<(String, Secret)>,
    recognising: Secret,
    tenant: TenantId,
    // Keyed once: a sign-in clones them. On the heap, as the keys: a ring that moves leaves no copy behind.
    recogniser: Box<Hmac<Sha256>>,
    binder: Box<Hmac<Sha256>>,
    audit: AuditKey,
    id: Tag,
}

impl KeyRing {
    fn new(sealing: Vec<(String, Secret)>, recognising: Secret, tenant: TenantId) -> Self {
        let ring = Self::with_keys_set_up(sealing, recognising, tenant);
        // Setting the keys up leaves copies of what was computed in frames that have returned.
        oath_totp::overwrite_stack();
        ring
    }

    // Not inlined: the frame must be below that of `new`.
    #[inline(never)]
    fn with_keys_set_up(sealing: Vec<(String, Secret)>, recognising: Secret, tenant: TenantId) -> Self {
        let root = keyed(recognising.expose_bytes());
        let derived = |label: &[u8]| {
            // The tenant comes last, and has a fixed length.
            let labelled = root.clone().chain_update(label).chain_update(tenant.to_bytes());
            let mut key: [u8; 32] = labelled.finalize().into_bytes().into();
            let derived = keyed(&key);
            key.zeroize();
            derived
        };
        let recogniser = Box::new(derived(b"oath-directory recognising key v2"));
        let binder = Box::new(derived(b"oath-directory binding key v2"));
        let audit = AuditKey::new(derived(b"oath-directory audit key v2"));
        let id = short(root.clone().chain_update(b"oath-directory ring v2").finalize().into_bytes().into());
        Self { sealing, recognising, tenant, recogniser, binder, audit, id }
    }

    /// The same keys, set up for the records of this tenant. A ring that was just made or read is that of the default one;
    /// [`Directory::new`](crate::Directory::new) sets it up for the tenant of its store.
    #[must_use]
    pub fn of_tenant(self, tenant: TenantId) -> Self {
        let Self { sealing, recognising, .. } = self;
        Self::new(sealing, recognising, tenant)
    }

    /// What the audit log of the directory is chained with.
    #[must_use]
    pub const fn audit_key(&self) -> &AuditKey {
        &self.audit
    }

    /// Which ring it is, whatever the tenant: a MAC of a constant. The directory keeps it, so that another ring is refused.
    #[must_use]
    pub const fn id(&self) -> Tag {
        self.id
    }

    fn tag(&self, kind: &[u8], fields: &[&[u8]]) -> Tag {
        count(Work::Tags, 1);
        let mut mac = (*self.binder).clone();
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

    /// The tag that [`Token::mac`] must be.
    #[must_use]
    pub fn tag_of_token(&self, token: &Token) -> Tag {
        let Token { id, kind, serial, fingerprint, status, holder, .. } = token;
        let kind: &[u8] = match kind {
            TokenKind::Hardware => b"hardware",
            TokenKind::Software => b"software",
        };
        let holder = holder.map(UserId::to_bytes);
        let holder = holder.as_ref().map_or(&[][..], |id| id);
        let fields = [&id.to_bytes(), kind, serial.as_bytes(), &fingerprint.0, status.name().as_bytes(), holder];
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
        let User { id, upn, kind, display_name: _, enabled, object_id, mac: _ } = user;
        let object_id = object_id.as_deref().unwrap_or_default().as_bytes();
        let fields = [&id.to_bytes(), upn.key().as_bytes(), kind.name().as_bytes(), &[u8::from(*enabled)], object_id];
        self.tag(b"user", &fields)
    }

    /// The digest of an upload over one row more: see [`Upload::digest`](crate::model::Upload::digest).
    pub(crate) fn tag_of_row(
        &self,
        before: Tag,
        line: u64,
        upn: &str,
        serial: &str,
        print: Option<Fingerprint>,
    ) -> Tag {
        let print = print.as_ref().map_or(&[][..], |Fingerprint(bytes)| bytes);
        self.tag(b"row", &[&before.0, &line.to_be_bytes(), upn.as_bytes(), serial.as_bytes(), print])
    }

    /// The tag that [`Settings::mac`] must be.
    #[must_use]
    pub fn tag_of_settings(&self, settings: &Settings) -> Tag {
        let Settings { ring, floor, policy, mac: _ } = settings;
        self.tag(b"settings", &[&ring.0, &floor.as_secs().to_be_bytes(), policy.as_bytes()])
    }

    /// A ring with one new sealing key.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn generate() -> Result<Self, KeyRingError> {
        let mut name = [0; 4];
        fill(&mut name)?;
        let name = HEXLOWER.encode(&name);
        let new = || Secret::generate_bytes(KEY).map_err(|_| KeyRingError::NoRandomness);
        Ok(Self::new(vec![(name, new()?)], new()?, TenantId::default()))
    }

    /// Reads what [`expose_text`](Self::expose_text) wrote.
    ///
    /// # Errors
    /// [`KeyRingError::Malformed`] with the line that is wrong; never what stands there.
    pub fn parse(text: &str) -> Result<Self, KeyRingError> {
        let (mut sealing, mut recognising) = (Vec::new(), None);
        for (line, words) in (1..).zip(text.lines().map(|line| line.split_whitespace())) {
            let malformed = || KeyRingError::Malformed { line };
            let words: Vec<&str> = words.collect();
            match *words.as_slice() {
                [] => {}
                [first, ..] if first.starts_with('#') => {}
                ["seal", name, hex] if sealing.iter().all(|(other, _)| other != name) => {
                    sealing.push((name.to_owned(), key(hex).ok_or_else(malformed)?));
                }
                ["recognise", hex] if recognising.is_none() => recognising = Some(key(hex).ok_or_else(malformed)?),
                _ => return Err(malformed()),
            }
        }
        match recognising {
            Some(recognising) if !sealing.is_empty() => Ok(Self::new(sealing, recognising, TenantId::default())),
            _ => Err(KeyRingError::Incomplete),
        }
    }

    /// The ring as text, keys included, in a string that is wiped when dropped.
    #[must_use]
    pub fn expose_text(&self) -> Zeroizing<String> {
        // Room for all of it, so that the string never moves and leaves a copy behind.
        let mut text = Zeroizing::new(String::with_capacity(512 + 256 * self.sealing.len()));
        text.push_str(
            "# The key ring of an OATH directory. Without it no code can be verified; with it and the database every\n\
             # secret can be read. Keep it secret, keep a copy, and keep both away from the database.\n",
        );
        let mut line = |head: &[&str], key: &Secret| {
            for word in head {
                text.push_str(word);
                text.push(' ');
            }
            // Not by `data-encoding`, which indexes a table by the nibbles.
            text.push_str(&key.expose_hex());
            text.push('\n');
        };
        line(&["recognise"], &self.recognising);
        for (name, key) in &self.sealing {
            line(&["seal", name], key);
        }
        text
    }

    /// Whether the ring holds the key of this name.
    #[must_use]
    pub fn holds(&self, name: &str) -> bool {
        self.sealing.iter().any(|(other, _)| other == name)
    }

    /// What the secret is recognised by.
    ///
    /// Leakage: the secret, its length aside.
    #[must_use]
    pub fn fingerprint(&self, secret: &Secret) -> Fingerprint {
        let mut mac = (*self.recogniser).clone();
        mac.update(b"oath-directory fingerprint v1");
        mac.update(secret.expose_bytes());
        Fingerprint(mac.finalize().into_bytes().into())
    }

    /// Seals a secret under the last key of the ring, for this token only.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(
        &self,
        id: TokenId,
        serial: &str,
        parameters: &Parameters,
        secret: &Secret,
    ) -> Result<Sealed, KeyRingError> {
        let (name, key) = self.sealing.last().ok_or(KeyRingError::Incomplete)?;
        let mut nonce = [0; NONCE];
        fill(&mut nonce)?;
        let mut bytes = Vec::with_capacity(secret.byte_len().saturating_add(TAG));
        bytes.extend_from_slice(secret.expose_bytes());
        cipher(key)
            .and_then(|cipher| {
                let binding = binding(self.tenant, id, serial, parameters);
                cipher.encrypt_in_place(&XNonce::from(nonce), &binding, &mut bytes).ok()
            })
            .ok_or(KeyRingError::Incomplete)?;
        Ok(Sealed { key: name.clone(), bytes: [nonce.as_slice(), &bytes].concat() })
    }

    /// Opens the secret of a token.
    ///
    /// # Errors
    /// [`KeyRingError`] where the ring lacks the key, or where the ciphertext is not what was sealed for this token.
    pub fn open(&self, token: &Token) -> Result<Secret, KeyRingError> {
        count(Work::Opens, 1);
        let Sealed { key: name, bytes } = &token.sealed;
        let damaged = || KeyRingError::Damaged { serial: token.serial.clone() };
        let Some((_, key)) = self.sealing.iter().find(|(other, _)| other == name) else {
            return Err(KeyRingError::Lacking { key: name.clone(), serial: token.serial.clone() });
        };
        let (nonce, sealed) = bytes.split_first_chunk::<NONCE>().ok_or_else(damaged)?;
        let mut opened = Zeroizing::new(sealed.to_vec());
        cipher(key)
            .and_then(|cipher| {
                let binding = binding(self.tenant, token.id, &token.serial, &token.parameters);
                cipher.decrypt_in_place(&XNonce::from(*nonce), &binding, &mut *opened).ok()
            })
            .ok_or_else(damaged)?;
        Secret::from_bytes(&opened).map_err(|_| damaged())
    }
}

/// Whether a record is bound to the ring: its tag is the one it must be.
pub(crate) fn same(found: Tag, expected: Tag) -> bool {
    found.0.ct_eq(&expected.0).into()
}

/// The first 128 bits.
fn short(mac: [u8; 32]) -> Tag {
    let mut tag = Tag::default();
    tag.0.iter_mut().zip(mac).for_each(|(to, from)| *to = from);
    tag
}

/// HMAC pads a short key with zeros (RFC 2104): padded here, it has the one length that cannot fail.
fn keyed(bytes: &[u8]) -> Hmac<Sha256> {
    let mut key = Zeroizing::new([0; 64]);
    key.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    Hmac::<Sha256>::new((&*key).into())
}

fn cipher(key: &Secret) -> Option<XChaCha20Poly1305> {
    XChaCha20Poly1305::new_from_slice(key.expose_bytes()).ok()
}

/// The row that a ciphertext belongs to. The serial number comes last, the rest has a fixed length.
fn binding(tenant: TenantId, id: TokenId, serial: &str, parameters: &Parameters) -> Vec<u8> {
    let Parameters { algorithm, digits, time_step } = parameters;
    let mut bytes = b"oath-directory seal v2".to_vec();
    bytes.extend_from_slice(&tenant.to_bytes());
    bytes.extend_from_slice(&id.to_bytes());
    bytes.push(match algorithm {
        Algorithm::Sha1 => 1,
        Algorithm::Sha256 => 2,
        Algorithm::Sha512 => 3,
    });
    bytes.push(u8::from(*digits));
    bytes.extend_from_slice(&time_step.x().to_be_bytes());
    bytes.extend_from_slice(&time_step.t0().to_be_bytes());
    bytes.extend_from_slice(serial.as_bytes());
    bytes
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), KeyRingError> {
    getrandom::fill(bytes).map_err(|_| KeyRingError::NoRandomness)
}

fn key(hex: &str) -> Option<Secret> {
    Secret::from_hex(hex).ok().filter(|key| key.byte_len() == KEY)
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.sealing.iter().map(|(name, _)| name)).finish()
    }
}

/// The key ring cannot do what is asked of it. Never shows a key.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyRingError {
    /// A line of its text is not one of a key ring.
    Malformed {
        /// Which, from 1.
        line: usize,
    },
    /// A ring needs a line `recognise` and a line `seal`.
    Incomplete,
    /// The secret of a token is sealed under a key that is not in the ring.
    Lacking {
        /// The name of the key.
        key: String,
        /// The serial number of the token.
        serial: String,
    },
    /// The sealed secret is not what was sealed for this token.
    Damaged {
        /// The serial number of the token.
        serial: String,
    },
    /// The ring holds no key of this name.
    Unknown {
        /// The name.
        name: String,
    },
    /// The key cannot go, because new secrets are sealed under it.
    Seals {
        /// Its name.
        name: String,
    },
    /// The key cannot go, because tokens are sealed under it.
    Used {
        /// Its name.
        name: String,
        /// How many.
        tokens: u64,
    },
    /// The directory belongs to another key ring.
    Foreign,
    /// The operating system gave no randomness.
    NoRandomness,
}

impl KeyRingError {
    /// A stable name, in kebab case.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "key-ring-malformed",
            Self::Incomplete => "key-ring-incomplete",
            Self::Lacking { .. } | Self::Foreign => "key-ring-wrong",
            Self::Damaged { .. } => "secret-damaged",
            Self::Unknown { .. } => "key-unknown",
            Self::Seals { .. } | Self::Used { .. } => "key-in-use",
            Self::NoRandomness => "no-randomness",
        }
    }

    /// Whether it is for the good of what is there, and no fault.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::Seals { .. } | Self::Used { .. })
    }

    /// What to do.
    #[must_use]
    pub const fn action(&self) -> &'static str {
        match self {
            Self::Malformed { .. } | Self::Incomplete => "restore the file from its copy",
            Self::Lacking { .. } | Self::Foreign => "use the key ring that belongs to this directory",
            Self::Damaged { .. } => "restore the database from a backup, or delete the token and upload it again",
            Self::Unknown { .. } => "name a key of the ring: `oath keys list`",
            Self::Seals { .. } => "activate another key first: `oath keys activate`",
            Self::Used { .. } => "seal them again first: `oath keys rotate`",
            Self::NoRandomness => "try again",
        }
    }
}

impl fmt::Display for KeyRingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed { line } => write!(
                f,
                "line {line} of the key ring is malformed: expected `seal NAME KEY` or `recognise KEY`, \
                 each KEY 64 hexadecimal digits"
            ),
            Self::Incomplete => {
                f.write_str("the key ring is incomplete: expected a line `recognise` and a line `seal`")
            }
            Self::Lacking { key, serial } => write!(
                f,
                "the secret of token {serial} is sealed under the key {key}, which the key ring does not hold"
            ),
            Self::Damaged { serial } => {
                write!(f, "the sealed secret of token {serial} was changed, or belongs to another token")
            }
            Self::Unknown { name } => write!(f, "the key ring holds no sealing key {name}"),
            Self::Seals { name } => write!(f, "the key {name} is the one that seals"),
            Self::Used { name, tokens: 1 } => write!(f, "1 token is sealed under the key {name}"),
            Self::Used { name, tokens } => write!(f, "{tokens} tokens are sealed under the key {name}"),
            Self::Foreign => f.write_str("the key ring is not the one that this directory was made with"),
            Self::NoRandomness => f.write_str("the operating system gave no randomness"),
        }
    }
}

impl core::error::Error for KeyRingError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Status;
    use oath_totp::{Digits, TimeStep, UnixTime};

    const PARAMETERS: Parameters =
        Parameters { algorithm: Algorithm::Sha1, digits: Digits::Six, time_step: TimeStep::SECONDS_30 };

    fn token(keys: &KeyRing) -> Token {
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        let id = TokenId::from_random(7);
        Token {
            id,
            kind: TokenKind::Hardware,
            serial: "0950380269".to_owned(),
            manufacturer: String::new(),
            model: String::new(),
            parameters: PARAMETERS,
            sealed: keys.seal(id, "0950380269", &PARAMETERS, &secret).unwrap(),
            fingerprint: keys.fingerprint(&secret),
            status: Status::Available,
            holder: None,
            created: UnixTime::default(),
            mac: Tag::default(),
        }
    }

    #[test]
    fn a_secret_opens_for_its_own_row_only() {
        let keys = KeyRing::generate().unwrap();
        let token = token(&keys);
        assert_eq!(keys.open(&token).unwrap().expose_bytes(), b"12345678901234567890");
        let damaged = |token: Token| matches!(keys.open(&token), Err(KeyRingError::Damaged { .. }));
        assert!(damaged(Token { id: TokenId::from_random(8), ..token.clone() }));
        assert!(damaged(Token { serial: "950380269".to_owned(), ..token.clone() }));
        let sixty = Parameters { time_step: TimeStep::SECONDS_60, ..PARAMETERS };
        assert!(damaged(Token { parameters: sixty, ..token.clone() }));
        let other_hash = Parameters { algorithm: Algorithm::Sha256, ..PARAMETERS };
        assert!(damaged(Token { parameters: other_hash, ..token.clone() }));
        for at in 0..token.sealed.bytes.len() {
            let mut flipped = token.clone();
            flipped.sealed.bytes[at] ^= 1;
            assert!(damaged(flipped), "byte {at}");
        }
        let mut cut = token.clone();
        cut.sealed.bytes.truncate(10);
        assert!(damaged(cut));
    }

    #[test]
    fn nothing_of_one_tenant_is_anything_of_another_with_the_same_ring() {
        let text = KeyRing::generate().unwrap().expose_text();
        let of = |tenant| KeyRing::parse(&text).unwrap().of_tenant(TenantId::from_random(tenant));
        let (one, other) = (of(1), of(2));
        let sealed = token(&one);
        assert_eq!(of(1).open(&sealed).unwrap().expose_bytes(), b"12345678901234567890");
        assert!(matches!(other.open(&sealed), Err(KeyRingError::Damaged { .. })));
        let secret = Secret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(of(1).fingerprint(&secret), sealed.fingerprint);
        assert_ne!(other.fingerprint(&secret), sealed.fingerprint);
        let state = State::fresh(sealed.fingerprint);
        assert_eq!(of(1).tag_of_state(&state), one.tag_of_state(&state));
        assert_ne!(one.tag_of_state(&state), other.tag_of_state(&state));
        assert_ne!(one.tag_of_token(&sealed), other.tag_of_token(&sealed));
        use crate::audit::{Action, Actor, Chain, ChainHash, Event};
        let event = Event::new(UnixTime::default(), &Actor::local_operator(), Action::SignedIn);
        let chained = |keys: &KeyRing| ChainHash::START.followed_by(keys.audit_key(), Chain::FIRST, 1, &event);
        assert_eq!(chained(&one), chained(&of(1)));
        assert_ne!(chained(&one), chained(&other));
        // The ring is the same one all the same.
        assert_eq!(one.id(), other.id());
    }

    #[test]
    fn each_seal_has_a_nonce_of_its_own_and_the_last_key_seals() {
        let key = |byte: &str| byte.repeat(32);
        let text = format!("recognise {}\nseal a {}\nseal b {}\n", key("01"), key("02"), key("03"));
        let keys = KeyRing::parse(&text).unwrap();
        let (one, two) = (token(&keys), token(&keys));
        assert_ne!(one.sealed.bytes[..NONCE], two.sealed.bytes[..NONCE]);
        assert_eq!(one.sealed.key, "b");
        // Another key of that name does not open it.
        let other = text.replace(&key("03"), &key("04"));
        assert!(matches!(KeyRing::parse(&other).unwrap().open(&one), Err(KeyRingError::Damaged { .. })));
        let zero = text.replace(&key("03"), &key("00"));
        assert!(matches!(KeyRing::parse(&zero).unwrap().open(&one), Err(KeyRingError::Damaged { .. })));
    }

    #[test]
    fn a_tag_depends_on_the_ring_and_on_each_field() {
        let keys = KeyRing::generate().unwrap();
        let base = token(&keys);
        let holder = Some(UserId::from_random(1));
        let tokens = [
            base.clone(),
            Token { id: TokenId::from_random(8), ..base.clone() },
            Token { kind: TokenKind::Software, ..base.clone() },
            Token { serial: "0950380260".to_owned(), ..base.clone() },
            Token { fingerprint: Fingerprint([1; 32]), ..base.clone() },
            Token { status: Status::Activated, ..base.clone() },
            Token { holder, ..base.clone() },
        ];
        let state = State::fresh(base.fingerprint);
        let totp = |last_step, drift| State { totp: oath_totp::TotpState { last_step, drift }, ..state.clone() };
        let states = [
            state.clone(),
            State::fresh(Fingerprint([1; 32])),
            totp(Some(0), 0),
            totp(Some(1), 0),
            totp(None, 1),
            totp(None, -1),
        ];
        let user = |id, upn: &str, kind| User {
            id: UserId::from_random(id),
            upn: upn.parse().unwrap(),
            kind,
            display_name: None,
            enabled: true,
            object_id: None,
            mac: Tag::default(),
        };
        use crate::model::UserKind::{Guest, Member};
        let base = user(1, "a@x", Member);
        let users = [
            base.clone(),
            user(2, "a@x", Member),
            user(1, "b@x", Member),
            user(1, "a@x", Guest),
            User { enabled: false, ..base.clone() },
            User { object_id: Some("1".to_owned()), ..base },
        ];
        let settings = |ring, floor, policy: &str| Settings {
            ring: Tag([ring; 16]),
            floor: UnixTime::from_secs(floor),
            policy: policy.to_owned(),
            mac: Tag::default(),
        };
        let settings = [settings(1, 0, ""), settings(2, 0, ""), settings(1, 1, ""), settings(1, 0, "{}")];
        let tags = |keys: &KeyRing| {
            let mut tags: Vec<_> = tokens.iter().map(|token| keys.tag_of_token(token)).collect();
            tags.extend(states.iter().map(|state| keys.tag_of_state(state)));
            tags.extend(users.iter().map(|user| keys.tag_of_user(user)));
            tags.extend(settings.iter().map(|settings| keys.tag_of_settings(settings)));
            tags.push(keys.id());
            tags
        };
        let mut all = [tags(&keys), tags(&KeyRing::generate().unwrap())].concat();
        assert_eq!(tags(&keys), all[..all.len() / 2]);
        let count = all.len();
        all.sort_by_key(|tag| tag.0);
        all.dedup();
        assert_eq!(all.len(), count);
    }

    #[test]
    fn debug_shows_the_names_of_the_keys_and_nothing_else() {
        // The whole text: whatever is added to it, a key in any form among it, fails here.
        let key = "00ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e";
        let text: String = (1..=6).map(|number| format!("seal name{number} {key}\n")).collect();
        let keys = KeyRing::parse(&format!("recognise {key}\n{text}")).unwrap();
        assert_eq!(format!("{keys:?}"), r#"["name1", "name2", "name3", "name4", "name5", "name6"]"#);
        assert_eq!(keys.expose_text().matches(key).count(), 7);
    }

    #[test]
    fn every_hash_is_bound_by_a_name_of_its_own() {
        let id = TokenId::from_random(7);
        let names: Vec<_> = Algorithm::ALL
            .into_iter()
            .map(|algorithm| binding(TenantId::default(), id, "1", &Parameters { algorithm, ..PARAMETERS }))
            .collect();
        assert!(names[0] != names[1] && names[1] != names[2] && names[0] != names[2]);
    }

    #[test]
    fn a_ring_is_read_back_from_its_text() {
        let keys = KeyRing::generate().unwrap();
        let text = keys.expose_text();
        let again = KeyRing::parse(&text).unwrap();
        assert_eq!(again.open(&token(&keys)).unwrap().expose_bytes(), b"12345678901234567890");
        assert_eq!(
            again.fingerprint(&Secret::from_bytes(b"1").unwrap()),
            keys.fingerprint(&Secret::from_bytes(b"1").unwrap())
        );

        let other = KeyRing::generate().unwrap();
        assert!(matches!(other.open(&token(&keys)), Err(KeyRingError::Lacking { .. })));
        for (text, error) in [
            ("", KeyRingError::Incomplete),
            ("seal a 00", KeyRingError::Malformed { line: 1 }),
            ("# x\n\nhello", KeyRingError::Malformed { line: 3 }),
        ] {
            assert_eq!(KeyRing::parse(text).unwrap_err(), error, "{text:?}");
        }
    }
}
