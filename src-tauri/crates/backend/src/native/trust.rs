//! Whom this computer trusts. There is one client for everything that goes to the service, the line included, so one
//! answer: the system's certificates, a company's own among them, and those of one file more; the proxy of the environment;
//! TLS 1.2 or newer. Nothing can switch this off.

use std::{error::Error, io, path::PathBuf, time::Duration};

use reqwest::{Certificate, Client};
use rustls::{AlertDescription, CertificateError};

use crate::{Trouble, Untrusted};

/// Names a file of certificates (PEM) that are trusted beside the system's.
pub const CA_FILE: &str = "LOOPDESK_CA_FILE";

/// Longer than the service's own limit for a request, so that an answer is rarely lost.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Whom to trust beside those whom the system trusts.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    /// A file of certificates in PEM.
    pub file: Option<PathBuf>,
}

impl Trust {
    /// As the environment has it.
    pub fn of_environment() -> Self {
        Self { file: std::env::var_os(CA_FILE).filter(|file| !file.is_empty()).map(PathBuf::from) }
    }

    /// The client for everything that goes to the service.
    pub(crate) fn client(&self) -> Result<Client, Trouble> {
        // Only the first call installs; later ones find it there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let more = self.file.as_ref().map_or(Ok(Vec::new()), |file| {
            let pem = std::fs::read(file).map_err(|_| Trouble::Untrusted(Untrusted::CaFile))?;
            let found = Certificate::from_pem_bundle(&pem).unwrap_or_default();
            // A file without a certificate is a mistake that should not show as an unknown issuer later.
            if found.is_empty() { Err(Trouble::Untrusted(Untrusted::CaFile)) } else { Ok(found) }
        })?;
        Client::builder()
            .timeout(TIMEOUT)
            .connect_timeout(CONNECT)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("Loopdesk/", env!("CARGO_PKG_VERSION")))
            .http1_only()
            .tls_certs_merge(more)
            .build()
            .map_err(|_| Trouble::Fault)
    }
}

/// Why a request did not get through.
pub(crate) fn trouble(error: &reqwest::Error) -> Trouble {
    match cause(error) {
        Some(cause) => {
            tracing::warn!(%cause, "the service is not trusted");
            Trouble::Untrusted(why(cause))
        }
        None => Trouble::Unreachable,
    }
}

/// What TLS found wrong, wherever it is wrapped up.
fn cause<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        // An error of input and output hides the one that it is made of from its sources.
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inner {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

fn why(cause: &rustls::Error) -> Untrusted {
    use rustls::Error::{AlertReceived, InvalidCertificate, PeerIncompatible};
    match cause {
        // With a bad signature somebody only calls themselves like one who is trusted.
        InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::BadSignature) => {
            Untrusted::UnknownIssuer
        }
        InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
            Untrusted::Expired
        }
        InvalidCertificate(CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. }) => {
            Untrusted::NotYet
        }
        InvalidCertificate(
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
        ) => Untrusted::OtherName,
        PeerIncompatible(_) | AlertReceived(AlertDescription::ProtocolVersion) => Untrusted::OldTls,
        _ => Untrusted::Other,
    }
}
