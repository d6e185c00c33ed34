//! The shell around the decisions: reads a view, decides, commits, and decides again where another caller was faster.

mod audit;
mod bulk;
#[cfg(feature = "sqlite")]
mod former;
mod keys;
mod lists;
mod policy;
mod preview;
mod recovery;
mod rehearsal;
mod report;
mod rest;
mod segments;
mod sign_in;
mod similar;
mod software;
mod sync;
mod together;
mod tokens;
mod undo;
mod unlock;
mod upload_error;
mod uploads;
mod users;

pub use self::audit::AuditReport;
#[cfg(feature = "sqlite")]
pub(crate) use self::audit::newest_event;
pub use self::keys::{KeyUse, Resealed, Rotated, SealReport};
pub use self::lists::{TokenQuery, UserQuery, UserStatus};
pub use self::policy::PolicyEdit;
pub use self::recovery::RecoveryStatus;
pub use self::segments::{Pruned, SegmentsError};
pub use self::software::Enrolment;
pub use self::sync::{Leavers, SyncOptions, SyncReport, UnknownLeavers};
pub use self::upload_error::UploadError;
pub use self::uploads::UploadOptions;
pub use self::users::UserDetails;

use self::rest::rest;
use self::sign_in::Decoy;
use crate::audit::{Action, Actor, Event};
use crate::decide::rights::{self, Ask, Denial};
use crate::decide::{Asked, Context, Decided, Seen};
use crate::error::{Error, Refusal};
use crate::keys::{KeyRing, KeyRingError, same};
use crate::model::{Id, Parameters, Sealed, Settings, Status, Tag, Token, TokenId, TokenKind, Upn};
use crate::policy::{Known, Policy};
use crate::rights::Operation;
use crate::store::{AnyStore, Changes, CommitError, Fault, Store, StoreError, View, Wanted, Write};
use core::fmt;
use oath_totp::{Algorithm, Digits, KeyError, Secret, TimeStep, Totp, UnixTime};
use std::sync::Arc;

/// A directory of tokens: who holds which, and which codes are spent.
///
/// Every operation takes the actor who asks for it and the time. Every change passes one gate, whole or not at all,
/// together with its audit events; on any number of threads and processes a code is accepted once.
///
/// ```
/// # pollster::block_on(async {
/// use oath_directory::store::MemoryStore;
/// use oath_directory::{Actor, Directory, KeyRing, Policy, UserKind};
/// use oath_seeds::{Options, Reader};
/// use oath_totp::{Totp, UnixTime};
///
/// let directory = Directory::new(MemoryStore::default(), KeyRing::generate()?, Policy::default())?;
/// let operator = Actor::local_operator();
/// let now = UnixTime::from_secs(1_700_000_000);
/// let alice = "alice@example.com".parse()?;
/// directory.add_user(&operator, now, &alice, UserKind::Member, None).await?;
///
/// // The vendor's file. What Alice's token displays is computed here from the same secret.
/// let file = "upn,serial number,secret key,time interval,manufacturer,model\r\n\
///             alice@example.com,2300001,HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX,30,Contoso,HT-1\r\n";
/// directory.upload(&operator, now, "tokens.csv", Reader::new(file.as_bytes(), &Options::default())?).await?;
/// let token = Totp::from_base32("HA4TAMJSGM2DKNRXHA4TAMJSGM2DKNRX")?;
///
/// // The first code activates the token, the next one signs Alice in.
/// directory.activate(&operator, now, "2300001", &token.generate(now).into()).await?;
/// let later = UnixTime::from_secs(now.as_secs() + 30);
/// let signed_in = directory.verify(&operator, later, &alice, &token.generate(later)).await?;
/// assert_eq!(signed_in.serial, "2300001");
/// assert!(directory.verify(&operator, later, &alice, &token.generate(later)).await.is_err(), "a code is good once");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Debug)]
pub struct Directory<S> {
    store: S,
    /// Shared with rehearsals.
    keys: Arc<KeyRing>,
    /// What the directory is founded with.
    first_policy: Arc<Policy>,
    policy: Known,
    /// What sign-ins for names without users and tokens work on.
    decoy: Arc<Decoy>,
}

/// How often an operation is decided at most, because others were faster, before it gives up: with its rests, some seconds.
const TRIES: u32 = 64;

impl<S: Store> Directory<S> {
    /// A directory on a store, with the key ring that opens its secrets; one ring may serve many tenants. The first operation on an empty store ties it to
    /// this ring; on a store of another ring every operation fails with [`KeyRingError::Foreign`].
    ///
    /// `policy` is that of a directory which the first operation makes. One that exists has a policy of its own, which is read
    /// with every operation: [`set_policy`](Self::set_policy) changes it.
    ///
    /// # Errors
    /// [`Error::Keys`] where the operating system has no randomness to give; [`Refusal::Policy`](crate::Refusal::Policy).
    pub fn new(store: S, keys: KeyRing, policy: Policy) -> Result<Self, Error> {
        policy.check().map_err(Refusal::Policy)?;
        let keys = Arc::new(keys.of_tenant(store.tenant()));
        let decoy = Arc::new(Decoy::new(&keys)?);
        Ok(Self { store, keys, first_policy: Arc::new(policy), policy: Known::default(), decoy })
    }

