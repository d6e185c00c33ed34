//! Who a token is for, once its file has been read.

use crate::check::Checks;
use crate::values::upn;
use crate::{Field, Finding, Kind, Record, Repairs, Severity};
use std::collections::HashMap;

/// So many tokens and authenticator apps together can a user of Entra ID have.
pub const MOST_PER_USER: usize = 5;

impl Record {
    /// Gives the token to a user, whose name is written as the directory shows it or as the upload wants it: a single
    /// quote once or twice. What can be put right safely is, and said: blanks around the name, typographic quotes,
    /// invisible characters.
    ///
    /// ```
    /// use oath_seeds::Record;
    /// use oath_totp::Secret;
    /// let mut record = Record::new("0950380269", Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?);
    /// assert!(record.assign("o'neil@example.com").is_ok_and(|said| said.is_empty()));
    /// assert_eq!(record.upn.as_deref(), Some("o'neil@example.com"));
    /// assert_eq!(record.assign("nobody").map_err(|error| error.code()), Err("upn-malformed"));
    /// # Ok::<(), oath_totp::SecretError>(())
    /// ```
    ///
    /// # Errors
    /// Why this is no name. The token stays whose it was.
    pub fn assign(&mut self, name: &str) -> Result<Vec<Finding>, Box<Finding>> {
        let mut checks = Checks::new(self.place, Repairs::Apply);
        let single = name.trim().replace("''", "'");
        let doubled = upn::escaped(&single);
        let Some(name) = upn::read(&doubled, &mut checks) else {
            let error = checks.findings.into_iter().find(|finding| finding.severity == Severity::Error);
            return Err(Box::new(error.unwrap_or_else(|| Finding {
                field: Some(Field::Upn),
                ..Finding::new(Kind::UpnEmpty, Severity::Error, "The user name is empty.", "Write it as name@domain.")
            })));
        };
        upn::judge(&name, &mut checks);
        self.upn = Some(name);
        Ok(checks.findings)
    }
}

/// What there is to say about who the tokens are for, as they stand now: those without a user, guests, names with letters
/// that none has, users with more tokens than [`MOST_PER_USER`]. None of it is an error: the file can be written.
///
/// Of the findings of the file, those about the [`Field::Upn`] of these records told what was so when it was read.
#[must_use]
pub fn check_holders<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<Finding> {
    let mut held: HashMap<String, usize> = HashMap::new();
    let mut findings = Vec::new();
    for record in records {
        let mut checks = Checks::new(record.place, Repairs::Offer);
        match &record.upn {
            None => checks.warning(
                Kind::UpnEmpty,
                Field::Upn,
                "The user name is empty: the token goes into the inventory without a user.",
                "Assign it later; Entra ID's own upload would refuse the row.",
            ),
            Some(name) => {
                upn::judge(name, &mut checks);
                let count = held.entry(name.to_ascii_lowercase()).or_default();
                *count = count.saturating_add(1);
                if *count > MOST_PER_USER {
                    checks.warning(
                        Kind::UserFull,
                        Field::Upn,
                        format!(
                            "This is token {count} of {name}; a user can have {MOST_PER_USER}, authenticator apps included."
                        ),
                        "Give it to somebody else, or take it out of the file.",
                    );
                }
            }
        }
        findings.append(&mut checks.findings);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Place;
    use oath_totp::Secret;

    fn record(line: u64) -> Record {
        let secret = Secret::from_bytes(&[7; 20]).unwrap();
        Record { place: Place::Line(line), ..Record::new(line.to_string(), secret) }
    }

    #[test]
    fn names_are_taken_as_people_and_files_write_them() {
        for (typed, name, said) in [
            ("alice@example.com", "alice@example.com", &[][..]),
            ("  alice@example.com ", "alice@example.com", &[]),
            ("o'neil@example.com", "o'neil@example.com", &[]),
            ("o''neil@example.com", "o'neil@example.com", &[]),
            ("o\u{2019}neil@example.com", "o'neil@example.com", &["upn-typographic-quote"]),
            ("alice\u{200b}@example.com", "alice@example.com", &["upn-illegal-character"]),
            ("bob_home#EXT#@example.com", "bob_home#EXT#@example.com", &["upn-guest"]),
            ("größe@example.com", "größe@example.com", &["upn-letter"]),
        ] {
            let mut token = record(2);
            let found = token.assign(typed).unwrap();
            assert_eq!(token.upn.as_deref(), Some(name), "{typed}");
            assert_eq!(found.iter().map(Finding::code).collect::<Vec<_>>(), said, "{typed}");
        }
    }

    #[test]
    fn what_is_no_name_changes_nothing() {
        for (typed, code) in [
            ("", "upn-empty"),
            (" ", "upn-empty"),
            ("alice", "upn-malformed"),
            ("a@b@c", "upn-malformed"),
            ("a b@example.com", "upn-illegal-character"),
        ] {
            let mut token = record(2);
            token.upn = Some("alice@example.com".to_owned());
            assert_eq!(token.assign(typed).unwrap_err().code(), code, "{typed}");
            assert_eq!(token.upn.as_deref(), Some("alice@example.com"));
        }
    }

    #[test]
    fn the_sixth_token_of_a_user_is_one_too_many_whatever_the_case() {
        let mut tokens: Vec<Record> = (2..10).map(record).collect();
        for (index, token) in tokens.iter_mut().take(7).enumerate() {
            token.assign(if index % 2 == 0 { "Alice@example.com" } else { "alice@example.com" }).unwrap();
        }
        let found = check_holders(&tokens);
        let told: Vec<_> = found.iter().map(|finding| (finding.place.line(), finding.code())).collect();
        assert_eq!(told, [(Some(7), "user-full"), (Some(8), "user-full"), (Some(9), "upn-empty")]);
        assert!(found.iter().all(|finding| finding.severity == Severity::Warning));
        tokens[6].assign("dave#EXT#@example.com").unwrap();
        assert_eq!(check_holders(&tokens)[1].code(), "upn-guest");
    }
}
