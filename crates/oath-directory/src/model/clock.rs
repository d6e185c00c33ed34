/// Whether the time that a restore goes by was checked.
///
/// A restore refuses the codes up to now, so that a wrong clock does harm: one that is behind leaves used codes good. The
/// directory sees that the clock is behind where its newest event is later. Such an event may itself have been written while
/// the clock was ahead; only a person can tell which of the two was wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// It is compared with the newest event.
    #[default]
    Unchecked,
    /// A person looked at it and says that it is right, whatever the events say.
    Checked,
}
