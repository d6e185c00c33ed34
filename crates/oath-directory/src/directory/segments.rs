//! Segments of the audit log: exported, verified and pruned.

use super::Directory;
use super::audit::{Beginnings, PAGE, beginning_of};
use super::uploads::pause;
use crate::audit::segment::{SegmentError, SegmentWriter, read_file};
use crate::audit::{Actor, AuditEvent, Event, Head, Segment, Tampered};
use crate::error::{Error, Refusal};
use crate::private_file;
use crate::rights::Operation;
use crate::store::{Changes, Store};
use core::fmt;
use oath_totp::UnixTime;
use std::io::{self, BufRead, BufWriter, Write};
use std::path::Path;

/// How many events one transaction deletes: sign-ins wait for no more than these.
const CHUNK: u64 = 2000;

/// What pruning did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// How many events were deleted.
    pub events: u64,
    /// The last events that were deleted: the chains go on after them.
    pub beginnings: Vec<Head>,
}

/// An export or a pruning of the audit log did not happen.
#[derive(Debug)]
#[non_exhaustive]
pub enum SegmentsError {
    /// The directory refused it, or failed.
    Directory(Error),
    /// The log in the database is not what was written: see [`Directory::verify_audit`].
    Tampered(Tampered),
    /// The file is not what was exported.
    File(SegmentError),
    /// The file cannot be written.
    Io(io::Error),
}

impl fmt::Display for SegmentsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(error) => error.fmt(f),
            Self::Tampered(tampered) => tampered.fmt(f),
            Self::File(error) => error.fmt(f),
            Self::Io(error) => write!(f, "the exported file cannot be written: {error}"),
        }
    }
}

impl core::error::Error for SegmentsError {}

impl<E: Into<Error>> From<E> for SegmentsError {
    fn from(error: E) -> Self {
        Self::Directory(error.into())
    }
}

impl<S: Store> Directory<S> {
    /// Writes the beginning of the audit log as [segments](crate::audit::segment), one for each chain that has events of that
    /// time: those before the first one that is later than `until`. Nothing in the database changes. Memory does not grow with
    /// the log.
    ///
    /// # Errors
    /// [`SegmentsError::Io`]; [`SegmentsError::Tampered`] where the log does not verify.
    pub async fn export_audit(&self, until: UnixTime, mut out: impl Write) -> Result<Vec<Segment>, SegmentsError> {
        let report = self.verify_audit().await?.map_err(SegmentsError::Tampered)?;
        let beginnings = report.beginnings.iter().map(|beginning| (beginning.chain, *beginning)).collect();
        let mut segments = Vec::new();
        for head in report.heads {
            let before = beginning_of(&beginnings, head.chain);
            let first = self.store.events(head.chain, before.events, 1).await?;
            if first.first().is_none_or(|first| first.event.at > until) {
                continue;
            }
            let writer = SegmentWriter::new(self.keys.audit_key(), before, &mut out).map_err(SegmentsError::Io)?;
            segments.push(self.export_chain(head, until, writer).await?);
        }
        out.flush().map_err(SegmentsError::Io)?;
        Ok(segments)
    }

    /// The same into a new file, which only its owner can read and which is there afterwards as a whole or, where there are no
    /// events of that time, not at all.
    ///
    /// # Errors
    /// As [`export_audit`](Self::export_audit); a file that exists is left as it is.
    pub async fn export_audit_to(&self, until: UnixTime, path: &Path) -> Result<Vec<Segment>, SegmentsError> {
        if path.symlink_metadata().is_ok() {
            return Err(SegmentsError::Io(io::ErrorKind::AlreadyExists.into()));
        }
        let folder = private_file::folder_of(path);
        // A temporary file is made with mode 0600.
        let mut file = tempfile::Builder::new().prefix(".oath-").tempfile_in(folder).map_err(SegmentsError::Io)?;
        let segments = self.export_audit(until, BufWriter::new(&mut file)).await?;
        if !segments.is_empty() {
            file.as_file().sync_all().map_err(SegmentsError::Io)?;
            file.persist_noclobber(path).map_err(|error| SegmentsError::Io(error.error))?;
            // The name, too, before events are deleted that the file holds.
            private_file::sync_folder_of(path).map_err(SegmentsError::Io)?;
        }
        Ok(segments)
    }

