//! Where the server is, and connections to it.

use super::fault::Failure;
use super::password;
use super::prepared::Prepared;
use super::url::{self, MalformedPostgresUrl, Options};
use super::values::Query;
use crate::model::TenantId;
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
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, Row, Statement};
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
    /// Whether the server keeps the statements of a connection.
    prepares: bool,
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place").field("shown", &self.shown).field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Place {
    /// Leakage: the password goes to the server only. It is in no error and no `Debug`; copies of it stay in memory.
    pub(super) fn new(url: &str, tenant: TenantId, patience: Duration) -> Result<Self, StoreError> {
        let unclear = |error: MalformedPostgresUrl| StoreError { fault: Fault::Other, message: error.to_string() };
        let Options { mut config, roots, prepares } = Options::of(url).map_err(unclear)?;
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(patience);
        }
        if config.get_tcp_user_timeout().is_none() {
            config.tcp_user_timeout(patience);
        }
        if config.get_application_name().is_none() {
            config.application_name("oath-directory");
        }
        let shown = url::shown(&config);
        let failed = |message: String| StoreError { fault: Fault::Other, message: format!("{shown}: {message}") };
        if config.get_password().is_none()
            && let Some(password) = password::find(&config).map_err(failed)?
        {
            config.password(&*password);
        }
        let encrypts = config.get_ssl_mode() != SslMode::Disable && url::is_tcp(&config);
        let tls = tls(encrypts, roots.as_deref()).map_err(failed)?;
        Ok(Self { config, tls, shown, tenant, patience, prepares })
    }

    pub(super) fn explain(&self, failure: &Failure) -> StoreError {
        failure.explain(&self.shown)
    }

    pub(super) fn fault(&self, fault: Fault, what: &str) -> StoreError {
        self.explain(&Failure::other(fault, what))
    }
}

/// TLS with the certificates that the machine trusts, or those of a file. To read all that a machine trusts takes a while, and
/// is left out where no connection is encrypted.
fn tls(encrypts: bool, roots: Option<&Path>) -> Result<MakeRustlsConnect, String> {
    let mut trusted = RootCertStore::empty();
    match roots {
        Some(path) => {
            let unreadable = |error| format!("the certificates in {} cannot be read ({error})", path.display());
            for certificate in CertificateDer::pem_file_iter(path).map_err(unreadable)? {
                let certificate = certificate.map_err(unreadable)?;
                trusted.add(certificate).map_err(|error| format!("a certificate in {}: {error}", path.display()))?;
            }
        }
        None if encrypts => {
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
    prepared: Prepared,
}

impl Connection {
    async fn open(place: &Place) -> Result<Self, Failure> {
        let connected = timeout(place.patience, place.config.connect(place.tls.clone()));
        let (client, connection) = connected.await.map_err(|_| Failure::TimedOut)??;
        // What ends the connection is told by the next statement.
        tokio::task::spawn_local(async move { drop(connection.await) });
        let prepared = Prepared::new(place.prepares);
        Ok(Self { client, tenant: place.tenant, patience: place.patience, prepared })
    }

    /// What queries find. They are sent in one go.
    pub(super) async fn rows(&self, queries: &[Query]) -> Result<Vec<Vec<Row>>, Failure> {
        let statements = self.statements(queries).await?;
        let sent = queries.iter().zip(&statements).map(|(query, statement)| -> Sent<'_, _> {
            match statement {
                Some(statement) => Box::pin(async { self.client.query(statement, &query.values()).await }),
                None => Box::pin(async { self.client.query_typed(&query.sql, &query.typed_values()).await }),
            }
        });
        self.all(sent.collect()).await?.into_iter().map(|result| Ok(result?)).collect()
    }

    /// How many rows each statement changed. They are sent in one go.
    pub(super) async fn counts(&self, queries: &[Query]) -> Result<Vec<u64>, Failure> {
        self.outcomes(queries).await?.into_iter().map(|result| Ok(result?)).collect()
    }

    /// What became of each statement. They are sent in one go.
    pub(super) async fn outcomes(&self, queries: &[Query]) -> Result<Vec<Result<u64, tokio_postgres::Error>>, Failure> {
        let statements = self.statements(queries).await?;
        let sent = queries.iter().zip(&statements).map(|(query, statement)| -> Sent<'_, _> {
            match statement {
                Some(statement) => Box::pin(async { self.client.execute(statement, &query.values()).await }),
                None => Box::pin(async { self.client.execute_typed(&query.sql, &query.typed_values()).await }),
            }
        });
        self.all(sent.collect()).await
    }

    /// The statement that the server keeps for each query; `None` for one that is sent with its text.
    async fn statements(&self, queries: &[Query]) -> Result<Vec<Option<Statement>>, Failure> {
        let mut statements = Vec::with_capacity(queries.len());
        for query in queries {
            let prepared = timeout(self.patience, self.prepared.statement(&self.client, query));
            statements.push(prepared.await.map_err(|_| Failure::TimedOut)??);
        }
        Ok(statements)
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
