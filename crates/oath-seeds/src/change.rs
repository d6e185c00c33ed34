//! Records that are changed field by field, as programs and people name the fields.

use crate::{Moving, Record};
use core::fmt;
use oath_totp::{TimeStep, TimeStepError};

/// What moves the codes on, field by field: `None` leaves a field as it is, `Some(None)` gives it the value of a new record.
///
/// ```
/// use oath_seeds::{Moving, MovingFields, Record};
/// let mut record = Record::new("0950380269", oath_totp::Secret::from_bytes(&[7; 20])?);
/// record.set_moving(MovingFields { counter: Some(Some(5)), ..MovingFields::default() })?;
/// assert_eq!(record.moving, Moving::Counter { counter: 5 });
/// record.set_moving(MovingFields { step: Some(Some(60)), ..MovingFields::default() })?;
/// assert!(matches!(record.moving, Moving::Time { step } if step.x() == 60));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MovingFields {
    /// X, in seconds: 30 in a new record.
    pub step: Option<Option<u32>>,
    /// T0, in seconds since 1970: 0 in a new record.
    pub t0: Option<Option<u64>>,
    /// C, the counter of the next code; a new record has none.
    pub counter: Option<Option<u64>>,
}

impl Record {
    /// A second record with the same values. Its secret is a copy of its own, wiped with it: a record has no `Clone`, so that
    /// copies can be searched for.
    #[must_use]
    pub fn copied(&self) -> Self {
        let Self { place, upn, serial, secret, algorithm, digits, moving, manufacturer, model, details } = self;
        Self {
            place: *place,
            upn: upn.clone(),
            serial: serial.clone(),
            secret: secret.copied(),
            algorithm: *algorithm,
            digits: *digits,
            moving: *moving,
            manufacturer: manufacturer.clone(),
            model: model.clone(),
            details: details.clone(),
        }
    }

    /// Sets what moves the codes on. A counter takes the place of step and T0, and they take the place of a counter.
    ///
    /// # Errors
    /// [`MovingError`]; the record is as it was.
    pub fn set_moving(&mut self, fields: MovingFields) -> Result<(), MovingError> {
        let by_time = fields.step.flatten().is_some() || fields.t0.flatten().is_some();
        if let Some(counter) = fields.counter.flatten() {
            if by_time {
                return Err(MovingError::Both);
            }
            self.moving = Moving::Counter { counter };
            return Ok(());
        }
        let now = match self.moving {
            Moving::Time { step } => step,
            Moving::Counter { .. } if by_time || fields.counter.is_some() => TimeStep::SECONDS_30,
            Moving::Counter { .. } => return Ok(()),
        };
        let x = fields.step.map_or(now.x(), |step| step.unwrap_or(TimeStep::SECONDS_30.x()));
        let t0 = fields.t0.map_or(now.t0(), Option::unwrap_or_default);
        self.moving = Moving::Time { step: TimeStep::new(x, t0).map_err(MovingError::Step)? };
        Ok(())
    }
}

/// Why fields are nothing that moves codes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MovingError {
    /// A counter, and a step or T0 with it.
    Both,
    /// A step of 0 seconds.
    Step(TimeStepError),
}

impl fmt::Display for MovingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Both => f.write_str("a record has step and t0, or a counter, not both"),
            Self::Step(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for MovingError {}

#[cfg(test)]
mod tests {
    use super::*;
    use oath_totp::{Algorithm, Digits, Secret, UnixTime};

    fn time(x: u32, t0: u64) -> Moving {
        Moving::Time { step: TimeStep::new(x, t0).unwrap() }
    }

    #[test]
    fn a_counter_and_a_step_take_each_other_s_place() {
        let counter = |counter| Moving::Counter { counter };
        let none = MovingFields::default();
        let step = |x| MovingFields { step: Some(x), ..none };
        let t0 = |t0| MovingFields { t0: Some(t0), ..none };
        let next = |c| MovingFields { counter: Some(c), ..none };
        for (before, fields, after) in [
            (time(60, 7), none, Ok(time(60, 7))),
            (time(60, 7), step(Some(45)), Ok(time(45, 7))),
            (time(60, 7), step(None), Ok(time(30, 7))),
            (time(60, 7), t0(Some(9)), Ok(time(60, 9))),
            (time(60, 7), t0(None), Ok(time(60, 0))),
            (time(60, 7), next(None), Ok(time(60, 7))),
            (time(60, 7), next(Some(3)), Ok(counter(3))),
            (counter(3), none, Ok(counter(3))),
            (counter(3), step(None), Ok(counter(3))),
            (counter(3), next(Some(4)), Ok(counter(4))),
            (counter(3), next(None), Ok(time(30, 0))),
            (counter(3), step(Some(60)), Ok(time(60, 0))),
            (counter(3), t0(Some(9)), Ok(time(30, 9))),
            (counter(3), MovingFields { step: Some(None), ..next(Some(4)) }, Ok(counter(4))),
            (time(60, 7), MovingFields { step: Some(Some(30)), ..next(Some(4)) }, Err(MovingError::Both)),
            (time(60, 7), MovingFields { t0: Some(Some(0)), ..next(Some(4)) }, Err(MovingError::Both)),
            (time(60, 7), step(Some(0)), Err(MovingError::Step(TimeStep::new(0, 0).unwrap_err()))),
        ] {
            let mut record = Record::unnumbered(Secret::from_bytes(&[7; 20]).unwrap());
            record.moving = before;
            let set = record.set_moving(fields);
            assert_eq!(set.map(|()| record.moving), after, "{before:?} {fields:?}");
            if set.is_err() {
                assert_eq!(record.moving, before);
            }
        }
    }

    #[test]
    fn a_copy_has_every_value() {
        let mut record = Record::new("1", Secret::from_bytes(&[7; 20]).unwrap());
        record.place = crate::Place::Line(3);
        record.upn = Some("a@b".to_owned());
        record.algorithm = Algorithm::Sha512;
        record.digits = Digits::Eight;
        record.moving = time(45, 9);
        record.manufacturer = "M".into();
        record.model = "N".into();
        record.details_mut().expiry = Some(UnixTime::from_secs(5));
        let copy = record.copied();
        assert_eq!(format!("{copy:?}"), format!("{record:?}"));
        assert_eq!(copy.secret, record.secret);
    }
}