    async fn export_chain(
        &self,
        head: Head,
        until: UnixTime,
        mut writer: SegmentWriter<'_, impl Write>,
    ) -> Result<Segment, SegmentsError> {
        loop {
            let after = writer.reached().events;
            let page = self.store.events(head.chain, after, PAGE).await?;
            let is_in = |logged: &&AuditEvent| logged.event.at <= until && logged.sequence <= head.events;
            let wanted = page.iter().take_while(is_in).count();
            for logged in page.iter().take(wanted) {
                writer.write(logged).map_err(SegmentsError::Io)?;
            }
            if wanted == 0 || wanted < page.len() {
                return writer.end().map_err(SegmentsError::Io);
            }
        }
    }

    /// Verifies a file of segments against the key ring and against its neighbours: a segment must end where the database has
    /// the same event, or where what the database holds begins. Several files that follow each other are verified as one input,
    /// one after the other. The events of `contain`, which were noted down, must be among them.
    ///
    /// # Errors
    /// [`SegmentsError::File`]; [`SegmentsError::Tampered`]; [`Refusal::SegmentsApart`] where events are missing between two
    /// segments, or between the last one and the database.
    pub async fn verify_segments(&self, file: impl BufRead, contain: &[Head]) -> Result<Vec<Segment>, SegmentsError> {
        self.verify_segment_files([file], contain).await
    }

    /// As [`verify_segments`](Self::verify_segments), for files that follow each other. Each holds whole segments; an error names
    /// the file and its line.
    ///
    /// # Errors
    /// As [`verify_segments`](Self::verify_segments).
    pub async fn verify_segment_files<R: BufRead>(
        &self,
        files: impl IntoIterator<Item = R>,
        contain: &[Head],
    ) -> Result<Vec<Segment>, SegmentsError> {
        let mut found = vec![None; contain.len()];
        let mut look = |audit: &AuditEvent| {
            for (end, found) in contain.iter().zip(&mut found) {
                if (end.chain, end.events) == (audit.chain, audit.sequence) {
                    *found = Some(audit.hash);
                }
            }
        };
        let mut segments = Vec::new();
        for (index, file) in files.into_iter().enumerate() {
            let read = read_file(index, file, self.keys.audit_key(), &mut look).map_err(SegmentsError::File)?;
            segments.extend(read);
        }
        for (Head { chain, events: sequence, hash }, found) in contain.iter().copied().zip(found) {
            match found {
                Some(found) if found == hash => {}
                Some(_) => return Err(SegmentsError::Tampered(Tampered::Changed { chain, sequence })),
                None => return Err(SegmentsError::Tampered(Tampered::Missing { chain, sequence })),
            }
        }
        let beginnings = self.beginnings().await?;
        for (index, segment) in segments.iter().enumerate() {
            let later = segments.iter().skip(index.saturating_add(1)).find(|later| later.chain() == segment.chain());
            let Head { chain, events, .. } = segment.end;
            let apart = |first: u64| Refusal::SegmentsApart { chain, last: events, first };
            match later {
                Some(later) if later.before.events > events => {
                    return Err(apart(later.before.events.saturating_add(1)).into());
                }
                Some(later) if later.before.events == events && later.before != segment.end => {
                    return Err(SegmentsError::Tampered(Tampered::Changed { chain, sequence: events }));
                }
                Some(_) => {}
                None => {
                    let beginning = beginning_of(&beginnings, chain);
                    if events < beginning.events {
                        return Err(apart(beginning.events.saturating_add(1)).into());
                    }
                }
            }
            // Every segment, and not the last one alone: after a restore, an older file may hold other events of the same numbers.
            self.holds(segment.end, beginning_of(&beginnings, chain)).await?.map_err(SegmentsError::Tampered)?;
        }
        Ok(segments)
    }

