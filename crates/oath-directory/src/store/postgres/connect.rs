//! Where the server is, and connections to it.

use super::TenantId;
use super::fault::Failure;
use super::values::Query;
use crate::store::{Fault, StoreError};
use core::fmt;
use core::future::{Future, poll_fn};
use core::pin::Pin;
use core::task::Poll;
use core::time::Duration;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::path::Path;
use std::sync::Arc;
use tokio::time::{sleep, timeout};
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::{Client, Config, Row};
use tokio_postgres_rustls::MakeRustlsConnect;

/// How often something is tried before it is given up, and how long the rest after the first try is at the most: each
/// further one may be twice as long.
const TRIES: u32 = 8;
const REST: Duration = Duration::from_millis(5);

/// A database, and whose records in it.
pub(super) struct Place {
    config: Config,
    tls: MakeRustlsConnect,
    /// For messages: the URL without the password.
    shown: String,
    pub(super) tenant: TenantId,
    patience: Duration,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("shown", &self.shown).field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Place {
    /// Leakage: the password of the URL goes to the server only. It is in no error and no `Debug`; copies of it stay in memory.
    pub(super) fn new(url: &str, tenant: TenantId, patience: Duration) -> Result<Self, StoreError> {
        let unclear = |what: &str| StoreError {
            fault: Fault::Other,
            message: format!("the URL of the database {what}; expected postgres://user@host:5432/database"),
        };
        if !["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(unclear("does not begin with postgres://"));
        }
        let Options { url, roots, strict } = Options::of(url);
        // What the parser says may quote a part of the URL, and with a stray character that may be the password.
        let mut config: Config = url.parse().map_err(|_| unclear("cannot be read"))?;
        if strict.is_none() && !url.contains("sslmode=") && config.get_hosts().iter().any(is_elsewhere) {
            config.ssl_mode(SslMode::Require);
        }
        if strict == Some(true) {
            config.ssl_mode(SslMode::Require);
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(patience);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(patience);
        }
        if config.get_application_name().is_none() {
            config.application_name("oath-directory");
        }
        let shown = shown(&config);
        let tls = tls(config.get_ssl_mode(), roots.as_deref().map(Path::new));
        let tls = tls.map_err(|message| StoreError { fault: Fault::Other, message: format!("{shown}: {message}") })?;
        Ok(Self { config, tls, shown, tenant, patience })
    }

    pub(super) fn explain(&self, failure: &Failure) -> StoreError {
        failure.explain(&self.shown)
    }

    pub(super) fn fault(&self, fault: Fault, what: &str) -> StoreError {
        self.explain(&Failure::other(fault, what))
    }
}

/// What of a URL the parser does not know.
struct Options {
    url: String,
    roots: Option<String>,
    strict: Option<bool>,
}

impl Options {
    fn of(url: &str) -> Self {
        let mut found = Self { url: url.to_owned(), roots: None, strict: None };
        let Some((place, options)) = url.split_once('?') else { return found };
        let mut kept = Vec::new();
        for option in options.split('&') {
            match option.split_once('=') {
                Some(("sslrootcert", path)) => found.roots = Some(path.replace("%2F", "/").replace("%2f", "/")),
                // Certificates and names are always checked.
                Some(("sslmode", "verify-full")) => found.strict = Some(true),
                _ => kept.push(option),
            }
        }
        found.url = if kept.is_empty() { place.to_owned() } else { format!("{place}?{}", kept.join("&")) };
        found
    }
}

/// Whether what goes to this host leaves the machine.
fn is_elsewhere(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => !["localhost", "127.0.0.1", "::1", "[::1]"].contains(&name.as_str()),
        #[cfg(unix)]
        Host::Unix(_) => false,
    }
}

fn shown(config: &Config) -> String {
    let hosts = config.get_hosts().iter().map(|host| match host {
        Host::Tcp(name) => name.clone(),
        #[cfg(unix)]
        Host::Unix(path) => path.display().to_string(),
    });
    let hosts: Vec<_> = hosts.collect();
    let ports: Vec<_> = config.get_ports().iter().map(|port| format!(":{port}")).collect();
    let name = config.get_dbname().map(|name| format!("/{name}")).unwrap_or_default();
    format!("postgres://{}{}{name}", hosts.join(","), ports.concat())
}

/// TLS with the certificates that the machine trusts, or those of a file.
fn tls(mode: SslMode, roots: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Some(path) => {
            let unreadable = |error| format!("the certificates in {} cannot be read ({error})", path.display());
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                let certificate = certificate.map_err(unreadable)?;
                trusted.add(certificate).map_err(|error| format!("a certificate in {}: {error}", path.display()))?;
            }
        }
        None if mode != SslMode::Disable => {
            trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
        None => {}
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| format!("TLS cannot be set up ({error})"))?;
    Ok(MakeRustlsConnect::new(config.with_root_certificates(trusted).with_no_client_auth()))
}

