//! The pages and scripts that the service serves: the customers' chat and the sign-in page.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;

use crate::{people, problem::Problem, service::Service};

/// The built chat page. In a debug build it is read from disk at run time.
#[derive(RustEmbed)]
#[folder = "chat/dist"]
struct Chat;

const CHAT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; \
     connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors ";
// After the sign-in the browser goes to the desk on this machine: by script, so no form leaves the page.
const SIGN_IN_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
     form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

/// The customers' chat. The sites of all workspaces may show it in a frame.
pub(crate) async fn chat(State(service): State<Service>) -> Result<Response, Problem> {
    let sites = service.read(people::all_sites).await?;
    let policy = format!("{CHAT_POLICY}'self' {}", sites.join(" "));
    let Some(page) = Chat::get("index.html") else {
        return Ok(
            (StatusCode::SERVICE_UNAVAILABLE, "The chat page was not built. Run `make ui`.").into_response()
        );
    };
    let mut response = html(page.data.into_owned());
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    Ok(response)
}

/// A script, style or font of the chat. Their names carry a hash, so they are kept for good.
pub(crate) async fn chat_asset(Path(name): Path<String>) -> Response {
    asset(&format!("assets/{name}"), "public, max-age=31536000, immutable")
}

/// The script that sites embed.
pub(crate) async fn embed() -> Response {
    let mut response = asset("embed.js", "public, max-age=300");
    // Sites of other origins load it.
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("cross-origin"));
    response
}

fn asset(path: &str, cache: &'static str) -> Response {
    let Some(file) = Chat::get(path) else { return Problem::not_found().into_response() };
    let mime = HeaderValue::from_str(file.metadata.mimetype())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let mut response = Response::new(Body::from(file.data.into_owned()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, mime);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    response
}

/// The sign-in page.
pub(crate) fn sign_in() -> Response {
    let mut response = html(include_bytes!("../pages/sign-in.html").to_vec());
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(SIGN_IN_POLICY));
    response
}

fn html(bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}
