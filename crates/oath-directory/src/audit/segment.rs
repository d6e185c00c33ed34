//! Segments of the audit log as a file: JSON lines that anyone can read, and that the key ring verifies.
//!
//! A segment is a range of one chain. Its first line says where it begins, its last one where it ends, under a keyed hash over
//! both: a file that was cut off is found.

use super::{Action, AuditEvent, AuditKey, Chain, ChainHash, Event, Head, Tampered, Verifier};
use core::fmt;
use data_encoding::HEXLOWER;
use oath_totp::UnixTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, BufRead, Write};

/// A range of one chain: the events after `before`, up to the one that is the last at `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The chain as it ended before the first event.
    pub before: Head,
    /// The chain as it ends with the last event.
    pub end: Head,
}

impl Segment {
    /// The chain.
    #[must_use]
    pub const fn chain(&self) -> Chain {
        self.end.chain
    }

    /// How many events.
    #[must_use]
    pub const fn events(&self) -> u64 {
        self.end.events.saturating_sub(self.before.events)
    }
}

/// The version of the format, in its first field.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    /// After the event with the number `before`, whose hash is `hash`; 0 and zeros at the beginning of a chain.
    Segment { version: u32, chain: u64, before: u64, hash: String },
    Event {
        version: u32,
        chain: u64,
        sequence: u64,
        /// Seconds since 1970.
        at: u64,
        actor: String,
        action: String,
        upn: String,
        serial: String,
        detail: BTreeMap<String, String>,
        hash: String,
    },
    /// The last event, and the keyed hash over the segment.
    End { version: u32, chain: u64, end: u64, hash: String, seal: String },
}

/// Writes one segment.
#[derive(Debug)]
pub struct SegmentWriter<'a, W> {
    out: W,
    key: &'a AuditKey,
    segment: Segment,
}

impl<'a, W: Write> SegmentWriter<'a, W> {
    /// Begins a segment after this event.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(key: &'a AuditKey, before: Head, out: W) -> io::Result<Self> {
        let mut writer = Self { out, key, segment: Segment { before, end: before } };
        let Head { chain: Chain(chain), events, hash } = before;
        writer.line(&Line::Segment { version: VERSION, chain, before: events, hash: hash.to_string() })?;
        Ok(writer)
    }

    /// The end of the chain as far as it is written.
    #[must_use]
    pub const fn reached(&self) -> Head {
        self.segment.end
    }

    /// Writes the next event.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, audit: &AuditEvent) -> io::Result<()> {
        let AuditEvent { chain, sequence, event, hash } = audit;
        let Event { at, actor, action, upn, serial, detail } = event.clone();
        self.segment.end = Head { chain: *chain, events: *sequence, hash: *hash };
        self.line(&Line::Event {
            version: VERSION,
            chain: chain.0,
            sequence: *sequence,
            at: at.as_secs(),
            actor,
            action: action.name().to_owned(),
            upn,
            serial,
            detail,
            hash: hash.to_string(),
        })
    }

    /// Seals the segment.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn end(mut self) -> io::Result<Segment> {
        let Head { chain: Chain(chain), events, hash } = self.segment.end;
        let seal = self.key.seal(&self.segment).to_string();
        self.line(&Line::End { version: VERSION, chain, end: events, hash: hash.to_string(), seal })?;
        Ok(self.segment)
    }

    fn line(&mut self, line: &Line) -> io::Result<()> {
        serde_json::to_writer(&mut self.out, line)?;
        self.out.write_all(b"\n")
    }
}

/// Reads a file of segments and verifies it: every event, that none is missing in between, and where each segment ends. `each`
/// sees the verified events.
///
/// # Errors
/// [`SegmentError`]: nothing that the file says from that line on is to be trusted.
pub fn read_segments(
    input: impl BufRead,
    key: &AuditKey,
    each: impl FnMut(&AuditEvent),
) -> Result<Vec<Segment>, SegmentError> {
    read_file(0, input, key, each)
}

/// The same of one of several files: an error names it by this index.
pub(crate) fn read_file(
    file: usize,
    input: impl BufRead,
    key: &AuditKey,
    mut each: impl FnMut(&AuditEvent),
) -> Result<Vec<Segment>, SegmentError> {
    let mut segments = Vec::new();
    let mut open: Option<(Segment, Verifier)> = None;
    let mut number = 0u64;
    for text in input.lines() {
        number = number.saturating_add(1);
        let failed = |fault| SegmentError { file, line: number, fault };
        let malformed = |why: &str| failed(SegmentFault::Malformed(why.to_owned()));
        let text = text.map_err(|error| failed(SegmentFault::Io(error)))?;
        // The error of serde shows no more than the name of a field or a place in the line.
        let line = serde_json::from_str(&text).map_err(|error| malformed(&error.to_string()))?;
        let (Line::Segment { version, .. } | Line::Event { version, .. } | Line::End { version, .. }) = &line;
        if *version != VERSION {
            return Err(malformed("it was written by a newer version"));
        }
        match (line, &mut open) {
            (Line::Segment { chain, before: events, hash, .. }, None) => {
                let before = Head { chain: Chain(chain), events, hash: hash_of(&hash).ok_or_else(|| malformed(HASH))? };
                open = Some((Segment { before, end: before }, Verifier::from(key, before)));
            }
            (
                Line::Event { chain, sequence, at, actor, action, upn, serial, detail, hash, .. },
                Some((of, verifier)),
            ) => {
                let action = Action::from_name(&action).ok_or_else(|| malformed("its action is unknown here"))?;
                let event = Event { at: UnixTime::from_secs(at), actor, action, upn, serial, detail };
                let hash = hash_of(&hash).ok_or_else(|| malformed(HASH))?;
                let audit = AuditEvent { chain: Chain(chain), sequence, event, hash };
                verifier.take(&audit).map_err(|tampered| failed(SegmentFault::Tampered(tampered)))?;
                of.end = Head { chain: audit.chain, events: sequence, hash };
                each(&audit);
            }
            (Line::End { chain, end: events, hash, seal, .. }, Some((segment, _))) => {
                let (hash, seal) = hash_of(&hash).zip(hash_of(&seal)).ok_or_else(|| malformed(HASH))?;
                if segment.end != (Head { chain: Chain(chain), events, hash }) || key.seal(segment) != seal {
                    return Err(failed(SegmentFault::Unsealed));
                }
                segments.push(*segment);
                open = None;
            }
            (Line::Segment { .. }, Some(_)) => return Err(failed(SegmentFault::Unsealed)),
            (Line::Event { .. } | Line::End { .. }, None) => return Err(malformed("no segment begins before it")),
        }
    }
    if open.is_some() || segments.is_empty() {
        return Err(SegmentError { file, line: number, fault: SegmentFault::Unsealed });
    }
    Ok(segments)
}