    /// The same directory on a store whose type does not show.
    #[must_use]
    pub fn with_any_store(self) -> Directory<AnyStore>
    where
        S: fmt::Debug + 'static,
    {
        let Self { store, keys, first_policy, policy, decoy } = self;
        Directory { store: AnyStore::new(store), keys, first_policy, policy, decoy }
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Ties a directory that was just made to its key ring, and writes the first event; nothing where that was done.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Keys`] where the directory belongs to another ring.
    pub async fn found(&self, actor: &Actor, now: UnixTime) -> Result<(), Error> {
        let view = self.store.view(Wanted::default()).await?;
        if self.is_founded(&view)? {
            return Ok(());
        }
        if self.store.heads().await?.iter().any(|head| head.events > 0) {
            // Another caller may have been faster.
            return match self.store.view(Wanted::default()).await?.settings {
                Some(_) => Ok(()),
                None => Err(damaged_settings("are missing").into()),
            };
        }
        let policy = self.first_policy.stored();
        let settings = Settings {
            ring: self.keys.id(),
            floor: UnixTime::default(),
            backup_end: UnixTime::default(),
            policy,
            mac: Tag::default(),
        };
        let event = Event::new(now, actor, Action::DirectoryCreated);
        let default = Policy::default();
        let differing = self.first_policy.differences(&default);
        let event = differing.fold(event, |event, field| event.with(field.name, field.shown(&self.first_policy)));
        let events = vec![event];
        let mut changes = Changes { settings: Some(Write::Insert(settings)), events, ..Changes::default() };
        self.bind(&mut changes);
        match self.store.commit(changes, self.keys.audit_key()).await {
            Ok(()) | Err(CommitError::Conflict) => Ok(()),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    /// Whether the directory is tied to a key ring, which must be this one.
    fn is_founded(&self, view: &View) -> Result<bool, Error> {
        let Some(settings) = view.settings.as_ref().map(|read| &read.value) else { return Ok(false) };
        if !same(settings.ring, self.keys.id()) {
            return Err(KeyRingError::Foreign.into());
        }
        if !same(settings.mac, self.keys.tag_of_settings(settings)) {
            return Err(damaged_settings("were changed by something other than the directory").into());
        }
        Ok(true)
    }

    /// Whether the store is that of the key ring.
    ///
    /// # Errors
    /// [`KeyRingError::Foreign`]; [`Error::Store`].
    pub async fn check_ring(&self) -> Result<(), Error> {
        let view = self.store.view(Wanted::default()).await?;
        self.is_founded(&view).map(drop)
    }

    /// Asks whether the actor may do what reads and changes nothing, at this moment. Lists take no actor: a server calls
    /// [`allow`](Self::allow) before them.
    async fn ask(&self, asked: Asked<'_>, mut wanted: Wanted) -> Result<(), Error> {
        let Some(upn) = asked.actor.upn() else { return Ok(()) };
        wanted.users.push(upn.key().to_owned());
        let (view, policy) = self.seen(self.store.view(wanted).await?)?;
        match rights::check(asked.under(&policy), &view) {
            Ok(_) => Ok(()),
            Err(denial) => self.deny(*denial).await,
        }
    }

    /// Asks whether an actor may read: users, tokens, the log. `about` is the user that is looked at, where it is one.
    ///
    /// # Errors
    /// [`Refusal::Denied`], of which the log has an event then.
    pub async fn allow(
        &self,
        actor: &Actor,
        now: UnixTime,
        operation: Operation,
        about: Option<&Upn>,
    ) -> Result<(), Error> {
        let ask = about.map_or(Ask::directory(operation), |upn| Ask::user(operation, upn));
        let users = about.iter().map(|upn| upn.key().to_owned()).collect();
        self.ask(Asked { actor, now, ask }, Wanted { users, ..Wanted::default() }).await
    }

    /// Writes down that an actor was refused, and refuses. Nothing else is written.
    async fn deny<T>(&self, Denial { refusal, event }: Denial) -> Result<T, Error> {
        // Before a directory is tied to its ring it has no log: the first event ties it.
        if self.store.view(Wanted::default()).await?.settings.is_none() {
            return Err(refusal.into());
        }
        self.log(Changes { events: vec![event], ..Changes::default() }).await?;
        Err(refusal.into())
    }

    /// The one way to change anything but by a sign-in. Whether the actor may is decided in the view of the decision: a role
    /// that is taken away meanwhile is a conflict.
    async fn change<T>(
        &self,
        asked: Asked<'_>,
        mut wanted: Wanted,
        mut decide: impl FnMut(Context<'_>, &Seen) -> Result<Decided<T>, Error>,
    ) -> Result<T, Error> {
        wanted.users.extend(asked.actor.upn().map(|upn| upn.key().to_owned()));
        for tried in 0..TRIES {
            rest(tried).await;
            let view = self.store.view(wanted.clone()).await?;
            let (view, policy) = self.seen(view)?;
            if view.settings.is_none() {
                self.found(asked.actor, asked.now).await?;
                continue;
            }
            let context = asked.under(&policy);
            let rests = match rights::check(context, &view) {
                Ok(rests) => rests,
                Err(denial) => return self.deny(*denial).await,
            };
            let Decided { mut changes, outcome } = decide(context, &view)?;
            if changes.is_empty() {
                return outcome.map_err(Error::from);
            }
            rights::rest_on(&mut changes, rests);
            view.mark_changed(&mut changes);
            changes.bumps.extend(view.bumps(&changes));
            self.bind(&mut changes);
            match self.store.commit(changes, self.keys.audit_key()).await {
                Ok(()) => return outcome.map_err(Error::from),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Contention)
    }

    /// What [`change`](Self::change) would decide at this moment, and on what. Nothing is written. `amend` puts in the view what
    /// earlier decisions would have left.
    async fn tried<T>(
        &self,
        asked: Asked<'_>,
        mut wanted: Wanted,
        amend: impl FnOnce(&mut View),
        decide: impl FnOnce(Context<'_>, &Seen) -> Result<Decided<T>, Error>,
    ) -> Result<(Decided<T>, Seen), Error> {
        wanted.users.extend(asked.actor.upn().map(|upn| upn.key().to_owned()));
        let mut view = self.store.view(wanted).await?;
        amend(&mut view);
        // A store that is tied to no ring yet holds nothing.
        let (view, policy) = self.seen(view)?;
        let context = asked.under(&policy);
        if let Err(denial) = rights::check(context, &view) {
            return self.deny(*denial).await;
        }
        let decided = decide(context, &view)?;
        Ok((decided, view))
    }

    /// Binds all records that are to be written to the key ring.
    fn bind(&self, changes: &mut Changes) {
        let keys = &self.keys;
        for user in changes.users.iter_mut().filter_map(Write::record_mut) {
            user.mac = keys.tag_of_user(user);
        }
        for token in changes.tokens.iter_mut().filter_map(Write::record_mut) {
            token.mac = keys.tag_of_token(token);
        }
        for state in changes.states.iter_mut().filter_map(Write::record_mut) {
            state.mac = keys.tag_of_state(state);
        }
        for settings in changes.settings.iter_mut().filter_map(Write::record_mut) {
            settings.mac = keys.tag_of_settings(settings);
        }
    }

    /// The token ready to compute codes, its secret opened.
    fn open(&self, token: &Token) -> Result<Totp, Error> {
        let Parameters { algorithm, digits, time_step } = token.parameters;
        let secret = self.keys.open(token)?;
        // What the policy allowed in is not asked again: old tokens go on when it gets stricter.
        let damaged = |_: KeyError| KeyRingError::Damaged { serial: token.serial.clone() };
        let key = secret.legacy_key(algorithm).map_err(damaged)?;
        Ok(Totp::new(key, digits, time_step))
    }
}

fn damaged_settings(what: &str) -> StoreError {
    StoreError { fault: Fault::Corrupt, message: format!("the settings of the directory {what}") }
}

/// What every app computes, Microsoft Authenticator whatever its URI says.
const PARAMETERS: Parameters =
    Parameters { algorithm: Algorithm::Sha1, digits: Digits::Six, time_step: TimeStep::SECONDS_30 };

/// A token with its secret sealed, available.
fn new_token(
    keys: &KeyRing,
    kind: TokenKind,
    serial: String,
    parameters: Parameters,
    secret: &Secret,
    created: UnixTime,
) -> Result<Token, KeyRingError> {
    let id: TokenId = random_id()?;
    let sealed: Sealed = keys.seal(id, &serial, &parameters, secret)?;
    Ok(Token {
        id,
        kind,
        serial,
        manufacturer: String::new(),
        model: String::new(),
        parameters,
        sealed,
        fingerprint: keys.fingerprint(secret)?,
        status: Status::Available,
        holder: None,
        replaces: None,
        created,
        import: None,
        mac: Tag::default(),
    })
}

fn random_id<T>() -> Result<Id<T>, KeyRingError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| KeyRingError::NoRandomness)?;
    Ok(Id::from_bytes(bytes))
}
