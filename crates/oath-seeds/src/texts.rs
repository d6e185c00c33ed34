//! Where the texts of records come from, with as few pieces of memory as can be.

use crate::Record;
use crate::values::model::Said;
use std::sync::Arc;

/// The texts of the rows of one file.
#[derive(Debug, Default)]
pub(crate) struct Texts {
    pub(crate) manufacturer: Repeated,
    pub(crate) model: Repeated,
    /// What the model of the row before says.
    said: Said,
    /// Strings whose rows have been given back, to be used again.
    spare: Vec<String>,
}

impl Texts {
    /// As many as the rows read ahead hold; none is longer than a field.
    const MOST: usize = 256;

    /// A text that belongs to one row alone.
    pub(crate) fn own(&mut self, text: &str) -> String {
        let Some(mut string) = self.spare.pop() else { return text.to_owned() };
        string.push_str(text);
        string
    }

    /// A model, and what its name says.
    pub(crate) fn model(&mut self, text: &str) -> (Arc<str>, Said) {
        if !self.model.is(text) {
            self.said = Said::by(text);
        }
        (self.model.of(text), self.said)
    }

    pub(crate) fn take_back(&mut self, record: &mut Record) {
        if self.spare.len() >= Self::MOST {
            return;
        }
        let Record { upn, serial, .. } = record;
        for string in [upn.as_mut(), serial.as_mut()].into_iter().flatten() {
            string.clear();
            self.spare.push(core::mem::take(string));
        }
    }
}

/// A text that a row shares with the row before it, where both have the same.
#[derive(Debug, Default)]
pub(crate) struct Repeated(Arc<str>);

impl Repeated {
    fn is(&self, text: &str) -> bool {
        *self.0 == *text
    }

    pub(crate) fn of(&mut self, text: &str) -> Arc<str> {
        if !self.is(text) {
            self.0 = text.into();
        }
        Arc::clone(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_share_what_they_repeat() {
        let mut model = Repeated::default();
        let [none, one, same, other, back] = ["", "One", "One", "Other", "One"].map(|text| model.of(text));
        assert_eq!([&*none, &*one, &*same, &*other, &*back], ["", "One", "One", "Other", "One"]);
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
    }

    #[test]
    fn what_is_given_back_serves_again() {
        let mut texts = Texts::default();
        let secret = oath_totp::Secret::from_bytes(&[7; 20]).unwrap();
        let mut record = Record::new(texts.own("a serial number"), secret);
        let place = record.serial.as_ref().unwrap().as_ptr();
        texts.take_back(&mut record);
        let again = texts.own("another");
        assert_eq!((again.as_str(), again.as_ptr()), ("another", place));
    }
}
