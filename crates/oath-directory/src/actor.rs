use crate::model::Upn;
use oath_totp::UnixTime;

/// Who asks for an operation. Every operation takes one, and every event names it. What it may do stands in
/// [`rights`](crate::rights).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    who: Who,
    clock: Option<UnixTime>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Who {
    /// By the name that the operating system gives the person, where it is known.
    LocalOperator(Option<String>),
    User(Upn),
}

impl Actor {
    /// The person at the keyboard, or the server, who can read the database and the key ring and may do everything.
    #[must_use]
    pub const fn local_operator() -> Self {
        Self { who: Who::LocalOperator(None), clock: None }
    }

    /// The same, called so by the operating system: the log says `local-operator:NAME`.
    #[must_use]
    pub fn local_operator_named(name: &str) -> Self {
        Self { who: Who::LocalOperator(Some(name.to_owned())), clock: None }
    }

    /// A user of the directory, who may do what the user's roles allow at the moment of the operation. Who it is, the caller
    /// knows: by a sign-in, for example.
    #[must_use]
    pub const fn user(upn: Upn) -> Self {
        Self { who: Who::User(upn), clock: None }
    }

    /// The same actor, who gives another time than the one that the clock shows: both stand in the audit log.
    #[must_use]
    pub fn while_the_clock_shows(self, clock: UnixTime) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// As the audit log writes it: a user name, or `local-operator`, which no user name is.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.who {
            Who::LocalOperator(None) => "local-operator".to_owned(),
            Who::LocalOperator(Some(name)) => format!("local-operator:{name}"),
            Who::User(upn) => upn.to_string(),
        }
    }

    /// The user, where it is one.
    #[must_use]
    pub const fn upn(&self) -> Option<&Upn> {
        match &self.who {
            Who::LocalOperator(_) => None,
            Who::User(upn) => Some(upn),
        }
    }

    pub(crate) const fn clock(&self) -> Option<UnixTime> {
        self.clock
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_users_from_operators() {
        let alice: Upn = "alice@example.com".parse().unwrap();
        let names = [Actor::local_operator(), Actor::local_operator_named("root"), Actor::user(alice)];
        assert_eq!(names.map(|actor| actor.name()), ["local-operator", "local-operator:root", "alice@example.com"]);
        // No user name has a colon or lacks an @: none reads like an operator.
        assert!("local-operator:root".parse::<Upn>().is_err() && "local-operator:a@b".parse::<Upn>().is_err());
    }
}
