use crate::scan::Span;

/// The steps that [`Totp::verify`](crate::Totp::verify) looks at: some before and some after the centre.
///
/// Each step more is one guess more for an attacker: a blind guess at six digits succeeds with
/// (back + 1 + ahead) / 1,000,000 per centre. Small by type: searching further is resynchronization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Window {
    /// Steps before the centre: 0 to 255.
    pub back: u8,
    /// Steps after the centre: 0 to 255.
    pub ahead: u8,
    /// What the window lies around.
    pub centres: Centres,
}

/// What a [`Window`] lies around, for a token whose recorded drift is not 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Centres {
    /// Around the recorded drift and around the server's own step as well: whoever sets a wrong clock right is not
    /// locked out.
    #[default]
    Both,
    /// Around the recorded drift only, for tokens whose clock nobody can set.
    Recorded,
}

impl Window {
    /// One step either way, as RFC 6238 §5.2 recommends for transmission delay. The default.
    pub const ONE: Self = Self::around(1);

    /// `steps` before and after both centres.
    #[must_use]
    pub const fn around(steps: u8) -> Self {
        Self::new(steps, steps)
    }

    /// `back` steps before and `ahead` steps after both centres.
    #[must_use]
    pub const fn new(back: u8, ahead: u8) -> Self {
        Self { back, ahead, centres: Centres::Both }
    }

    /// The same window around the recorded drift only.
    #[must_use]
    pub const fn recorded_only(self) -> Self {
        Self { centres: Centres::Recorded, ..self }
    }

    /// The steps to scan, in ascending order: the union of the windows around the centres, clipped to 0 and 2^64 - 1.
    pub(crate) fn spans(self, server: u64, drift: i64) -> (Span, Option<Span>) {
        let around =
            |centre: u64| Span::new(centre.saturating_sub(self.back.into()), centre.saturating_add(self.ahead.into()));
        let recorded = around(server.saturating_add_signed(drift));
        match self.centres {
            // Without a drift both are one: that is nearly every sign-in.
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
}
