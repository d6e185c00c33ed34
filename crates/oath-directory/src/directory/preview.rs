//! What an upload would come to: the decision of the upload, over the same rows in the same chunks, without a commit.
//!
//! A chunk must see what the chunks before it would have written. [`Ahead`] keeps those records and puts them into the view that
//! the store gives.

use super::Directory;
use super::upload_error::UploadError;
use super::uploads::{UploadOptions, pause, wanted_of};
use crate::audit::Actor;
use crate::decide::rights::Ask;
use crate::decide::upload::{self, Job};
use crate::decide::{Asked, Context, Decided, Seen};
use crate::model::{Fingerprint, Preview, State, Tag, Token, Upload, User, UserId, Version, Versioned};
use crate::rights::Operation;
use crate::store::{Changes, Store, View, Wanted, Write};
use oath_seeds::ReadError;
use oath_totp::UnixTime;
use std::collections::{HashMap, HashSet};

impl<S: Store> Directory<S> {
    /// What [`upload_with`](Self::upload_with) would come to at this moment. Nothing is written: no token, no upload, no event.
    ///
    /// `actor` and `options` are those of the upload. Memory grows with the tokens that would be imported.
    ///
    /// # Errors
    /// [`Error::Store`](crate::Error::Store); [`KeyRingError::Foreign`](crate::KeyRingError::Foreign);
    /// [`UploadError::Unread`]. Rows that would fail are no error.
    pub async fn preview_upload(
        &self,
        actor: &Actor,
        now: UnixTime,
        options: UploadOptions,
        rows: impl IntoIterator<Item = Result<oath_seeds::Row, ReadError>>,
    ) -> Result<Preview, UploadError> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Upload) };
        let UploadOptions { assign_known, legacy_secrets } = options;
        let mut job = Job {
            file: String::new(),
            id: None,
            digest: Tag::default(),
            finished: false,
            assign_known,
            legacy_secrets,
        };
        let mut rows = rows.into_iter().peekable();
        let (mut ahead, mut failures) = (Ahead::default(), Vec::new());
        loop {
            let chunk = self.chunk(&mut rows, &mut job.digest, now)?;
            pause().await;
            if let Some(Err(error)) = rows.next_if(Result::is_err) {
                return Err(UploadError::unread(error, None));
            }
            job.finished = rows.peek().is_none();
            let wanted = Wanted { next_upload: job.id.is_none(), ..wanted_of(&chunk) };
            let amend = |view: &mut View| ahead.complete(view, &wanted);
            let decide = |context: Context<'_>, view: &Seen| Ok(upload::upload(context, &job, &chunk, view)?);
            let tried = self.tried(asked, wanted.clone(), amend, decide).await?;
            let (Decided { mut changes, outcome }, view) = tried;
            let Upload { id, rows, imported, unchanged, failed, finished, .. } = outcome?;
            self.bind(&mut changes);
            failures.extend(changes.failures.drain(..).flat_map(|(_, failures)| failures));
            if finished {
                return Ok(Preview { rows, imported, unchanged, failed, failures });
            }
            job.id = Some(id);
            ahead.take(changes, &view);
        }
    }
}

/// The records that the chunks so far would have written.
#[derive(Debug, Default)]
struct Ahead {
    tokens: HashMap<String, Versioned<Token>>,
    serials: HashMap<Fingerprint, String>,
    held: HashMap<UserId, Vec<String>>,
    holders: HashMap<UserId, Versioned<User>>,
    states: HashMap<Fingerprint, Versioned<State>>,
    upload: Option<Versioned<Upload>>,
}

impl Ahead {
    /// Keeps what would have been written after this view.
    fn take(&mut self, changes: Changes, view: &Seen) {
        for token in changes.tokens.into_iter().filter_map(written) {
            let Token { serial, fingerprint, holder, .. } = &token.value;
            if let Some(holder) = *holder {
                self.held.entry(holder).or_default().push(serial.clone());
                let user = view.users.iter().find(|user| user.value.id == holder);
                self.holders.extend(user.map(|user| (holder, user.clone())));
            }
            self.serials.insert(*fingerprint, serial.clone());
            self.tokens.insert(serial.clone(), token);
        }
        let states = changes.states.into_iter().filter_map(written);
        self.states.extend(states.map(|state| (state.value.fingerprint, state)));
        self.upload = changes.uploads.into_iter().find_map(written);
    }

    /// Makes a view of the store one of a store that holds these records, too.
    fn complete(&self, view: &mut View, wanted: &Wanted) {
        view.upload.clone_from(&self.upload);
        let of_users = view.users.iter().filter_map(|user| self.held.get(&user.value.id)).flatten();
        let of_secrets = wanted.fingerprints.iter().filter_map(|print| self.serials.get(print));
        let of_view = view.tokens.iter().map(|token| &token.value.serial);
        let asked = wanted.serials.iter().chain(of_secrets).chain(of_users).chain(of_view);
        let found: HashMap<&str, &Versioned<Token>> = asked
            .filter_map(|serial| self.tokens.get_key_value(serial))
            .map(|(serial, token)| (&**serial, token))
            .collect();
        view.tokens.retain(|token| !self.tokens.contains_key(&token.value.serial));
        let mut users: HashSet<UserId> = view.users.iter().map(|user| user.value.id).collect();
        for token in found.into_values() {
            let Token { fingerprint, holder, .. } = &token.value;
            if let Some(user) =
                holder.filter(|holder| users.insert(*holder)).and_then(|holder| self.holders.get(&holder))
            {
                view.users.push(user.clone());
            }
            view.states.extend(self.states.get(fingerprint).cloned());
            view.tokens.push(token.clone());
        }
    }
}

/// The record that a write leaves, as the next caller would read it. Its version is compared with nothing.
fn written<K, T>(write: Write<K, T>) -> Option<Versioned<T>> {
    match write {
        Write::Insert(value) | Write::Update(_, value) => Some(Versioned { version: Version::FIRST, value }),
        Write::Delete(..) | Write::Unchanged(..) => None,
    }
}
