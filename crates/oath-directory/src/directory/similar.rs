//! What may be meant by a serial number or a user name that is not in the directory.

use super::Directory;
use crate::audit::Actor;
use crate::decide::Asked;
use crate::decide::rights::{self, Ask};
use crate::error::Error;
use crate::model::Upn;
use crate::rights::Operation;
use crate::store::{Store, Wanted};
use oath_totp::UnixTime;
use std::collections::BTreeSet;

/// Longer serial numbers are not varied, so that the search is bounded: some hundred keys for a usual number.
const LONGEST: usize = 32;

/// The same for user names.
const LONGEST_NAME: usize = 64;

/// Of serial numbers.
const DIGITS: &str = "0123456789";

/// Of most user names, whose keys are in lower case.
const NAME: &str = "abcdefghijklmnopqrstuvwxyz0123456789.-_";

/// More tokens or users than this are no suggestion.
const MOST: usize = 3;

impl<S: Store> Directory<S> {
    /// Serial numbers of tokens that may be meant by this one, which no token has: the same with other zeros before it or in
    /// another case; otherwise with one character missing, added or two exchanged; otherwise with one other character. At most
    /// three; none where more than that are equally near.
    ///
    /// For callers who may list tokens: it tells that these exist. It looks up some hundred keys, at most
    /// 3,000, however many tokens there are.
    ///
    /// # Errors
    /// [`Error::Store`].
    pub async fn similar_serials(&self, serial: &str) -> Result<Vec<String>, Error> {
        if serial.is_empty() || serial.chars().count() > LONGEST {
            return Ok(Vec::new());
        }
        for near in [same_number(serial), slips(serial, DIGITS), replaced(serial, DIGITS)] {
            let wanted = Wanted { serials: near.iter().cloned().collect(), ..Wanted::default() };
            let found = self.store.view(wanted).await?.tokens;
            if let Some(meant) = few(found.into_iter().map(|token| token.value.serial).collect()) {
                return Ok(meant);
            }
        }
        Ok(Vec::new())
    }
}

impl<S: Store> Directory<S> {
    /// User names that may be meant by this one, which no user has: the same name in another domain, or with its parts exchanged;
    /// otherwise with one character missing, added or two exchanged; otherwise with one other character. At most three; none where
    /// more than that are equally near. None either for an actor who may not list the users, and no event is written then.
    ///
    /// It looks up at most 6,000 keys, however many users there are.
    ///
    /// # Errors
    /// [`Error::Store`]; [`Error::Keys`] where the directory belongs to another ring.
    pub async fn similar_users(&self, actor: &Actor, now: UnixTime, upn: &Upn) -> Result<Vec<String>, Error> {
        let key = upn.key();
        if key.chars().count() > LONGEST_NAME || !self.may_list(actor, now).await? {
            return Ok(Vec::new());
        }
        let found = self.same_person(key).await?;
        if !found.is_empty() {
            return Ok(found);
        }
        for near in [slips(key, NAME), replaced(key, NAME)] {
            if let Some(meant) = few(self.users_of(near).await?) {
                return Ok(meant);
            }
        }
        Ok(Vec::new())
    }

    /// Whether an actor may list the users. A refusal is not written down: the actor did not ask for it.
    async fn may_list(&self, actor: &Actor, now: UnixTime) -> Result<bool, Error> {
        let Some(upn) = actor.upn() else { return Ok(true) };
        let wanted = Wanted { users: vec![upn.key().to_owned()], ..Wanted::default() };
        let (view, policy) = self.seen(self.store.view(wanted).await?)?;
        let asked = Asked { actor, now, ask: Ask::directory(Operation::List) };
        Ok(rights::check(asked.under(&policy), &view).is_ok())
    }

    /// The same name in other domains, or with its two parts exchanged.
    async fn same_person(&self, key: &str) -> Result<Vec<String>, Error> {
        let Some((name, domain)) = key.split_once('@') else { return Ok(Vec::new()) };
        let start = format!("{name}@");
        // In the order of the keys, all domains of a name follow each other.
        let page = self.store.users(Some(start.clone()), MOST.saturating_add(1)).await?;
        let others = page.into_iter().map(|listed| listed.user.upn);
        let mut found: Vec<String> =
            others.filter(|upn| upn.key().starts_with(&start)).map(|upn| upn.to_string()).collect();
        if found.is_empty()
            && let Some((first, last)) = name.split_once('.')
        {
            found = self.users_of([format!("{last}.{first}@{domain}")].into()).await?;
        }
        if found.len() > MOST {
            found.clear();
        }
        Ok(found)
    }

    async fn users_of(&self, keys: BTreeSet<String>) -> Result<Vec<String>, Error> {
        let wanted = Wanted { users: keys.into_iter().collect(), ..Wanted::default() };
        let users = self.store.view(wanted).await?.users;
        Ok(users.into_iter().map(|user| user.value.upn.to_string()).collect())
    }
}

/// What is suggested of the names that are equally near, in their order: none of too many. `None` where there are none, so that
/// those further away are looked at.
fn few(mut found: Vec<String>) -> Option<Vec<String>> {
    found.sort();
    match found.len() {
        0 => None,
        1..=MOST => Some(found),
        _ => Some(Vec::new()),
    }
}

/// What a spreadsheet and a keyboard make of a serial number.
fn same_number(serial: &str) -> BTreeSet<String> {
    let bare = serial.trim_start_matches('0');
    let zeros = (0..=4).map(|zeros| format!("{}{bare}", "0".repeat(zeros)));
    let near = zeros.chain([serial.to_uppercase(), serial.to_lowercase(), serial.replace([' ', '-'], "")]);
    near.filter(|near| near != serial).collect()
}

/// One character missing, one too many, or two exchanged.
fn slips(text: &str, alphabet: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut near = BTreeSet::new();
    for (at, c) in characters.iter().enumerate() {
        let (before, after) = characters.split_at(at);
        near.insert(before.iter().chain(after.iter().skip(1)).collect());
        near.insert(before.iter().chain(after.iter().skip(1).take(1)).chain([c]).chain(after.iter().skip(2)).collect());
    }
    for at in 0..=characters.len() {
        let (before, after) = characters.split_at(at);
        near.extend(letters(text, alphabet).iter().map(|c| before.iter().chain([c]).chain(after).collect::<String>()));
    }
    near.remove(text);
    near.remove("");
    near
}

/// One other character.
fn replaced(text: &str, alphabet: &str) -> BTreeSet<String> {
    let characters: Vec<char> = text.chars().collect();
    let mut near = BTreeSet::new();
    for at in 0..characters.len() {
        let (before, after) = characters.split_at(at);
        let with = |c: &char| before.iter().chain([c]).chain(after.iter().skip(1)).collect::<String>();
        near.extend(letters(text, alphabet).iter().map(with));
    }
    near.remove(text);
    near
}

/// The alphabet, and the characters that the text itself has.
fn letters(text: &str, alphabet: &str) -> BTreeSet<char> {
    alphabet.chars().chain(text.chars()).collect()
}
