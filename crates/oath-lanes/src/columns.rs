//! The pad states of several keys, transposed for the lanes.

use crate::hash::Hash;

/// The pad states of L keys, word by word, so that a vector loads the same word of all keys at once. L is a multiple of
/// four. Wiped on drop.
#[repr(align(64))]
pub(crate) struct Columns<const S: usize, const L: usize> {
    inner: [[u32; L]; S],
    outer: [[u32; L]; S],
}

impl<const S: usize, const L: usize> Columns<S, L> {
    pub(crate) const fn new() -> Self {
        Self { inner: [[0; L]; S], outer: [[0; L]; S] }
    }

    // `fill` and `fill_sse2` are loops over keys and words. Inlined into a loop over lanes, they would keep the
    // compiler from vectorizing it.

    /// Copies the pad states of the keys into the columns.
    #[inline(never)]
    pub(crate) fn fill<P: Hash<S>>(&mut self, keys: &[&P; L]) {
        self.fill_by(keys, transposed);
    }

    /// [`fill`](Self::fill) with a transposition in vectors, which the compiler does not find by itself.
    #[cfg(target_arch = "x86_64")]
    #[inline(never)]
    #[target_feature(enable = "sse2")]
    pub(crate) fn fill_sse2<P: Hash<S>>(&mut self, keys: &[&P; L]) {
        self.fill_by(keys, |rows| transposed_sse2(rows));
    }

    #[inline(always)]
    fn fill_by<P: Hash<S>>(&mut self, keys: &[&P; L], transposed: impl Fn(Square) -> Square) {
        for (at, keys) in keys.as_chunks::<4>().0.iter().enumerate() {
            put(&mut self.inner, at, keys.map(P::inner), &transposed);
            put(&mut self.outer, at, keys.map(P::outer), &transposed);
        }
    }

    /// The pad states of key number `lane`; zeros if `lane` is L or more.
    #[inline(always)]
    pub(crate) fn pads(&self, lane: usize) -> [[u32; S]; 2] {
        let word = |column: &[u32; L]| column.get(lane).copied().unwrap_or_default();
        [self.inner.each_ref().map(word), self.outer.each_ref().map(word)]
    }
}

impl<const S: usize, const L: usize> Drop for Columns<S, L> {
    fn drop(&mut self) {
        self.inner = [[0; L]; S];
        self.outer = [[0; L]; S];
        zeroize::optimization_barrier(self);
    }
}

/// Stores four states as the group of lanes number `at`. The time goes into stores, and a store of four words takes no
/// longer than a store of one: hence the transposition before it.
#[inline(always)]
fn put<const S: usize, const L: usize>(
    columns: &mut [[u32; L]; S],
    at: usize,
    states: [&[u32; S]; 4],
    transposed: impl Fn(Square) -> Square,
) {
    let [(a, ra), (b, rb), (c, rc), (d, rd)] = states.map(|state| state.as_chunks::<4>());
    let (groups, rest) = columns.as_chunks_mut::<4>();
    let set = |column: &mut [u32; L], words| {
        if let Some(slot) = column.as_chunks_mut::<4>().0.get_mut(at) {
            *slot = words;
        }
    };
    for ((((group, a), b), c), d) in groups.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        group.iter_mut().zip(transposed([*a, *b, *c, *d])).for_each(|(column, words)| set(column, words));
    }
    for ((((column, a), b), c), d) in rest.iter_mut().zip(ra).zip(rb).zip(rc).zip(rd) {
        set(column, [*a, *b, *c, *d]);
    }
}

/// Four words of four states.
type Square = [[u32; 4]; 4];

#[inline(always)]
const fn transposed(rows: Square) -> Square {
    let [[a0, a1, a2, a3], [b0, b1, b2, b3], [c0, c1, c2, c3], [d0, d1, d2, d3]] = rows;
    [[a0, b0, c0, d0], [a1, b1, c1, d1], [a2, b2, c2, d2], [a3, b3, c3, d3]]
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[target_feature(enable = "sse2")]
fn transposed_sse2(rows: Square) -> Square {
    use core::arch::x86_64::{
        __m128i, _mm_cvtsi128_si32, _mm_set_epi32, _mm_shuffle_epi32, _mm_unpackhi_epi32, _mm_unpackhi_epi64,
        _mm_unpacklo_epi32, _mm_unpacklo_epi64,
    };
    let [a, b, c, d] = rows
        .map(|[w0, w1, w2, w3]| _mm_set_epi32(w3.cast_signed(), w2.cast_signed(), w1.cast_signed(), w0.cast_signed()));
    let (ab01, ab23) = (_mm_unpacklo_epi32(a, b), _mm_unpackhi_epi32(a, b));
    let (cd01, cd23) = (_mm_unpacklo_epi32(c, d), _mm_unpackhi_epi32(c, d));
    let words = |v: __m128i| {
        [v, _mm_shuffle_epi32::<1>(v), _mm_shuffle_epi32::<2>(v), _mm_shuffle_epi32::<3>(v)]
            .map(|v| _mm_cvtsi128_si32(v).cast_unsigned())
    };
    [
        words(_mm_unpacklo_epi64(ab01, cd01)),
        words(_mm_unpackhi_epi64(ab01, cd01)),
        words(_mm_unpacklo_epi64(ab23, cd23)),
        words(_mm_unpackhi_epi64(ab23, cd23)),
    ]
}
