//! What an exchange shows to those who want nobody else to listen: a certificate. Whoever trusts it by its own text, which
//! the service hands to its desks, needs nobody to vouch for it.

use std::{fmt, net::SocketAddr, sync::Arc};

use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use secrecy::{ExposeSecret, SecretString};
use tokio_rustls::TlsAcceptor;

use crate::Trouble;

/// Where an exchange speaks TLS, and as whom.
#[derive(Clone)]
pub struct ExchangeTls {
    /// The address at which it is called so. Port 0 is any that is free.
    pub bind: SocketAddr,
    /// Its certificate in PEM, with those that vouch for it where there are any.
    pub certificate: String,
    /// The certificate's key in PEM.
    pub key: SecretString,
}

impl ExchangeTls {
    /// With a new certificate that vouches for itself, for these names and addresses: what telephones call the exchange.
    ///
    /// # Errors
    /// `BadAddress` where one of them is none.
    pub fn own(bind: SocketAddr, names: &[&str]) -> Result<Self, Trouble> {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(|_| Trouble::BadAddress)?;
        Ok(Self { bind, certificate: made.cert.pem(), key: made.signing_key.serialize_pem().into() })
    }

    /// What greets those who come.
    pub(super) fn acceptor(&self) -> Result<TlsAcceptor, Trouble> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(self.certificate.as_bytes()).collect();
        let chain = chain.map_err(|_| Trouble::BadCertificate)?;
        let key = PrivateKeyDer::from_pem_slice(self.key.expose_secret().as_bytes())
            .map_err(|_| Trouble::BadCertificate)?;
        // Its own, whichever the process has.
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|_| Trouble::BadCertificate)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(|_| Trouble::BadCertificate)?;
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

/// A key does not belong into a log.
impl fmt::Debug for ExchangeTls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExchangeTls").field("bind", &self.bind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_certificate_is_not_taken_for_one() {
        let own = ExchangeTls::own("127.0.0.1:0".parse().unwrap(), &["127.0.0.1", "desk.example"]).unwrap();
        assert!(own.acceptor().is_ok());
        let other = ExchangeTls::own(own.bind, &["127.0.0.1"]).unwrap();
        for (certificate, key) in [
            (String::new(), own.key.clone()),
            (own.certificate.clone(), "".into()),
            (own.certificate, other.key),
        ] {
            let wrong = ExchangeTls { bind: own.bind, certificate, key };
            assert_eq!(wrong.acceptor().err(), Some(Trouble::BadCertificate));
        }
    }
}
