use super::upload_error::UploadError;
use super::{Directory, new_token};
use crate::audit::Actor;
use crate::decide::Asked;
use crate::decide::rights::Ask;
use crate::decide::upload::{self, Job, Read, Row};
use crate::error::{Error, Refusal};
use crate::keys::KeyRingError;
use crate::model::{Parameters, Tag, Token, TokenKind, Upload, UploadFailure};
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use core::future::poll_fn;
use core::iter::Peekable;
use core::mem;
use core::task::Poll;
use oath_seeds::{Moving, Place, ReadError, Record, Severity, Target};
use oath_totp::UnixTime;

/// What an upload may do beyond taking in what is new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadOptions {
    /// Gives a token that is in the directory already, and that no user holds, to the user of its row. Without it the row
    /// fails and says so.
    pub assign_known: bool,
    /// Lets in secrets of 80 to 127 bits, whatever the policy says.
    pub legacy_secrets: bool,
}

/// How many rows are one transaction. Sign-ins wait until it ends: 500 made some wait for longer than 100 ms.
const CHUNK: usize = 200;

/// How many uploads or failures are read at once.
const PAGE: usize = 1000;

impl<S: Store> Directory<S> {
    /// Takes a seed file's rows into the directory: all or nothing per row, and some hundred rows in one transaction. Reading
    /// the same file twice changes nothing.
    ///
    /// `rows` are what an [`oath_seeds::Reader`] gives, or an [`oath_seeds::WholeFile`] where a file that cannot be read to its
    /// end is to change nothing; rows without a user go into the inventory. Their secrets are
    /// sealed and wiped one by one, and no more than some hundred rows are held at a time. A process that is killed, and a file
    /// that cannot be read further, leave an
    /// upload that is not [finished](Upload::finished): [`resume_upload`](Self::resume_upload) goes on with it.
    ///
    /// # Errors
    /// Rows that fail are no error: they are counted, and [`failures`](Self::failures) tells why. [`UploadError::Unread`] holds
    /// the first error among `rows`; those before are taken.
    pub async fn upload(
        &self,
        actor: &Actor,
        now: UnixTime,
        file: &str,
        rows: impl IntoIterator<Item = Result<oath_seeds::Row, ReadError>>,
    ) -> Result<Upload, UploadError> {
        self.upload_with(actor, now, file, UploadOptions::default(), rows).await
    }

    /// As [`upload`](Self::upload), with options.
    ///
    /// # Errors
    /// As [`upload`](Self::upload).
    pub async fn upload_with(
        &self,
        actor: &Actor,
        now: UnixTime,
        file: &str,
        options: UploadOptions,
        rows: impl IntoIterator<Item = Result<oath_seeds::Row, ReadError>>,
    ) -> Result<Upload, UploadError> {
        self.sweep(actor, now).await?;
        let UploadOptions { assign_known, legacy_secrets } = options;
        let job = Job {
            file: file.to_owned(),
            id: None,
            digest: Tag::default(),
            finished: false,
            assign_known,
            legacy_secrets,
        };
        self.take(actor, now, job, None, rows).await
    }

    /// Goes on with an upload that was broken off. The rows are those of the same file from its beginning: the ones that were
    /// taken are passed over.
    ///
    /// # Errors
    /// [`Refusal::OtherFile`] where those are not the rows that were taken; [`Refusal::UploadFinished`],
    /// [`Refusal::UnknownUpload`].
    pub async fn resume_upload(
        &self,
        actor: &Actor,
        now: UnixTime,
        id: u64,
        options: UploadOptions,
        rows: impl IntoIterator<Item = Result<oath_seeds::Row, ReadError>>,
    ) -> Result<Upload, UploadError> {
        // Before anything is told of the upload.
        self.allow(actor, now, Operation::Upload, None).await?;
        let upload = self.upload_status(now, id).await?;
        if upload.finished {
            return Err(Refusal::UploadFinished { id }.into());
        }
        let UploadOptions { assign_known, legacy_secrets } = options;
        let job = Job {
            file: upload.file.clone(),
            id: Some(id),
            digest: Tag::default(),
            finished: false,
            assign_known,
            legacy_secrets,
        };
        self.take(actor, now, job, Some(upload), rows).await
    }

