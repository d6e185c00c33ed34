//! `privacyidea-csv`: `serial, seed[, hotp|totp[, digits[, counter|interval]]]`, the seed in hex; after a first line
//! `# version: 2` with `username, resolver, realm` before them.

use super::fields::Fields;
use super::separated::Layout;
use crate::text::{is_hidden, is_unreadable};
use crate::{Field, Kind, Record, TokenType};
use oath_totp::Digits;

pub(super) const LAYOUT: Layout = Layout {
    row: |fields| row(fields, LAYOUT.serial),
    columns: (2, 5),
    comments: true,
    version_2: Some(&VERSION_2),
    ..Layout::PLAIN
};

const VERSION_2: Layout = Layout { row: row_with_user, serial: 3, columns: (5, 8), comments: true, ..Layout::PLAIN };

/// privacyIDEA takes a token without a type for HOTP, and tells the hash by the length of the seed. `first`: the column of
/// the serial number.
fn row(fields: &mut Fields<'_>, first: usize) -> Option<Record> {
    let [serial, seed, kind, digits, moving] = [0usize, 1, 2, 3, 4].map(|index| index.saturating_add(first));
    let serial = fields.serial(serial);
    let secret = fields.secret(seed);
    let kind = fields.kind(kind, Some(TokenType::Hotp))?;
    let digits = fields.digits(digits, Some(Digits::Six));
    let moving = fields.moving(kind, moving, Some(30));
    let secret = secret?;
    let algorithm = fields.hash_of_length(&secret);
    Some(fields.record(serial?, secret, algorithm, digits?, moving?))
}

/// The user is taken as it stands. Resolver and realm are privacyIDEA's own and are not kept; a note says so.
fn row_with_user(fields: &mut Fields<'_>) -> Option<Record> {
    let user = fields.text(0, Field::Upn).filter(|user| !user.is_empty());
    if user.is_some_and(|user| user.contains(|c| is_hidden(c) || is_unreadable(c))) {
        fields.checks.error(
            Kind::UpnIllegalCharacter,
            Field::Upn,
            "The user name holds characters that cannot be seen.",
            "Type the name again; what cannot be seen is copied along from web pages and documents.",
        );
    }
    if fields.given(1).is_some() || fields.given(2).is_some() {
        fields.context.tallies.add(Kind::RealmDropped, fields.checks);
    }
    let mut record = row(fields, VERSION_2.serial)?;
    record.upn = user.map(str::to_owned);
    Some(record)
}
