use super::{Directory, PARAMETERS, TRIES, new_token, random_id, rest};
use crate::audit::{Action, Actor, Event};
use crate::decide::rights::{Ask, Denial};
use crate::decide::sign_in::{self, Attempt, Candidate, SignedIn, Verdict};
use crate::decide::{Asked, Context, Seen};
use crate::error::{Error, Refusal};
use crate::keys::{KeyRing, KeyRingError};
use crate::model::{Recovery, Source, State, Tag, Token, TokenKind, Upn, User, UserId, UserKind, Version};
use crate::rights::{Operation, Roles};
use crate::store::{Changes, CommitError, Fault, Fresh, Store, Write};
use crate::work::{Work, count};
use core::hint::black_box;
use oath_totp::{Code, Secret, Totp, TotpState, UnixTime, Window};

impl<S: Store> Directory<S> {
    /// Is this code, now, right and unused for any of the user's activated tokens?
    ///
    /// One read and one conditional write, both of the gate of the name. A sign-in for a name that no user has costs the same
    /// work as for a user with any number of tokens: the same reads, as many tags computed, secrets opened and codes
    /// computed, the same write.
    ///
    /// # Errors
    /// [`Refusal::Rejected`] for every code that does not sign in, whatever the reason; the audit log knows it.
    /// [`Refusal::Locked`] after too many wrong ones. [`Error::Store`], [`Error::Keys`] and [`Error::OutcomeUnknown`] are
    /// faults: neither a grant nor a wrong code.
    pub async fn verify(&self, actor: &Actor, now: UnixTime, upn: &Upn, code: &Code) -> Result<SignedIn, Error> {
        self.verify_from(actor, now, upn, code, None).await
    }

    /// As [`verify`](Self::verify), from a source that the caller knows. A source that the name has signed in from before has
    /// attempts of its own: guesses of strangers do not lock it, and its wrong codes do not lock others. All sources that are
    /// not known share the attempts of the name. `None`: unknown.
    ///
    /// # Errors
    /// As [`verify`](Self::verify).
    pub async fn verify_from(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        code: &Code,
        source: Option<&Source>,
    ) -> Result<SignedIn, Error> {
        self.at_the_gate(actor, now, upn, source, |context: Context<'_>, view: &Seen, attempt| {
            self.decide(context, upn, code, view, attempt)
        })
        .await
    }

    /// The one way to sign in: reads, decides, writes, and decides again where another caller was faster.
    pub(super) async fn at_the_gate<T: Clone>(
        &self,
        actor: &Actor,
        now: UnixTime,
        upn: &Upn,
        source: Option<&Source>,
        decide: impl Fn(Context<'_>, &Seen, Attempt) -> Result<Verdict<T>, Error>,
    ) -> Result<T, Error> {
        let (operation, source) = (Operation::SignIn, source.map(|source| self.keys.tag_of_source(upn.key(), source)));
        // A user verifies for himself alone, and no role changes that: the view of a sign-in holds no actor.
        if let Some(asked_by) = actor.upn().filter(|asked_by| asked_by.key() != upn.key()) {
            let event = Event::new(now, actor, Action::Denied).of_user(upn.as_str()).with("operation", operation);
            let refusal = Refusal::Denied { actor: asked_by.to_string(), operation };
            return self.deny(Denial { refusal, event }).await;
        }
        let asked = Asked { actor, now, ask: Ask::user(operation, upn) };
        let request = random_id()?;
        let mut fresh = Fresh::Recent;
        // What was sent when a connection was lost, and the version that it compared.
        let mut sent: Option<(Option<Version>, Result<T, Refusal>)> = None;
        for tried in 0..TRIES {
            rest(tried).await;
            let view = self.store.look(upn.key().to_owned(), fresh).await?;
            let (view, policy) = self.seen(view)?;
            if view.settings.is_none() {
                self.found(actor, now).await?;
                continue;
            }
            let gate = view.gate(upn.key());
            let version = gate.map(|gate| gate.version);
            if let Some((compared, outcome)) = &sent {
                if gate.is_some_and(|gate| gate.value.last_request == Some(request)) {
                    return outcome.clone().map_err(Error::from);
                }
                if *compared != version {
                    return Err(Error::OutcomeUnknown);
                }
            }
            let Verdict { mut pass, users, outcome } =
                decide(asked.under(&policy), &view, Attempt { request, source })?;
            for state in pass.states.iter_mut().filter_map(Write::record_mut) {
                state.mac = self.keys.tag_of_state(state);
            }
            fresh = Fresh::Latest;
            let written = if users.is_empty() {
                self.store.pass(pass, self.keys.audit_key()).await
            } else {
                let mut changes = Changes { users, ..pass.into() };
                self.bind(&mut changes);
                self.store.commit(changes, self.keys.audit_key()).await
            };
            match written {
                Ok(()) => return outcome.map_err(Error::from),
                Err(CommitError::Conflict) => {}
                Err(CommitError::Store(error)) if error.fault == Fault::Unknown => sent = Some((version, outcome)),
                Err(CommitError::Store(error)) => return Err(error.into()),
            }
        }
        Err(Error::Contention)
    }

    /// Opens the secrets and decides, at a cost that does not depend on the name.
    fn decide(
        &self,
        context: Context<'_>,
        upn: &Upn,
        code: &Code,
        view: &Seen,
        attempt: Attempt,
    ) -> Result<Verdict<SignedIn>, Error> {
        let Context { policy, now, .. } = context;
        if let Some(retry_after) = sign_in::wait(context, upn, attempt.source, view) {
            return Err(Refusal::Locked { retry_after }.into());
        }
        let most = policy.tokens_per_user;
        self.decoy.tags(&self.keys, view.user(upn.key()).is_some(), most.saturating_sub(view.tokens.len()));
        let mut candidates = Vec::with_capacity(most);
        let mut damaged = Vec::new();
        for (token, state) in sign_in::activated(upn, view) {
            let opened = match state.filter(|_| !view.is_damaged(&token.value)) {
                Some(state) => self.open(&token.value).map(|totp| Candidate { token, state, totp }),
                None => Err(KeyRingError::Damaged { serial: token.value.serial.clone() }.into()),
            };
            match opened {
                Ok(candidate) => {
                    count(Work::Codes, steps(policy.window, candidate.state.value.totp.drift));
                    self.decoy.fill_up(code, now, policy.window, candidate.state.value.totp.drift);
                    candidates.push(candidate);
                }
                Err(error) => damaged.push((token.value.serial.as_str(), error)),
            }
        }
        for _ in candidates.len()..most {
            self.decoy.verify(&self.keys, code, now, policy.window)?;
        }
        // Of a user all of whose tokens are damaged no code is wrong: that is a fault.
        if let Some((_, error)) = damaged.first().filter(|_| candidates.is_empty()) {
            return Err(error.clone());
        }
        let mut verdict = sign_in::sign_in(context, upn, code, &candidates, view, attempt);
        if !damaged.is_empty() {
            let serials: Vec<_> = damaged.iter().map(|(serial, _)| *serial).collect();
            let with = |event: Event| event.with("damaged", serials.join(" "));
            verdict.pass.events = verdict.pass.events.into_iter().map(with).collect();
        }
        Ok(verdict)
    }
}

