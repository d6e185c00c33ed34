use super::{Directory, new_token};
use crate::audit::{Action, Actor};
use crate::decide::Decided;
use crate::decide::upload::{self, File, Row};
use crate::error::{Error, Refusal};
use crate::keys::KeyRingError;
use crate::model::{Parameters, Token, TokenKind, Upload, UploadFailure};
use crate::store::{Changes, Store, Wanted, Write};
use core::future::poll_fn;
use core::mem;
use core::task::Poll;
use oath_seeds::{Moving, Record};
use oath_totp::UnixTime;

impl<S: Store> Directory<S> {
    /// Takes a seed file's rows into the directory: all or nothing per row, and all rows in one transaction. Reading the
    /// same file twice changes nothing.
    ///
    /// `rows` are what an [`oath_seeds::Reader`] gives; rows without a user go into the inventory. Their secrets are
    /// sealed and wiped one by one.
    ///
    /// # Errors
    /// Rows that fail are no error: they are counted, and [`failures`](Self::failures) tells why.
    pub async fn upload(
        &self,
        actor: &Actor,
        now: UnixTime,
        file: &str,
        rows: impl IntoIterator<Item = oath_seeds::Row>,
    ) -> Result<Upload, Error> {
        let file = self.seal_rows(file, rows, now).await?;
        let expired = self.uploads_all().await?;
        let expired: Vec<_> = expired.into_iter().filter(|upload| upload.value.expires <= now).collect();
        let wanted = Wanted {
            users: file.rows.iter().filter_map(|row| Some(row.upn.as_ref()?.1.as_ref()?.key().to_owned())).collect(),
            holdings: true,
            serials: file.rows.iter().map(|row| row.token.serial.clone()).collect(),
            fingerprints: file.rows.iter().map(|row| row.token.fingerprint).collect(),
            uploads: true,
            ..Wanted::default()
        };
        self.change(wanted, |view| Ok(upload::upload(self.context(actor, now), &file, &expired, view))).await
    }

    /// An upload by its number, while its status is kept.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn upload_status(&self, now: UnixTime, id: u64) -> Result<Upload, Error> {
        let found = self.uploads(now).await?.into_iter().find(|upload| upload.id == id);
        found.ok_or(Error::Refused(Refusal::UnknownUpload { id }))
    }

    /// The uploads whose status is kept, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn uploads(&self, now: UnixTime) -> Result<Vec<Upload>, Error> {
        let kept = self.uploads_all().await?.into_iter().map(|upload| upload.value);
        Ok(kept.filter(|upload| upload.expires > now).collect())
    }

    /// The rows of an upload that failed, in the order of the file.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn failures(&self, now: UnixTime, id: u64) -> Result<Vec<UploadFailure>, Error> {
        self.upload_status(now, id).await?;
        Ok(self.store.failures(id).await?)
    }

    /// Deletes the status of an upload and its failures. The tokens stay.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn delete_upload(&self, actor: &Actor, now: UnixTime, id: u64) -> Result<(), Error> {
        let all = self.uploads_all().await?;
        let Some(found) = all.into_iter().find(|upload| upload.value.id == id) else {
            return Err(Refusal::UnknownUpload { id }.into());
        };
        let context = self.context(actor, now);
        self.change(Wanted::default(), |_| {
            let changes = Changes {
                uploads: vec![Write::Delete(found.version, id)],
                events: vec![context.event(Action::UploadDeleted).with("upload", id).with("reason", "asked")],
                ..Changes::default()
            };
            Ok(Decided::new((), changes))
        })
        .await
    }

    async fn uploads_all(&self) -> Result<Vec<crate::model::Versioned<Upload>>, Error> {
        Ok(self.store.uploads().await?)
    }

    #[expect(clippy::disallowed_macros, reason = "its message shows two counts")]
    async fn seal_rows(
        &self,
        name: &str,
        rows: impl IntoIterator<Item = oath_seeds::Row>,
        now: UnixTime,
    ) -> Result<File, Error> {
        let mut file = File { name: name.to_owned(), rows: Vec::new(), failures: Vec::new(), unreadable: 0 };
        for (count, row) in (0_usize..).zip(rows) {
            if count.is_multiple_of(CANCELLABLE) {
                pause().await;
            }
            let before = file.failures.len();
            file.failures.extend(row.errors().map(|finding| failure(&row, finding)));
            let Some(record) = row.record else {
                file.unreadable = file.unreadable.saturating_add(1);
                continue;
            };
            debug_assert_eq!(before, file.failures.len(), "a row is a record or has errors");
            match self.seal_row(&record, now)? {
                Some(row) => file.rows.push(row),
                None => {
                    file.unreadable = file.unreadable.saturating_add(1);
                    file.failures.push(not_taken(&record));
                }
            }
        }
        Ok(file)
    }

    /// `None` for a token that counts instead of telling the time, or that has no serial number.
    fn seal_row(&self, record: &Record, now: UnixTime) -> Result<Option<Row>, KeyRingError> {
        let (Moving::Time { step }, Some(serial)) = (record.moving, &record.serial) else { return Ok(None) };
        let parameters = Parameters { algorithm: record.algorithm, digits: record.digits, time_step: step };
        let (serial, secret) = (serial.clone(), &record.secret);
        let token = new_token(&self.keys, TokenKind::Hardware, serial, parameters, secret, now)?;
        Ok(Some(Row {
            line: record.place.number(),
            upn: record.upn.as_ref().map(|upn| (upn.clone(), upn.parse().ok())),
            token: Token { manufacturer: record.manufacturer.to_string(), model: record.model.to_string(), ..token },
            bits: secret.byte_len().saturating_mul(8),
        }))
    }
}

/// So many rows are sealed at a time, in some milliseconds; then a caller can cancel the upload.
const CANCELLABLE: usize = 1000;

/// Returns to the executor once.
async fn pause() {
    let mut paused = false;
    poll_fn(|context| {
        if mem::replace(&mut paused, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

fn failure(row: &oath_seeds::Row, finding: &oath_seeds::Finding) -> UploadFailure {
    UploadFailure {
        line: finding.place.line().unwrap_or(row.place.number()),
        upn: row.upn().unwrap_or_default().to_owned(),
        serial: row.serial().unwrap_or_default().to_owned(),
        field: finding.field.map(oath_seeds::Field::name).unwrap_or_default().to_owned(),
        code: finding.code().to_owned(),
        message: finding.message.to_string(),
        action: finding.action.to_string(),
    }
}

fn not_taken(record: &Record) -> UploadFailure {
    let (code, message, action) = match record.moving {
        Moving::Counter { .. } => (
            "hotp-not-supported",
            "The token counts its codes (HOTP); the directory takes tokens that tell the time (TOTP).",
            "Replace the token with one that computes TOTP.",
        ),
        Moving::Time { .. } => (
            "serial-empty",
            "The token has no serial number.",
            "Write the number that is printed on the back of the token, with its leading zeros.",
        ),
    };
    UploadFailure {
        line: record.place.number(),
        upn: record.upn.clone().unwrap_or_default(),
        serial: record.serial.clone().unwrap_or_default(),
        field: String::new(),
        code: code.to_owned(),
        message: message.to_owned(),
        action: action.to_owned(),
    }
}
