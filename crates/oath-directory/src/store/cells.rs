//! Records out of rows, the same for all databases: cell by cell, in the order of the columns.

use super::{Activations, names};
use crate::audit::{Action, AuditEvent, Chain, ChainHash, Event, Head};
use crate::model::{
    Attempts, Fingerprint, Gate, Id, Import, Parameters, Recovery, Sealed, Settings, State, Tag, Token, Upload,
    UploadFailure, Upn, User, UserKind, Version, Versioned,
};
use crate::rights::Roles;
use oath_totp::{TimeStep, TotpState, UnixTime};

/// A row. Each call takes the next cell.
pub(super) trait Cells {
    type Error;

    /// What the cell that was taken last holds is not what this library writes.
    fn unreadable(&self, why: String) -> Self::Error;
    fn maybe_number(&mut self) -> Result<Option<i64>, Self::Error>;
    fn maybe_text(&mut self) -> Result<Option<String>, Self::Error>;
    fn bytes(&mut self) -> Result<Vec<u8>, Self::Error>;
    fn flag(&mut self) -> Result<bool, Self::Error>;
    fn maybe_id<T>(&mut self) -> Result<Option<Id<T>>, Self::Error>;
    fn fingerprint(&mut self) -> Result<Fingerprint, Self::Error>;
    /// Takes no cell where there is one chain only.
    fn chain(&mut self) -> Result<Chain, Self::Error>;

    fn there<T>(&self, value: Option<T>) -> Result<T, Self::Error> {
        value.ok_or_else(|| self.unreadable("a value is missing".to_owned()))
    }

    fn number(&mut self) -> Result<i64, Self::Error> {
        let number = self.maybe_number()?;
        self.there(number)
    }

    fn text(&mut self) -> Result<String, Self::Error> {
        let text = self.maybe_text()?;
        self.there(text)
    }

    fn id<T>(&mut self) -> Result<Id<T>, Self::Error> {
        let id = self.maybe_id()?;
        self.there(id)
    }

    /// A u64 that is kept as the i64 of the same bits.
    fn bits(&mut self) -> Result<u64, Self::Error> {
        self.number().map(i64::cast_unsigned)
    }

    fn maybe_bits(&mut self) -> Result<Option<u64>, Self::Error> {
        Ok(self.maybe_number()?.map(i64::cast_unsigned))
    }

    fn time(&mut self) -> Result<UnixTime, Self::Error> {
        self.bits().map(UnixTime::from_secs)
    }

    fn maybe_time(&mut self) -> Result<Option<UnixTime>, Self::Error> {
        Ok(self.maybe_bits()?.map(UnixTime::from_secs))
    }

    /// So many bytes.
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Self::Error> {
        let bytes = self.bytes()?;
        let found = bytes.len();
        bytes.try_into().map_err(|_| self.unreadable(format!("{found} bytes, expected {N}")))
    }

    fn tag(&mut self) -> Result<Tag, Self::Error> {
        self.array().map(Tag)
    }

    fn hash(&mut self) -> Result<ChainHash, Self::Error> {
        self.array().map(ChainHash)
    }

    /// A u32.
    fn count(&mut self) -> Result<u32, Self::Error> {
        let number = self.number()?;
        u32::try_from(number).map_err(|_| self.unreadable(format!("{number}, expected 0 to 4294967295")))
    }

    /// A set of roles, as its bits.
    fn roles(&mut self) -> Result<Roles, Self::Error> {
        let bits = self.number()?;
        let roles = u8::try_from(bits).ok().and_then(Roles::from_bits);
        roles.ok_or_else(|| self.unreadable(format!("{bits}, expected the bits of roles")))
    }

    fn recovery(&mut self) -> Result<Recovery, Self::Error> {
        let recovery = Recovery::from_bytes(&self.bytes()?);
        recovery.ok_or_else(|| self.unreadable("recovery codes that are not 8 bytes and 16 for each".to_owned()))
    }

    /// One of a few names.
    fn named<T>(&mut self, read: impl FnOnce(&str) -> Option<T>) -> Result<T, Self::Error> {
        let text = self.text()?;
        read(&text).ok_or_else(|| self.unreadable(format!("unknown name {text:?}")))
    }

    fn attempts(&mut self) -> Result<Attempts, Self::Error> {
        Ok(Attempts { failures: self.count()?, last_failure: self.maybe_time()?, locked_until: self.maybe_time()? })
    }

