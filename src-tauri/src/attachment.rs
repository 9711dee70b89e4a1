//! Pictures of conversations for the screen: previews that the service encoded anew, nothing else. The screen names them by
//! their hash; it never sees a token or an address of the service.

use desk::Desk;
use tauri::{
    Manager, Runtime, UriSchemeContext, UriSchemeResponder,
    http::{Request, Response, StatusCode, header},
};

/// Answers `attachment://localhost/preview/{sha256}`.
pub(crate) fn answer<R: Runtime>(
    context: UriSchemeContext<'_, R>,
    request: Request<Vec<u8>>,
    responder: UriSchemeResponder,
) {
    let name = request.uri().path().strip_prefix("/preview/").filter(|name| is_hash(name)).map(str::to_owned);
    let desk = context.app_handle().try_state::<Desk>().map(|desk| desk.inner().clone());
    let (Some(name), Some(desk)) = (name, desk) else { return responder.respond(nothing()) };
    tauri::async_runtime::spawn(async move {
        responder.respond(match desk.preview(name).await {
            Ok((mime, bytes)) => picture(&mime, bytes),
            Err(_) => nothing(),
        });
    });
}

fn is_hash(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|b| b.is_ascii_hexdigit())
}

fn picture(mime: &str, bytes: Vec<u8>) -> Response<Vec<u8>> {
    Response::builder()
        .header(header::CONTENT_TYPE, mime)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::CACHE_CONTROL, "private, max-age=31536000, immutable")
        .body(bytes)
        .unwrap_or_else(|_| nothing())
}

fn nothing() -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
