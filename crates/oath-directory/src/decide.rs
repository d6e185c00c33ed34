//! What an operation comes to: pure functions of the policy, the input, the time and a view of the records, into a set of
//! changes or a refusal. They read no clock, open no file and change nothing.

pub(crate) mod code;
pub(crate) mod sign_in;
pub(crate) mod software;
pub(crate) mod tokens;
pub(crate) mod upload;
pub(crate) mod users;

use crate::audit::{Action, Actor, Event};
use crate::error::Refusal;
use crate::model::{Attempts, Fingerprint, State, Token, User, UserId, Versioned};
use crate::policy::Policy;
use crate::store::{Changes, View, Write};
use oath_totp::UnixTime;

/// What every decision is made of besides its input and the view.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) actor: &'a Actor,
    pub(crate) now: UnixTime,
}

impl Context<'_> {
    pub(crate) fn event(&self, action: Action) -> Event {
        Event::new(self.now, self.actor, action)
    }
}

/// The changes to commit, and the answer to give once they are. A wrong code is a refusal *with* changes: it costs an
/// attempt.
#[derive(Debug)]
pub(crate) struct Decided<T> {
    pub(crate) changes: Changes,
    pub(crate) outcome: Result<T, Refusal>,
}

impl<T> Decided<T> {
    pub(crate) fn new(outcome: T, changes: Changes) -> Self {
        Self { changes, outcome: Ok(outcome) }
    }

    pub(crate) fn refused(refusal: Refusal, changes: Changes) -> Self {
        Self { changes, outcome: Err(refusal) }
    }
}

/// A refusal that changes nothing, or the decision.
pub(crate) type Decision<T> = Result<Decided<T>, Refusal>;

impl View {
    pub(crate) fn user(&self, key: &str) -> Option<&Versioned<User>> {
        self.users.iter().find(|user| user.value.upn.key() == key)
    }

    pub(crate) fn user_by_id(&self, id: UserId) -> Option<&Versioned<User>> {
        self.users.iter().find(|user| user.value.id == id)
    }

    /// The token of this serial number and the state of its secret.
    pub(crate) fn token(&self, serial: &str) -> Result<(&Versioned<Token>, Versioned<State>), Refusal> {
        let unknown = || Refusal::UnknownToken { serial: serial.to_owned() };
        let token = self.tokens.iter().find(|token| token.value.serial == serial).ok_or_else(unknown)?;
        // A token and its state are inserted together; a store that lost one has no such token.
        let state = self.state(&token.value.fingerprint).ok_or_else(unknown)?;
        Ok((token, state.clone()))
    }

    pub(crate) fn state(&self, fingerprint: &Fingerprint) -> Option<&Versioned<State>> {
        self.states.iter().find(|state| state.value.fingerprint == *fingerprint)
    }

    pub(crate) fn attempts(&self, key: &str) -> Option<Versioned<Attempts>> {
        self.attempts.iter().find(|(of, _)| of == key).map(|(_, attempts)| attempts.clone())
    }

    pub(crate) fn held_by(&self, user: UserId) -> impl Iterator<Item = &Versioned<Token>> {
        self.tokens.iter().filter(move |token| token.value.holder == Some(user))
    }

    /// The user name of a token's holder; empty where it has none.
    pub(crate) fn holder_name(&self, token: &Token) -> String {
        token.holder.and_then(|id| self.user_by_id(id)).map(|user| user.value.upn.to_string()).unwrap_or_default()
    }
}

/// Puts a changed record in the place of the one that was read.
pub(crate) fn update<K, T>(read: &Versioned<T>, value: T) -> Write<K, T> {
    Write::Update(read.version, value)
}

/// Leaves a record as it is, but changes its version, so that of two decisions that looked at it only one is applied:
/// two tokens assigned at once must not both be the user's fifth.
pub(crate) fn touch<K, T: Clone>(read: &Versioned<T>) -> Write<K, T> {
    Write::Update(read.version, read.value.clone())
}