    fn parameters(&mut self) -> Result<Parameters, Self::Error> {
        let algorithm = self.named(names::algorithm)?;
        let count = self.number()?;
        let digits = names::digits(count).ok_or_else(|| self.unreadable(format!("{count} digits, expected 6 to 8")))?;
        let (x, t0) = (self.count()?, self.bits()?);
        let time_step = TimeStep::new(x, t0).map_err(|_| self.unreadable("a time step of 0 seconds".to_owned()))?;
        Ok(Parameters { algorithm, digits, time_step })
    }
}

/// What a row holds. The columns are taken in the order in which they are read here.
pub(super) trait Record: Sized {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error>;
}

/// The version is the first column.
impl<T: Record> Record for Versioned<T> {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self { version: cells.bits().map(Version::from_stored)?, value: T::read(cells)? })
    }
}

impl Record for Settings {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            ring: cells.tag()?,
            floor: cells.time()?,
            backup_end: cells.time()?,
            policy: cells.text()?,
            mac: cells.tag()?,
        })
    }
}

impl Record for User {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            id: cells.id()?,
            upn: cells.named(|text| text.parse::<Upn>().ok())?,
            kind: cells.named(UserKind::from_name)?,
            display_name: cells.maybe_text()?,
            enabled: cells.flag()?,
            object_id: cells.maybe_text()?,
            roles: cells.roles()?,
            recovery: cells.recovery()?,
            mac: cells.tag()?,
        })
    }
}

impl Record for Gate {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        let (name, attempts, last_request) = (cells.text()?, cells.attempts()?, cells.maybe_id()?);
        let known = names::known(&cells.bytes()?);
        let known = known.ok_or_else(|| cells.unreadable("known sources that are not 46 bytes each".to_owned()))?;
        Ok(Self { name, attempts, known, last_request })
    }
}

impl Record for Token {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            id: cells.id()?,
            kind: cells.named(names::token_kind)?,
            serial: cells.text()?,
            manufacturer: cells.text()?,
            model: cells.text()?,
            parameters: cells.parameters()?,
            sealed: Sealed { key: cells.text()?, bytes: cells.bytes()? },
            fingerprint: cells.fingerprint()?,
            status: cells.named(names::status)?,
            holder: cells.maybe_id()?,
            replaces: cells.maybe_id()?,
            created: cells.time()?,
            import: cells.maybe_number()?.map(Import::from_stored),
            mac: cells.tag()?,
        })
    }
}

impl Record for State {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            fingerprint: cells.fingerprint()?,
            totp: TotpState { last_step: cells.maybe_bits()?, drift: cells.number()? },
            last_used: cells.maybe_time()?,
            attempts: cells.attempts()?,
            mac: cells.tag()?,
        })
    }
}

impl Record for Activations {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        let times = names::times(&cells.bytes()?);
        times.ok_or_else(|| cells.unreadable("times of activations that are not 8 bytes each".to_owned()))
    }
}

impl Record for Upload {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            id: cells.bits()?,
            file: cells.text()?,
            at: cells.time()?,
            expires: cells.time()?,
            rows: cells.bits()?,
            imported: cells.bits()?,
            unchanged: cells.bits()?,
            failed: cells.bits()?,
            digest: cells.tag()?,
            finished: cells.flag()?,
            taken_back: cells.bits()?,
        })
    }
}

impl Record for UploadFailure {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            place: cells.text()?,
            line: cells.maybe_bits()?,
            upn: cells.text()?,
            serial: cells.text()?,
            field: cells.text()?,
            code: cells.text()?,
            message: cells.text()?,
            action: cells.text()?,
        })
    }
}

impl Record for AuditEvent {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self {
            chain: cells.chain()?,
            sequence: cells.bits()?,
            event: Event {
                at: cells.time()?,
                actor: cells.text()?,
                action: cells.named(Action::from_name)?,
                upn: cells.text()?,
                serial: cells.text()?,
                detail: cells.named(|json| serde_json::from_str(json).ok())?,
            },
            hash: cells.hash()?,
        })
    }
}

impl Record for Head {
    fn read<C: Cells>(cells: &mut C) -> Result<Self, C::Error> {
        Ok(Self { chain: cells.chain()?, events: cells.bits()?, hash: cells.hash()? })
    }
}
