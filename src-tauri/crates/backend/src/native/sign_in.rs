//! Signing in to a real service: its page in the system's browser, a loopback redirect, PKCE (RFC 8252, 7636, 9207).

use std::time::Duration;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use rand::RngCore;
use secrecy::SecretString;
use sha2::{Digest, Sha256};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::{Address, Trust, session::grant_tokens, wires::Wires};
use crate::Trouble;

/// How long the browser may take.
const PATIENCE: Duration = Duration::from_mins(10);
/// The largest request line that is read from the browser.
const REQUEST: usize = 8 * 1024;

/// A sign-in that waits for the browser.
pub struct SignIn {
    address: Address,
    listener: TcpListener,
    redirect: String,
    state: String,
    verifier: String,
}

fn random() -> String {
    let mut bytes = [0u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SignIn {
    /// Begins: listens on a free port of this machine.
    ///
    /// # Errors
    /// `Fault` when no port can be had.
    pub async fn begin(address: Address) -> Result<Self, Trouble> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(|_| Trouble::Fault)?;
        let port = listener.local_addr().map_err(|_| Trouble::Fault)?.port();
        let redirect = format!("http://127.0.0.1:{port}/signed-in");
        Ok(Self { address, listener, redirect, state: random(), verifier: random() })
    }

    /// The page to open in the browser.
    pub fn page(&self) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier.as_bytes()));
        let query = [
            ("response_type", "code"),
            ("client_id", "loopdesk"),
            ("redirect_uri", &self.redirect),
            ("state", &self.state),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        reqwest::Url::parse_with_params(&self.address.http("/sign-in"), query)
            .map_or_else(|_| self.address.http("/sign-in"), Into::into)
    }

    /// Waits for the browser to come back and exchanges its code. Answers the refresh token to keep.
    ///
    /// # Errors
    /// `SignIn` when the browser does not come back in time or the code is not taken, `Unreachable` without a line.
    pub async fn finish(self) -> Result<SecretString, Trouble> {
        let code = tokio::time::timeout(PATIENCE, self.code()).await.map_err(|_| Trouble::SignIn)?;
        let grant = serde_json::json!({
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": self.verifier,
            "redirect_uri": self.redirect,
        });
        Ok(grant_tokens(&Wires::new(Trust::of_environment())?, &self.address, &grant)
            .await?
            .refresh_token
            .into())
    }

    /// The code of the first visit that is ours: another program on this machine may knock, too.
    async fn code(&self) -> String {
        loop {
            let Ok((mut visit, _)) = self.listener.accept().await else { continue };
            let Some(target) = target(&mut visit).await else { continue };
            match self.read(&target) {
                Some(code) => {
                    answer(&mut visit, "200 OK", DONE).await;
                    return code;
                }
                None => answer(&mut visit, "400 Bad Request", NOT_OURS).await,
            }
        }
    }

    /// The code in an address, when its state and issuer are the ones we began with.
    fn read(&self, target: &str) -> Option<String> {
        let url = reqwest::Url::parse(&format!("http://127.0.0.1{target}")).ok()?;
        if url.path() != "/signed-in" {
            return None;
        }
        let value = |name: &str| {
            let mut found =
                url.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
            // Twice is as suspicious as not at all.
            found.next().filter(|_| found.next().is_none())
        };
        let ours = value("state")? == self.state && value("iss")? == self.address.origin();
        ours.then(|| value("code")).flatten()
    }
}

const DONE: &str = "<!doctype html><meta charset=utf-8><title>Loopdesk</title>\
    <p lang=en>You are signed in. You can close this window and go back to Loopdesk.</p>\
    <p lang=fr>Vous êtes connecté. Vous pouvez fermer cette fenêtre et revenir à Loopdesk.</p>";
const NOT_OURS: &str = "<!doctype html><meta charset=utf-8><title>Loopdesk</title>\
    <p lang=en>This is not the sign-in that Loopdesk is waiting for. Begin again in Loopdesk.</p>\
    <p lang=fr>Ce n’est pas la connexion que Loopdesk attend. Recommencez dans Loopdesk.</p>";

/// The address in a request's first line.
async fn target(visit: &mut TcpStream) -> Option<String> {
    let mut request = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(5), async {
        let mut piece = [0u8; 1024];
        while request.len() < REQUEST && !request.windows(2).any(|two| two == b"\r\n") {
            match visit.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => request.extend(piece.iter().take(count)),
            }
        }
    });
    read.await.ok()?;
    let text = String::from_utf8(request).ok()?;
    let mut words = text.lines().next()?.split(' ');
    (words.next() == Some("GET")).then(|| words.next().map(str::to_owned)).flatten()
}

async fn answer(visit: &mut TcpStream, status: &str, body: &str) {
    let text = format!(
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\n\
         content-security-policy: default-src 'none'\r\nreferrer-policy: no-referrer\r\ncache-control: no-store\r\n\
         connection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = visit.write_all(text.as_bytes()).await;
    let _ = visit.shutdown().await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_the_answer_to_our_own_question_counts() {
        let sign_in = SignIn::begin("https://desk.example.com".parse().unwrap()).await.unwrap();
        let state = &sign_in.state;
        let good = format!("/signed-in?code=abc&state={state}&iss=https%3A%2F%2Fdesk.example.com");
        assert_eq!(sign_in.read(&good).as_deref(), Some("abc"));
        for bad in [
            "/signed-in?code=abc&state=other&iss=https%3A%2F%2Fdesk.example.com".to_owned(),
            "/signed-in?code=abc&iss=https%3A%2F%2Fdesk.example.com".to_owned(),
            format!("/signed-in?code=abc&state={state}"),
            format!("/signed-in?code=abc&state={state}&iss=https%3A%2F%2Fevil.example.com"),
            format!("/signed-in?code=abc&code=def&state={state}&iss=https%3A%2F%2Fdesk.example.com"),
            format!("/elsewhere?code=abc&state={state}&iss=https%3A%2F%2Fdesk.example.com"),
        ] {
            assert_eq!(sign_in.read(&bad), None, "{bad}");
        }
        assert!(sign_in.page().contains("code_challenge_method=S256"));
        assert!(!sign_in.page().contains(&sign_in.verifier), "the verifier never leaves before the exchange");
    }
}
