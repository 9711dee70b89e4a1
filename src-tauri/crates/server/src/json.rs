//! JSON bodies, read with care: not deeper than people nest things, and refused in words.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request, rejection::BytesRejection},
};
use model::limits::JSON_DEPTH;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes = bytes(request, state).await?;
        if depth(&bytes) > JSON_DEPTH {
            return Err(Problem::invalid("This JSON is nested more than 32 levels deep."));
        }
        serde_json::from_slice(&bytes).map(Body).map_err(|error| {
            // serde's words name fields and expected kinds, which helps whoever writes a client. Values of text could
            // be personal, but the sender sent them.
            Problem::invalid(format!("This body cannot be read: {error}"))
        })
    }
}

/// The bytes of a body, or in words that there are too many.
pub(crate) async fn bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state).await.map_err(|rejection| match rejection {
        BytesRejection::FailedToBufferBody(inner) if inner.status() == 413 => {
            Problem::too_large("This request is larger than it may be.")
        }
        _ => Problem::invalid("This request broke off."),
    })
}

/// How deep brackets are nested outside of strings.
fn depth(json: &[u8]) -> usize {
    let (mut depth, mut deepest, mut in_string, mut escaped) = (0usize, 0usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::depth;

    #[test]
    fn brackets_in_words_do_not_nest() {
        assert_eq!(depth(br#"{"a":["[[[[\"{{",{"b":1}]}"#), 3);
        assert_eq!(depth(b"[[[["), 4);
    }
}
