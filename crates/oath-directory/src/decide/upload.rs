use super::users::may_hold;
use super::{Context, Decided, Decision, Seen, touch, update};
use crate::Upn;
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{
    Fingerprint, Import, State, Status, Tag, Token, TokenKind, Undone, Upload, UploadFailure, User, UserId, Versioned,
};
use crate::policy::later;
use crate::store::{Changes, Write};
use oath_seeds::Place;
use std::collections::{HashMap, HashSet};

/// A row that could be read, its secret sealed: what is left to decide is whether it fits the directory.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) place: Place,
    /// As it stands in the file, and as a user name where it is one.
    pub(crate) upn: Option<(String, Option<Upn>)>,
    pub(crate) token: Token,
    /// What its secret may be known by, besides the fingerprint of the token: under the other keys of the ring.
    pub(crate) others: Vec<Fingerprint>,
    pub(crate) bits: usize,
}

impl Row {
    /// All that its secret may be known by.
    pub(crate) fn prints(&self) -> impl Iterator<Item = Fingerprint> {
        core::iter::once(self.token.fingerprint).chain(self.others.iter().copied())
    }
}

/// A row as it was read.
#[derive(Debug)]
pub(crate) enum Read {
    Token(Box<Row>),
    /// One that could not be read, and why.
    Failed(Vec<UploadFailure>),
}

/// What an upload is made of besides its rows.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    /// The name of the file.
    pub(crate) file: String,
    /// The upload that the rows go on with; `None` for the first of a new one.
    pub(crate) id: Option<u64>,
    /// Over the rows up to the end of this chunk.
    pub(crate) digest: Tag,
    /// Whether the file ends here.
    pub(crate) finished: bool,
    /// Whether a token that is in the directory and that no user holds is given to the user of its row.
    pub(crate) assign_known: bool,
    /// Whether secrets of 80 to 127 bits are let in, whatever the policy says.
    pub(crate) legacy_secrets: bool,
}

/// Row by row all or nothing, in the order of the file: each row sees what the rows before it did. The upload is written with
/// each chunk, so that a process that was killed can go on after the last one.
pub(crate) fn upload(context: Context<'_>, job: &Job, rows: &[Read], view: &Seen) -> Decision<Upload> {
    let read = match (job.id, &view.upload) {
        (Some(id), None) => return Err(Refusal::UnknownUpload { id }),
        (Some(id), Some(read)) if read.value.finished => return Err(Refusal::UploadFinished { id }),
        (Some(_), Some(read)) => Some(read),
        (None, _) => None,
    };
    let mut upload = read.map_or_else(
        || Upload {
            id: view.next_upload,
            file: job.file.clone(),
            at: context.now,
            expires: later(context.now, context.policy.uploads_kept),
            rows: 0,
            imported: 0,
            unchanged: 0,
            failed: 0,
            digest: Tag::default(),
            finished: false,
            taken_back: 0,
        },
        |read| read.value.clone(),
    );
    let mut folder = Directory::of(view, job);
    let (mut imported, mut unchanged, mut failed) = (0u64, 0u64, 0u64);
    let mut failures = Vec::new();
    for row in rows {
        let taken = match row {
            Read::Token(row) => folder.take(context, row, upload.id).map_err(|failure| vec![failure.of(row)]),
            Read::Failed(failures) => Err(failures.clone()),
        };
        match taken {
            Ok(true) => imported = imported.saturating_add(1),
            Ok(false) => unchanged = unchanged.saturating_add(1),
            Err(more) => {
                failures.extend(more);
                failed = failed.saturating_add(1);
            }
        }
    }
    upload.imported = upload.imported.saturating_add(imported);
    upload.unchanged = upload.unchanged.saturating_add(unchanged);
    upload.failed = upload.failed.saturating_add(failed);
    upload.rows = upload.imported.saturating_add(upload.unchanged).saturating_add(upload.failed);
    upload.digest = job.digest;
    upload.finished = job.finished;
    let mut changes = folder.into_changes();
    if upload.finished {
        let event = context.event(Action::Uploaded).with("upload", upload.id).with("file", &upload.file);
        let event = event.with("rows", upload.rows).with("imported", upload.imported);
        changes.events.push(event.with("unchanged", upload.unchanged).with("failed", upload.failed));
    }
    changes.uploads.push(Write::over(read, upload.clone()));
    if !failures.is_empty() {
        changes.failures.push((upload.id, failures));
    }
    Ok(Decided::new(upload, changes))
}

