//! Users with an activated token each, whose codes are known.

use crate::Outcome;
use oath_directory::store::{Changes, MemoryStore, Store, TokenFilter, Wanted, Write};
use oath_directory::{Actor, Directory, KeyRing, Policy, Upn, UserKind};
use oath_totp::{Algorithm, Code, Digits, Secret, TimeStep, Totp, UnixTime};
use pollster::block_on;

pub(crate) const NOW: u64 = 1_700_000_000;

/// The first line of a file of Entra ID.
const HEADER: &str = "upn,serial number,secret key,time interval,manufacturer,model\r\n";

/// No lock, and no limit of activations.
pub(crate) fn policy() -> Policy {
    Policy { free_attempts: u32::MAX, activations: None, ..Policy::default() }
}

/// A user, the token, and the time of the next code.
pub(crate) struct Person {
    pub(crate) upn: Upn,
    totp: Totp,
    next: u64,
}

impl Person {
    /// The next code that was not used, and when it is shown.
    pub(crate) fn next(&mut self) -> (UnixTime, Code) {
        // Far apart: of neighbouring codes two may be the same, and then the second is a replay.
        self.next += 300;
        let now = UnixTime::from_secs(self.next);
        (now, self.totp.generate(now))
    }
}

/// A number as 16 hexadecimal digits that come in no order.
pub(crate) fn shuffled(number: usize) -> String {
    let number = u64::try_from(number).unwrap_or(u64::MAX);
    let mut mixed = (number ^ (number >> 30)).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    format!("{:016x}", mixed ^ (mixed >> 31))
}

/// A row of a file, for a user or for the stock.
pub(crate) fn row(user: &str, serial: &str, secret: &Secret) -> String {
    format!("{user},{serial},{},30,Contoso,HT-1\r\n", *secret.expose_base32())
}

/// Secret number so much. Serial numbers of a vendor come in order, secrets do not.
pub(crate) fn secret(number: usize) -> Outcome<Secret> {
    Ok(Secret::from_bytes([shuffled(number).as_bytes(), b"bench"].concat().get(..20).unwrap_or_default())?)
}

pub(crate) fn header() -> String {
    HEADER.to_owned()
}

/// So many users. Their tokens are assigned and activated in memory by the directory itself; then the records go into the store,
/// many in a transaction, so that no disk is waited for.
pub(crate) fn furnish<S: Store>(store: &S, keys: &KeyRing, count: usize, tokens_each: usize) -> Outcome<Vec<Person>> {
    let directory = Directory::new(MemoryStore::of(store.tenant()), ring(keys)?, policy())?;
    let (operator, now) = (Actor::local_operator(), UnixTime::from_secs(NOW));
    let (mut people, mut text) = (Vec::new(), header());
    for number in 0..count {
        let upn: Upn = format!("{}@example.com", shuffled(number)).parse()?;
        block_on(directory.add_user(&operator, now, &upn, UserKind::Member, None))?;
        for each in 0..tokens_each {
            text.push_str(&row(upn.as_str(), &format!("P{number}-{each}"), &secret(number * tokens_each + each)?));
        }
        let key = secret(number * tokens_each)?.key(Algorithm::Sha1)?;
        people.push(Person { upn, totp: Totp::new(key, Digits::Six, TimeStep::SECONDS_30), next: NOW + 600 });
    }
    let rows = oath_seeds::Reader::new(text.as_bytes(), &oath_seeds::Options::default())?;
    block_on(directory.upload(&operator, now, "people.csv", rows))?;
    for number in 0..count {
        for each in 0..tokens_each {
            let key = secret(number * tokens_each + each)?.key(Algorithm::Sha1)?;
            let totp = Totp::new(key, Digits::Six, TimeStep::SECONDS_30);
            let codes = [totp.generate(now), totp.generate(UnixTime::from_secs(NOW + 30))].into();
            block_on(directory.activate(&operator, now, &format!("P{number}-{each}"), &codes))?;
        }
    }
    copy(directory.store(), store, keys)?;
    Ok(people)
}

/// Puts the records of one store into another, which is empty.
fn copy<A: Store, B: Store>(from: &A, to: &B, keys: &KeyRing) -> Outcome {
    let commit = |changes: Changes| {
        block_on(to.commit(changes, keys.audit_key())).map_err(|error| format!("the records are refused: {error:?}"))
    };
    let settings = block_on(from.view(Wanted::default()))?.settings;
    commit(Changes { settings: settings.map(|read| Write::Insert(read.value)), ..Changes::default() })?;
    let mut after = None;
    loop {
        let users = block_on(from.users(after.take(), 4000))?;
        let Some(last) = users.last() else { break };
        after = Some(last.user.upn.key().to_owned());
        let bumps = users.iter().map(|listed| listed.user.upn.key().to_owned()).collect();
        commit(Changes {
            users: users.into_iter().map(|listed| Write::Insert(listed.user)).collect(),
            bumps,
            ..Changes::default()
        })?;
    }
    let mut after = None;
    loop {
        let tokens = block_on(from.tokens(TokenFilter::default(), after.take(), 4000))?;
        let Some(last) = tokens.last() else { return Ok(()) };
        after = Some(last.token.serial.clone());
        let (tokens, states) =
            tokens.into_iter().map(|listed| (Write::Insert(listed.token), Write::Insert(listed.state))).unzip();
        commit(Changes { tokens, states, ..Changes::default() })?;
    }
}

/// The same ring once more.
pub(crate) fn ring(keys: &KeyRing) -> Outcome<KeyRing> {
    Ok(KeyRing::parse(&keys.expose_text())?)
}
