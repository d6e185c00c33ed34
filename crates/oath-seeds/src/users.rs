//! A second file that says whose which token is: a column for the serial number, one for the user, and, where there is
//! one, `userType`; in any order and under any usual spelling, other columns passed over.

use crate::cells::{Cells, SEPARATORS, Splitter, trimmed};
use crate::characters::windows_1252;
use crate::lines::Head;
use crate::text::quoted;
use crate::{Field, Finding, Kind, Place, ReadError, Record, Severity, recognise};
use std::collections::HashMap;
use std::io;

/// What a file of users did to the tokens.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct FilledIn {
    /// Tokens that had no user.
    pub filled: usize,
    /// Tokens that had another one.
    pub changed: usize,
    /// Tokens that the file gives to whom they belonged.
    pub unchanged: usize,
    /// What there is to say, with the lines of the file of users. A row with an error changed nothing.
    pub findings: Vec<Finding>,
}

/// Gives each token to the user who stands beside its serial number in a file of users.
///
/// ```
/// use oath_seeds::{Record, fill_in};
/// use oath_totp::Secret;
/// let mut tokens = [Record::new("0950380269", Secret::from_base32("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")?)];
/// let done = fill_in(&mut tokens, b"serialNumber;userPrincipalName\n0950380269;alice@example.com\n")?;
/// assert_eq!((done.filled, tokens[0].upn.as_deref()), (1, Some("alice@example.com")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`ReadError::Refused`] where it is no such file; no token has changed then.
pub fn fill_in(records: &mut [Record], mut users: &[u8]) -> Result<FilledIn, ReadError> {
    let input: &mut dyn io::Read = &mut users;
    let head = Head::read(input)?;
    let detected = recognise::detected(head.bytes())?;
    let mut lines = head.lines(detected)?;
    let mut splitter = Splitter::new();
    let mut filling = Filling::new(records);
    let mut columns = None;
    while let Some(line) = lines.next()? {
        let text = match core::str::from_utf8(line.bytes) {
            Ok(text) => text,
            Err(_) => &windows_1252(line.bytes),
        };
        if trimmed(text).is_empty() {
            continue;
        }
        match &columns {
            None => columns = Some(Columns::of(text, line.number, &mut splitter)?),
            Some(columns) => filling.row(line.number, columns, &splitter.split(text, columns.separator)),
        }
    }
    if columns.is_none() {
        return Err(refusal(1, "The file is empty.").into());
    }
    Ok(filling.done)
}

/// The text of a file of users as people have it: UTF-8, UTF-16 or Windows-1252, without its byte-order mark.
///
/// ```
/// let text = oath_seeds::text_of_users(b"userPrincipalName;displayName\r\nj@example.com;J\xfcrgen\r\n")?;
/// assert_eq!(text, "userPrincipalName;displayName\r\nj@example.com;Jürgen\r\n");
/// # Ok::<(), oath_seeds::ReadError>(())
/// ```
///
/// # Errors
/// [`ReadError::Refused`] where it is something else, such as an Excel workbook: the finding says what and what to do.
pub fn text_of_users(mut bytes: &[u8]) -> Result<String, ReadError> {
    let limit = bytes.len().saturating_mul(2);
    let input: &mut dyn io::Read = &mut bytes;
    let head = Head::read(input)?;
    let detected = recognise::detected(head.bytes())?;
    let rest = head.lines(detected)?.rest(limit)?;
    Ok(core::str::from_utf8(&rest).map_or_else(|_| windows_1252(&rest).to_string(), str::to_owned))
}

/// Whether a column with this header holds user names (`userPrincipalName`), in any usual spelling.
///
/// ```
/// assert!(oath_seeds::is_upn_column("User principal name"));
/// assert!(!oath_seeds::is_upn_column("displayName"));
/// ```
#[must_use]
pub fn is_upn_column(header: &str) -> bool {
    UPN.contains(&plain(header).as_str())
}

/// Whether a column with this header holds user names by what people call it where they make the file themselves: `User`. A
/// column that [`is_upn_column`] goes first.
#[must_use]
pub fn is_user_column(header: &str) -> bool {
    USER.contains(&plain(header).as_str())
}

