use super::Directory;
use super::uploads::pause;
use crate::audit::Actor;
use crate::decide::rights::Ask;
use crate::decide::upload;
use crate::decide::{Asked, Context, Seen};
use crate::error::Error;
use crate::keys::same;
use crate::model::{State, Token, Undone};
use crate::rights::Operation;
use crate::store::{Listed, Store, TokenFilter, Wanted};
use core::mem;
use oath_totp::UnixTime;

/// How many tokens are one transaction: sign-ins wait for no more than these.
const CHUNK: usize = 500;

impl<S: Store> Directory<S> {
    /// Takes back the tokens that an upload brought and that nothing has changed since, some hundred in one transaction. A token
    /// that was assigned, activated or unassigned since stays, and is told. What is spent of a secret stays spent, also when its
    /// token comes back. An upload that was broken off cannot be resumed afterwards.
    ///
    /// Where a process is killed in the middle of it, it goes on when it is asked for again; the log is told with the last
    /// tokens. With `dry_run` it decides and reports, and changes nothing. The status of an upload is kept for some time, and without it nothing can be undone.
    ///
    /// # Errors
    /// [`Refusal::UnknownUpload`](crate::Refusal::UnknownUpload).
    pub async fn undo_upload(&self, actor: &Actor, now: UnixTime, id: u64, dry_run: bool) -> Result<Undone, Error> {
        let asked = Asked { actor, now, ask: Ask::directory(Operation::Upload) };
        // Before anything is told of the upload.
        self.ask(asked, Wanted::default()).await?;
        self.upload_status(now, id).await?;
        if !dry_run {
            // Ends an upload that still runs, before its tokens are listed.
            self.undo_some(asked, id, Vec::new(), None, false).await?;
        }
        let (mut all, mut after) = (Undone::default(), None::<String>);
        // Tokens to take back. Some always wait, so that the last transaction, which tells the log, takes back tokens too.
        let mut waiting = Vec::new();
        loop {
            let filter = TokenFilter { upload: Some(id), ..TokenFilter::default() };
            let page = self.store.tokens(filter, after.take(), CHUNK).await?;
            let last = page.len() < CHUNK;
            after = page.last().map(|listed| listed.token.serial.clone());
            for Listed { token, state, .. } in page {
                let stays = upload::stays(&token) || !self.is_sound(&token, &state);
                let list = if stays { &mut all.kept } else { &mut waiting };
                list.push(token.serial);
            }
            if waiting.len() > CHUNK {
                let rest = waiting.split_off(CHUNK);
                let chunk = mem::replace(&mut waiting, rest);
                all.add(self.undo_some(asked, id, chunk, None, dry_run).await?);
            }
            pause().await;
            if last {
                break;
            }
        }
        if !waiting.is_empty() {
            let kept = all.kept.len();
            all.add(self.undo_some(asked, id, waiting, Some(kept), dry_run).await?);
        }
        all.kept.sort();
        Ok(all)
    }

    /// One transaction, about these tokens.
    async fn undo_some(
        &self,
        asked: Asked<'_>,
        id: u64,
        serials: Vec<String>,
        last: Option<usize>,
        dry_run: bool,
    ) -> Result<Undone, Error> {
        let decide = |context: Context<'_>, view: &Seen| Ok(upload::undo(context, id, last, view)?);
        let wanted = Wanted { serials, upload: Some(id), ..Wanted::default() };
        if dry_run {
            Ok(self.tried(asked, wanted, |_| (), decide).await?.0.outcome?)
        } else {
            self.change(asked, wanted, decide).await
        }
    }

    /// Whether a token and the state of its secret are what the directory wrote.
    fn is_sound(&self, token: &Token, state: &State) -> bool {
        same(token.mac, self.keys.tag_of_token(token)) && same(state.mac, self.keys.tag_of_state(state))
    }
}