/// Deletes the status of an upload.
pub(crate) fn delete(context: Context<'_>, id: u64, reason: &str, view: &Seen) -> Decision<()> {
    let read = view.upload.as_ref().ok_or(Refusal::UnknownUpload { id })?;
    let changes = Changes {
        uploads: vec![Write::Delete(read.version, id)],
        events: vec![context.event(Action::UploadDeleted).with("upload", id).with("reason", reason)],
        ..Changes::default()
    };
    Ok(Decided::new((), changes))
}

/// Whether a token that came with an upload stays when that is undone: it was assigned, activated or unassigned since.
pub(crate) fn stays(token: &Token) -> bool {
    token.import.is_none_or(|import| import.changed)
}

/// Takes back tokens that came with an upload and have not changed since: all of the view. The states of their secrets stay, and
/// the upload can no longer be resumed. With the last ones the log is told, in the same changes, so that a process that is killed
/// leaves no upload that is undone without an event: `last` is how many tokens are kept besides those of the view.
pub(crate) fn undo(context: Context<'_>, id: u64, last: Option<usize>, view: &Seen) -> Decision<Undone> {
    let read = view.upload.as_ref().ok_or(Refusal::UnknownUpload { id })?;
    let mut undone = Undone::default();
    let mut changes = Changes::default();
    for token in &view.tokens {
        if token.value.import.is_none_or(|import| import.upload != id) {
            continue;
        }
        if stays(&token.value) || view.is_damaged(&token.value) {
            undone.kept.push(token.value.serial.clone());
            continue;
        }
        let holder = view.holder_name(&token.value);
        let event = context.event(Action::TokenDeleted).of_user(&holder).of_token(&token.value.serial);
        changes.events.push(event.with("reason", "undone").with("upload", id));
        changes.tokens.push(Write::Delete(token.version, token.value.id));
        undone.taken_back = undone.taken_back.saturating_add(1);
    }
    undone.kept.sort();
    let taken_back = read.value.taken_back.saturating_add(undone.taken_back);
    if let Some(kept) = last.filter(|_| taken_back > 0) {
        let event = context.event(Action::UploadUndone).with("upload", id).with("file", &read.value.file);
        let kept = kept.saturating_add(undone.kept.len());
        changes.events.push(event.with("taken-back", taken_back).with("kept", kept));
    }
    changes.uploads.push(update(read, Upload { finished: true, taken_back, ..read.value.clone() }));
    Ok(Decided::new(undone, changes))
}

/// The records as the rows so far have left them.
struct Directory<'a> {
    view: &'a Seen,
    assign_known: bool,
    legacy_secrets: bool,
    users: HashMap<&'a str, &'a Versioned<User>>,
    names: HashMap<UserId, &'a User>,
    held: HashMap<UserId, usize>,
    touched: HashSet<UserId>,
    by_serial: HashMap<&'a str, Known<'a>>,
    by_fingerprint: HashMap<Fingerprint, &'a str>,
    states: HashSet<Fingerprint>,
    changes: Changes,
}

/// A token that a row may mean.
#[derive(Clone, Copy)]
struct Known<'a> {
    token: &'a Token,
    /// As it was read; `None` for one that this upload made.
    read: Option<&'a Versioned<Token>>,
    /// Who holds it by now.
    holder: Option<UserId>,
}

impl<'a> Directory<'a> {
    fn of(view: &'a Seen, job: &Job) -> Self {
        let mut held: HashMap<UserId, usize> = HashMap::new();
        for holder in view.tokens.iter().filter_map(|token| token.value.holder) {
            let count = held.entry(holder).or_default();
            *count = count.saturating_add(1);
        }
        let known =
            |read: &'a Versioned<Token>| Known { token: &read.value, read: Some(read), holder: read.value.holder };
        Self {
            view,
            assign_known: job.assign_known,
            legacy_secrets: job.legacy_secrets,
            users: view.users.iter().map(|user| (user.value.upn.key(), user)).collect(),
            names: view.users.iter().map(|user| (user.value.id, &user.value)).collect(),
            held,
            touched: HashSet::new(),
            by_serial: view.tokens.iter().map(|token| (token.value.serial.as_str(), known(token))).collect(),
            by_fingerprint: view.tokens.iter().map(|t| (t.value.fingerprint, t.value.serial.as_str())).collect(),
            states: view.states.iter().map(|state| state.value.fingerprint).collect(),
            changes: Changes::default(),
        }
    }