    /// Deletes the events that the exported file verifiably holds. An event records up to where, so that
    /// [`verify_audit`](Self::verify_audit) accepts that the chains begin later; a pruning that was broken off goes on when it is
    /// asked for again.
    ///
    /// # Errors
    /// Nothing is deleted where the log or the file does not verify, or where the file begins after the first event that the
    /// database holds ([`Refusal::SegmentsApart`]).
    pub async fn prune_audit(&self, actor: &Actor, now: UnixTime, file: impl BufRead) -> Result<Pruned, SegmentsError> {
        self.allow(actor, now, Operation::Maintain, None).await?;
        let Plan { ends, beginnings, mut recorded, heads } = self.plan(file).await?;
        let mut pruned = Pruned::default();
        if ends.is_empty() {
            return Ok(pruned);
        }
        let is_new = |end: &Head| recorded.get(&end.chain).is_none_or(|known| known.events < end.events);
        let new: Vec<Head> = ends.iter().copied().filter(is_new).collect();
        if !new.is_empty() {
            recorded.extend(new.into_iter().map(|end| (end.chain, end)));
            let recorded: Vec<Head> = recorded.into_values().collect();
            let mut events = vec![Event::pruned(now, actor, &recorded)];
            // The checkpoints among the pruned events go with them: the ends of the other chains are written down anew.
            if heads.len() > 1 {
                events.insert(0, Event::checkpoint(now, actor, &heads));
            }
            self.log(Changes { events, ..Changes::default() }).await?;
            pause().await;
        }
        for end in ends {
            let mut reached = beginning_of(&beginnings, end.chain);
            while reached.events < end.events {
                let last = end.events.min(reached.events.saturating_add(CHUNK));
                let found = self.store.events(end.chain, last.saturating_sub(1), 1).await?;
                let found = found.first().filter(|found| found.sequence == last);
                let missing = Tampered::Missing { chain: end.chain, sequence: last };
                let hash = found.ok_or(SegmentsError::Tampered(missing))?.hash;
                let next = Head { chain: end.chain, events: last, hash };
                self.log(Changes { pruned: Some(next), ..Changes::default() }).await?;
                pause().await;
                pruned.events = pruned.events.saturating_add(last.saturating_sub(reached.events));
                reached = next;
            }
            pruned.beginnings.push(reached);
        }
        Ok(pruned)
    }

    /// What [`prune_audit`](Self::prune_audit) would delete. Nothing changes.
    ///
    /// # Errors
    /// As [`prune_audit`](Self::prune_audit).
    pub async fn preview_pruning(&self, file: impl BufRead) -> Result<Pruned, SegmentsError> {
        let Plan { ends, beginnings, .. } = self.plan(file).await?;
        let gone = |end: &Head| end.events.saturating_sub(beginning_of(&beginnings, end.chain).events);
        let events = ends.iter().map(gone).fold(0, u64::saturating_add);
        Ok(Pruned { events, beginnings: ends })
    }

    async fn plan(&self, file: impl BufRead) -> Result<Plan, SegmentsError> {
        let report = self.verify_audit().await?.map_err(SegmentsError::Tampered)?;
        let segments = self.verify_segments(file, &[]).await?;
        let mut ends = Vec::<Head>::new();
        let beginnings: Beginnings = report.beginnings.iter().map(|beginning| (beginning.chain, *beginning)).collect();
        for segment in segments {
            let reached = ends.iter().copied().find(|end| end.chain == segment.chain());
            let reached = reached.unwrap_or_else(|| beginning_of(&beginnings, segment.chain()));
            if segment.before.events > reached.events {
                let (last, first) = (reached.events, segment.before.events.saturating_add(1));
                return Err(Refusal::SegmentsApart { chain: segment.chain(), last, first }.into());
            }
            if segment.end.events > reached.events {
                ends.retain(|end| end.chain != segment.chain());
                ends.push(segment.end);
            }
        }
        Ok(Plan { ends, beginnings, recorded: report.pruned, heads: report.heads })
    }
}

/// What a pruning comes to.
struct Plan {
    /// The last events that go.
    ends: Vec<Head>,
    /// The last events that have gone.
    beginnings: Beginnings,
    /// Up to where prunings are recorded already.
    recorded: Beginnings,
    /// The ends of all chains.
    heads: Vec<Head>,
}
