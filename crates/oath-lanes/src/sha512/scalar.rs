//! HMAC-SHA-512 of one counter in scalar code: the body of the lane loops.
//!
//! The structure is that of the scalar code for SHA-1, for the reasons given there.
//!
//! Leakage: states, digests and numbers are secret; counters are public. There is no branch, and every index is a constant.

use super::{State, counter_block, digest_block, truncated};

/// `K_t` of FIPS 180-4 §4.2.3.
#[rustfmt::skip]
const K: [u64; 80] = [
    0x428a_2f98_d728_ae22, 0x7137_4491_23ef_65cd, 0xb5c0_fbcf_ec4d_3b2f, 0xe9b5_dba5_8189_dbbc,
    0x3956_c25b_f348_b538, 0x59f1_11f1_b605_d019, 0x923f_82a4_af19_4f9b, 0xab1c_5ed5_da6d_8118,
    0xd807_aa98_a303_0242, 0x1283_5b01_4570_6fbe, 0x2431_85be_4ee4_b28c, 0x550c_7dc3_d5ff_b4e2,
    0x72be_5d74_f27b_896f, 0x80de_b1fe_3b16_96b1, 0x9bdc_06a7_25c7_1235, 0xc19b_f174_cf69_2694,
    0xe49b_69c1_9ef1_4ad2, 0xefbe_4786_384f_25e3, 0x0fc1_9dc6_8b8c_d5b5, 0x240c_a1cc_77ac_9c65,
    0x2de9_2c6f_592b_0275, 0x4a74_84aa_6ea6_e483, 0x5cb0_a9dc_bd41_fbd4, 0x76f9_88da_8311_53b5,
    0x983e_5152_ee66_dfab, 0xa831_c66d_2db4_3210, 0xb003_27c8_98fb_213f, 0xbf59_7fc7_beef_0ee4,
    0xc6e0_0bf3_3da8_8fc2, 0xd5a7_9147_930a_a725, 0x06ca_6351_e003_826f, 0x1429_2967_0a0e_6e70,
    0x27b7_0a85_46d2_2ffc, 0x2e1b_2138_5c26_c926, 0x4d2c_6dfc_5ac4_2aed, 0x5338_0d13_9d95_b3df,
    0x650a_7354_8baf_63de, 0x766a_0abb_3c77_b2a8, 0x81c2_c92e_47ed_aee6, 0x9272_2c85_1482_353b,
    0xa2bf_e8a1_4cf1_0364, 0xa81a_664b_bc42_3001, 0xc24b_8b70_d0f8_9791, 0xc76c_51a3_0654_be30,
    0xd192_e819_d6ef_5218, 0xd699_0624_5565_a910, 0xf40e_3585_5771_202a, 0x106a_a070_32bb_d1b8,
    0x19a4_c116_b8d2_d0c8, 0x1e37_6c08_5141_ab53, 0x2748_774c_df8e_eb99, 0x34b0_bcb5_e19b_48a8,
    0x391c_0cb3_c5c9_5a63, 0x4ed8_aa4a_e341_8acb, 0x5b9c_ca4f_7763_e373, 0x682e_6ff3_d6b2_b8a3,
    0x748f_82ee_5def_b2fc, 0x78a5_636f_4317_2f60, 0x84c8_7814_a1f0_ab72, 0x8cc7_0208_1a64_39ec,
    0x90be_fffa_2363_1e28, 0xa450_6ceb_de82_bde9, 0xbef9_a3f7_b2c6_7915, 0xc671_78f2_e372_532b,
    0xca27_3ece_ea26_619c, 0xd186_b8c7_21c0_c207, 0xeada_7dd6_cde0_eb1e, 0xf57d_4f7f_ee6e_d178,
    0x06f0_67aa_7217_6fba, 0x0a63_7dc5_a2c8_98a6, 0x113f_9804_bef9_0dae, 0x1b71_0b35_131c_471b,
    0x28db_77f5_2304_7d84, 0x32ca_ab7b_40c7_2493, 0x3c9e_be0a_15c9_bebc, 0x431d_67c4_9c10_0d4c,
    0x4cc5_d4be_cb3e_42b6, 0x597f_299c_fc65_7e2a, 0x5fcb_6fab_3ad6_faec, 0x6c44_198c_4a47_5817,
];

/// Runs `$step!(t)` for t = 0 to 79.
macro_rules! eighty {
    ($step:ident) => {
        eighty!(@ $step: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26);
        eighty!(@ $step: 27 28 29 30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49 50 51 52 53);
        eighty!(@ $step: 54 55 56 57 58 59 60 61 62 63 64 65 66 67 68 69 70 71 72 73 74 75 76 77 78 79);
    };
    (@ $step:ident: $($t:literal)+) => {
        $( $step!($t); )+
    };
}

#[inline(always)]
const fn ch(e: u64, f: u64, g: u64) -> u64 {
    g ^ (e & (f ^ g))
}

#[inline(always)]
const fn maj(a: u64, b: u64, c: u64) -> u64 {
    (a & b) | (c & (a ^ b))
}

/// `W_t`, computed in round t. The array `$w` holds the last sixteen words.
macro_rules! word {
    ($w:ident, $t:literal) => {{
        if $t >= 16 {
            let (w2, w15) = ($w[($t + 14) & 15], $w[($t + 1) & 15]);
            let sigma0 = w15.rotate_right(1) ^ w15.rotate_right(8) ^ (w15 >> 7);
            let sigma1 = w2.rotate_right(19) ^ w2.rotate_right(61) ^ (w2 >> 6);
            $w[$t & 15] = sigma1.wrapping_add($w[($t + 9) & 15]).wrapping_add(sigma0).wrapping_add($w[$t & 15]);
        }
        $w[$t & 15]
    }};
}

/// One round of `$state` with `W_t + K_t`.
macro_rules! round {
    ($state:ident, $word:expr) => {
        let [a, b, c, d, e, f, g, h] = $state;
        let sum1 = e.rotate_right(14) ^ e.rotate_right(18) ^ e.rotate_right(41);
        let sum0 = a.rotate_right(28) ^ a.rotate_right(34) ^ a.rotate_right(39);
        let t1 = h.wrapping_add($word).wrapping_add(ch(e, f, g)).wrapping_add(sum1);
        let t2 = sum0.wrapping_add(maj(a, b, c));
        $state = [t1.wrapping_add(t2), a, b, c, d.wrapping_add(t1), e, f, g];
    };
}

/// The compression function of SHA-512.
#[inline(always)]
fn compress(start: &State, block: [u64; 16]) -> State {
    let mut w = block;
    let mut state = *start;
    macro_rules! step {
        ($t:literal) => {
            round!(state, word!(w, $t).wrapping_add(K[$t]));
        };
    }
    eighty!(step);
    let ([a, b, c, d, e, f, g, h], [i, j, k, l, m, n, o, p]) = (*start, state);
    [
        a.wrapping_add(i),
        b.wrapping_add(j),
        c.wrapping_add(k),
        d.wrapping_add(l),
        e.wrapping_add(m),
        f.wrapping_add(n),
        g.wrapping_add(o),
        h.wrapping_add(p),
    ]
}

/// `DT(HMAC-SHA-512(K, C))` from the two pad states.
#[inline(always)]
pub(super) fn number(inner: &State, outer: &State, counter: u64) -> u32 {
    truncated(&compress(outer, digest_block(&compress(inner, counter_block(counter)))))
}