    /// Whether the row changed anything.
    fn take(&mut self, context: Context<'_>, row: &'a Row, upload: u64) -> Result<bool, Failure> {
        let new = &row.token;
        let user = self.user(row)?;
        let known = self.known(row)?;
        match (known, user) {
            (Some(known), None) => self.same_parameters(known, new).map(|()| false),
            (Some(known), Some(user)) => {
                self.same_parameters(known, new)?;
                match known.holder {
                    Some(holder) if holder == user.value.id => Ok(false),
                    Some(holder) => Err(Refusal::Held { serial: new.serial.clone(), holder: self.name(holder) }.into()),
                    // Made by an earlier row, or asked for. A token that was taken from a user is not given back to that
                    // user because the vendor's file is uploaded once more.
                    None if known.read.is_none() || self.assign_known => {
                        self.may_hold(context, user)?;
                        self.assign(context, known, user);
                        Ok(true)
                    }
                    None => Err(Failure {
                        code: "token-known",
                        field: "upn",
                        message: format!(
                            "token {} is in the directory and no user holds it; this row would give it to {}",
                            new.serial, user.value.upn
                        ),
                        action: "assign it, or ask for that when you upload: `oath tokens upload --assign`",
                    }),
                }
            }
            (None, user) => {
                self.let_in(context, row)?;
                if let Some(user) = user {
                    self.may_hold(context, user)?;
                }
                self.insert(context, row, user, upload);
                Ok(true)
            }
        }
    }

