//! The ciphers, authentication codes and key derivation of encrypted files, by their names in XML. The arithmetic is that of
//! the crates `aes`, `cbc`, `aes-kw`, `hmac` and `pbkdf2`.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use aes::{Aes128, Aes192, Aes256};
use aes_kw::{AesKw, AesKwp};
use hmac::{Hmac, Mac as _};
use oath_totp::overwritten;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use zeroize::Zeroizing;

/// The bytes of an initialisation vector of AES-CBC.
pub(crate) const IV_BYTES: usize = 16;
/// The first bytes of every name that [`Cipher::name`] gives: the standard's namespace.
const XMLENC: &str = "http://www.w3.org/2001/04/xmlenc#";

/// The length of an AES key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    Aes128,
    Aes192,
    Aes256,
}

/// How a value is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cipher {
    /// An initialisation vector, then AES-CBC with the padding of PKCS #7.
    Cbc(Size),
    /// AES key wrap (RFC 3394), or the same with padding (RFC 5649).
    Wrap(Size),
}

impl Cipher {
    /// The cipher of a name: `http://www.w3.org/2001/04/xmlenc#aes128-cbc`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (_, fragment) = name.rsplit_once('#')?;
        Some(match fragment {
            "aes128-cbc" => Self::Cbc(Size::Aes128),
            "aes192-cbc" => Self::Cbc(Size::Aes192),
            "aes256-cbc" => Self::Cbc(Size::Aes256),
            "kw-aes128" | "kw-aes-128-pad" => Self::Wrap(Size::Aes128),
            "kw-aes192" | "kw-aes-192-pad" => Self::Wrap(Size::Aes192),
            "kw-aes256" | "kw-aes-256-pad" => Self::Wrap(Size::Aes256),
            _ => return None,
        })
    }

    /// The namespace and the fragment of its name.
    pub(crate) const fn name(self) -> (&'static str, &'static str) {
        let fragment = match self {
            Self::Cbc(Size::Aes128) => "aes128-cbc",
            Self::Cbc(Size::Aes192) => "aes192-cbc",
            Self::Cbc(Size::Aes256) => "aes256-cbc",
            Self::Wrap(Size::Aes128) => "kw-aes128",
            Self::Wrap(Size::Aes192) => "kw-aes192",
            Self::Wrap(Size::Aes256) => "kw-aes256",
        };
        (XMLENC, fragment)
    }

    const fn size(self) -> Size {
        match self {
            Self::Cbc(size) | Self::Wrap(size) => size,
        }
    }

    /// The length of its key.
    pub(crate) const fn key_bytes(self) -> usize {
        match self.size() {
            Size::Aes128 => 16,
            Size::Aes192 => 24,
            Size::Aes256 => 32,
        }
    }

    /// Whether it finds out by itself that a value was changed, so that it needs no authentication code.
    pub(crate) const fn authenticates(self) -> bool {
        matches!(self, Self::Wrap(_))
    }

    /// Decrypts a value, the initialisation vector of AES-CBC being its first 16 bytes; `None` where the key has another length
    /// or what comes out is no value of this cipher.
    ///
    /// Leakage: key and plaintext are secret, lengths and whether it can be decrypted are public. The caller has checked the
    /// authentication code before, so that the check of the padding tells nothing.
    pub(crate) fn open(self, key: &[u8], value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        overwritten(|| self.opened(key, value))
    }

    fn opened(self, key: &[u8], value: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        match self {
            Self::Cbc(size) => {
                let (iv, ciphertext) = value.split_at_checked(IV_BYTES)?;
                match size {
                    Size::Aes128 => open_cbc::<cbc::Decryptor<Aes128>>(key, iv, ciphertext),
                    Size::Aes192 => open_cbc::<cbc::Decryptor<Aes192>>(key, iv, ciphertext),
                    Size::Aes256 => open_cbc::<cbc::Decryptor<Aes256>>(key, iv, ciphertext),
                }
            }
            Self::Wrap(size) => {
                let mut plain = Zeroizing::new(vec![0; value.len()]);
                let length = match size {
                    Size::Aes128 => unwrap!(Aes128, key, value, plain),
                    Size::Aes192 => unwrap!(Aes192, key, value, plain),
                    Size::Aes256 => unwrap!(Aes256, key, value, plain),
                }?;
                plain.truncate(length);
                Some(plain)
            }
        }
    }

    /// Encrypts with AES-CBC: the initialisation vector, then the ciphertext. `None` where the key has another length, or for
    /// the key wrap.
    ///
    /// Leakage: key and plaintext are secret, their lengths are public.
    pub(crate) fn seal(self, key: &[u8], iv: &[u8; IV_BYTES], plain: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        overwritten(|| match self {
            Self::Cbc(Size::Aes128) => seal_cbc::<cbc::Encryptor<Aes128>>(key, iv, plain),
            Self::Cbc(Size::Aes192) => seal_cbc::<cbc::Encryptor<Aes192>>(key, iv, plain),
            Self::Cbc(Size::Aes256) => seal_cbc::<cbc::Encryptor<Aes256>>(key, iv, plain),
            Self::Wrap(_) => None,
        })
    }
}

