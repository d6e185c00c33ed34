/// Declares [`Kind`] with the stable name beside each variant, so that neither can be forgotten.
macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident = $name:literal,)+) => {
        /// What a finding is about. Names are stable: scripts may rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Kind {
            $($(#[$doc])* $variant,)+
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable name, in kebab case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

kinds! {
    // The file is none that can be read.
    /// Nothing in it.
    EmptyFile = "empty-file",
    /// A PDF, a spreadsheet, an image…
    NotASeedFile = "not-a-seed-file",
    /// Encrypted: decrypt it first.
    EncryptedFile = "encrypted-file",
    /// A seed file of another format.
    OtherFormat = "other-format",
    /// An encoding that is not read.
    EncodingUnsupported = "encoding-unsupported",
    /// The first line is not the header.
    HeaderMissing = "header-missing",
    /// A header in a file whose format has none.
    HeaderUnexpected = "header-unexpected",
    /// The header lacks a column.
    HeaderColumnMissing = "header-column-missing",
    /// The header names a column twice.
    HeaderColumnTwice = "header-column-twice",
    /// Values go on in the header line: the line break between was lost.
    HeaderHoldsData = "header-holds-data",

    // About the file.
    /// A header and no token.
    NoRows = "no-rows",
    /// A byte-order mark before the header.
    ByteOrderMark = "byte-order-mark",
    /// UTF-16.
    EncodingUtf16 = "encoding-utf-16",
    /// A line that is not UTF-8 and was read as Windows-1252.
    EncodingWindows1252 = "encoding-windows-1252",
    /// Semicolons or tabs between the fields.
    Separator = "separator",
    /// A column under another spelling of its name.
    HeaderSpelling = "header-spelling",
    /// Columns in another order.
    HeaderOrder = "header-order",
    /// A column that the format does not know.
    ColumnUnknown = "column-unknown",
    /// Lines without content.
    BlankLine = "blank-line",
    /// Lines that begin with `#`.
    CommentLine = "comment-line",
    /// Rows with every field in quotes.
    QuotedFields = "quoted-fields",
    /// White space around fields.
    SurroundingSpace = "surrounding-space",
    /// A carriage return that belongs to no line end.
    StrayCarriageReturn = "stray-carriage-return",
    /// Empty columns at the end of rows.
    TrailingSeparator = "trailing-separator",
    /// Serial numbers of digits only that differ in length.
    SerialLengths = "serial-lengths",

    // About the shape of a row.
    /// The whole row in one quoted cell.
    RowInOneCell = "row-in-one-cell",
    /// A separator other than the header's.
    RowSeparator = "row-separator",
    /// Columns are missing.
    TooFewColumns = "too-few-columns",
    /// More values than the header has columns.
    TooManyColumns = "too-many-columns",
    /// A quote that is not closed on its line.
    QuoteUnclosed = "quote-unclosed",
    /// It begins with `#` like a comment, yet has all the columns of a token.
    RowOrComment = "row-or-comment",
    /// Longer than any row is.
    LineTooLong = "line-too-long",
    /// Longer than any value is.
    FieldTooLong = "field-too-long",
    /// Control characters, or characters lost in a conversion.
    UnreadableCharacter = "unreadable-character",
    /// A spreadsheet would compute it.
    FormulaCell = "formula-cell",
    /// The spreadsheet notation `="…"` around a value.
    FormulaText = "formula-text",

    // About the secret.
    /// None there.
    SecretEmpty = "secret-empty",
    /// Hex where Base32 belongs.
    SecretHex = "secret-hex",
    /// Base32 where hex belongs.
    SecretBase32 = "secret-base32",
    /// `0x` before hex.
    SecretHexPrefix = "secret-hex-prefix",
    /// Valid as Base32 and as hex.
    SecretMayBeHex = "secret-may-be-hex",
    /// Spaces, dashes, quotes or invisible characters within.
    SecretSeparators = "secret-separators",
    /// Characters that look like one of the alphabet.
    SecretConfusable = "secret-confusable",
    /// Characters outside the alphabet.
    SecretIllegalCharacter = "secret-illegal-character",
    /// More than 128 characters.
    SecretTooLong = "secret-too-long",
    /// A number of characters that no number of bytes has.
    SecretLength = "secret-length",
    /// Below 80 bits.
    SecretTooShort = "secret-too-short",
    /// Below 128 bits.
    SecretWeak = "secret-weak",
    /// One that is printed in public documents.
    SecretSample = "secret-sample",
    /// That of another serial number.
    SecretDuplicate = "secret-duplicate",
    /// Lower case.
    SecretLowerCase = "secret-lower-case",
    /// `=` at the end.
    SecretPadding = "secret-padding",
    /// Left-over bits that are not zero.
    SecretLeftOverBits = "secret-left-over-bits",

    // About the serial number.
    /// None there.
    SerialEmpty = "serial-empty",
    /// A spreadsheet rounded it.
    SerialScientific = "serial-scientific",
    /// Invisible characters within.
    SerialHiddenCharacter = "serial-hidden-character",
    /// With another secret than before.
    SerialDuplicate = "serial-duplicate",
    /// The same token for two users.
    SerialTwoUsers = "serial-two-users",
    /// The same token once more.
    RowDuplicate = "row-duplicate",

    // About the interval.
    /// None there.
    IntervalEmpty = "interval-empty",
    /// Neither 30 nor 60.
    IntervalUnsupported = "interval-unsupported",
    /// 30 or 60 with something around it.
    IntervalSpelling = "interval-spelling",
    /// 30 for a model that leaves the factory with 60.
    IntervalModel = "interval-model",

    // About the other parameters.
    /// A hash that is not known, or that the target does not take.
    AlgorithmUnsupported = "hash-unsupported",
    /// A length of codes that is not known, or that the target does not take.
    DigitsUnsupported = "digits-unsupported",
    /// Neither TOTP nor HOTP, or one that the target does not take.
    TypeUnsupported = "type-unsupported",
    /// The file does not say whether its tokens are TOTP or HOTP, or how long their interval is.
    ParameterUnknown = "parameter-unknown",
    /// No number, or one for which the target has no place.
    CounterUnsupported = "counter-unsupported",
    /// Steps that begin to count at another time than 1970, which the target does not take.
    EpochUnsupported = "epoch-unsupported",
    /// A value that is needed and not there.
    ValueMissing = "value-missing",
    /// A value that cannot be read.
    ValueMalformed = "value-malformed",
    /// A part of an export of several parts is not there.
    ExportIncomplete = "export-incomplete",
    /// A file that says its parameters once for tokens that differ.
    ParametersMixed = "parameters-mixed",
    /// A PIN beside the token, which is not kept here.
    PinDropped = "pin-dropped",
    /// The realm or the resolver of a user, which is not kept here.
    RealmDropped = "realm-dropped",
    /// Something that the token asks for and that is not kept here.
    PolicyUnsupported = "policy-unsupported",

    // About documents and their encryption.
    /// XML or JSON that is not well-formed.
    Malformed = "malformed",
    /// Larger or deeper than what is read.
    TooLarge = "too-large",
    /// A password or a key is needed.
    KeyMissing = "key-missing",
    /// The password or the key is not the right one.
    KeyWrong = "key-wrong",
    /// Encrypted in a way that is not read.
    EncryptionUnsupported = "encryption-unsupported",
    /// An encrypted value without its authentication code.
    MacMissing = "mac-missing",
    /// An encrypted value whose authentication code is wrong.
    MacWrong = "mac-wrong",

    // About the user.
    /// None there.
    UpnEmpty = "upn-empty",
    /// A typographic quote for a single one.
    UpnTypographicQuote = "upn-typographic-quote",
    /// A single quote that is not doubled.
    UpnSingleQuote = "upn-single-quote",
    /// A character no name has.
    UpnIllegalCharacter = "upn-illegal-character",
    /// Not of the form name@domain.
    UpnMalformed = "upn-malformed",
    /// Letters beyond A to Z.
    UpnLetter = "upn-letter",
    /// Looks like a guest.
    UpnGuest = "upn-guest",

    /// More tokens than a user can have.
    UserFull = "user-full",

    // About a file of users.
    /// No column for the serial number, or none for the user.
    UsersColumnMissing = "users-column-missing",
    /// A serial number that no token has.
    SerialUnknown = "serial-unknown",

    // About the maker.
    /// None there.
    ManufacturerEmpty = "manufacturer-empty",
    /// None there.
    ModelEmpty = "model-empty",
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_kebab_case_and_differ() {
        let names: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
        for name in names {
            assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{name}");
        }
    }
}
