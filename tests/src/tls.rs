//! TLS before a service, with whatever certificate a story wants, and a proxy as companies have them.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::{
    ServerConfig,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};
use tokio_rustls::TlsAcceptor;

/// Somebody who vouches for others: a company's own authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Default for Authority {
    fn default() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(rcgen::DnType::CommonName, "A company's own authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }
}

impl Authority {
    /// Writes its certificate into a file.
    pub fn file(&self, folder: &Path) -> PathBuf {
        let file = folder.join("authority.pem");
        std::fs::write(&file, &self.pem).expect("the disk takes it");
        file
    }
}

/// A certificate for a name.
pub struct Paper {
    /// The name it is for.
    pub name: &'static str,
    /// The years in which it begins and ends to hold.
    pub years: (i32, i32),
}

/// A listener with TLS in front of the service at `http://127.0.0.1:PORT`. It ends with its handle.
pub struct Front {
    /// Its port.
    pub port: u16,
    _running: JoinSet<()>,
}

impl Front {
    /// With a certificate that `by` vouches for, or only the certificate itself.
    pub async fn of(service: &str, paper: &Paper, by: Option<&Authority>) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([paper.name.to_owned()]).expect("a name");
        params.not_before = rcgen::date_time_ymd(paper.years.0, 1, 1);
        params.not_after = rcgen::date_time_ymd(paper.years.1, 1, 1);
        let certificate = match by {
            Some(by) => params.signed_by(&key, &by.issuer),
            None => params.self_signed(&key),
        };
        let certificate = certificate.expect("a certificate").der().clone();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let config = ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("a certificate and its key");
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let service = service.trim_start_matches("http://").to_owned();
        Self::listening(move |connection| {
            let (acceptor, service) = (acceptor.clone(), service.clone());
            async move {
                let Ok(mut desk) = acceptor.accept(connection).await else { return };
                let Ok(mut service) = TcpStream::connect(service).await else { return };
                let _ = copy_bidirectional(&mut desk, &mut service).await;
            }
        })
        .await
    }

    /// One that knows no TLS of this century: it says so and hangs up.
    pub async fn of_old() -> Self {
        Self::listening(|mut connection| async move {
            let mut hello = [0; 1024];
            let _ = connection.read(&mut hello).await;
            // A fatal alert: protocol_version.
            let _ = connection.write_all(&[0x15, 0x03, 0x01, 0x00, 0x02, 0x02, 0x46]).await;
            let _ = connection.shutdown().await;
        })
        .await
    }

    async fn listening<F>(serve: impl Fn(TcpStream) -> F + Send + 'static) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let mut running = JoinSet::new();
        running.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((connection, _)) = listener.accept().await {
                connections.spawn(serve(connection));
            }
        });
        Self { port, _running: running }
    }
}

/// A proxy that knows the way to every name: it leads to one port of this machine.
pub struct Proxy {
    /// Its address: `http://127.0.0.1:PORT`.
    pub address: String,
    /// Where it was asked to connect to.
    pub asked: Arc<Mutex<Vec<String>>>,
    _front: Front,
}

impl Proxy {
    /// A proxy to that port.
    pub async fn to(port: u16) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = asked.clone();
        let front = Front::listening(move |mut desk| {
            let heard = heard.clone();
            async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let Ok(byte) = desk.read_u8().await else { return };
                    request.push(byte);
                }
                let request = String::from_utf8_lossy(&request).into_owned();
                let Some(host) = request.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next())
                else {
                    return;
                };
                heard.lock().unwrap().push(host.to_owned());
                let Ok(mut service) = TcpStream::connect(("127.0.0.1", port)).await else { return };
                let _ = desk.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await;
                let _ = copy_bidirectional(&mut desk, &mut service).await;
            }
        })
        .await;
        Self { address: format!("http://127.0.0.1:{}", front.port), asked, _front: front }
    }
}
