//! What an operation comes to: pure functions of the policy, the input, the time and a view of the records, into a set of
//! changes or a refusal. They read no clock, open no file and change nothing.

pub(crate) mod budget;
pub(crate) mod bulk;
pub(crate) mod code;
pub(crate) mod keys;
pub(crate) mod membership;
pub(crate) mod policy;
pub(crate) mod recovery;
pub(crate) mod rights;
pub(crate) mod roles;
pub(crate) mod sign_in;
pub(crate) mod software;
pub(crate) mod tokens;
pub(crate) mod unlock;
pub(crate) mod upload;
pub(crate) mod users;

use self::rights::Ask;
use crate::audit::{Action, Actor, Event};
use crate::error::Refusal;
use crate::keys::{KeyRing, same};
use crate::model::{Fingerprint, Gate, State, Token, TokenId, Upn, User, UserId, Versioned};
use crate::policy::Policy;
use crate::store::{Changes, View, Write};
use core::ops::Deref;
use oath_totp::UnixTime;
use std::collections::{BTreeSet, HashSet};

/// What every decision is made of besides its input and the view.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) actor: &'a Actor,
    pub(crate) now: UnixTime,
    /// What the actor wants to do.
    pub(crate) ask: Ask<'a>,
}

/// Who asks for a decision, and when. The policy comes with the view.
#[derive(Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) actor: &'a Actor,
    pub(crate) now: UnixTime,
    /// What the actor wants to do. The directory asks whether the actor may, for every operation.
    pub(crate) ask: Ask<'a>,
}

