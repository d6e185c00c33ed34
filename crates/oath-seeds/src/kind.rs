/// Declares [`Kind`] with the stable name, the heading, the cause and the cure beside each variant, so that none can be
/// forgotten. A line of a section begins with the section's heading.
macro_rules! kinds {
    ($($section:literal { $($variant:ident = $name:literal, $heading:literal, $cause:literal, $cure:literal;)+ })+) => {
        /// What a finding is about. Names are stable: scripts may rely on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        #[allow(clippy::doc_markdown, reason = "the headings are shown to people as they are")]
        pub enum Kind {
            $($(#[doc = $heading] $variant,)+)+
        }

        impl Kind {
            /// Every kind there is.
            pub const ALL: &[Self] = &[$($(Self::$variant,)+)+];

            /// The kinds by section, each with its heading: "About the secret".
            pub const SECTIONS: &[(&str, &[Self])] = &[$(($section, &[$(Self::$variant,)+]),)+];

            /// The stable name, in kebab case.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $($(Self::$variant => $name,)+)+ }
            }

            /// What it is in a few words for a heading: "Secret is hex, not Base32".
            #[must_use]
            pub const fn heading(self) -> &'static str {
                match self { $($(Self::$variant => $heading,)+)+ }
            }

            /// What usually causes it, in a sentence or two.
            #[must_use]
            pub const fn cause(self) -> &'static str {
                match self { $($(Self::$variant => $cause,)+)+ }
            }

            /// What to do, in a sentence or two.
            #[must_use]
            pub const fn cure(self) -> &'static str {
                match self { $($(Self::$variant => $cure,)+)+ }
            }
        }
    };
}