    /// Takes the rows chunk by chunk, after those that `taken` has taken already.
    async fn take(
        &self,
        actor: &Actor,
        now: UnixTime,
        mut job: Job,
        taken: Option<Upload>,
        rows: impl IntoIterator<Item = Result<oath_seeds::Row, ReadError>>,
    ) -> Result<Upload, UploadError> {
        let mut rows = rows.into_iter().peekable();
        for passed in 0..taken.as_ref().map_or(0, |taken| taken.rows) {
            match rows.next() {
                Some(Ok(row)) => job.digest = self.digest(job.digest, &row),
                Some(Err(error)) => return Err(UploadError::unread(error, taken)),
                None => break,
            }
            if passed.is_multiple_of(CANCELLABLE) {
                pause().await;
            }
        }
        if let Some(taken) = taken.as_ref().filter(|taken| taken.digest != job.digest) {
            return Err(Refusal::OtherFile { id: taken.id }.into());
        }
        let mut taken = taken;
        loop {
            let chunk = self.chunk(&mut rows, &mut job.digest, now)?;
            pause().await;
            job.finished = rows.peek().is_none();
            if job.finished || !chunk.is_empty() {
                let wanted = Wanted { next_upload: job.id.is_none(), upload: job.id, ..wanted_of(&chunk) };
                let asked = Asked { actor, now, ask: Ask::directory(Operation::Upload) };
                let upload = self
                    .change(asked, wanted, |context, view| Ok(upload::upload(context, &job, &chunk, view)?))
                    .await?;
                if upload.finished {
                    return Ok(upload);
                }
                job.id = Some(upload.id);
                taken = Some(upload);
            }
            if let Some(Err(error)) = rows.next_if(Result::is_err) {
                return Err(UploadError::unread(error, taken));
            }
        }
    }

    /// The next rows, up to the first that could not be read, their secrets sealed, and the digest over them.
    pub(super) fn chunk(
        &self,
        rows: &mut Peekable<impl Iterator<Item = Result<oath_seeds::Row, ReadError>>>,
        digest: &mut Tag,
        now: UnixTime,
    ) -> Result<Vec<Read>, KeyRingError> {
        let mut chunk = Vec::with_capacity(CHUNK);
        while chunk.len() < CHUNK
            && let Some(Ok(row)) = rows.next_if(Result::is_ok)
        {
            *digest = self.digest(*digest, &row);
            chunk.push(self.seal_row(row, now)?);
        }
        Ok(chunk)
    }

    /// The digest over one row more.
    fn digest(&self, before: Tag, row: &oath_seeds::Row) -> Tag {
        self.keys.tag_of_row(
            before,
            row.place.number(),
            row.upn().unwrap_or_default(),
            row.serial().unwrap_or_default(),
            row.record.as_ref().map(|record| &record.secret),
        )
    }

