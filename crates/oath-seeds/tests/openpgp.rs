//! What is said of an `OpenPGP` message that cannot be opened: by what it is encrypted to and by what was given.

#![cfg(feature = "openpgp")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use oath_seeds::{Finding, Limits, Options, ReadError, SeedFile, Unlock, read_from};
use pgp::composed::{
    ArmorOptions, EncryptionCaps, KeyType, MessageBuilder, SecretKeyParamsBuilder, SignedSecretKey, SubkeyParamsBuilder,
};
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::crypto::sym::SymmetricKeyAlgorithm::AES256;
use pgp::types::{CompressionAlgorithm, KeyDetails as _, KeyVersion, StringToKey};
use rand::SeedableRng as _;
use rand::rngs::StdRng;

const LINE: &str = "otpauth://totp/Contoso:anna?secret=A4DQOBYHA4DQOBYHA4DQOBYHA4DQOBYH&issuer=Contoso\n";

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// A key; with a passphrase, its parts are locked.
fn key(seed: u64, passphrase: Option<&str>) -> SignedSecretKey {
    let mut subkey = SubkeyParamsBuilder::default();
    subkey.version(KeyVersion::V4).key_type(KeyType::ECDH(ECCCurve::Curve25519Legacy));
    subkey.can_encrypt(EncryptionCaps::All).passphrase(passphrase.map(str::to_owned));
    let mut builder = SecretKeyParamsBuilder::default();
    builder.version(KeyVersion::V4).key_type(KeyType::Ed25519Legacy).can_sign(true);
    builder.passphrase(passphrase.map(str::to_owned));
    builder.primary_user_id("test, worthless".into()).subkey(subkey.build().unwrap());
    builder.build().unwrap().generate(rng(seed)).unwrap()
}

fn exported(key: &SignedSecretKey) -> Vec<u8> {
    pgp::ser::Serialize::to_bytes(key).unwrap()
}

/// A message to keys and with passphrases; the names of the keys can be left out.
fn message(keys: &[&SignedSecretKey], passphrases: &[&str], anonymous: bool) -> Vec<u8> {
    let mut builder = MessageBuilder::from_bytes("", LINE).seipd_v1(rng(1), AES256);
    for key in keys {
        let public = key.to_public_key();
        if anonymous {
            builder.encrypt_to_key_anonymous(rng(2), &public.public_subkeys[0]).unwrap();
        } else {
            builder.encrypt_to_key(rng(2), &public.public_subkeys[0]).unwrap();
        }
    }
    for passphrase in passphrases {
        let s2k = StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha256, salt: [7; 8], count: 0 };
        builder.encrypt_with_password(s2k, &(*passphrase).into()).unwrap();
    }
    builder.to_vec(rng(3)).unwrap()
}

fn opened(message: &[u8], key: Option<&[u8]>, password: Option<&str>) -> Result<SeedFile, Finding> {
    let mut unlock = Unlock::default();
    password.map(|password| unlock.password(password));
    key.map(|key| unlock.openpgp(key));
    read_from(message, &Options::default(), &unlock).map_err(|error| match error {
        ReadError::Refused(finding) => *finding,
        other => panic!("{other}"),
    })
}

fn said(message: &[u8], key: Option<&[u8]>, password: Option<&str>) -> String {
    match opened(message, key, password) {
        Ok(file) => format!("{} token", file.records.len()),
        Err(finding) => finding.message.into_owned(),
    }
}

fn id(key: &SignedSecretKey) -> String {
    key.secret_subkeys[0].legacy_key_id().to_string().to_ascii_uppercase()
}

fn own_ids(key: &SignedSecretKey) -> String {
    format!("{}, {}", key.primary_key.legacy_key_id().to_string().to_ascii_uppercase(), id(key))
}

#[test]
fn each_pair_of_a_message_and_what_was_given() {
    let (one, other, locked) = (key(1, None), key(2, None), key(3, Some("mellon")));
    let (one_key, other_key, locked_key) = (exported(&one), exported(&other), exported(&locked));
    let to_one = message(&[&one], &[], false);
    let with_passphrase = message(&[], &["qwerty"], false);
    let both = message(&[&one], &["qwerty"], false);
    let to_locked = message(&[&locked], &[], false);
    let locked_and_passphrase = message(&[&locked], &["qwerty"], false);
    let ok = "1 token";
    let missing_key = format!("The OpenPGP message is encrypted to the key {}.", id(&one));
    let missing_both = format!("The OpenPGP message is encrypted with a passphrase and to the key {}.", id(&one));
    let to_other =
        format!("The OpenPGP message is encrypted to the key {}; the key given is {}.", id(&one), own_ids(&other));
    let passphrase_of_other =
        format!("The OpenPGP message is encrypted with a passphrase; the key given is {}.", own_ids(&other));
    let to_locked_one =
        format!("The OpenPGP message is encrypted to the key {}; the key given is {}.", id(&one), own_ids(&locked));
    // Another session key than that which the message has, and a change to what is encrypted.
    let (mut broken, mut altered) = (to_one.clone(), both.clone());
    broken[40] ^= 1;
    let last = altered.len() - 5;
    altered[last] ^= 1;
    let wrong = "The passphrase does not open the OpenPGP message.";
    let protected = "The OpenPGP secret key is protected by a passphrase, and none was given.";
    let wrong_for_key = "The passphrase does not open the OpenPGP secret key.";
    for (number, (message, key, password, expected)) in [
        (&to_one, None, None, missing_key.as_str()),
        (&to_one, None, Some("qwerty"), &missing_key),
        (&to_one, Some(&one_key), None, ok),
        (&to_one, Some(&one_key), Some("qwerty"), ok),
        (&to_one, Some(&other_key), None, &to_other),
        (&to_one, Some(&other_key), Some("qwerty"), &to_other),
        (&with_passphrase, None, None, "The OpenPGP message is encrypted with a passphrase."),
        (&with_passphrase, None, Some("qwerty"), ok),
        (&with_passphrase, None, Some("qwertz"), wrong),
        (&with_passphrase, Some(&other_key), None, &passphrase_of_other),
        (&with_passphrase, Some(&other_key), Some("qwerty"), ok),
        (&with_passphrase, Some(&other_key), Some("qwertz"), wrong),
        (&both, None, None, &missing_both),
        (&both, None, Some("qwerty"), ok),
        (&both, None, Some("qwertz"), wrong),
        (&both, Some(&one_key), None, ok),
        (&both, Some(&one_key), Some("qwertz"), ok),
        (&both, Some(&other_key), None, &to_other),
        (&both, Some(&other_key), Some("qwertz"), wrong),
        (&to_one, Some(&locked_key), None, &to_locked_one),
        (&to_one, Some(&locked_key), Some("mellon"), &to_locked_one),
        (
            &broken,
            Some(&one_key),
            None,
            "The OpenPGP secret key does not open the message, though the message names it.",
        ),
        (
            &altered,
            Some(&one_key),
            None,
            "The OpenPGP message was altered or damaged on its way: its integrity check failed.",
        ),
        (&altered, None, Some("qwerty"), wrong),
        (&to_locked, Some(&locked_key), None, protected),
        (&to_locked, Some(&locked_key), Some("mellon"), ok),
        (&to_locked, Some(&locked_key), Some("qwerty"), wrong_for_key),
        (&locked_and_passphrase, Some(&locked_key), None, protected),
        (&locked_and_passphrase, Some(&locked_key), Some("qwerty"), ok),
        (&locked_and_passphrase, Some(&locked_key), Some("mellon"), ok),
        (&locked_and_passphrase, Some(&locked_key), Some("x"), wrong_for_key),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(said(message, key.map(Vec::as_slice), password), expected, "number {number}");
    }
}

