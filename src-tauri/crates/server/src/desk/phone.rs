//! An advisor's line at the telephone exchange.

use axum::{Json, extract::State};
use model::wire::reads::PhoneLine;
use secrecy::ExposeSecret;

use crate::{auth::Caller, problem::Problem, service::Service};

/// The reader's own line: where their telephone registers, and with which password. It holds for as long as their
/// sign-in; another sign-in of theirs takes the line over.
#[utoipa::path(get, path = "/v1/phone", tag = "desk",
    responses((status = 200, body = PhoneLine), (status = 401, body = model::wire::reads::Problem),
              (status = 404, description = "There is no telephone here (`no_telephone`).",
               body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn line(State(service): State<Service>, caller: Caller) -> Result<Json<PhoneLine>, Problem> {
    let calls = service.calls().ok_or_else(Problem::no_telephone)?;
    let line = calls.line(caller.tenant, caller.person.id, caller.family).await;
    let line = line.ok_or_else(Problem::no_telephone)?;
    let place = calls.place();
    Ok(Json(PhoneLine {
        user: line.user,
        password: line.password.expose_secret().into(),
        exchange: place.exchange,
        transport: place.transport,
        certificate: place.certificate,
    }))
}