/// Unwraps a key; where it was not wrapped as RFC 3394 says, with the padding of RFC 5649, which some programs use under the
/// same name. Gives its length.
macro_rules! unwrap {
    ($aes:ty, $key:expr, $value:expr, $plain:expr) => {
        match AesKw::<$aes>::new_from_slice($key) {
            Err(_) => None,
            Ok(wrap) => match wrap.unwrap_key($value, &mut $plain).map(<[u8]>::len) {
                Ok(length) => Some(length),
                Err(_) => AesKwp::<$aes>::new_from_slice($key)
                    .ok()
                    .and_then(|wrap| wrap.unwrap_key($value, &mut $plain).map(<[u8]>::len).ok()),
            },
        }
    };
}
use unwrap;

fn open_cbc<C: KeyIvInit + BlockModeDecrypt>(key: &[u8], iv: &[u8], ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = C::new_from_slices(key, iv).ok()?;
    let mut plain = Zeroizing::new(ciphertext.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(&mut plain).ok()?.len();
    plain.truncate(length);
    Some(plain)
}

fn seal_cbc<C: KeyIvInit + BlockModeEncrypt>(key: &[u8], iv: &[u8], plain: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let cipher = C::new_from_slices(key, iv).ok()?;
    // The padding is at least one byte and at most a block.
    let padded = plain.len().saturating_add(IV_BYTES) & !(IV_BYTES.saturating_sub(1));
    let mut value = Zeroizing::new(Vec::with_capacity(padded.saturating_add(IV_BYTES)));
    value.extend_from_slice(iv);
    value.extend_from_slice(plain);
    value.resize(padded.saturating_add(IV_BYTES), 0);
    cipher.encrypt_padded::<Pkcs7>(value.get_mut(IV_BYTES..)?, plain.len()).ok()?;
    Some(value)
}

/// A hash of an authentication code or of a key derivation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
    Sha512,
}

impl Hash {
    /// The hash of a name: `http://www.w3.org/2000/09/xmldsig#hmac-sha1`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let (_, fragment) = name.rsplit_once('#')?;
        Some(match fragment {
            "hmac-sha1" => Self::Sha1,
            "hmac-sha256" => Self::Sha256,
            "hmac-sha512" => Self::Sha512,
            _ => return None,
        })
    }

    /// Whether `tag` is the authentication code of the data.
    ///
    /// Leakage: constant time in the key, the data and the code; their lengths and the answer are public.
    pub(crate) fn verifies(self, key: &[u8], data: &[u8], tag: &[u8]) -> bool {
        overwritten(|| match self {
            Self::Sha1 => {
                Hmac::<Sha1>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(data).verify_slice(tag).is_ok())
            }
            Self::Sha256 => {
                Hmac::<Sha256>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(data).verify_slice(tag).is_ok())
            }
            Self::Sha512 => {
                Hmac::<Sha512>::new_from_slice(key).is_ok_and(|mac| mac.chain_update(data).verify_slice(tag).is_ok())
            }
        })
    }

    /// PBKDF2 (RFC 8018) with this hash.
    ///
    /// Leakage: password and key are secret, their lengths, the salt and the rounds are public.
    pub(crate) fn derive(self, password: &[u8], salt: &[u8], rounds: u32, key_bytes: usize) -> Zeroizing<Vec<u8>> {
        let mut key = Zeroizing::new(vec![0; key_bytes]);
        overwritten(|| match self {
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut key),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut key),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut key),
        });
        key
    }
}

