//! All routes, in one place. The OpenAPI file is made from the same list.

use axum::{
    Json, Router,
    extract::DefaultBodyLimit,
    http::{HeaderValue, header},
    middleware::map_response,
    response::Response,
    routing::get,
};
use model::limits::{BLOB_BYTES, BODY_BYTES};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{Http, HttpAuthScheme, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{auth, chat, company, desk, pages, service::Service};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Loopdesk service",
        description = "Customers, queues and follow-ups for the Loopdesk desk, the customers' chat, and the company's \
                       other systems."
    ),
    modifiers(&Tokens)
)]
struct Description;

struct Tokens;

impl Modify for Tokens {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let bearer = || SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let components = openapi.components.get_or_insert_with(Default::default);
        components.add_security_scheme("desk", bearer());
        components.add_security_scheme("visitor", bearer());
        components.add_security_scheme("integration", bearer());
    }
}

fn described() -> OpenApiRouter<Service> {
    let files = OpenApiRouter::new()
        .routes(routes!(desk::files::put, desk::files::get))
        .routes(routes!(chat::files::put, chat::files::get))
        .layer(DefaultBodyLimit::max(BLOB_BYTES));
    OpenApiRouter::with_openapi(Description::openapi())
        .routes(routes!(auth::sign_in::page))
        .routes(routes!(auth::sign_in::sign_in))
        .routes(routes!(auth::sessions::token))
        .routes(routes!(auth::sessions::sign_out))
        .routes(routes!(auth::sessions::me))
        .routes(routes!(desk::stream::stream))
        .routes(routes!(desk::commands::post))
        .routes(routes!(desk::snapshot::begin))
        .routes(routes!(desk::snapshot::page))
        .routes(routes!(desk::reads::lines))
        .routes(routes!(desk::reads::search))
        .routes(routes!(desk::phone::line))
        .routes(routes!(desk::files::preview))
        .routes(routes!(chat::start::start))
        .routes(routes!(chat::commands::commands))
        .routes(routes!(chat::stream::stream))
        .routes(routes!(chat::files::preview))
        .routes(routes!(chat::files::transcript))
        .routes(routes!(company::post_fact))
        .routes(routes!(company::hand_over))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .merge(files)
}

/// The OpenAPI description of every route, as JSON.
pub fn openapi() -> String {
    let (_, description) = described().split_for_parts();
    description.to_pretty_json().unwrap_or_default()
}

impl Service {
    /// All routes. Works without a socket, too.
    pub fn router(&self) -> Router {
        let (routes, description) = described().split_for_parts();
        routes
            .route("/openapi.json", get(move || async move { Json(description) }))
            .route("/health", get(|| async { "ok" }))
            .route("/chat", get(pages::chat))
            .route("/chat/embed.js", get(pages::embed))
            .route("/chat/assets/{name}", get(pages::chat_asset))
            .route("/sign-in/script.js", get(auth::sign_in::script))
            .route("/sign-in/style.css", get(auth::sign_in::style))
            .with_state(self.clone())
            .layer(map_response(private))
    }
}

/// What is not said to be for keeping is kept by no browser or proxy, and is never taken for something else than it says.
async fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.entry(header::X_CONTENT_TYPE_OPTIONS).or_insert(HeaderValue::from_static("nosniff"));
    response
}