/// Whether a column with this header holds serial numbers, in any usual spelling.
///
/// ```
/// assert!(oath_seeds::is_serial_column("serial number") && oath_seeds::is_serial_column("Seriennummer"));
/// assert!(!oath_seeds::is_serial_column("model"));
/// ```
#[must_use]
pub fn is_serial_column(header: &str) -> bool {
    SERIAL.contains(&plain(header).as_str())
}

/// Names of the columns without blanks, dashes and apostrophes, in lower case, in the languages of Entra ID's pages and of
/// spreadsheets: English, German, French, Italian, Spanish, Portuguese, Dutch, Polish, Swedish, Danish.
const SERIAL: &[&str] = &[
    "serialnumber",
    "serial",
    "serialno",
    "tokenserial",
    "tokenserialnumber",
    "seriennummer",
    "seriennr",
    "tokenseriennummer",
    "numérodesérie",
    "numerodeserie",
    "númerodeserie",
    "númerodesérie",
    "nºdeserie",
    "numerodiserie",
    "matricola",
    "serienummer",
    "numerseryjny",
];
const UPN: &[&str] = &[
    "upn",
    "userprincipalname",
    "benutzerprinzipalname",
    "nomdutilisateurprincipal",
    "nomprincipaldelutilisateur",
    "nomeprincipaleutente",
    "nomeutenteprincipale",
    "nombreprincipaldeusuario",
    "nombredeusuarioprincipal",
    "nomeprincipaldousuário",
    "nomeprincipaldoutilizador",
    "userprincipalnaam",
    "principalnaamvangebruiker",
    "głównanazwaużytkownika",
    "användarenshuvudnamn",
    "brugerenshovednavn",
];

/// What people call the column where they make the file themselves. One of the names above goes first.
const USER: &[&str] = &[
    "user",
    "username",
    "benutzer",
    "benutzername",
    "utilisateur",
    "utente",
    "usuario",
    "utilizador",
    "gebruiker",
    "użytkownik",
    "användare",
    "bruger",
];

struct Columns {
    separator: char,
    serial: usize,
    upn: usize,
    user_type: Option<usize>,
}

impl Columns {
    fn of(header: &str, line: u64, splitter: &mut Splitter) -> Result<Self, Finding> {
        let mut missing = "no column for the serial number and none for the user";
        for separator in SEPARATORS {
            let cells = splitter.split(header, separator);
            let column = |names: &[&str]| cells.iter().position(|cell| names.contains(&plain(cell).as_str()));
            let serial = column(SERIAL);
            let upn = column(UPN).or_else(|| column(USER));
            match (serial, upn) {
                (Some(serial), Some(upn)) => {
                    return Ok(Self { separator, serial, upn, user_type: column(&["usertype"]) });
                }
                (None, Some(_)) => missing = "no column for the serial number",
                (Some(_), None) => missing = "no column for the user",
                (None, None) => {}
            }
        }
        Err(refusal(line, format!("The file of users has {missing}.")))
    }
}

/// A column's name without its case, blanks, dashes and underscores.
fn plain(name: &str) -> String {
    name.chars().take(64).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn refusal(line: u64, message: impl Into<std::borrow::Cow<'static, str>>) -> Finding {
    Finding {
        place: Place::Line(line),
        ..Finding::new(
            Kind::UsersColumnMissing,
            Severity::Error,
            message,
            "Name the columns in the first line: serial number,upn.",
        )
    }
}

/// Tokens on their way to users.
struct Filling<'a> {
    records: &'a mut [Record],
    /// The token with a serial number, and the line that said whose it is.
    places: HashMap<String, (usize, Option<u64>)>,
    done: FilledIn,
}

impl<'a> Filling<'a> {
    fn new(records: &'a mut [Record]) -> Self {
        let mut places = HashMap::with_capacity(records.len());
        for (place, record) in records.iter().enumerate() {
            if let Some(serial) = record.serial.clone() {
                places.entry(serial).or_insert((place, None));
            }
        }
        Self { records, places, done: FilledIn::default() }
    }

    fn row(&mut self, line: u64, columns: &Columns, cells: &Cells<'_>) {
        if let Err(error) = self.give(line, columns, cells) {
            self.done.findings.push(Finding { place: Place::Line(line), ..error });
        }
    }

