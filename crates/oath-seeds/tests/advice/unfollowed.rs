//! Kinds whose advice no program can follow.

use oath_seeds::Kind;

/// Each with the reason.
pub(crate) const REASONS: &[(Kind, &str)] = &[
    (Kind::EmptyFile, "the vendor's file is to be copied again"),
    (Kind::NotASeedFile, "another file or another program is asked for"),
    (Kind::EncryptedFile, "another program decrypts it, or the app exports it again"),
    (Kind::NoRows, "the export is to be made again"),
    (Kind::LineTooLong, "a person looks where the line breaks are missing"),
    (Kind::FormulaCell, "nothing to do: it is read as text"),
    (Kind::SecretMayBeHex, "codes of the token are asked for"),
    (Kind::SecretReadByColumn, "nothing to do; codes of the token are asked for if they are refused"),
    (Kind::SecretWeak, "the token is to be programmed again"),
    (Kind::SecretLeftOverBits, "nothing to do"),
    (Kind::SerialColumnDamaged, "the vendor's file is to be imported again"),
    (Kind::ParametersMixed, "found when a file is written, not when it is read"),
    (Kind::PinDropped, "the PIN is to be set elsewhere"),
    (Kind::RealmDropped, "the realm is to be chosen elsewhere"),
    (Kind::OpenPgpKeyMissing, "the secret key is somewhere else"),
    (Kind::KeyWrong, "the vendor's message has the right one; a missing key is followed"),
    (Kind::EncryptionUnsupported, "the vendor is asked for another file"),
    (Kind::MacMissing, "the vendor is asked for another file"),
    (Kind::MacWrong, "the vendor is asked for another file"),
    (Kind::HashByPolicy, "the policy of the directory is to be changed"),
    (Kind::SignatureUnchecked, "another program checks it"),
    (Kind::UserFull, "found among the holders of tokens, not in a file"),
    (Kind::UsersColumnMissing, "found in a file of users, which has tests of its own"),
    (Kind::SerialUnknown, "found in a file of users, which has tests of its own"),
];
