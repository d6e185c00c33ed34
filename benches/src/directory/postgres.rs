//! Sign-ins on PostgreSQL beside bare updates on the same server.

use crate::callers::{CALLERS, sign_in};
use crate::figures::{Figures, Latencies, count_of};
use crate::people::{furnish, policy, ring};
use crate::server::Server;
use crate::{Effort, Outcome};
use oath_directory::model::TenantId;
use oath_directory::store::PostgresStore;
use oath_directory::{Directory, KeyRing};
use std::time::Instant;
use tokio::runtime::Builder;
use tokio_postgres::{Client, NoTls, Statement};

/// How many connections the bare updates have.
const CONNECTIONS: usize = 16;

/// Connections that update one gate each at a time, with a statement that was prepared.
struct Bare {
    runtime: tokio::runtime::Runtime,
    connections: Vec<(Client, Statement)>,
    names: Vec<String>,
    /// What each gate has now.
    versions: Vec<i64>,
}

impl Bare {
    /// Connections to the gates of this tenant, which are copied from those of another.
    fn open(server: &Server, of: TenantId, own: TenantId) -> Outcome<Self> {
        server.sql(&format!(
            "INSERT INTO oath_gates SELECT (jsonb_populate_record(g, jsonb_build_object('tenant', '{own}'))).*
             FROM oath_gates g WHERE tenant = '{of}'"
        ));
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let url = server.url("");
        let sql = format!(
            "UPDATE oath_gates SET version = $2 + 1, failures = 0, last_request = gen_random_uuid()
             WHERE tenant = '{own}' AND name = $1 AND version = $2"
        );
        let mut connections = Vec::new();
        let mut gates = Vec::new();
        for _ in 0..CONNECTIONS {
            let (client, connection) = runtime.block_on(tokio_postgres::connect(&url, NoTls))?;
            runtime.spawn(connection);
            if gates.is_empty() {
                let all = format!("SELECT name, version FROM oath_gates WHERE tenant = '{own}' ORDER BY name");
                gates = runtime.block_on(client.query(&all, &[]))?;
            }
            let statement = runtime.block_on(client.prepare(&sql))?;
            connections.push((client, statement));
        }
        let (names, versions) = gates.iter().map(|row| (row.get::<_, String>(0), row.get::<_, i64>(1))).unzip();
        Ok(Self { runtime, connections, names, versions })
    }

    /// So many updates of gates in turn, each a call that is committed by itself.
    fn update(&mut self, count: usize) -> Outcome {
        let each = count.div_ceil(CONNECTIONS);
        let share = self.names.len().div_ceil(CONNECTIONS).max(1);
        let shares = self.names.chunks(share).zip(self.versions.chunks_mut(share));
        let calls = shares.zip(&self.connections).map(|((names, versions), (client, update))| async move {
            let mut gates = names.iter().zip(versions).collect::<Vec<_>>();
            let gate_count = gates.len().max(1);
            for turn in 0..each {
                let Some((name, version)) = gates.get_mut(turn % gate_count) else { break };
                let changed = client.execute(update, &[name, &**version]).await?;
                if changed != 1 {
                    return Err("a gate is not as it was".into());
                }
                **version += 1;
            }
            Outcome::Ok(())
        });
        self.runtime.block_on(futures_util::future::join_all(calls)).into_iter().collect()
    }
}

pub(crate) fn postgres(effort: Effort) -> Outcome {
    for durable in [true, false] {
        let Some(server) = Server::start_with("a bench", durable) else { return Ok(()) };
        println!("\n-- fsync={}", if durable { "on" } else { "off" });
        on(&server, effort)?;
    }
    Ok(())
}

fn on(server: &Server, effort: Effort) -> Outcome {
    PostgresStore::migrate(&server.url(""))?;
    let keys = KeyRing::generate()?;
    let (tenant, bare) = (TenantId::from_random(1), TenantId::from_random(2));
    let open = |options: &str| Outcome::Ok(PostgresStore::open(&server.url(options), tenant)?);
    let first = open("")?;
    let mut people = furnish(&first, &keys, effort.sign_ins.min(2048), 1)?;
    let directory = |store: PostgresStore| Outcome::Ok(Directory::new(store, ring(&keys)?, policy())?);
    let (first, second, planned) = (directory(first)?, directory(open("")?)?, directory(open("&prepare=on")?)?);
    let mut bare = Bare::open(server, tenant, bare)?;
    server.sql("VACUUM ANALYZE");
    let [mut one, mut two, mut once, mut updates] = [(); 4].map(|()| Figures::default());
    sign_in(&[&first, &second, &planned], &mut people, effort.sign_ins / 4)?;
    bare.update(effort.sign_ins / 4)?;
    let mut all = Latencies::default();
    for _ in 0..effort.rounds {
        let (took, latencies) = sign_in(&[&first], &mut people, effort.sign_ins)?;
        one.push(count_of(latencies.0.len()) / took.as_secs_f64());
        all.0.extend(latencies.0);
        let (took, latencies) = sign_in(&[&first, &second], &mut people, effort.sign_ins)?;
        two.push(count_of(latencies.0.len()) / took.as_secs_f64());
        let (took, latencies) = sign_in(&[&planned], &mut people, effort.sign_ins)?;
        once.push(count_of(latencies.0.len()) / took.as_secs_f64());
        let (start, count) = (Instant::now(), effort.sign_ins);
        bare.update(count)?;
        updates.push_rate(count, start.elapsed());
    }
    one.print(&format!("{CALLERS} callers sign in at one node, audit included"), "a second");
    two.print(&format!("{CALLERS} callers at two nodes, all together"), "a second");
    once.print(&format!("{CALLERS} callers at one node with prepare=on"), "a second");
    updates.print(&format!("bare: one conditional update a call, {CONNECTIONS} connections"), "a second");
    one.print_ratio(&updates, "one node beside bare updates (wanted: 3)");
    once.print_ratio(&updates, "the same with prepare=on (wanted: 3)");
    two.print_ratio(&one, "two nodes beside one (wanted: 0.9)");
    all.print("a call of 64 callers at one node");
    Ok(())
}