/// HMAC-SHA-1 (key, data): the code that is written beside encrypted values.
///
/// Leakage: key and data are secret, their lengths are public.
pub(crate) fn hmac_sha1(key: &[u8], data: &[u8]) -> Option<[u8; 20]> {
    overwritten(|| Some(Hmac::<Sha1>::new_from_slice(key).ok()?.chain_update(data).finalize().into_bytes().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 16] =
        [0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12, 0x34, 0x56, 0x78, 0x90, 0x12];

    fn base64(text: &str) -> Vec<u8> {
        data_encoding::BASE64.decode(text.as_bytes()).unwrap()
    }

    fn hex(text: &str) -> Vec<u8> {
        data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap()
    }

    /// RFC 6030, figure 6.
    #[test]
    fn figure_6() {
        let cipher = Cipher::of("http://www.w3.org/2001/04/xmlenc#aes128-cbc").unwrap();
        let mac_key = base64("ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX");
        let mac_key = cipher.open(&KEY, &mac_key).unwrap();
        assert_eq!(*mac_key, hex("1122334455667788990011223344556677889900"));
        let value = base64("AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv");
        let tag = base64("Su+NvtQfmvfJzF6bmQiJqoLRExc=");
        assert!(Hash::Sha1.verifies(&mac_key, &value, &tag));
        assert!(
            !Hash::Sha1.verifies(&mac_key, &value, &tag[..19]) && !Hash::Sha1.verifies(&mac_key, &value[1..], &tag)
        );
        assert_eq!(hmac_sha1(&mac_key, &value).unwrap(), tag.as_slice());
        assert_eq!(cipher.open(&KEY, &value).unwrap().as_slice(), b"12345678901234567890");
        // The same the other way round.
        let iv = value[..IV_BYTES].try_into().unwrap();
        assert_eq!(*cipher.seal(&KEY, iv, b"12345678901234567890").unwrap(), value);
    }

    /// RFC 6030, figure 7.
    #[test]
    fn figure_7() {
        let cipher = Cipher::Cbc(Size::Aes128);
        let key = Hash::Sha1.derive(b"qwerty", &base64("Ej7/PEpyEpw="), 1000, 16);
        assert_eq!(*key, hex("651e63cd57008476af1ff6422cd02e41"));
        let mac_key = base64("2GTTnLwM3I4e5IO5FkufoOEiOhNj91fhKRQBtBJYluUDsPOLTfUvoU2dStyOwYZx");
        let mac_key = cipher.open(&key, &mac_key).unwrap();
        assert_eq!(*mac_key, hex("bdaab8d648e850d25a3289364f7d7eaaf53ce581"));
        let value = base64("oTvo+S22nsmS2Z/RtcoF8Hfh+jzMe0RkiafpoDpnoZTjPYZu6V+A4aEn032yCr4f");
        assert!(Hash::Sha1.verifies(&mac_key, &value, &base64("LP6xMvjtypbfT9PdkJhBZ+D6O4w=")));
        assert_eq!(cipher.open(&key, &value).unwrap().as_slice(), b"12345678901234567890");
    }

    /// RFC 3394, sections 4.1, 4.3 and 4.6; RFC 5649, section 6.
    #[test]
    fn key_wrap() {
        let data = hex("00112233445566778899aabbccddeeff");
        let kek = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
        for (size, wrapped) in [
            (Size::Aes128, "1fa68b0a8112b447aef34bd8fb5a7b829d3e862371d2cfe5"),
            (Size::Aes192, "96778b25ae6ca435f92b5b97c050aed2468ab8a17ad84e5d"),
            (Size::Aes256, "64e8c3f9ce0f5ba263e9777905818a2a93c8191e7d6e8ae7"),
        ] {
            let cipher = Cipher::Wrap(size);
            let kek = &kek[..cipher.key_bytes()];
            let mut wrapped = hex(wrapped);
            assert_eq!(*cipher.open(kek, &wrapped).unwrap(), data);
            wrapped[3] ^= 1;
            assert!(cipher.open(kek, &wrapped).is_none());
            assert!(cipher.open(&kek[1..], &wrapped).is_none());
        }
        let padded = Cipher::Wrap(Size::Aes192);
        let kek = hex("5840df6e29b02af1ab493b705bf16ea1ae8338f4dcc176a8");
        let wrapped = hex("138bdeaa9b8fa7fc61f97742e72248ee5ae6ae5360d1ae6a5f54f373fa543b6a");
        assert_eq!(*padded.open(&kek, &wrapped).unwrap(), hex("c37b7e6492584340bed12207808941155068f738"));
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_alone() {
        for (size, bytes) in [(Size::Aes128, 16), (Size::Aes192, 24), (Size::Aes256, 32)] {
            let cipher = Cipher::Cbc(size);
            assert_eq!(Cipher::of(&[cipher.name().0, cipher.name().1].concat()), Some(cipher));
            let key: Vec<u8> = (0..bytes).collect();
            for length in 0..50 {
                let plain = vec![7; length];
                let value = cipher.seal(&key, &[9; IV_BYTES], &plain).unwrap();
                assert_eq!(value.len(), IV_BYTES + (length / 16 + 1) * 16);
                assert_eq!(*cipher.open(&key, &value).unwrap(), plain);
                assert!(cipher.open(&key[1..], &value).is_none());
                assert!(cipher.open(&key, &value[..value.len() - 1]).is_none());
            }
            assert!(cipher.open(&key, &[0; 16]).is_none() && cipher.open(&key, &[]).is_none());
            assert!(Cipher::Wrap(size).open(&key, &[]).is_none() && Cipher::Wrap(size).open(&key, &[0; 8]).is_none());
        }
    }
}
