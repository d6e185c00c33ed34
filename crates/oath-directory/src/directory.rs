//! The shell around the decisions: reads a view, decides, commits, and decides again where somebody was faster.

mod lists;
mod sign_in;
mod software;
mod tokens;
mod uploads;
mod users;

pub use self::lists::{AuditReport, TokenQuery};
pub use self::software::Enrolment;

use crate::audit::{Action, Actor, Event};
use crate::decide::{Context, Decided};
use crate::error::Error;
use crate::keys::{KeyRing, KeyRingError};
use crate::model::{Id, Parameters, Sealed, Status, Token, TokenId, TokenKind};
use crate::policy::Policy;
use crate::store::{Changes, CommitError, Store, View, Wanted};
use oath_totp::{Algorithm, Digits, KeyError, Secret, TimeStep, Totp, UnixTime};

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
///             alice@example.com,2300001,GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ,30,Contoso,HT-1\r\n";
/// let rows = Reader::new(file.as_bytes(), &Options::default())?.collect::<Result<Vec<_>, _>>()?;
/// directory.upload(&operator, now, "tokens.csv", rows).await?;
/// let token = Totp::from_base32("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ")?;
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
    keys: KeyRing,
    policy: Policy,
    /// A token that nobody has: sign-ins for nobody cost the work of a sign-in.
    decoy: Token,
}

/// How often an operation is decided again because others were faster, before it gives up.
const TRIES: usize = 1000;

impl<S: Store> Directory<S> {
    /// A directory on a store, with the key ring that opens its secrets.
    ///
    /// # Errors
    /// [`Error::Keys`] where the operating system has no randomness to give.
    pub fn new(store: S, keys: KeyRing, policy: Policy) -> Result<Self, Error> {
        let decoy = Secret::generate().map_err(|_| KeyRingError::NoRandomness)?;
        let decoy = new_token(&keys, TokenKind::Software, String::new(), PARAMETERS, &decoy, UnixTime::default())?;
        Ok(Self { store, keys, policy, decoy })
    }

    /// The same directory on a store of another type.
    #[must_use]
    pub fn with_store<T: From<S>>(self) -> Directory<T> {
        let Self { store, keys, policy, decoy } = self;
        Directory { store: store.into(), keys, policy, decoy }
    }

    /// The rules.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The store.
    #[must_use]
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// Writes the first event into the audit log of a directory that was just made; nothing where there is one already.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn found(&self, actor: &Actor, now: UnixTime) -> Result<(), Error> {
        if self.store.head().await?.events > 0 {
            return Ok(());
        }
        let events = vec![Event::new(now, actor, Action::DirectoryCreated)];
        match self.store.commit(Changes { events, ..Changes::default() }).await {
            Ok(()) => Ok(()),
            Err(CommitError::Conflict) => Err(Error::Contention),
            Err(CommitError::Store(error)) => Err(error.into()),
        }
    }

    const fn context<'a>(&'a self, actor: &'a Actor, now: UnixTime) -> Context<'a> {
        Context { policy: &self.policy, actor, now }
    }

    /// The one way to change anything.
    async fn change<T>(
        &self,
        wanted: Wanted,
        mut decide: impl FnMut(&View) -> Result<Decided<T>, Error>,
    ) -> Result<T, Error> {
        for _ in 0..TRIES {
            let view = self.store.view(wanted.clone()).await?;
            let Decided { changes, outcome } = decide(&view)?;
            if changes.is_empty() {
                return outcome.map_err(Error::from);
            }
            match self.store.commit(changes).await {
                Ok(()) => return outcome.map_err(Error::from),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Contention)
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
        fingerprint: keys.fingerprint(secret),
        status: Status::Available,
        holder: None,
        created,
    })
}

fn random_id<T>() -> Result<Id<T>, KeyRingError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|_| KeyRingError::NoRandomness)?;
    Ok(Id::from_bytes(bytes))
}
