//! Several nodes of one directory on a server: administrators who act on each other, and the audit chains of several writers.
#![cfg(all(feature = "postgres", unix))]

#[path = "support/children.rs"]
mod children;
#[path = "support/nodes.rs"]
mod nodes;
#[path = "support/server.rs"]
mod server;

use self::children::{killed_within, start, task, times};
use self::nodes::{NOW, open, tenant};
use self::server::Server;
use oath_directory::audit::{Action, Chain, Head, Segment};
use oath_directory::rights::{Role, Roles};
use oath_directory::store::{PostgresStore, Store as _};
use oath_directory::{Actor, Directory, KeyRing, Pruned, UserKind};
use oath_totp::UnixTime;
use pollster::block_on;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

type Node = Directory<PostgresStore>;

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_secs(NOW + seconds)
}

fn keys() -> String {
    KeyRing::generate().unwrap().expose_text().to_string()
}

fn node(url: &str, keys: &str) -> Node {
    open(url, tenant(1), KeyRing::parse(keys).unwrap())
}

#[test]
fn administrators_who_act_on_each_other_do_not_wait_for_each_other() {
    const ROUNDS: usize = 150;
    let test = "administrators_who_act_on_each_other_do_not_wait_for_each_other";
    let Some(server) = Server::start(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let keys = keys();
    let names = ["a@example.com", "b@example.com"].map(|name| name.parse().unwrap());
    let (operator, none) = (Actor::local_operator(), Roles::NONE);
    let first = node(&server.url(""), &keys);
    for name in &names {
        block_on(first.add_user(&operator, at(0), name, UserKind::Member, None)).unwrap();
        block_on(first.change_roles(&operator, at(0), name, none.with(Role::GlobalAdministrator), none)).unwrap();
    }
    let barrier = Barrier::new(2);
    thread::scope(|scope| {
        for (me, other) in [(0, 1), (1, 0)] {
            let (node, barrier, names) = (node(&server.url(""), &keys), &barrier, &names);
            scope.spawn(move || {
                let actor = Actor::user(names[me].clone());
                for round in 0..ROUNDS {
                    let auditor = none.with(Role::Auditor);
                    let (add, remove) = if round % 2 == 0 { (auditor, none) } else { (none, auditor) };
                    barrier.wait();
                    block_on(node.change_roles(&actor, at(1), &names[other], add, remove)).unwrap();
                }
            });
        }
    });
    let events: usize = server.sql("SELECT count(*) FROM oath_events WHERE action = 'roles-changed'").parse().unwrap();
    assert_eq!(events, 2 + 2 * ROUNDS);
    // A connection counts what happened in it when it ends.
    drop(first);
    while server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'oath-directory'") != "0" {
        thread::sleep(Duration::from_millis(10));
    }
    let deadlocks = server.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()");
    assert_eq!(deadlocks, "0", "in {ROUNDS} rounds");
}

/// So many events in the chain of this node.
fn work(node: &Node, name: &str, events: usize, seconds: u64) {
    for number in 0..events {
        let user = format!("{name}-{seconds}-{number}@example.com").parse().unwrap();
        block_on(node.add_user(&Actor::local_operator(), at(seconds), &user, UserKind::Member, None)).unwrap();
    }
}

/// Lets the nodes write at the same moment until each has a chain of its own: a writer takes a chain that is there as long as no
/// other writer appends to it.
fn apart(nodes: &[Node]) {
    for round in 0..1000 {
        if block_on(nodes[0].chains()).unwrap().len() >= nodes.len() {
            return;
        }
        thread::scope(|scope| {
            for (number, node) in nodes.iter().enumerate() {
                scope.spawn(move || work(node, &format!("apart-{round}-{number}"), 3, 0));
            }
        });
    }
    panic!("the nodes share a chain");
}

fn prune(node: &Node, seconds: u64, file: &[u8]) -> Pruned {
    block_on(node.prune_audit(&Actor::local_operator(), at(seconds), file)).unwrap()
}

/// The ends of segments, by chain.
fn ends(segments: &[Segment]) -> BTreeMap<Chain, Head> {
    segments.iter().map(|segment| (segment.chain(), segment.end)).collect()
}

/// Where the chains that the database holds begin.
fn beginnings(node: &Node) -> BTreeMap<Chain, Head> {
    let report = block_on(node.verify_audit()).unwrap().unwrap();
    report.beginnings.into_iter().map(|beginning| (beginning.chain, beginning)).collect()
}