    /// The error is why nothing changed.
    fn give(&mut self, line: u64, columns: &Columns, cells: &Cells<'_>) -> Result<(), Finding> {
        let serial = trimmed(cells.get(columns.serial));
        let shown = || quoted(serial).unwrap_or_else(|| "of this row".to_owned());
        if serial.is_empty() {
            let (message, action) = ("The serial number is empty.", "Write the number on the back of the token.");
            return Err(error(Kind::SerialEmpty, Field::SerialNumber, message, action));
        }
        let Some((place, before)) = self.places.get_mut(serial) else {
            let message = format!("No token has the serial number {}.", shown());
            let action = "Compare it with the number on the token; a spreadsheet drops leading zeros.";
            return Err(error(Kind::SerialUnknown, Field::SerialNumber, message, action));
        };
        let Some(record) = self.records.get_mut(*place) else { return Ok(()) };
        if columns.user_type.is_some_and(|column| trimmed(cells.get(column)).eq_ignore_ascii_case("guest")) {
            let message = "The user is a guest, and a hardware token cannot be assigned to a guest.";
            let action = "Give the token to a member; a guest signs in with the methods of the home organisation.";
            return Err(error(Kind::UpnGuest, Field::Upn, message, action));
        }
        let old = record.upn.clone();
        let said = record.assign(trimmed(cells.get(columns.upn))).map_err(|error| *error)?;
        let same = old.as_ref().zip(record.upn.as_ref()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
        if let Some(first) = before {
            record.upn = old;
            if same {
                return Ok(());
            }
            let message = format!("The token {} stands on line {first} for another user.", shown());
            let action = "A token belongs to one user: delete the wrong row. The first one was taken.";
            return Err(error(Kind::SerialTwoUsers, Field::Upn, message, action));
        }
        *before = Some(line);
        let FilledIn { filled, changed, unchanged, findings } = &mut self.done;
        findings.extend(said.into_iter().map(|said| Finding { place: Place::Line(line), ..said }));
        let count = match old {
            None => filled,
            Some(_) if same => unchanged,
            Some(_) => changed,
        };
        *count = count.saturating_add(1);
        Ok(())
    }
}

fn error(
    kind: Kind,
    field: Field,
    message: impl Into<std::borrow::Cow<'static, str>>,
    action: &'static str,
) -> Finding {
    Finding { field: Some(field), ..Finding::new(kind, Severity::Error, message, action) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use oath_totp::Secret;
    use proptest::prelude::*;

    fn tokens() -> Vec<Record> {
        let token = |serial: &str| Record::new(serial, Secret::from_bytes(&[7; 20]).unwrap());
        let mut tokens: Vec<Record> = ["0950380269", "2", "3", "4"].map(token).into();
        tokens[1].upn = Some("bob@example.com".to_owned());
        tokens[2].upn = Some("carol@example.com".to_owned());
        tokens
    }

    fn upns(tokens: &[Record]) -> Vec<&str> {
        tokens.iter().map(|token| token.upn.as_deref().unwrap_or("-")).collect()
    }

    #[test]
    fn columns_are_known_by_their_usual_names() {
        for (name, is) in [("userPrincipalName", [true, false, false]), ("User", [false, true, false])] {
            assert_eq!([is_upn_column(name), is_user_column(name), is_serial_column(name)], is, "{name}");
        }
        for (name, is) in [("Serial-Number", [false, false, true]), ("displayName", [false; 3]), ("", [false; 3])] {
            assert_eq!([is_upn_column(name), is_user_column(name), is_serial_column(name)], is, "{name}");
        }
    }

    #[test]
    fn users_stand_beside_serial_numbers_in_any_layout() {
        for file in [
            "serial number,upn\r\n0950380269,alice@example.com\r\n2,BOB@example.com\r\n3,dave@example.com\r\n",
            "\u{feff}displayName;userPrincipalName;Serial_Number\n\nA;alice@example.com;0950380269\nB;BOB@example.com; 2 \nC;dave@example.com;3\n",
            "UPN\tserial\tuserType\nalice@example.com\t\"0950380269\"\tMember\nBOB@example.com\t2\t\ndave@example.com\t3\tmember\n",
        ] {
            for bytes in [file.as_bytes().to_vec(), utf_16(file)] {
                let mut tokens = tokens();
                let done = fill_in(&mut tokens, &bytes).unwrap();
                assert_eq!((done.filled, done.changed, done.unchanged), (1, 1, 1), "{file}");
                assert!(done.findings.is_empty(), "{:?}", done.findings);
                assert_eq!(upns(&tokens), ["alice@example.com", "BOB@example.com", "dave@example.com", "-"]);
            }
        }
    }

    #[test]
    fn files_of_users_are_read_as_people_have_them() {
        let windows_1252 = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
        for file in [
            windows_1252("Anzeigename;Benutzerprinzipalname;Seriennummer\r\nJürgen;alice@example.com;0950380269\r\n"),
            windows_1252("Numéro de série;Nom d'utilisateur principal;Prénom\r\n0950380269;alice@example.com;Zoé\r\n"),
            "NÚMERO DE SERIE,Nombre principal de usuario\n0950380269,alice@example.com\n".as_bytes().to_vec(),
            utf_16("Numer seryjny;Główna nazwa użytkownika\r\n0950380269;alice@example.com\r\n"),
        ] {
            let mut tokens = tokens();
            let done = fill_in(&mut tokens, &file).unwrap();
            assert_eq!((done.filled, done.findings.len()), (1, 0), "{:?}", done.findings);
            assert_eq!(upns(&tokens)[0], "alice@example.com");
        }
    }

    fn utf_16(text: &str) -> Vec<u8> {
        let text = text.trim_start_matches('\u{feff}');
        [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()
    }

    #[test]
    fn a_row_with_an_error_changes_nothing_and_says_where() {
        let file = "serial,upn,userType\n950380269,alice@example.com,\n,alice@example.com,\n2,nobody,\n3,guest@example.com,Guest\n\
                    4,erin@example.com,\n4,erin@example.com,\n4,frank@example.com,\n0950380269,o\u{2019}neil@example.com,\n";
        let mut tokens = tokens();
        let done = fill_in(&mut tokens, file.as_bytes()).unwrap();
        let told: Vec<_> = done.findings.iter().map(|found| (found.place.line().unwrap(), found.code())).collect();
        assert_eq!(
            told,
            [
                (2, "serial-unknown"),
                (3, "serial-empty"),
                (4, "upn-malformed"),
                (5, "upn-guest"),
                (8, "serial-two-users"),
                (9, "upn-typographic-quote")
            ]
        );
        assert_eq!(upns(&tokens), ["o'neil@example.com", "bob@example.com", "carol@example.com", "erin@example.com"]);
        assert_eq!((done.filled, done.changed, done.unchanged), (2, 0, 0));
    }

    #[test]
    fn what_is_no_file_of_users_is_refused() {
        for (file, says) in [
            (&b"serial number,name\n1,a\n"[..], "no column for the user"),
            (b"userPrincipalName,displayName\n", "no column for the serial number"),
            (b"hello\n", "no column for the serial number and none for the user"),
            (b"\n", "The file is empty."),
            (b"PK\x03\x04", "ZIP archive"),
            (b"PK\x03\x04\x14\0\x06\0[Content_Types].xml", "an Excel workbook (.xlsx)"),
        ] {
            let mut tokens = tokens();
            let error = fill_in(&mut tokens, file).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
            assert_eq!(upns(&tokens), ["-", "bob@example.com", "carol@example.com", "-"]);
        }
    }
    proptest! {
        #[test]
        fn any_file_gives_tokens_away_or_says_why_not(rows in "[0-9a-c@',;\"\t\u{e9}\u{2019}\r\n]{0,200}", head in 0..3usize) {
            let head = ["serial,upn\n", "UPN;serial number\r\n", ""][head];
            let mut tokens = tokens();
            let before: Vec<String> = upns(&tokens).into_iter().map(str::to_owned).collect();
            match fill_in(&mut tokens, format!("{head}{rows}").as_bytes()) {
                Err(_) => prop_assert_eq!(upns(&tokens), before),
                Ok(done) => {
                    let differing = upns(&tokens).iter().zip(&before).filter(|(now, then)| !now.eq_ignore_ascii_case(then)).count();
                    prop_assert_eq!(done.filled + done.changed, differing);
                }
            }
        }
    }
}
