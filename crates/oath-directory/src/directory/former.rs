//! Taking over the records of a file of an older format.

use super::Directory;
use crate::audit::{Action, Actor, Chain, Event, Verifier};
use crate::error::{Error, Refusal};
use crate::keys::{FormerKeys, KeyRingError};
use crate::model::{Clock, State, Token, User};
use crate::store::{Changes, Fault, Former, SqliteStore, StoreError, Write};
use oath_totp::UnixTime;

/// How many records are taken over at once.
const PAGE: u32 = 2000;

impl Directory<SqliteStore> {
    /// Writes the records of an older file into this directory, which was just made: users, tokens, the states of their secrets,
    /// and the log. Secrets are sealed anew and every record is bound. In format 1 nothing is bound to the ring: what stands
    /// there is taken as it is. Returns the serial numbers of tokens whose secret does not open or whose record was changed:
    /// they are left out.
    ///
    /// What is not taken over: the states of deleted tokens, wrong codes, and the statuses of uploads. The floor is raised to now
    /// instead, so that no code that was used is good again.
    pub(crate) async fn take_over(&self, former: &Former, actor: &Actor, now: UnixTime) -> Result<Vec<String>, Error> {
        let keys = self.keys.former();
        if let Some(settings) = former.settings()? {
            keys.check(&settings)?;
        }
        self.found(actor, now).await?;
        self.take_over_log(former, &keys).await?;
        let mut after = String::new();
        loop {
            let users = former.users(&after, PAGE)?;
            let Some(last) = users.last() else { break };
            last.upn.key().clone_into(&mut after);
            let damaged = |user: &&User| former.format > 1 && !keys.is_sound_user(user);
            if let Some(user) = users.iter().find(damaged) {
                return Err(Refusal::DamagedUser { upn: user.upn.to_string() }.into());
            }
            self.write(Changes { users: users.into_iter().map(Write::Insert).collect(), ..Changes::default() }).await?;
        }
        let mut left = Vec::new();
        let (mut after, mut taken) = (String::new(), 0u64);
        loop {
            let tokens = former.tokens(&after, PAGE)?;
            let Some((last, _)) = tokens.last() else { break };
            last.serial.clone_into(&mut after);
            let mut changes = Changes::default();
            for (token, state) in tokens {
                let sound = former.format == 1 || keys.is_sound_token(&token) && keys.is_sound_state(&state);
                match keys.open(&token) {
                    Err(error @ KeyRingError::Lacking { .. }) => return Err(error.into()),
                    Ok(secret) if sound => {
                        let sealed = self.keys.seal(token.id, &token.serial, &token.parameters, &secret)?;
                        let fingerprint = self.keys.fingerprint(&secret)?;
                        changes.tokens.push(Write::Insert(Token { sealed, fingerprint, ..token }));
                        changes.states.push(Write::Insert(State { fingerprint, ..state }));
                        taken = taken.saturating_add(1);
                    }
                    Ok(_) | Err(_) => left.push(token.serial),
                }
            }
            self.write(changes).await?;
        }
        // Where no secret opens, it is another ring.
        if taken == 0 && !left.is_empty() {
            return Err(KeyRingError::Foreign.into());
        }
        let event = Event::new(now, actor, Action::DirectoryMigrated).with("format", former.format);
        let event = if left.is_empty() { event } else { event.with("left", left.join(" ")) };
        self.write(Changes { events: vec![event], ..Changes::default() }).await?;
        // Only the states of deleted tokens are forgotten here, so that any clock will do.
        self.restored(actor, now, Clock::Checked).await?;
        Ok(left)
    }

    /// The events go on after the one that founded this directory. Those of format 2 are checked.
    async fn take_over_log(&self, former: &Former, keys: &FormerKeys<'_>) -> Result<(), Error> {
        let tampered = |what: String| {
            let message = format!("the log of the former database cannot be taken over: {what}");
            Error::Store(StoreError { fault: Fault::Corrupt, message })
        };
        let (mut verifier, mut after) = (Verifier::new(keys.audit_key(), Chain::FIRST), 0);
        loop {
            let events = former.events(after, PAGE)?;
            let Some(last) = events.last() else { break };
            after = last.sequence;
            if former.format > 1 {
                events
                    .iter()
                    .try_for_each(|event| verifier.take(event))
                    .map_err(|error| tampered(error.to_string()))?;
            }
            // The end that a checkpoint names is that of the former chain.
            let events = events.into_iter().map(|logged| logged.event);
            let events = events.filter(|event| event.action != Action::AuditCheckpoint).collect();
            self.write(Changes { events, ..Changes::default() }).await?;
        }
        let head = former.head()?;
        if former.format > 1 {
            verifier.finish(head).map_err(|error| tampered(error.to_string()))?;
        } else if head.events != after {
            return Err(tampered("events are missing at its end".to_owned()));
        }
        Ok(())
    }

    async fn write(&self, mut changes: Changes) -> Result<(), Error> {
        self.bind(&mut changes);
        // A conflict: no other caller knows the new file, so the former one holds something twice.
        self.log(changes).await
    }
}
