use super::{Action, Event};
use crate::model::Upn;
use oath_totp::UnixTime;

/// Which events of the audit log to list. What is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    /// About this user.
    pub upn: Option<Upn>,
    /// About the token with this serial number.
    pub serial: Option<String>,
    /// Of this kind.
    pub action: Option<Action>,
    /// Of this moment or later.
    pub since: Option<UnixTime>,
    /// Of this moment or earlier.
    pub until: Option<UnixTime>,
}

impl EventQuery {
    /// Whether the event is one of them.
    #[must_use]
    pub fn fits(&self, event: &Event) -> bool {
        let Self { upn, serial, action, since, until } = self;
        let of_user = |wanted: &Upn| event.upn.parse().is_ok_and(|upn: Upn| upn.key() == wanted.key());
        upn.as_ref().is_none_or(of_user)
            && serial.as_ref().is_none_or(|serial| *serial == event.serial)
            && action.is_none_or(|action| action == event.action)
            && since.is_none_or(|since| since <= event.at)
            && until.is_none_or(|until| event.at <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::Actor;

    #[test]
    fn each_part_of_a_query_counts_and_the_limits_of_time_belong_to_it() {
        let at = UnixTime::from_secs;
        let event = Event::new(at(10), &Actor::local_operator(), Action::SignedIn);
        let event = event.of_user("Alice@example.com").of_token("1");
        let upn = |name: &str| Some(name.parse().unwrap());
        let query = EventQuery {
            upn: upn("alice@EXAMPLE.com"),
            serial: Some("1".to_owned()),
            action: Some(Action::SignedIn),
            since: Some(at(10)),
            until: Some(at(10)),
        };
        assert!(EventQuery::default().fits(&event) && query.fits(&event));
        for other in [
            EventQuery { upn: upn("bob@example.com"), ..query.clone() },
            EventQuery { serial: Some("2".to_owned()), ..query.clone() },
            EventQuery { action: Some(Action::SignInRejected), ..query.clone() },
            EventQuery { since: Some(at(11)), ..query.clone() },
            EventQuery { until: Some(at(9)), ..query.clone() },
        ] {
            assert!(!other.fits(&event), "{other:?}");
        }
        let of_nobody = Event { upn: String::new(), ..event };
        assert!(!query.fits(&of_nobody));
    }
}
