//! `usersfile`: tabs, LF, the key in hex, no pin.

use super::Encoder;
use crate::buffer::Buffer;
use crate::obstacle::account;
use crate::text::{is_hidden, is_unreadable};
use crate::values::time;
use crate::{Field, Moving, Record};
use core::fmt::Write as _;
use oath_totp::{Hotp, Totp};
use zeroize::Zeroizing;

pub(super) struct UsersFile;

impl Encoder for UsersFile {
    /// The time of the last use has a place only beside the code that was accepted then, and the counter beside it is that
    /// code's. The code is computed; it is spent.
    ///
    /// Leakage: as `Hotp::generate` and `Totp::generate`.
    fn record(&mut self, record: &Record, out: &mut Buffer) {
        let (kind, counter) = match record.moving {
            Moving::Time { step } if step.x() == 60 => ("T60", None),
            Moving::Time { .. } => ("T30", None),
            Moving::Counter { counter } => ("E", Some(counter)),
        };
        let _ = write!(out, "HOTP/{kind}/{}\t", record.digits.count());
        out.push(account(record).unwrap_or_default());
        out.push("\t-\t");
        out.push(record.secret.expose_hex_leaving_traces().as_str());
        if !last_use(record, out)
            && let Some(counter) = counter
        {
            let _ = write!(out, "\t{counter}");
        }
        out.push("\n");
    }
}

/// Writes counter, code and time of the last use; false where there was none.
fn last_use(record: &Record, out: &mut Buffer) -> bool {
    let Some(at) = record.details().last_used else { return false };
    let (Some(text), Ok(key)) = (time::written(at), record.secret.legacy_key(record.algorithm)) else { return false };
    let (counter, code) = match record.moving {
        Moving::Time { step } => (0, Totp::new(key, record.digits, step).generate(at)),
        Moving::Counter { counter } => {
            let Some(last) = counter.checked_sub(1) else { return false };
            (last, Hotp::new(key, record.digits).generate(last))
        }
    };
    let mut digits = Zeroizing::new([0; 8]);
    let _ = write!(out, "\t{counter}\t");
    out.push_bytes(code.expose_ascii(&mut digits));
    let _ = write!(out, "\t{text}L");
    true
}

/// The fields of a record that would not be read back as they are.
pub(super) fn unreadable_fields(record: &Record) -> Vec<Field> {
    let user = account(record).is_none_or(|user| {
        let odd = |c: char| c.is_ascii_whitespace() || is_hidden(c) || is_unreadable(c);
        !user.is_empty() && !user.contains(odd)
    });
    // A token that was used has a counter before the next one.
    let last = record
        .details()
        .last_used
        .is_none_or(|at| time::written(at).is_some() && !matches!(record.moving, Moving::Counter { counter: 0 }));
    [(Field::Account, user), (Field::LastUsed, last)]
        .into_iter()
        .filter_map(|(field, good)| (!good).then_some(field))
        .collect()
}
