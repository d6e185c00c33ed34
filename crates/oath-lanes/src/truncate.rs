//! Dynamic truncation.

/// `DT` of RFC 4226 §5.3: the lower 31 bits of four bytes of the digest. The digest's last nibble is the index of the
/// first of them.
///
/// `head` holds the first 20 bytes of the digest as five big-endian words (also for SHA-256 and SHA-512: the nibble
/// reaches no further). `last` is the digest's last word.
///
/// Leakage: both arguments and the result are secret. The words are selected by masks, not by an index, which would be
/// a jump table or a memory address that depends on the nibble.
#[must_use]
#[inline(always)]
pub const fn dynamic_truncation(head: &[u32; 5], last: u32) -> u32 {
    let [w0, w1, w2, w3, w4] = *head;
    let bit2 = mask(last >> 2);
    let bit3 = mask(last >> 3);
    let high = select(bit3, select(bit2, w3, w2), select(bit2, w1, w0));
    let low = select(bit3, select(bit2, w4, w3), select(bit2, w2, w1));
    let shift = (last & 3) << 3;
    // `low` is shifted in two steps, because a shift by 32 is not defined.
    ((high << shift) | ((low >> 1) >> (31 - shift))) & 0x7fff_ffff
}

/// All ones if the lowest bit of `x` is set, else all zeros.
#[inline(always)]
const fn mask(x: u32) -> u32 {
    (x & 1).wrapping_neg()
}

/// `a` if `mask` is all ones, `b` if it is all zeros.
#[inline(always)]
const fn select(mask: u32, a: u32, b: u32) -> u32 {
    b ^ (mask & (a ^ b))
}

#[cfg(test)]
mod tests {
    use super::dynamic_truncation;

    /// DT by an index, as RFC 4226 §5.4 writes it.
    fn by_the_rfc(digest: &[u8]) -> u32 {
        let offset = usize::from(digest[digest.len() - 1] & 0xf);
        let p: [u8; 4] = digest[offset..offset + 4].try_into().unwrap();
        u32::from_be_bytes(p) & 0x7fff_ffff
    }

    #[test]
    fn every_nibble_names_the_bytes_the_rfc_names() {
        for nibble in 0..=255 {
            let mut digest: [u8; 20] = core::array::from_fn(|i| 0xe0u8.wrapping_add(7 * u8::try_from(i).unwrap()));
            digest[19] = nibble;
            let head: [u32; 5] =
                core::array::from_fn(|i| u32::from_be_bytes(digest[4 * i..4 * i + 4].try_into().unwrap()));
            assert_eq!(dynamic_truncation(&head, head[4]), by_the_rfc(&digest), "last byte {nibble:#04x}");
        }
    }

    #[test]
    fn the_example_of_rfc_4226_section_5_4() {
        let head = [0x1f86_9869, 0x0e02_ca16, 0x6185_50ef, 0x7f19_da8e, 0x945b_555a];
        assert_eq!(dynamic_truncation(&head, head[4]), 0x50ef_7f19);
    }
}