/// A user, a token and its state that no user has.
#[derive(Debug)]
pub(super) struct Decoy {
    user: User,
    token: Token,
    state: State,
    totp: Totp,
}

impl Decoy {
    pub(super) fn new(keys: &KeyRing) -> Result<Self, KeyRingError> {
        let secret = Secret::generate().map_err(|_| KeyRingError::NoRandomness)?;
        let serial = "SW-0000000000".to_owned();
        let token = new_token(keys, TokenKind::Software, serial.clone(), PARAMETERS, &secret, UnixTime::default())?;
        let user = User {
            id: random_id()?,
            upn: "decoy@example.com".parse().map_err(|_| KeyRingError::Incomplete)?,
            kind: UserKind::Member,
            display_name: None,
            enabled: true,
            object_id: None,
            roles: Roles::NONE,
            recovery: Recovery::default(),
            mac: Tag::default(),
        };
        let key = secret.legacy_key(PARAMETERS.algorithm).map_err(|_| KeyRingError::Damaged { serial })?;
        let totp = Totp::new(key, PARAMETERS.digits, PARAMETERS.time_step);
        let state = State::fresh(token.fingerprint);
        Ok(Self { user, token, state, totp })
    }

    pub(super) const fn user_id(&self) -> UserId {
        self.user.id
    }

    /// Computes the tags of a user who is missing, and of so many tokens and states.
    pub(super) fn tags(&self, keys: &KeyRing, user: bool, missing: usize) {
        if !user {
            let _ = black_box(keys.tag_of_user(&self.user));
        }
        for _ in 0..missing {
            let _ = black_box((keys.tag_of_token(&self.token), keys.tag_of_state(&self.state)));
        }
    }

    /// A whole token's work. The outcome is thrown away, even in the one case in a million in which the code matches.
    fn verify(&self, keys: &KeyRing, code: &Code, now: UnixTime, window: Window) -> Result<(), Error> {
        let _ = black_box(keys.open(&self.token)?.legacy_key(PARAMETERS.algorithm).is_ok());
        self.compute(code, now, window, most_steps(window));
        Ok(())
    }

    /// The steps that a token with a drift of more than the window computes beyond one with this drift.
    fn fill_up(&self, code: &Code, now: UnixTime, window: Window, drift: i64) {
        self.compute(code, now, window, most_steps(window).saturating_sub(steps(window, drift)));
    }

    /// Computes so many codes, one window at a time.
    fn compute(&self, code: &Code, now: UnixTime, window: Window, mut left: u64) {
        while let Some(last) = left.min(one_window(window)).checked_sub(1) {
            count(Work::Codes, last.saturating_add(1));
            let part = Window::new(u8::try_from(last).unwrap_or(u8::MAX), 0);
            let _ = black_box(self.totp.verify(code, now, part, &TotpState::NEW));
            left = left.saturating_sub(u64::from(part.back()).saturating_add(1));
        }
    }
}