kinds! {
    "The file cannot be read" {
        EmptyFile = "empty-file", "The file is empty",
            "The copy or the download failed, or the wrong file was chosen.",
            "Copy the vendor's file again.";
        NotASeedFile = "not-a-seed-file", "The file is something else",
            "It is a document, a spreadsheet, an image, an archive or a web page; the message names what it seems to be.",
            "Save a spreadsheet as \"CSV UTF-8\" with the serial numbers as text; unpack an archive; ask the vendor for the plain file.";
        EncryptedFile = "encrypted-file", "The file is encrypted",
            "Vendors send seeds encrypted, with the password or the key in a second message.",
            "Give the password or the key, or decrypt the file first and keep the plain file as short as you can.";
        OtherFormat = "other-format", "The file holds no tokens that can be read here",
            "It is a proprietary format, a list of users, a failures file, or a format without a reader in this build.",
            "Ask the vendor for PSKC (RFC 6030), or for another format that is read.";
        EncodingUnsupported = "encoding-unsupported", "The encoding is not read",
            "The file is in UTF-32.",
            "Save it as UTF-8.";
        HeaderMissing = "header-missing", "The first line is not the header",
            "The header was deleted, or the file never had one.",
            "Put the line that the message shows before the first token.";
        HeaderUnexpected = "header-unexpected", "The file has a header, but its format has none",
            "A spreadsheet or a colleague wrote names above the columns.",
            "Delete the line.";
        HeaderColumnMissing = "header-column-missing", "The header lacks a column",
            "A column was deleted or renamed.",
            "Name the columns as the message shows.";
        HeaderColumnTwice = "header-column-twice", "The header names a column twice",
            "Two exports were joined side by side, or a column was copied.",
            "Delete or rename one of the two.";
        HeaderHoldsData = "header-holds-data", "The header line goes on with a token",
            "The line break after the last column's name was lost, as in samples on web pages.",
            "Put every token on a line of its own.";
    }
    "About the file" {
        NoRows = "no-rows", "The file has no token",
            "Only the header was exported, or the rows are on another sheet.",
            "Ask for the file again, or export the sheet that holds the rows.";
        ByteOrderMark = "byte-order-mark", "A byte-order mark stands at the beginning",
            "Windows programs write one before UTF-8 text.",
            "Nothing to do here. For a tool that does not know it, save the file as UTF-8 without a byte-order mark.";
        EncodingUtf16 = "encoding-utf-16", "The file is in UTF-16",
            "A Windows program saved it as \"Unicode text\".",
            "Nothing to do here. For other tools, save it as UTF-8.";
        EncodingWindows1252 = "encoding-windows-1252", "Lines are not UTF-8",
            "A spreadsheet saved the file as \"CSV\" instead of \"CSV UTF-8\"; the lines were read as Windows-1252.",
            "Check the letters with accents, and save the file as UTF-8.";
        EncodingChanges = "encoding-changes", "The encoding changes within the file",
            "Files in different encodings were appended to each other.",
            "Save each part as UTF-8 before you join them.";
        Separator = "separator", "Columns are not separated by commas",
            "Spreadsheets in many countries write semicolons; copied tables have tabs or blanks.",
            "Save the file as comma-separated values.";
        HeaderSpelling = "header-spelling", "A column's name is spelled differently",
            "Vendors and scripts write `timeinterval` for `time interval`, among others.",
            "Nothing to do here. For a tool that knows one spelling, write the name as in the format.";
        HeaderOrder = "header-order", "Columns are in another order",
            "The file was made by hand or by a script.",
            "Nothing to do here. For a tool that reads by place, put them in the order of the format.";
        HeaderInOneCell = "header-in-one-cell", "The header stands in one cell",
            "A spreadsheet opened the file with another separator and saved it again, with quotes around the whole line.",
            "Take the quotes around the line off.";
        LinesBeforeHeader = "lines-before-header", "Lines stand before the header",
            "An export wrote a title, a date or `sep=;` first.",
            "Delete the lines before the header.";
        ColumnUnknown = "column-unknown", "Columns are not known",
            "The vendor or a colleague added columns.",
            "Delete them before an upload to Entra ID.";
        BlankLine = "blank-line", "Lines are empty",
            "A spreadsheet left deleted rows.",
            "Nothing to do.";
        CommentLine = "comment-line", "Lines begin with `#`",
            "They were taken for comments and skipped.",
            "Delete them before an upload to Entra ID, which knows no comments.";
        QuotedFields = "quoted-fields", "Every field is in quotes",
            "The program that wrote the file quotes everything.",
            "Nothing to do here. Some scripts keep the quotes: write them only where a field needs them.";
        SurroundingSpace = "surrounding-space", "White space stands around fields",
            "Blanks were typed around the separators.",
            "Write none around the separators.";
        StrayCarriageReturn = "stray-carriage-return", "Carriage returns belong to no line end",
            "The file was converted between systems twice.",
            "Save the file with one kind of line end.";
        TrailingSeparator = "trailing-separator", "Rows end with empty columns",
            "A spreadsheet saved columns that were used once.",
            "Delete the empty columns.";
        SerialLengths = "serial-lengths", "Serial numbers have different lengths",
            "A spreadsheet may have dropped leading zeros.",
            "Compare with the numbers on the backs of the tokens; import the vendor's file again with the column as text.";
    }
    "About the shape of a row" {
        RowInOneCell = "row-in-one-cell", "The row stands in one cell",
            "A spreadsheet opened the file with another separator and saved it again.",
            "Take the quotes around the row off.";
        RowSeparator = "row-separator", "The row has another separator than the header",
            "Rows of different files were joined.",
            "Write the same separator on every line.";
        TooFewColumns = "too-few-columns", "Columns are missing",
            "A value was deleted together with its separator, or the line was broken.",
            "Put the missing values in at their places.";
        TooManyColumns = "too-many-columns", "The row has more values than the header has columns",
            "A value holds the separator and has no quotes around it.",
            "Put the value in double quotes.";
        QuoteUnclosed = "quote-unclosed", "A quote is not closed",
            "A quote was typed into a value or lost.",
            "Close it, or take it out.";
        RowOrComment = "row-or-comment", "A row begins with `#`",
            "It was commented out, or the user name begins with `#`.",
            "Delete the line if it is a comment; else put the user name in double quotes.";
        LineTooLong = "line-too-long", "The line is far too long",
            "A line break is missing, or the file is damaged.",
            "Look at it in a text editor.";
        FieldTooLong = "field-too-long", "A value is far too long",
            "A quote or a line break is missing.",
            "Look at the line in a text editor.";
        FieldSeparator = "field-separator", "A separator or a quote was left in a value",
            "A comma or a quote was typed into the cell of a spreadsheet, which then wrote it as part of the value.",
            "Take it out of the cell.";
        UnreadableCharacter = "unreadable-character", "A value holds control characters",
            "They were pasted along, or a conversion lost characters.",
            "Type the value again, and save the file as UTF-8.";
        FormulaCell = "formula-cell", "A spreadsheet would compute the value",
            "It begins with =, +, - or @.",
            "It is read as text. Do not open the file in a spreadsheet before you know why it stands there.";
        FormulaText = "formula-text", "The value stands in =\"…\"",
            "Exports write it to make a spreadsheet keep the value as text.",
            "Write the value alone.";
    }
    "About the secret" {
        SecretEmpty = "secret-empty", "The secret is missing",
            "The vendor keeps the secrets in a second file, or the column was deleted.",
            "Ask the vendor for the token's secret.";
        SecretHex = "secret-hex", "Secret is hex, not Base32",
            "The file was made for a system that takes hex.",
            "Convert the same bytes to Base32; do not type the secret again.";
        SecretBase32 = "secret-base32", "Secret is Base32, not hex",
            "The file was made for a system that takes Base32.",
            "Convert the same bytes to hex; do not type the secret again.";
        SecretHexPrefix = "secret-hex-prefix", "Secret begins with 0x",
            "A program wrote the hex digits as a number of a programming language.",
            "Take the 0x off.";
        SecretMayBeHex = "secret-may-be-hex", "Secret may be Base32 or hex",
            "It has only the letters a to f and the digits 2 to 7, which both alphabets have.",
            "Try two codes of the token in a row: if they are refused, the other reading is the right one.";
        SecretReadByColumn = "secret-read-by-column", "Secret was read as the rest of the column is",
            "It could be Base32 or hex, and the other secrets of the file are certain.",
            "Nothing to do. If the codes of such a token are refused, the other reading is the right one.";
        SecretSeparators = "secret-separators", "Secret holds spaces, dashes, quotes or invisible characters",
            "It was copied from a document that groups the characters.",
            "Write it as one run of letters and digits.";
        SecretConfusable = "secret-confusable", "Secret holds 0, 1, 8 or 9",
            "It was typed from paper: O, I, L, B and g look like digits. If such digits abound, it may be hex.",
            "Compare with the vendor's file and put the right letter in.";
        SecretIllegalCharacter = "secret-illegal-character", "Secret holds a character of another alphabet",
            "It is damaged, in another encoding, or the columns are shifted.",
            "Copy the secret again from the vendor's file.";
        SecretTooLong = "secret-too-long", "Secret is too long",
            "The system that the token is for takes shorter secrets only.",
            "Have the token programmed with a shorter secret, or take it to another system.";
        SecretLength = "secret-length", "Secret has an impossible length",
            "A character was lost or added.",
            "Copy the secret again from the vendor's file.";
        SecretTooShort = "secret-too-short", "Secret is too short",
            "It was cut off, or another value stands in its column.",
            "Copy the secret again from the vendor's file.";
        SecretWeak = "secret-weak", "Secret is weak",
            "It has fewer than the 128 bits that RFC 4226 asks for.",
            "Use it only where the token cannot be programmed again; prefer 160 bits.";
        SecretSample = "secret-sample", "Secret is a published one",
            "A sample of a document was left in the file; everybody can compute its codes.",
            "Take the sample row out, or put the token's own secret in its place.";
        SecretDuplicate = "secret-duplicate", "Two tokens have one secret",
            "A row was copied, or the vendor made a mistake.",
            "Find out which of the two is right, and delete the other.";
        SecretElsewhere = "secret-elsewhere", "Secret stands in another column, too",
            "A column was copied over another one, so that lists and logs would show the secret.",
            "Put the right value into the column.";
        SecretLowerCase = "secret-lower-case", "Secret is in lower case",
            "Base32 is written in capitals; both mean the same.",
            "Nothing to do.";
        SecretPadding = "secret-padding", "Secret ends with `=`",
            "Some encoders pad Base32; both mean the same.",
            "Nothing to do.";
        SecretLeftOverBits = "secret-left-over-bits", "Left-over bits of the secret are not zero",
            "The last character stands for more bits than the last byte has.",
            "Nothing to do.";
    }
    "About the serial number" {
        SerialEmpty = "serial-empty", "The serial number is missing",
            "The cell is empty, or the format of the file has no serial numbers.",
            "Write the number on the back of the token, with its leading zeros.";
        SerialScientific = "serial-scientific", "A spreadsheet rounded the serial number",
            "It took the number for a quantity and wrote it as 1.1E+12. The digits are lost.",
            "Import the vendor's file again with the column as text.";
        SerialColumnDamaged = "serial-column-damaged", "The column of serial numbers is damaged",
            "A spreadsheet rounded long serial numbers of this column; it drops the leading zeros of short ones, too.",
            "Import the vendor's file again with the column as text.";
        SerialHiddenCharacter = "serial-hidden-character", "The serial number holds invisible characters",
            "It was copied from a web page or a document.",
            "Type it again as it is printed on the token.";
        SerialDuplicate = "serial-duplicate", "One serial number has two secrets",
            "Two files were joined, or the token was programmed again.",
            "Find out which of the two is right, and delete the other.";
        SerialTwoUsers = "serial-two-users", "One token has two users",
            "A row was copied to another user.",
            "Find out who has the token, and delete the other row.";
        SerialAmbiguous = "serial-ambiguous", "More than one token may have the serial number",
            "The file tells tokens apart by an issue number besides, which is not kept.",
            "Compare with the numbers on the backs: where two tokens have one serial number, change that of one.";
        RowDuplicate = "row-duplicate", "A token stands there twice",
            "A row was copied.",
            "Delete one of the two.";
    }
    "About the interval" {
        IntervalEmpty = "interval-empty", "The time interval is missing",
            "The cell is empty. No interval is assumed, since a wrong one gives wrong codes for ever.",
            "Write how many seconds the token shows a code for.";
        IntervalUnsupported = "interval-unsupported", "The time interval is not taken",
            "It is no number of seconds, or one that the target does not take; or the columns are shifted.",
            "Write how many seconds the token shows a code for.";
        IntervalSpelling = "interval-spelling", "The time interval has something around it",
            "A unit or a fraction was written.",
            "Write the number of seconds alone.";
        IntervalModel = "interval-model", "The time interval is not the model's",
            "The model leaves the factory with another interval than the file says.",
            "Watch how long the token shows one code, and write that.";
    }
    "About the other parameters" {
        AlgorithmUnsupported = "hash-unsupported", "The hash is not taken",
            "It is not known, or the target takes others.",
            "Look it up in the vendor's data sheet; take the token to a system that has its hash.";
        HashUnsaid = "hash-unsaid", "The file does not say the hash",
            "A secret of 32 or 64 bytes, or the model's name, points to SHA-256 or SHA-512; the file has no column for it.",
            "Compare two codes of the token, or ask the vendor, before you give the token out.";
        HashByPolicy = "hash-by-policy", "The hash needs the directory's permission",
            "The tokens compute SHA-256 or SHA-512. A new directory takes SHA-1 alone.",
            "Allow the hash in the directory's policy before the upload.";
        DigitsUnsupported = "digits-unsupported", "The number of digits is not taken",
            "It is not 6, 7 or 8, or the target takes others.",
            "Count the digits on the token's display, and write the number alone.";
        TypeUnsupported = "type-unsupported", "The type of token is not taken",
            "It is neither TOTP nor HOTP, or one that the target does not take.",
            "Take the token out of the file, or take it to a system that has its type.";
        ParameterUnknown = "parameter-unknown", "A parameter is not in the file",
            "The format leaves it out and has no default for it.",
            "Look it up in the vendor's data sheet or on the token, and say it for the whole file.";
        CounterUnsupported = "counter-unsupported", "The counter is not taken",
            "It is no number, or the target has no place for it.",
            "Write the counter of the next code.";
        EpochUnsupported = "epoch-unsupported", "The start of the time steps is not taken",
            "The token does not count from 1970, and the target does not take that.",
            "Take the token to a system that has it.";
        ValueMissing = "value-missing", "A value is missing",
            "The format or the target asks for it.",
            "Write the value.";
        ValueMalformed = "value-malformed", "A value cannot be read",
            "It is damaged, or has another form than the format says.",
            "Copy it again from the vendor's file.";
        ExportIncomplete = "export-incomplete", "A part of the export is missing",
            "An export of several QR codes or URIs was saved in part.",
            "Scan or copy all of its parts, and read them together.";
        ParametersMixed = "parameters-mixed", "The tokens have different parameters",
            "The format says them once for the whole file.",
            "Split the file by parameters.";
        PinDropped = "pin-dropped", "A PIN is not kept",
            "The file has a PIN beside the token.",
            "Set the PIN where the token is to be used.";
        RealmDropped = "realm-dropped", "The realm of a user is not kept",
            "The file names the realm or the resolver of the user.",
            "Choose the realm where the token is to be used.";
        PolicyUnsupported = "policy-unsupported", "The token asks for something that is not kept",
            "The file sets a PIN policy, a limit of use or another rule.",
            "Take the token to a system that has it.";
    }
    "About documents and their encryption" {
        Malformed = "malformed", "The document is damaged",
            "It is not well-formed XML or JSON, or its envelope (gzip, OpenPGP) does not open: the file is cut off or was edited.",
            "Copy the file again.";
        TooLarge = "too-large", "The document is too large",
            "It is larger or deeper than the limits.",
            "Split it, or raise the limit.";
        PasswordMissing = "password-missing", "A password is needed",
            "The file, or the key that opens it, is encrypted with a password or a passphrase.",
            "Give the password that the vendor sent in another message.";
        KeyMissing = "key-missing", "A key is needed",
            "The file is encrypted with a key that the vendor shares with you; no password opens it.",
            "Give the key that the vendor sent in another message.";
        OpenPgpKeyMissing = "openpgp-key-missing", "An OpenPGP secret key is needed",
            "The file is encrypted to an OpenPGP key; no password opens it.",
            "Give the secret key of one of the key IDs that the message names.";
        KeyWrong = "key-wrong", "The password or the key is wrong",
            "It belongs to another file, or was typed wrong.",
            "Compare it with the vendor's message.";
        EncryptionUnsupported = "encryption-unsupported", "The encryption is not read",
            "Its method is not public or not supported.",
            "Ask the vendor for another form of the file.";
        MacMissing = "mac-missing", "An encrypted value has no authentication code",
            "The program that wrote the file left it out; nothing shows whether the value was changed.",
            "Ask the vendor for a file with authentication codes.";
        MacWrong = "mac-wrong", "An authentication code is wrong",
            "The key is wrong, or the file was changed.",
            "Check the key; ask the vendor for the file again.";
        SignatureUnchecked = "signature-unchecked", "The signature is not checked",
            "The vendor signed the file; this needs the vendor's certificate or OpenPGP key and another program.",
            "Check it with another program (`pskctool --verify`, `gpg --verify`) where you rely on it.";
        DraftFormat = "draft-format", "The file follows a draft of a standard",
            "An old program wrote it, before the standard was finished.",
            "Ask the vendor for a file that follows the standard, or have drafts read and try a code of some tokens.";
    }
    "About the user" {
        UpnEmpty = "upn-empty", "The user is missing",
            "The token has not been given to anybody yet, and the target asks for a user.",
            "Write the user principal name, or check the file for the inventory.";
        UpnTypographicQuote = "upn-typographic-quote", "The user name holds a typographic quote",
            "A word processor changed the single quote.",
            "Write a single quote in a name as two: o''neil@example.com.";
        UpnSingleQuote = "upn-single-quote", "The user name holds a single quote",
            "The upload wants it written twice.",
            "Write a single quote in a name as two: o''neil@example.com.";
        UpnIllegalCharacter = "upn-illegal-character", "The user name holds a character that names do not have",
            "It was pasted along or mistyped.",
            "Write the name as the directory shows it.";
        UpnMalformed = "upn-malformed", "The user name is not of the form name@domain",
            "A short name or a display name stands in the column.",
            "Write the user principal name in full.";
        UpnLetter = "upn-letter", "The user name holds letters beyond A to Z",
            "User principal names do not have them.",
            "Write the name as the directory shows it.";
        UpnGuest = "upn-guest", "The user is a guest",
            "The name holds #EXT#, or the file of users says so; a hardware token cannot be assigned to a guest.",
            "Give the token to a member.";
        UserFull = "user-full", "The user has too many tokens",
            "A user can have five tokens and authenticator apps together.",
            "Give the token to somebody else, or take it out of the file.";
    }
    "About a file of users" {
        UsersColumnMissing = "users-column-missing", "The file of users lacks a column",
            "It has no column for the serial number, or none for the user.",
            "Name the columns in the first line: serial number,upn.";
        SerialUnknown = "serial-unknown", "No token has the serial number",
            "It was mistyped, or a spreadsheet dropped its leading zeros.",
            "Compare it with the number on the token.";
    }
    "About the maker" {
        ManufacturerEmpty = "manufacturer-empty", "The manufacturer is missing",
            "The cell is empty; Microsoft Graph asks for one.",
            "Write it.";
        ModelEmpty = "model-empty", "The model is missing",
            "The cell is empty; Microsoft Graph asks for one.",
            "Write it.";
    }
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

    #[test]
    fn every_kind_says_what_causes_it_and_what_to_do() {
        let mut headings = BTreeSet::new();
        for kind in Kind::ALL {
            let (heading, cause, cure) = (kind.heading(), kind.cause(), kind.cure());
            assert!(headings.insert(heading), "{heading}");
            assert!(heading.starts_with(|c: char| c.is_uppercase()) && heading.contains(' '), "{heading}");
            assert!(!heading.ends_with('.') && cause.ends_with('.') && cure.ends_with('.'), "{heading}");
        }
        let in_sections: Vec<Kind> = Kind::SECTIONS.iter().flat_map(|(_, kinds)| kinds.iter().copied()).collect();
        assert_eq!(in_sections, Kind::ALL);
    }
}
