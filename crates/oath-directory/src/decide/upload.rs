use super::users::may_hold;
use super::{Context, Decided, touch, update};
use crate::Upn;
use crate::audit::Action;
use crate::error::Refusal;
use crate::model::{Fingerprint, State, Status, Token, TokenKind, Upload, UploadFailure, User, UserId, Versioned};
use crate::policy::later;
use crate::store::{Changes, View, Write};
use std::collections::{HashMap, HashSet};

/// A row that could be read, its secret sealed: what is left to decide is whether it fits the directory.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    /// As it stands in the file, and as a user name where it is one.
    pub(crate) upn: Option<(String, Option<Upn>)>,
    pub(crate) token: Token,
    pub(crate) bits: usize,
}

/// A file as it was read.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
    /// The rows that could not be read.
    pub(crate) failures: Vec<UploadFailure>,
    /// How many data rows that were.
    pub(crate) unreadable: u64,
}

/// Row by row all or nothing, in the order of the file: each row sees what the rows before it did.
pub(crate) fn upload(context: Context<'_>, file: &File, expired: &[Versioned<Upload>], view: &View) -> Decided<Upload> {
    let id = view.next_upload;
    let mut folder = Directory::of(view);
    let (mut imported, mut unchanged, mut failed) = (0u64, 0u64, file.unreadable);
    let mut failures = file.failures.clone();
    for row in &file.rows {
        match folder.take(context, row, id) {
            Ok(true) => imported = imported.saturating_add(1),
            Ok(false) => unchanged = unchanged.saturating_add(1),
            Err(failure) => {
                failures.push(failure.of(row));
                failed = failed.saturating_add(1);
            }
        }
    }
    failures.sort_by_key(|failure| failure.line);
    let upload = Upload {
        id,
        file: file.name.clone(),
        at: context.now,
        expires: later(context.now, context.policy.uploads_kept),
        rows: imported.saturating_add(unchanged).saturating_add(failed),
        imported,
        unchanged,
        failed,
    };
    let mut changes = folder.into_changes();
    let event = context.event(Action::Uploaded).with("upload", id).with("file", &upload.file);
    let event = event.with("rows", upload.rows).with("imported", imported).with("unchanged", unchanged);
    changes.events.insert(0, event.with("failed", failed));
    for old in expired {
        changes.uploads.push(Write::Delete(old.version, old.value.id));
        changes
            .events
            .push(context.event(Action::UploadDeleted).with("upload", old.value.id).with("reason", "expired"));
    }
    changes.uploads.push(Write::Insert(upload.clone()));
    changes.failures.push((id, failures));
    Decided::new(upload, changes)
}

/// The records as the rows so far have left them.
struct Directory<'a> {
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
    fn of(view: &'a View) -> Self {
        let mut held: HashMap<UserId, usize> = HashMap::new();
        for holder in view.tokens.iter().filter_map(|token| token.value.holder) {
            let count = held.entry(holder).or_default();
            *count = count.saturating_add(1);
        }
        let known =
            |read: &'a Versioned<Token>| Known { token: &read.value, read: Some(read), holder: read.value.holder };
        Self {
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
                    None => {
                        self.may_hold(context, user)?;
                        self.assign(context, known, user);
                        Ok(true)
                    }
                }
            }
            (None, user) => {
                self.let_in(context, row)?;
                if let Some(user) = user {
                    self.may_hold(context, user)?;
                }
                self.insert(context, new, user, upload);
                Ok(true)
            }
        }
    }

    fn user(&self, row: &Row) -> Result<Option<&'a Versioned<User>>, Failure> {
        match &row.upn {
            None => Ok(None),
            Some((text, upn)) => {
                let user = upn.as_ref().and_then(|upn| self.users.get(upn.key()));
                user.copied().map(Some).ok_or_else(|| Refusal::UnknownUser { upn: text.clone() }.into())
            }
        }
    }

    /// The token that the row means: the same serial number *and* the same secret, or neither.
    fn known(&self, row: &Row) -> Result<Option<Known<'a>>, Failure> {
        let new = &row.token;
        let by_serial = self.by_serial.get(new.serial.as_str()).copied();
        match (by_serial, self.by_fingerprint.get(&new.fingerprint)) {
            (None, None) => Ok(None),
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
                field: "time interval",
                message: format!("the policy does not allow how token {} computes its codes", row.token.serial),
                action: "allow its hash in the policy, or use a token with 6 digits and 30 or 60 s",
            });
        }
        if row.bits < 128 && !context.policy.legacy_secrets {
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

    fn insert(&mut self, context: Context<'_>, new: &'a Token, user: Option<&'a Versioned<User>>, upload: u64) {
        let holder = user.map(|user| user.value.id);
        let status = if holder.is_some() { Status::Assigned } else { Status::Available };
        self.by_serial.insert(&new.serial, Known { token: new, read: None, holder });
        self.by_fingerprint.insert(new.fingerprint, &new.serial);
        // A secret that was here before keeps its state, and with it what is spent.
        if self.states.insert(new.fingerprint) {
            self.changes.states.push(Write::Insert(State::fresh(new.fingerprint)));
        }
        self.changes.tokens.push(Write::Insert(Token { status, holder, ..new.clone() }));
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
            line: row.line,
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
            Refusal::Held { .. } => "serial number",
            Refusal::WeakSecret { .. } => "secret key",
            _ => "upn",
        };
        Self { code: refusal.code(), field, message: refusal.to_string(), action: refusal.action() }
    }
}