/// A connection that is made when it is needed, and again after it was lost.
pub(super) struct Session {
    pub(super) place: Arc<Place>,
    connection: Option<Connection>,
}

impl Session {
    pub(super) const fn new(place: Arc<Place>) -> Self {
        Self { place, connection: None }
    }

    /// Tries until it is done or cannot be done: again after what passes, with rests that grow and differ, so that two that are
    /// in each other's way do not meet again.
    ///
    /// What is tried has to be safe to be done again after a failure: a read, or a transaction.
    pub(super) async fn run<T>(
        &mut self,
        mut work: impl AsyncFnMut(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            match self.once(&mut work).await {
                Err(failure) if failure.is_passing() && tries < TRIES => rest(tries).await,
                result => return result,
            }
        }
    }

    /// One try. After a failure nothing is left of it on the connection.
    pub(super) async fn once<T>(
        &mut self,
        work: impl AsyncFnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let connection = match self.connection.take() {
            Some(connection) if !connection.client.is_closed() => connection,
            _ => Connection::open(&self.place).await?,
        };
        let result = work(&connection).await;
        let usable = match &result {
            Ok(_) => true,
            Err(failure) if failure.is_lost() => false,
            Err(_) => connection.counts(&[Query::new("ROLLBACK")]).await.is_ok(),
        };
        self.connection = usable.then_some(connection);
        result
    }
}

/// Waits a random while.
pub(super) async fn rest(tries: u32) {
    let most = REST.saturating_mul(1 << tries.min(TRIES));
    // Without randomness all rest as long, which is still a rest.
    let share = getrandom::u32().unwrap_or(u32::MAX);
    sleep(most.mul_f64(f64::from(share) / f64::from(u32::MAX))).await;
}

type Sent<'a, T> = Pin<Box<dyn Future<Output = Result<T, tokio_postgres::Error>> + 'a>>;

/// A connection that is open.
pub(super) struct Connection {
    client: Client,
    pub(super) tenant: TenantId,
    patience: Duration,
}

impl Connection {
    async fn open(place: &Place) -> Result<Self, Failure> {
        let connected = timeout(place.patience, place.config.connect(place.tls.clone()));
        let (client, connection) = connected.await.map_err(|_| Failure::TimedOut)??;
        // What ends the connection is told by the next statement.
        tokio::task::spawn_local(async move { drop(connection.await) });
        Ok(Self { client, tenant: place.tenant, patience: place.patience })
    }

    /// What queries find. They are sent in one go.
    pub(super) async fn rows(&self, queries: &[Query]) -> Result<Vec<Vec<Row>>, Failure> {
        let values: Vec<_> = queries.iter().map(Query::values).collect();
        let sent = queries
            .iter()
            .zip(&values)
            .map(|(query, values)| -> Sent<'_, _> { Box::pin(self.client.query_typed(&query.sql, values)) });
        self.all(sent.collect()).await?.into_iter().map(|result| Ok(result?)).collect()
    }

    /// How many rows each statement changed. They are sent in one go.
    pub(super) async fn counts(&self, queries: &[Query]) -> Result<Vec<u64>, Failure> {
        self.outcomes(queries).await?.into_iter().map(|result| Ok(result?)).collect()
    }

    /// What became of each statement. They are sent in one go.
    pub(super) async fn outcomes(&self, queries: &[Query]) -> Result<Vec<Result<u64, tokio_postgres::Error>>, Failure> {
        let values: Vec<_> = queries.iter().map(Query::values).collect();
        let sent = queries
            .iter()
            .zip(&values)
            .map(|(query, values)| -> Sent<'_, _> { Box::pin(self.client.execute_typed(&query.sql, values)) });
        self.all(sent.collect()).await
    }

    /// Waits for all. Each is sent when it is polled first, so that they go out in order.
    async fn all<T>(&self, mut sent: Vec<Sent<'_, T>>) -> Result<Vec<Result<T, tokio_postgres::Error>>, Failure> {
        let mut done: Vec<_> = sent.iter().map(|_| None).collect();
        let all = poll_fn(|context| {
            for (one, done) in sent.iter_mut().zip(&mut done) {
                if done.is_none()
                    && let Poll::Ready(result) = one.as_mut().poll(context)
                {
                    *done = Some(result);
                }
            }
            if done.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
        });
        timeout(self.patience, all).await.map_err(|_| Failure::TimedOut)?;
        Ok(done.into_iter().flatten().collect())
    }
}
