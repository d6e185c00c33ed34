use super::Directory;
use super::together::Each;
use super::tokens::of_token;
use crate::audit::Actor;
use crate::bulk::{BulkReport, BulkRow, Done, RowError, Task};
use crate::decide::rights::Ask;
use crate::decide::{Asked, Context, bulk};
use crate::error::{Error, Refusal};
use crate::rights::Operation;
use crate::store::{MemoryStore, Store, Wanted};
use oath_totp::UnixTime;

impl<S: Store> Directory<S> {
    /// Does what the rows of a [file](crate::bulk) say, many in one transaction, and tells each result once it is written. A row
    /// that fails does not stop the others. The limit of activations does: the rows from there on are left.
    ///
    /// Rows that were done before are [`Done::Before`] and no errors, so that the same file can be given again until nothing is
    /// left. [`rehearsal`](Self::rehearsal) tries it without a change.
    ///
    /// # Errors
    /// [`Error::Store`], [`Error::Keys`], [`Error::Contention`]: the rows that were told are done.
    pub async fn bulk(
        &self,
        actor: &Actor,
        now: UnixTime,
        rows: &[BulkRow],
        mut tell: impl FnMut(&BulkRow, Result<Done, RowError>),
    ) -> Result<BulkReport, Error> {
        let (mut report, mut told) = (BulkReport::default(), 0_usize);
        let done = |row: &BulkRow, result: Result<Done, RowError>| {
            let count = match result {
                Ok(Done::Now) => &mut report.done,
                Ok(Done::Before) => &mut report.unchanged,
                Err(_) => &mut report.failed,
            };
            *count = count.saturating_add(1);
            told = told.saturating_add(1);
            tell(row, result);
        };
        match self.together(rows, &OfFile { actor, now }, done).await {
            Err(Error::Refused(Refusal::TooManyActivations { retry_after, .. })) => {
                report.left = rows.len().saturating_sub(told).try_into().unwrap_or(u64::MAX);
                report.retry_after = Some(retry_after);
            }
            result => result?,
        }
        Ok(report)
    }

    async fn bulk_task(&self, actor: &Actor, now: UnixTime, serial: &str, task: &Task) -> Result<Done, Error> {
        let ask = match task {
            Task::Assign(upn) => Ask::user(Operation::Assign, upn),
            Task::Activate(_) => Ask::holder(Operation::Activate, serial),
            Task::Unassign => Ask::holder(Operation::Unassign, serial),
            Task::Delete => Ask::holder(Operation::DeleteToken, serial),
        };
        let (asked, wanted) = (Asked { actor, now, ask }, of_token(serial));
        match task {
            Task::Assign(upn) => {
                let wanted = Wanted { users: vec![upn.key().to_owned()], holdings: true, ..wanted };
                self.change(asked, wanted, |context, view| Ok(bulk::assign(context, serial, upn, view)?)).await
            }
            Task::Activate(codes) => {
                let wanted = Wanted { activations: true, ..wanted };
                let decide =
                    |context: Context<'_>, totp: &_, view: &_| bulk::activate(context, serial, totp, codes, view);
                self.with_code(asked, wanted, serial, decide).await
            }
            Task::Unassign => {
                self.change(asked, wanted, |context, view| Ok(bulk::unassign(context, serial, view)?)).await
            }
            Task::Delete => self.change(asked, wanted, |context, view| Ok(bulk::delete(context, serial, view)?)).await,
        }
    }
}

/// The tasks of a file.
struct OfFile<'a> {
    actor: &'a Actor,
    now: UnixTime,
}

impl Each<BulkRow> for OfFile<'_> {
    type Done = Result<Done, RowError>;

    fn wanted(&self, rows: &[BulkRow]) -> Wanted {
        let of_rows = rows.iter().filter_map(|row| match &row.task {
            Ok(Task::Assign(upn)) => Some(upn),
            _ => None,
        });
        Wanted {
            users: of_rows.chain(self.actor.upn()).map(|upn| upn.key().to_owned()).collect(),
            holdings: true,
            serials: rows.iter().map(|row| row.serial.clone()).collect(),
            activations: true,
            ..Wanted::default()
        }
    }

    async fn operate(&self, directory: &Directory<MemoryStore>, row: &BulkRow) -> Result<Self::Done, Error> {
        let task = match &row.task {
            Err(error) => return Ok(Err(error.clone())),
            Ok(task) => task,
        };
        match directory.bulk_task(self.actor, self.now, &row.serial, task).await {
            Err(Error::Refused(refusal)) if !matches!(refusal, Refusal::TooManyActivations { .. }) => {
                Ok(Err(RowError::Refused(refusal)))
            }
            result => result.map(Ok),
        }
    }
}