#[test]
fn recipients_are_listed_as_far_as_they_are_named() {
    let keys: Vec<SignedSecretKey> = (1..=9).map(|seed| key(seed, None)).collect();
    let all: Vec<&SignedSecretKey> = keys.iter().collect();
    let ids: Vec<String> = keys.iter().map(id).collect();
    assert_eq!(
        said(&message(&all[..2], &[], false), None, None),
        format!("The OpenPGP message is encrypted to the keys {}, {}.", ids[0], ids[1])
    );
    let eight = ids[..8].join(", ");
    assert_eq!(
        said(&message(&all[..8], &[], false), None, None),
        format!("The OpenPGP message is encrypted to the keys {eight}.")
    );
    assert_eq!(
        said(&message(&all, &[], false), None, None),
        format!("The OpenPGP message is encrypted to the keys {eight} and 1 more.")
    );
    let anonymous = message(&all[..1], &[], true);
    assert_eq!(said(&anonymous, None, None), "The OpenPGP message is encrypted to a key that is not named.");
    assert_eq!(said(&anonymous, Some(&exported(&keys[0])), None), "1 token");
    let two = message(&all[..2], &[], true);
    let unnamed = "a key that is not named, a key that is not named";
    assert_eq!(said(&two, None, None), format!("The OpenPGP message is encrypted to the keys {unnamed}."));
}

#[test]
fn no_more_recipients_are_tried_than_sixty_four() {
    let one = key(1, None);
    let many = vec![&one; 65];
    assert_eq!(said(&message(&many[..64], &[], false), Some(&exported(&one)), None), "1 token");
    assert_eq!(
        said(&message(&many, &[], false), Some(&exported(&one)), None),
        "The OpenPGP message has more than 64 recipients."
    );
}

/// As large as is allowed, and by one byte larger.
#[test]
fn what_is_in_a_message_has_the_limit_of_a_document() {
    let text = LINE.repeat(2000);
    let mut builder = MessageBuilder::from_bytes("", text.clone());
    builder.compression(CompressionAlgorithm::ZIP);
    let mut builder = builder.seipd_v1(rng(1), AES256);
    let s2k = StringToKey::IteratedAndSalted { hash_alg: HashAlgorithm::Sha256, salt: [7; 8], count: 0 };
    builder.encrypt_with_password(s2k, &"qwerty".into()).unwrap();
    let message = builder.to_vec(rng(2)).unwrap();
    let limited = |bytes: usize| {
        let limits = Limits { document_bytes: bytes, ..Limits::default() };
        let mut unlock = Unlock::default();
        unlock.password("qwerty");
        read_from(message.as_slice(), &Options::default().limits(limits), &unlock).is_ok()
    };
    assert_eq!((limited(text.len()), limited(text.len() - 1)), (true, false));
}

#[test]
fn an_armour_without_its_end_is_cut_off() {
    let one = key(1, None);
    let mut builder = MessageBuilder::from_bytes("", LINE).seipd_v1(rng(1), AES256);
    builder.encrypt_to_key(rng(2), &one.to_public_key().public_subkeys[0]).unwrap();
    let text = builder.to_armored_string(rng(3), ArmorOptions::default()).unwrap();
    let own = exported(&one);
    assert_eq!(said(text.as_bytes(), Some(&own), None), "1 token");
    let cut = text.replace("-----END PGP MESSAGE-----", "");
    assert_eq!(said(cut.as_bytes(), Some(&own), None), "The OpenPGP message is damaged or cut off.");
    // The lines before the end were lost.
    let (body, end) = text.split_once("\n-----END").unwrap();
    let short = [&body[..body.len() - 80], "\n-----END", end].concat();
    assert_eq!(said(short.as_bytes(), Some(&own), None), "The OpenPGP message is damaged or cut off.");
}
