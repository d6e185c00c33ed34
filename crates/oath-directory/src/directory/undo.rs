use super::Directory;
use super::uploads::pause;
use crate::audit::Actor;
use crate::decide::rights::Ask;
use crate::decide::upload;
use crate::decide::{Asked, Context, Seen};
use crate::error::Error;
use crate::model::Undone;
use crate::rights::Operation;
use crate::store::{Store, TokenFilter, Wanted};
use oath_totp::UnixTime;

/// How many tokens are one transaction: sign-ins wait for no more than these.
const CHUNK: usize = 500;

impl<S: Store> Directory<S> {
    /// Takes back the tokens that an upload brought and that nothing has changed since, some hundred in one transaction. A token
    /// that was assigned, activated or unassigned since stays, and is told. What is spent of a secret stays spent, also when its
    /// token comes back. An upload that was broken off cannot be resumed afterwards.
    ///
    /// Where a process is killed in the middle of it, it goes on when it is asked for again. With `dry_run` it decides and
    /// reports, and changes nothing. The status of an upload is kept for some time, and without it nothing can be undone.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`](crate::Refusal::UnknownUpload).
    pub async fn undo_upload(&self, actor: &Actor, now: UnixTime, id: u64, dry_run: bool) -> Result<Undone, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Upload) };
        // Before anything is told of the upload.
        self.ask(asked, Wanted::default()).await?;
        self.upload_status(now, id).await?;
        let decide = |context: Context<'_>, view: &Seen| Ok(upload::undo(context, id, view)?);
        let (mut all, mut after) = (Undone::default(), None::<String>);
        if !dry_run {
            // Ends an upload that still runs, before its tokens are listed.
            let wanted = Wanted { upload: Some(id), ..Wanted::default() };
            self.change(asked, wanted, decide).await?;
        }
        loop {
            let filter = TokenFilter { upload: Some(id), ..TokenFilter::default() };
            let page = self.store.tokens(filter, after.take(), CHUNK).await?;
            let serials: Vec<String> = page.into_iter().map(|listed| listed.token.serial).collect();
            let last = serials.len() < CHUNK;
            after = serials.last().cloned();
            let wanted = Wanted { serials, upload: Some(id), ..Wanted::default() };
            let Undone { taken_back, kept } = if dry_run {
                self.tried(asked, wanted, |_| (), decide).await?.0.outcome?
            } else {
                self.change(asked, wanted, decide).await?
            };
            all.taken_back = all.taken_back.saturating_add(taken_back);
            all.kept.extend(kept);
            pause().await;
            if last {
                break;
            }
        }
        if !dry_run && all.taken_back > 0 {
            let wanted = Wanted { upload: Some(id), ..Wanted::default() };
            self.change(asked, wanted, |context, view| Ok(upload::undone(context, id, &all, view)?)).await?;
        }
        Ok(all)
    }
}
