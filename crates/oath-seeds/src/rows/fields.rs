//! The cells of a row that is read by place, and what stands in for those that are empty.

use crate::cells::{Cells, trimmed};
use crate::check::Checks;
use crate::obstacle::hash_of;
use crate::source::Context;
use crate::table::row::readable;
use crate::values::model::Said;
use crate::values::{interval, parameters, secret, serial};
use crate::{Field, Moving, Record, TokenType};
use oath_totp::{Algorithm, Digits, Secret, TimeStep};

/// One row on its way to a record.
pub(super) struct Fields<'a> {
    pub(super) cells: Cells<'a>,
    pub(super) checks: &'a mut Checks,
    pub(super) context: &'a mut Context,
}

impl<'a> Fields<'a> {
    /// The text of a cell; `None` where it is empty.
    pub(super) fn given(&self, index: usize) -> Option<&'a str> {
        Some(trimmed(self.cells.get(index))).filter(|text| !text.is_empty())
    }

    /// A cell of any text, as far as it can be read.
    pub(super) fn text(&mut self, index: usize, field: Field) -> Option<&'a str> {
        readable(field, trimmed(self.cells.get(index)), self.checks)
    }

    pub(super) fn serial(&mut self, index: usize) -> Option<String> {
        self.text(index, Field::SerialNumber).and_then(|text| serial::read(text, self.checks))
    }

    /// A secret in hex.
    pub(super) fn secret(&mut self, index: usize) -> Option<Secret> {
        let text = self.text(index, Field::SecretKey)?;
        secret::read_hex(text, self.checks, &mut self.context.tallies)
    }

    /// The type; an empty cell means what the caller assumes, else the format's default.
    pub(super) fn kind(&mut self, index: usize, default: Option<TokenType>) -> Option<TokenType> {
        match self.given(index) {
            Some(text) => parameters::read_type(text, self.checks),
            None => self.known(Field::Type, self.context.assume.kind.or(default)),
        }
    }

    /// The number of digits, likewise.
    pub(super) fn digits(&mut self, index: usize, default: Option<Digits>) -> Option<Digits> {
        match self.given(index) {
            Some(text) => parameters::read_digits(text, self.checks),
            None => self.known(Field::Digits, self.context.assume.digits.or(default)),
        }
    }

    /// The interval, likewise.
    pub(super) fn step(&mut self, index: usize, default: Option<u32>) -> Option<TimeStep> {
        match self.given(index) {
            Some(text) => interval::read(text, Said::default(), self.checks),
            None => {
                let step = self.context.assume.interval.or(default).and_then(|x| TimeStep::new(x, 0).ok());
                self.known(Field::TimeInterval, step)
            }
        }
    }

    /// The counter of the next code; an empty cell means that the token is new.
    pub(super) fn counter(&mut self, index: usize) -> Option<u64> {
        self.given(index).map_or(Some(0), |text| parameters::read_counter(text, self.checks))
    }

    /// The interval or the counter, whichever the type has, from one cell.
    pub(super) fn moving(&mut self, kind: TokenType, index: usize, interval: Option<u32>) -> Option<Moving> {
        Some(match kind {
            TokenType::Totp => Moving::Time { step: self.step(index, interval)? },
            TokenType::Hotp => Moving::Counter { counter: self.counter(index)? },
        })
    }

    /// The hash of a format that does not name it: what the caller assumes, else SHA-1.
    pub(super) fn assumed_hash(&self) -> Algorithm {
        self.context.assume.algorithm.unwrap_or(Algorithm::Sha1)
    }

    /// The hash of a format that tells it by the length of the secret, unless the caller assumes another.
    pub(super) fn hash_of_length(&self, secret: &Secret) -> Algorithm {
        self.context.assume.algorithm.unwrap_or(hash_of(secret.byte_len()))
    }

    /// The record of all that has been read.
    pub(super) fn record(
        &self,
        serial: String,
        secret: Secret,
        algorithm: Algorithm,
        digits: Digits,
        moving: Moving,
    ) -> Record {
        let place = self.checks.place();
        Record { place, algorithm, digits, moving, ..Record::new(serial, secret) }
    }

    fn known<T>(&mut self, field: Field, value: Option<T>) -> Option<T> {
        if value.is_none() {
            parameters::unknown(&[field], "The row", self.checks);
        }
        value
    }
}