#[test]
fn chains_of_several_writers_are_exported_pruned_and_verified_while_one_of_them_writes() {
    let test = "chains_of_several_writers_are_exported_pruned_and_verified_while_one_of_them_writes";
    let Some(server) = Server::start(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let keys = keys();
    let nodes: Vec<Node> = (0..3).map(|_| node(&server.url(""), &keys)).collect();
    apart(&nodes);
    let (mut files, mut noted) = (Vec::new(), Vec::<Head>::new());
    for round in 1..=3_u64 {
        for (number, node) in nodes.iter().enumerate() {
            work(node, &number.to_string(), 7 + number, 100 * round);
        }
        block_on(nodes[0].checkpoint(&Actor::local_operator(), at(100 * round))).unwrap();
        noted.extend(block_on(nodes[0].verify_audit()).unwrap().unwrap().heads);
        let mut file = Vec::new();
        let segments = block_on(nodes[1].export_audit(at(100 * round), &mut file)).unwrap();
        assert!(segments.len() >= 3, "round {round}: {segments:?}");
        let pruned = thread::scope(|scope| {
            scope.spawn(|| work(&nodes[2], "d", 20, 100 * round + 50));
            prune(&nodes[usize::try_from(round % 3).unwrap()], 100 * round + 50, &file)
        });
        assert_eq!(pruned.events, segments.iter().map(Segment::events).sum::<u64>(), "round {round}");
        for (chain, end) in ends(&segments) {
            assert_eq!(beginnings(&nodes[0])[&chain], end, "round {round}");
        }
        files.extend(file);
    }
    noted.extend(block_on(nodes[0].verify_audit()).unwrap().unwrap().heads);
    // All that was noted down is in the files or in the database.
    let held = beginnings(&nodes[0]);
    let (pruned, kept): (Vec<_>, Vec<_>) = noted.into_iter().partition(|head| head.events <= held[&head.chain].events);
    assert!(pruned.len() > 5 && block_on(nodes[0].verify_segments(&*files, &pruned)).is_ok());
    for head in kept {
        assert_eq!(block_on(nodes[0].contains(head)).unwrap(), Ok(()));
    }
    // Without one chain's segment the file does not reach what the database holds.
    let lines: Vec<&str> = core::str::from_utf8(&files).unwrap().lines().collect();
    let last = lines.iter().rposition(|line| line.contains(r#""line":"segment""#)).unwrap();
    let chain = lines[last].split(r#""chain":"#).nth(1).unwrap().split(',').next().unwrap();
    assert!(lines[..last].iter().any(|line| line.contains(&format!(r#""chain":{chain},"#))), "it has one before");
    let without = lines[..last].join("\n");
    assert!(block_on(nodes[0].verify_segments(without.as_bytes(), &[])).is_err());
}

/// Not a test of its own: what a child does until it is killed.
#[test]
fn child() {
    let Some(words) = task() else { return };
    let keys = fs::read_to_string(Path::new(&words[1]).join("keys")).unwrap();
    let file = fs::read(Path::new(&words[1]).join("log")).unwrap();
    prune(&node(&words[0], &keys), words[2].parse().unwrap(), &file);
}

#[test]
fn a_killed_pruning_of_several_chains_goes_on_and_the_log_verifies_all_the_time() {
    let test = "a_killed_pruning_of_several_chains_goes_on_and_the_log_verifies_all_the_time";
    let Some(server) = Server::start(test) else { return };
    PostgresStore::migrate(&server.url("")).unwrap();
    let (keys, url, folder) = (keys(), server.url(""), tempfile::tempdir().unwrap());
    fs::write(folder.path().join("keys"), &keys).unwrap();
    let log = folder.path().join("log");
    let nodes: Vec<Node> = (0..6).map(|_| node(&url, &keys)).collect();
    apart(&nodes);
    let (mut cut, mut round) = (0, 0);
    while round < times(6, 300) || cut == 0 && round < 60 {
        round += 1;
        let seconds = 10 * round;
        for (number, node) in nodes.iter().enumerate() {
            work(node, &format!("n{number}"), 2, seconds);
        }
        let _ = fs::remove_file(&log);
        let segments = block_on(nodes[0].export_audit_to(at(seconds), &log)).unwrap();
        assert!(segments.len() >= nodes.len());
        let before = beginnings(&nodes[0]);
        let seconds_told = seconds.to_string();
        let words = [&*url, folder.path().to_str().unwrap(), &*seconds_told];
        if round.is_multiple_of(2) {
            // At any moment.
            killed_within(&words, Duration::ZERO..Duration::from_millis(300));
        } else {
            // When the first chain is pruned.
            let mut child = start(&words);
            let reached = || block_on(nodes[1].store().beginnings()).unwrap();
            let first = reached();
            while reached() == first && child.try_wait().unwrap().is_none() {}
            let _ = child.kill();
            child.wait().unwrap();
        }
        let gone = beginnings(&nodes[1]);
        let ends = ends(&segments);
        let reached = ends.iter().filter(|(chain, end)| gone.get(chain) == Some(end)).count();
        cut += usize::from(reached > 0 && reached < ends.len());
        for (chain, beginning) in &gone {
            let is_one = before.get(chain) == Some(beginning) || ends.get(chain) == Some(beginning);
            assert!(is_one, "{beginning}");
        }
        prune(&nodes[2], seconds, &fs::read(&log).unwrap());
        let gone = beginnings(&nodes[3]);
        for (chain, end) in &ends {
            assert_eq!(gone[chain], *end);
        }
        // Each pruning is recorded once, however often it was begun.
        let (action, at) = (Action::AuditPruned.name(), NOW + seconds);
        let told = server.sql(&format!("SELECT count(*) FROM oath_events WHERE action = '{action}' AND at = {at}"));
        assert_eq!(told, "1", "round {round}");
    }
    assert!(cut > 0, "no pruning was killed between two chains");
    println!("{round} rounds, {cut} killed between two chains");
}