fn one_window(window: Window) -> u64 {
    u64::from(window.back()).saturating_add(1).saturating_add(window.ahead().into())
}

/// The most codes that a sign-in computes for one token.
fn most_steps(window: Window) -> u64 {
    steps(window, i64::from(window.max_drift()))
}

/// How many codes a sign-in computes for a token with this drift: the union of the windows around its centres.
fn steps(window: Window, drift: i64) -> u64 {
    let length = one_window(window);
    let apart = drift.unsigned_abs().min(window.max_drift().into());
    match window.centres() {
        oath_totp::Centres::Both => length.saturating_add(apart.min(length)),
        oath_totp::Centres::Recorded => length,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;
    use crate::store::MemoryStore;
    use crate::work::counted;
    use oath_totp::{Algorithm, Digits, TimeStep, Totp};
    use pollster::block_on;

    fn totp(number: u8) -> Totp {
        let secret = Secret::from_bytes(&[number; 20]).unwrap();
        Totp::new(secret.key(Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30)
    }

    /// The steps whose codes are accepted are those that are computed.
    #[test]
    fn so_many_codes_are_computed_as_the_windows_have_steps() {
        let now = UnixTime::from_secs(30 * 50_000);
        for window in [Window::around(2), Window::new(1, 3), Window::around(2).recorded_only(), Window::around(0)] {
            for drift in [0, 1, -1, 2, 4, -4, 5, 6, -7, 40, 2880, 5000] {
                let state = TotpState { last_step: None, drift };
                let accepted = (-6000..6000_i64).filter(|ahead| {
                    let code = totp(1).generate_at_step(50_000_u64.checked_add_signed(*ahead).unwrap());
                    totp(1)
                        .verify(&code, now, window, &state)
                        .is_ok_and(|found| found.matched == 50_000_u64.checked_add_signed(*ahead).unwrap())
                });
                let found = u64::try_from(accepted.count()).unwrap();
                assert_eq!(found, steps(window, drift), "{window:?} {drift}");
            }
            assert!([0, 3, 9999].iter().all(|drift| steps(window, *drift) <= most_steps(window)));
        }
    }

    /// Names without user, with none, one and five tokens, of them some activated, with drift and without: as many reads and
    /// writes are shown by `tests/rules.rs`, here is what is computed.
    #[test]
    fn the_work_of_a_sign_in_does_not_depend_on_the_name() {
        let keys = KeyRing::generate().unwrap();
        let directory = Directory::new(MemoryStore::new(), keys, Policy::default()).unwrap();
        let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(1_700_000_000));
        let header = "upn,serial number,secret key,time interval,manufacturer,model\r\n";
        for (user, held, activated) in
            [("none", 0_u64, 0_u64), ("one", 1, 1), ("some", 4, 2), ("five", 5, 5), ("drift", 5, 5)]
        {
            let upn: Upn = format!("{user}@example.com").parse().unwrap();
            block_on(directory.add_user(&operator, now, &upn, UserKind::Member, None)).unwrap();
            for number in 0..held {
                let secret = Secret::from_bytes(format!("{user:>16}{number:04}").as_bytes()).unwrap();
                let row = format!("{upn},{user}{number},{},30,Contoso,Test\r\n", *secret.expose_base32());
                let rows = [header, &*row].concat();
                let rows = oath_seeds::Reader::new(rows.as_bytes(), &oath_seeds::Options::default()).unwrap();
                assert_eq!(block_on(directory.upload(&operator, now, "f.csv", rows)).unwrap().imported, 1);
                if number < activated {
                    let totp = Totp::new(secret.key(Algorithm::Sha1).unwrap(), Digits::Six, TimeStep::SECONDS_30);
                    let ahead = if user == "drift" { 1 + number * 3 } else { 0 };
                    let step = now.as_secs() / 30 + ahead;
                    let codes = [totp.generate_at_step(step), totp.generate_at_step(step + 1)].into();
                    let serial = format!("{user}{number}");
                    block_on(directory.activate(&operator, now, &serial, &codes)).unwrap();
                }
            }
        }
        let later = UnixTime::from_secs(now.as_secs() + 600);
        let mut work = Vec::new();
        for user in ["nobody", "none", "one", "some", "five", "drift"] {
            let upn = format!("{user}@example.com").parse().unwrap();
            let code = "000000".parse().unwrap();
            counted::take();
            assert_eq!(
                block_on(directory.verify(&operator, later, &upn, &code)),
                Err(Error::Refused(Refusal::Rejected))
            );
            work.push((user, counted::take()));
        }
        for (user, done) in &work {
            // The settings, a user, and two for each of five tokens; five secrets; two windows of five for each.
            assert_eq!(*done, [12, 5, 50], "{user}: {work:?}");
        }
    }
}