impl<'a> Asked<'a> {
    pub(crate) const fn under(self, policy: &'a Policy) -> Context<'a> {
        Context { policy, actor: self.actor, now: self.now, ask: self.ask }
    }
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

/// A view whose tags were checked. What a writer of the database without the key ring has changed is damaged: it is as good as
/// not there for a sign-in, and refused by name elsewhere.
#[derive(Debug)]
pub(crate) struct Seen {
    view: View,
    /// With a tag that is wrong.
    unbound_tokens: HashSet<TokenId>,
    damaged_states: HashSet<Fingerprint>,
    damaged_users: HashSet<UserId>,
}

impl Deref for Seen {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

impl Seen {
    pub(crate) fn new(view: View, keys: &KeyRing) -> Self {
        let users = view.users.iter().map(|user| &user.value);
        let damaged_users = users.filter(|user| !same(user.mac, keys.tag_of_user(user))).map(|user| user.id).collect();
        let states = view.states.iter().map(|state| &state.value);
        let damaged = states.filter(|state| !same(state.mac, keys.tag_of_state(state)));
        let damaged_states = damaged.map(|state| state.fingerprint).collect();
        let tokens = view.tokens.iter().map(|token| &token.value);
        let unbound = tokens.filter(|token| !same(token.mac, keys.tag_of_token(token)));
        let unbound_tokens = unbound.map(|token| token.id).collect();
        Self { view, unbound_tokens, damaged_states, damaged_users }
    }

    /// The user of this name, sound.
    pub(crate) fn known_user(&self, upn: &Upn) -> Result<&Versioned<User>, Refusal> {
        let user = self.user(upn.key()).ok_or_else(|| Refusal::UnknownUser { upn: upn.to_string() })?;
        self.sound_user(&user.value)?;
        Ok(user)
    }

    pub(crate) fn sound_user(&self, user: &User) -> Result<(), Refusal> {
        if self.damaged_users.contains(&user.id) {
            return Err(Refusal::DamagedUser { upn: user.upn.to_string() });
        }
        Ok(())
    }

    pub(crate) fn user(&self, key: &str) -> Option<&Versioned<User>> {
        self.users.iter().find(|user| user.value.upn.key() == key)
    }

    pub(crate) fn user_by_id(&self, id: UserId) -> Option<&Versioned<User>> {
        self.users.iter().find(|user| user.value.id == id)
    }

    pub(crate) fn is_damaged(&self, token: &Token) -> bool {
        self.unbound_tokens.contains(&token.id)
            || self.damaged_states.contains(&token.fingerprint)
            || self.state(&token.fingerprint).is_none()
    }

    /// Whether the state of a secret, where there is one, is what the directory wrote.
    pub(crate) fn is_sound_state(&self, fingerprint: &Fingerprint) -> bool {
        !self.damaged_states.contains(fingerprint)
    }

    /// The token of this serial number, itself sound; the state of its secret may be damaged.
    pub(crate) fn bound_token(&self, serial: &str) -> Result<&Versioned<Token>, Refusal> {
        let token = self.any_token(serial)?;
        if self.unbound_tokens.contains(&token.value.id) {
            return Err(Refusal::Damaged { serial: serial.to_owned() });
        }
        Ok(token)
    }

    /// The token of this serial number and the state of its secret, both sound.
    pub(crate) fn token(&self, serial: &str) -> Result<(&Versioned<Token>, &Versioned<State>), Refusal> {
        let token = self.any_token(serial)?;
        // A token and its state are inserted together.
        let state = self.state(&token.value.fingerprint).filter(|_| !self.is_damaged(&token.value));
        let state = state.ok_or_else(|| Refusal::Damaged { serial: serial.to_owned() })?;
        Ok((token, state))
    }

    /// The token of this serial number, sound or not.
    pub(crate) fn any_token(&self, serial: &str) -> Result<&Versioned<Token>, Refusal> {
        let token = self.tokens.iter().find(|token| token.value.serial == serial);
        token.ok_or_else(|| Refusal::UnknownToken { serial: serial.to_owned() })
    }

    pub(crate) fn state(&self, fingerprint: &Fingerprint) -> Option<&Versioned<State>> {
        self.states.iter().find(|state| state.value.fingerprint == *fingerprint)
    }

    pub(crate) fn gate(&self, name: &str) -> Option<&Versioned<Gate>> {
        self.gates.iter().find(|gate| gate.value.name == name)
    }

    pub(crate) fn held_by(&self, user: UserId) -> impl Iterator<Item = &Versioned<Token>> {
        self.tokens.iter().filter(move |token| token.value.holder == Some(user))
    }

    /// Codes up to this moment are refused.
    pub(crate) fn floor(&self) -> UnixTime {
        self.settings.as_ref().map(|settings| settings.value.floor).unwrap_or_default()
    }

    /// The user name of a token's holder; empty where it has none.
    pub(crate) fn holder_name(&self, token: &Token) -> String {
        token.holder.and_then(|id| self.user_by_id(id)).map(|user| user.value.upn.to_string()).unwrap_or_default()
    }

    /// Marks the tokens whose status or holder changes: they stay when the upload that they came with is undone. Done here for
    /// all decisions, so that none forgets it.
    pub(crate) fn mark_changed(&self, changes: &mut Changes) {
        for write in &mut changes.tokens {
            let Write::Update(_, token) = write else { continue };
            let before = self.tokens.iter().map(|read| &read.value).find(|before| before.id == token.id);
            if before.is_none_or(|before| (before.status, before.holder) != (token.status, token.holder))
                && let Some(import) = &mut token.import
            {
                import.changed = true;
            }
        }
    }

    /// The names whose sign-ins the changes matter to: those of the holders of all tokens and secrets that are written, and of
    /// users who are renamed, enabled, disabled or removed, before and after. Found here for all decisions, so that none
    /// forgets it.
    pub(crate) fn bumps(&self, changes: &Changes) -> BTreeSet<String> {
        let read = |id: TokenId| self.tokens.iter().map(|token| &token.value).find(move |token| token.id == id);
        let tokens = changes.tokens.iter().flat_map(|write| {
            let (before, after) = match write {
                Write::Insert(token) => (None, Some(token)),
                Write::Update(_, token) => (read(token.id), Some(token)),
                Write::Delete(_, id) => (read(*id), None),
                Write::Unchanged(..) => (None, None),
            };
            // A secret that is sealed again, and recognised by another key, is the same secret: a sign-in that accepts its code
            // conflicts on the state that has moved, and one that rejects goes on.
            let again = before.zip(after).is_some_and(|(before, after)| {
                let Token { sealed, fingerprint, .. } = before.clone();
                *before == Token { sealed, fingerprint, ..after.clone() }
            });
            before.into_iter().chain(after).filter(move |_| !again)
        });
        let states = changes.states.iter().filter_map(Write::record).flat_map(|state| {
            self.tokens.iter().map(|token| &token.value).filter(|token| token.fingerprint == state.fingerprint)
        });
        let holders = tokens.chain(states).filter_map(|token| self.user_by_id(token.holder?));
        let known = |id: UserId| self.user_by_id(id).map(|read| &read.value);
        let users = changes.users.iter().flat_map(|write| {
            let (before, after) = match write {
                Write::Update(_, user) => (known(user.id), Some(user)),
                Write::Delete(_, id) => (known(*id), None),
                Write::Insert(_) | Write::Unchanged(..) => (None, None),
            };
            let matters = before.zip(after).is_none_or(|(a, b)| (&a.upn, a.enabled) != (&b.upn, b.enabled));
            before.into_iter().chain(after).filter(move |_| matters)
        });
        let written: HashSet<_> =
            changes.gates.iter().filter_map(Write::record).map(|gate| gate.name.as_str()).collect();
        let names = holders.map(|user| &user.value).chain(users).map(|user| user.upn.key());
        let names = names.filter(|name| !written.contains(name));
        names.map(str::to_owned).collect()
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