const HASH: &str = "a hash has 64 hexadecimal digits";

fn hash_of(text: &str) -> Option<ChainHash> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok().map(ChainHash)
}

/// A file of segments is not what was exported.
#[derive(Debug)]
pub struct SegmentError {
    /// Which of several files, from 0.
    pub file: usize,
    /// The line of that file, from 1.
    pub line: u64,
    /// What is wrong there.
    pub fault: SegmentFault,
}

/// What is wrong with a file of segments.
#[derive(Debug)]
#[non_exhaustive]
pub enum SegmentFault {
    /// The file cannot be read.
    Io(io::Error),
    /// The line is none of such a file.
    Malformed(String),
    /// An event is missing, or not what was written under this key ring.
    Tampered(Tampered),
    /// A segment does not end as it was sealed: the file was cut off, or is of another key ring.
    Unsealed,
}

impl fmt::Display for SegmentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: ", self.line)?;
        match &self.fault {
            SegmentFault::Io(error) => write!(f, "the file cannot be read: {error}"),
            SegmentFault::Malformed(why) => write!(f, "this is no line of an exported audit log: {why}"),
            SegmentFault::Tampered(tampered) => tampered.fmt(f),
            SegmentFault::Unsealed => f.write_str("the segment does not end here as it was sealed under this key ring"),
        }
    }
}

impl core::error::Error for SegmentError {}

#[cfg(test)]
mod tests {
    use super::super::Actor;
    use super::*;
    use crate::KeyRing;

    fn exported(key: &AuditKey, before: Head, events: u64) -> (Vec<u8>, Segment) {
        let mut file = Vec::new();
        let mut writer = SegmentWriter::new(key, before, &mut file).unwrap();
        let mut head = before;
        for number in 0..events {
            let event = Event::new(UnixTime::from_secs(number), &Actor::local_operator(), Action::SignedIn);
            let event = event.of_user("alice@example.com").of_token("0\"1\n").with("step", number);
            let (audit, next) = head.append(key, event);
            writer.write(&audit).unwrap();
            head = next;
        }
        let segment = writer.end().unwrap();
        (file, segment)
    }

    #[test]
    fn what_is_exported_is_read_back_and_each_change_of_it_is_found() {
        let ring = KeyRing::generate().unwrap();
        let key = ring.audit_key();
        let before = Head { chain: Chain(7), events: 40, hash: ChainHash([3; 32]) };
        let (first, one) = exported(key, before, 5);
        let (second, two) = exported(key, one.end, 3);
        let file = [first.clone(), second.clone()].concat();
        let mut seen = Vec::new();
        let segments = read_segments(&*file, key, |audit| seen.push(audit.sequence)).unwrap();
        assert_eq!((segments, seen), (vec![one, two], (41..=48).collect()));
        assert_eq!((one.chain(), one.events(), two.events()), (Chain(7), 5, 3));

        let lines: Vec<&str> = core::str::from_utf8(&first).unwrap().lines().collect();
        assert_eq!(lines.len(), 7);
        let reads = |lines: &[&str]| read_segments(lines.join("\n").as_bytes(), key, |_| ());
        assert!(reads(&lines).is_ok());
        for line in 0..lines.len() {
            let mut without = lines.clone();
            without.remove(line);
            assert!(reads(&without).is_err(), "without line {line}");
            assert!(reads(&lines[..line]).is_err(), "cut off before line {line}");
            let mut twice = lines.clone();
            twice.insert(line, lines[line]);
            assert!(reads(&twice).is_err(), "line {line} twice");
            // Every byte of the line.
            for at in 0..lines[line].len() {
                let mut bytes = first.clone();
                let start: usize = lines[..line].iter().map(|line| line.len() + 1).sum();
                bytes[start + at] ^= 1;
                let found = read_segments(&*bytes, key, |_| ()).is_ok();
                assert!(!found, "line {line}, byte {at}: {}", lines[line]);
            }
        }
        // An end that fits a shorter segment, without the ring.
        let shorter = exported(KeyRing::generate().unwrap().audit_key(), before, 4).0;
        let end = core::str::from_utf8(&shorter).unwrap().lines().last().unwrap();
        let mut cut = lines[..5].to_vec();
        cut.push(end);
        assert!(matches!(reads(&cut).unwrap_err().fault, SegmentFault::Unsealed));
        let other = KeyRing::generate().unwrap();
        assert!(matches!(
            read_segments(&*first, other.audit_key(), |_| ()).unwrap_err().fault,
            SegmentFault::Tampered(_)
        ));
        assert!(read_segments(&b""[..], key, |_| ()).is_err());
    }
}
