use crate::scan::Span;

/// The steps that [`Totp::verify`](crate::Totp::verify) accepts: some before and some after a centre.
///
/// Each further step is one more guess for an attacker: a blind guess at six digits succeeds with a probability of
/// (back + 1 + ahead) / 1,000,000 per centre. `back` and `ahead` are at most 255 steps: a wider search is
/// [`resync`](crate::Totp::resync), which takes two codes.
///
/// ```
/// use oath_totp::Window;
/// assert_eq!(Window::default(), Window::ONE);
/// let window = Window::new(2, 1).with_max_drift(120);
/// assert_eq!((window.back(), window.ahead(), window.max_drift()), (2, 1, 120));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Window {
    back: u8,
    ahead: u8,
    max_drift: u16,
    centres: Centres,
}

/// The centres of a [`Window`], for a token whose recorded drift is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Centres {
    /// The recorded drift and the server's own step: a user who sets a wrong clock right can still sign in.
    #[default]
    Both,
    /// The recorded drift only: for tokens whose clock cannot be set.
    Recorded,
}

impl Window {
    /// One step either way, which RFC 6238 §5.2 recommends for the transmission delay. The default.
    pub const ONE: Self = Self::around(1);

    /// The default of [`max_drift`](Self::max_drift): 2880 steps, one day of 30 s.
    pub const MAX_DRIFT: u16 = 2880;

    /// `steps` before and after both centres.
    #[must_use]
    pub const fn around(steps: u8) -> Self {
        Self::new(steps, steps)
    }

    /// `back` steps before and `ahead` steps after both centres.
    #[must_use]
    pub const fn new(back: u8, ahead: u8) -> Self {
        Self { back, ahead, max_drift: Self::MAX_DRIFT, centres: Centres::Both }
    }

    /// The same window around the recorded drift only.
    #[must_use]
    pub const fn recorded_only(self) -> Self {
        Self { centres: Centres::Recorded, ..self }
    }

    /// The same window with another bound for the recorded drift, in steps either way.
    #[must_use]
    pub const fn with_max_drift(self, steps: u16) -> Self {
        Self { max_drift: steps, ..self }
    }

    /// Steps before each centre.
    #[must_use]
    pub const fn back(self) -> u8 {
        self.back
    }

    /// Steps after each centre.
    #[must_use]
    pub const fn ahead(self) -> u8 {
        self.ahead
    }

    /// The largest drift that verification uses and records, in steps either way. A larger recorded drift counts as
    /// this one.
    #[must_use]
    pub const fn max_drift(self) -> u16 {
        self.max_drift
    }

    /// The centres of the window.
    #[must_use]
    pub const fn centres(self) -> Centres {
        self.centres
    }

    /// The steps of one centre: back + 1 + ahead.
    pub(crate) fn length(self) -> u64 {
        u64::from(self.back).saturating_add(1).saturating_add(self.ahead.into())
    }

    /// The drift, clipped to [`max_drift`](Self::max_drift).
    pub(crate) fn clip(self, drift: i64) -> i64 {
        drift.clamp(-i64::from(self.max_drift), self.max_drift.into())
    }

    /// The steps to scan, in ascending order: the union of the windows around the centres, clipped to 0 and 2^64 - 1.
    /// `drift` is clipped already.
    pub(crate) fn spans(self, server: u64, drift: i64) -> (Span, Option<Span>) {
        let around =
            |centre: u64| Span::new(centre.saturating_sub(self.back.into()), centre.saturating_add(self.ahead.into()));
        let recorded = around(server.saturating_add_signed(drift));
        match self.centres {
            // Without a drift both centres are the same step, as in nearly every sign-in.
            Centres::Both if drift != 0 => recorded.union(around(server)),
            _ => (recorded, None),
        }
    }
}

impl Default for Window {
    fn default() -> Self {
        Self::ONE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(window: Window, server: u64, drift: i64) -> (u64, u64, Option<(u64, u64)>) {
        let (a, b) = window.spans(server, drift);
        (a.first, a.last, b.map(|b| (b.first, b.last)))
    }

    #[test]
    fn the_union_of_two_windows_is_scanned_once_and_in_order() {
        let two = Window::around(2);
        assert_eq!(steps(two, 100, 0), (98, 102, None));
        assert_eq!(steps(two, 100, 3), (98, 105, None), "overlapping");
        assert_eq!(steps(two, 100, 5), (98, 107, None), "adjoining");
        assert_eq!(steps(two, 100, 6), (98, 102, Some((104, 108))), "apart");
        assert_eq!(steps(two, 100, -6), (92, 96, Some((98, 102))), "apart, backwards");
        assert_eq!(steps(two.recorded_only(), 100, -6), (92, 96, None));
    }

    #[test]
    fn windows_are_clipped_at_the_ends_of_the_counter() {
        let two = Window::around(2);
        assert_eq!(steps(two, 0, 0), (0, 2, None));
        assert_eq!(steps(two, 1, i64::MIN), (0, 3, None));
        assert_eq!(steps(two, u64::MAX, 0), (u64::MAX - 2, u64::MAX, None));
        assert_eq!(steps(two, u64::MAX, i64::MAX), (u64::MAX - 2, u64::MAX, None));
        assert_eq!(steps(two, 0, i64::MAX), (0, 2, Some(((1 << 63) - 3, (1 << 63) + 1))));
    }

    #[test]
    fn a_drift_beyond_the_bound_counts_as_the_bound() {
        let window = Window::ONE.with_max_drift(10);
        assert_eq!([-11, -10, 0, 10, 11].map(|drift| window.clip(drift)), [-10, -10, 0, 10, 10]);
        assert_eq!([i64::MIN, i64::MAX].map(|drift| window.clip(drift)), [-10, 10]);
        assert_eq!([5, -5].map(|drift| Window::ONE.with_max_drift(0).clip(drift)), [0, 0]);
    }
}
