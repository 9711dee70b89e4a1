//! What a caller did wrong, in words that say what to do.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use model::wire::reads;

use crate::error::Error;

/// A refused request.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    code: &'static str,
    message: String,
    retry_after_s: Option<u64>,
    received: Option<u32>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), retry_after_s: None, received: None }
    }

    /// The request makes no sense.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", message)
    }

    /// Nobody is signed in, or no longer.
    pub(crate) fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign_in", "Sign in first.")
    }

    /// The company closed the account, or ended this sign-in.
    pub(crate) fn sign_in_ended() -> Self {
        Self::new(StatusCode::FORBIDDEN, reads::Problem::SIGN_IN_ENDED, "Your company ended this sign-in.")
    }

    /// The sign-in page's only answer to a wrong address or password.
    pub(crate) fn wrong_password() -> Self {
        let message = "The e-mail address or the password is not right.";
        Self::new(StatusCode::UNAUTHORIZED, "wrong_password", message)
    }

    /// Signed in, but not allowed.
    pub(crate) fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    /// It does not exist, or not for this caller; which of the two is nobody's business.
    pub(crate) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing here.")
    }

    /// This service takes no calls.
    pub(crate) fn no_telephone() -> Self {
        Self::new(StatusCode::NOT_FOUND, "no_telephone", "This service has no telephone.")
    }

    /// Too large.
    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
    }

    /// Too many in too short a time.
    pub(crate) fn too_many(retry_after_s: u64) -> Self {
        let message = format!("That was too fast. Try again in {retry_after_s} s.");
        let mut problem = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many", message);
        problem.retry_after_s = Some(retry_after_s);
        problem
    }

    /// More files in a day than a visitor may send. It is too much only for now, so it says when it is not any more.
    pub(crate) fn day_is_full(retry_after_s: u64) -> Self {
        let hours = retry_after_s.div_ceil(3_600);
        let message = format!("That is more than 200 MB of files within a day. Try again in {hours} h.");
        let mut problem = Self::too_large(message);
        problem.retry_after_s = Some(retry_after_s);
        problem
    }

    /// A piece of an upload that does not follow what was received.
    pub(crate) fn not_there_yet(received: u32) -> Self {
        let message = format!("{received} bytes of this file are here. Go on from there.");
        let mut problem = Self::new(StatusCode::CONFLICT, "not_there_yet", message);
        problem.received = Some(received);
        problem
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        tracing::error!(%error, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "fault",
            "The service has a fault of its own. Nothing was changed; try again.",
        )
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body =
            reads::Problem { code: self.code.to_owned(), message: self.message, received: self.received };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}