    /// An upload by its number, while its status is kept.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn upload_status(&self, now: UnixTime, id: u64) -> Result<Upload, Error> {
        let view = self.store.view(Wanted { upload: Some(id), ..Wanted::default() }).await?;
        let found = view.upload.map(|read| read.value).filter(|upload| upload.expires > now);
        found.ok_or(Error::Refused(Refusal::UnknownUpload { id }))
    }

    /// The uploads whose status is kept, oldest first.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn uploads(&self, now: UnixTime) -> Result<Vec<Upload>, Error> {
        let mut all = self.all_uploads().await?;
        all.retain(|upload| upload.expires > now);
        Ok(all)
    }

    /// The rows of an upload that failed, in the order of the file.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn failures(&self, now: UnixTime, id: u64) -> Result<Vec<UploadFailure>, Error> {
        let mut all = Vec::new();
        loop {
            let page = self.failures_page(now, id, all.len(), PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    /// The same without the first `skip`, and at most `limit`.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn failures_page(
        &self,
        now: UnixTime,
        id: u64,
        skip: usize,
        limit: usize,
    ) -> Result<Vec<UploadFailure>, Error> {
        self.upload_status(now, id).await?;
        Ok(self.store.failures(id, skip.try_into().unwrap_or(u64::MAX), limit).await?)
    }

    /// Deletes the status of an upload and its failures. The tokens stay.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`].
    pub async fn delete_upload(&self, actor: &Actor, now: UnixTime, id: u64) -> Result<(), Error> {
        self.forget_upload(actor, now, id, "asked").await
    }

    async fn forget_upload(&self, actor: &Actor, now: UnixTime, id: u64, reason: &str) -> Result<(), Error> {
        let wanted = Wanted { upload: Some(id), ..Wanted::default() };
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Upload) };
        self.change(asked, wanted, |context, view| Ok(upload::delete(context, id, reason, view)?)).await
    }

    /// Deletes the uploads whose time is over, each by itself: another caller may be doing the same.
    async fn sweep(&self, actor: &Actor, now: UnixTime) -> Result<(), Error> {
        for upload in self.all_uploads().await?.into_iter().filter(|upload| upload.expires <= now) {
            match self.forget_upload(actor, now, upload.id, "expired").await {
                Ok(()) | Err(Error::Refused(Refusal::UnknownUpload { .. })) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    async fn all_uploads(&self) -> Result<Vec<Upload>, Error> {
        let mut all: Vec<Upload> = Vec::new();
        loop {
            let after = all.last().map_or(0, |upload| upload.id);
            let page = self.store.uploads(after, PAGE).await?;
            let full = page.len() >= PAGE;
            all.extend(page);
            if !full {
                return Ok(all);
            }
        }
    }

    fn seal_row(&self, row: oath_seeds::Row, now: UnixTime) -> Result<Read, KeyRingError> {
        let Some(record) = &row.record else {
            return Ok(Read::Failed(row.errors().map(|finding| failure(&row, finding)).collect()));
        };
        // The rules of the inventory, also for rows that were read for another system.
        let mut refused = oath_seeds::check(record, Target::Inventory);
        refused.retain(|finding| finding.severity == Severity::Error);
        let sealed = if refused.is_empty() { self.seal(record, now)? } else { None };
        Ok(match sealed {
            Some(row) => Read::Token(Box::new(row)),
            None => Read::Failed(refused.iter().map(|finding| failure(&row, finding)).collect()),
        })
    }

    /// `None` for a token that counts instead of telling the time, or that has no serial number: the rules of the inventory
    /// refuse both.
    fn seal(&self, record: &Record, now: UnixTime) -> Result<Option<Row>, KeyRingError> {
        let (Moving::Time { step }, Some(serial)) = (record.moving, &record.serial) else { return Ok(None) };
        let parameters = Parameters { algorithm: record.algorithm, digits: record.digits, time_step: step };
        let (serial, secret) = (serial.clone(), &record.secret);
        let token = new_token(&self.keys, TokenKind::Hardware, serial, parameters, secret, now)?;
        Ok(Some(Row {
            place: record.place,
            upn: record.upn.as_ref().map(|upn| (upn.clone(), upn.parse().ok())),
            token: Token { manufacturer: record.manufacturer.to_string(), model: record.model.to_string(), ..token },
            others: self.keys.other_fingerprints(secret),
            bits: secret.byte_len().saturating_mul(8),
        }))
    }
}

/// So many rows are passed over at a time, in some milliseconds; then a caller can cancel the upload.
const CANCELLABLE: u64 = 1000;

/// Returns to the executor once.
pub(super) async fn pause() {
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

/// The records that a decision about these rows looks at.
pub(super) fn wanted_of(rows: &[Read]) -> Wanted {
    let tokens = || {
        rows.iter().filter_map(|row| match row {
            Read::Token(row) => Some(row),
            Read::Failed(_) => None,
        })
    };
    Wanted {
        users: tokens().filter_map(|row| Some(row.upn.as_ref()?.1.as_ref()?.key().to_owned())).collect(),
        holdings: true,
        serials: tokens().map(|row| row.token.serial.clone()).collect(),
        fingerprints: tokens().flat_map(|row| row.prints()).collect(),
        ..Wanted::default()
    }
}

fn failure(row: &oath_seeds::Row, finding: &oath_seeds::Finding) -> UploadFailure {
    let place = match finding.place {
        Place::File => row.place,
        place => place,
    };
    UploadFailure {
        place: place.to_string(),
        line: place.line(),
        upn: row.upn().unwrap_or_default().to_owned(),
        serial: row.serial().unwrap_or_default().to_owned(),
        field: finding.field.map(oath_seeds::Field::name).unwrap_or_default().to_owned(),
        code: finding.code().to_owned(),
        message: finding.message.to_string(),
        action: finding.action.to_string(),
    }
}