    fn user(&self, row: &Row) -> Result<Option<&'a Versioned<User>>, Failure> {
        match &row.upn {
            None => Ok(None),
            Some((text, upn)) => {
                let user = upn.as_ref().and_then(|upn| self.users.get(upn.key())).copied();
                let user = user.ok_or_else(|| Refusal::UnknownUser { upn: text.clone() })?;
                self.view.sound_user(&user.value)?;
                Ok(Some(user))
            }
        }
    }

    /// The token that the row means: the same serial number *and* the same secret, or neither.
    fn known(&self, row: &Row) -> Result<Option<Known<'a>>, Failure> {
        let new = &row.token;
        let by_serial = self.by_serial.get(new.serial.as_str()).copied();
        match (by_serial, row.prints().find_map(|print| self.by_fingerprint.get(&print))) {
            (None, None) => Ok(None),
            (Some(known), _) if known.read.is_some() && self.view.is_damaged(known.token) => {
                Err(Refusal::Damaged { serial: new.serial.clone() }.into())
            }
            (Some(known), Some(serial)) if *serial == new.serial => Ok(Some(known)),
            (Some(_), _) => Err(Failure {
                code: "serial-conflict",
                field: "serial number",
                message: format!("token {} is in the directory with another secret", new.serial),
                action: "find out which secret the token has; if the new one, delete the token and upload again",
            }),
            (None, Some(serial)) => Err(Failure {
                code: "secret-conflict",
                field: "secret key",
                message: format!("token {serial} in the directory has the same secret"),
                action: "find out which serial number is printed on the token; two tokens never share a secret",
            }),
        }
    }

    fn same_parameters(&self, known: Known<'_>, new: &Token) -> Result<(), Failure> {
        if known.token.parameters == new.parameters {
            return Ok(());
        }
        Err(Failure {
            code: "parameters-conflict",
            field: "time interval",
            message: format!("token {} is in the directory with another time interval or hash", new.serial),
            action: "find out which is right; if the new one, delete the token and upload again",
        })
    }

    /// The rules about what a token may be.
    fn let_in(&self, context: Context<'_>, row: &Row) -> Result<(), Failure> {
        if !context.policy.allows(&row.token.parameters) {
            return Err(Failure {
                code: "parameters-not-allowed",
                field: "hash",
                message: format!(
                    "the policy does not allow {} for token {}",
                    row.token.parameters.algorithm, row.token.serial
                ),
                action: "allow its hash in the policy",
            });
        }
        if row.bits < 128 && !self.legacy_secrets && !context.policy.legacy_secrets {
            return Err(Refusal::WeakSecret { serial: row.token.serial.clone() }.into());
        }
        Ok(())
    }

    fn may_hold(&self, context: Context<'_>, user: &Versioned<User>) -> Result<(), Failure> {
        let held = self.held.get(&user.value.id).copied().unwrap_or_default();
        Ok(may_hold(context, &user.value, TokenKind::Hardware, held)?)
    }

    fn assign(&mut self, context: Context<'_>, known: Known<'a>, user: &'a Versioned<User>) {
        let token = Token { status: Status::Assigned, holder: Some(user.value.id), ..known.token.clone() };
        self.by_serial.insert(&known.token.serial, Known { holder: token.holder, ..known });
        self.hold(context, user, &token.serial);
        match known.read {
            Some(read) => self.changes.tokens.push(update(read, token)),
            // Made by an earlier row of this file: that insertion gets the holder.
            None => {
                for write in &mut self.changes.tokens {
                    if matches!(write, Write::Insert(made) if made.id == token.id) {
                        *write = Write::Insert(token.clone());
                    }
                }
            }
        }
    }

    fn insert(&mut self, context: Context<'_>, row: &'a Row, user: Option<&'a Versioned<User>>, upload: u64) {
        let new = &row.token;
        let holder = user.map(|user| user.value.id);
        let status = if holder.is_some() { Status::Assigned } else { Status::Available };
        self.by_serial.insert(&new.serial, Known { token: new, read: None, holder });
        self.by_fingerprint.extend(row.prints().map(|print| (print, new.serial.as_str())));
        // A secret that was here before keeps its state, and with it what is spent: under the key that recognised it then.
        let before = row.prints().find(|print| self.states.contains(print));
        let fingerprint = before.unwrap_or(new.fingerprint);
        if self.states.insert(fingerprint) {
            self.changes.states.push(Write::Insert(State::fresh(fingerprint)));
        }
        // Of two uploads that make the same secret known under two keys at the same time, one conflicts.
        if !row.others.is_empty() && self.changes.settings.is_none() {
            self.changes.settings = self.view.settings.as_ref().map(touch);
        }
        let import = Some(Import { upload, changed: false });
        let token = Token { status, holder, fingerprint, import, ..new.clone() };
        self.changes.tokens.push(Write::Insert(token));
        let event = context.event(Action::TokenImported).of_token(&new.serial).with("upload", upload);
        self.changes.events.push(event);
        if let Some(user) = user {
            self.hold(context, user, &new.serial);
        }
    }

    fn hold(&mut self, context: Context<'_>, user: &'a Versioned<User>, serial: &str) {
        let held = self.held.entry(user.value.id).or_default();
        *held = held.saturating_add(1);
        if self.touched.insert(user.value.id) {
            self.changes.users.push(touch(user));
        }
        let event = context.event(Action::TokenAssigned).of_user(user.value.upn.as_str()).of_token(serial);
        self.changes.events.push(event);
    }

    fn name(&self, id: UserId) -> String {
        self.names.get(&id).map(|user| user.upn.to_string()).unwrap_or_default()
    }

    fn into_changes(self) -> Changes {
        self.changes
    }
}

/// Why a row does not fit the directory.
#[derive(Debug)]
struct Failure {
    code: &'static str,
    field: &'static str,
    message: String,
    action: &'static str,
}

impl Failure {
    fn of(self, row: &Row) -> UploadFailure {
        UploadFailure {
            place: row.place.to_string(),
            line: row.place.line(),
            upn: row.upn.as_ref().map(|(text, _)| text.clone()).unwrap_or_default(),
            serial: row.token.serial.clone(),
            field: self.field.to_owned(),
            code: self.code.to_owned(),
            message: sentence(&self.message),
            action: sentence(self.action),
        }
    }
}

/// With a capital and a full stop: in the report it stands beside the findings about the file, which are sentences.
fn sentence(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(characters).chain(['.']).collect()
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let field = match refusal {
            Refusal::Held { .. } | Refusal::Damaged { .. } => "serial number",
            Refusal::WeakSecret { .. } => "secret key",
            _ => "upn",
        };
        Self { code: refusal.code(), field, message: refusal.to_string(), action: refusal.action() }
    }
}
