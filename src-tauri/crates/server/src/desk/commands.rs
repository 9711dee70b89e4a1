//! `POST /v1/commands`.

use axum::{Json, extract::State};
use model::{
    limits::BATCH,
    wire::{
        Outcome,
        commands::{Batch, Receipt, Receipts},
    },
};

use crate::{
    auth::{
        Caller,
        sessions::{self, Standing},
    },
    commands,
    error::Error,
    json::Body,
    log, people,
    problem::Problem,
    service::Service,
    tx::Committed,
};

/// Does what a person wants, each thing once. The answers stand in the order of the commands.
#[utoipa::path(post, path = "/v1/commands", tag = "desk", request_body = Batch,
    responses((status = 200, body = Receipts), (status = 401, body = model::wire::reads::Problem),
              (status = 413, body = model::wire::reads::Problem), (status = 422, body = model::wire::reads::Problem),
              (status = 429, body = model::wire::reads::Problem)), security(("desk" = [])))]
pub(crate) async fn post(
    State(service): State<Service>,
    caller: Caller,
    Body(batch): Body<Batch>,
) -> Result<Json<Receipts>, Problem> {
    if batch.commands.len() > BATCH {
        return Err(Problem::too_large("At most 50 commands at once."));
    }
    let tenant = caller.tenant;
    let mut receipts = Vec::with_capacity(batch.commands.len());
    for (place, command) in batch.commands.into_iter().enumerate() {
        match service.limits().command(tenant.0, caller.person.id.0) {
            Err(too_fast) if place == 0 => return Err(too_fast.into()),
            Err(too_fast) => {
                let outcome = Outcome::Retry { after_ms: too_fast.after_ms() };
                receipts.push(Receipt { id: command.id, duplicate: false, outcome });
                continue;
            }
            Ok(()) => {}
        }
        let (id, sign_in, now) = (caller.person.id, caller.family, service.now());
        let receipt = service
            .write_with(tenant, move |sql| {
                // As they are allowed at this moment: the request may have waited for its turn, or be one of many commands.
                let person = people::person(sql, id, tenant)?.filter(|person| person.active);
                match (person, sessions::standing(sql, sign_in)?) {
                    (Some(person), Standing::Holds) => {
                        let (receipt, done) = commands::handle(sql, tenant, &person, now, command)?;
                        Ok::<_, Error>((Some(receipt), done))
                    }
                    _ => Ok((None, Committed::default())),
                }
            })
            .await
            .map_err(Problem::from)?;
        receipts.push(receipt.ok_or_else(Problem::sign_in)?);
    }
    let epoch = service.read(move |sql| log::head(sql, tenant)).await?.epoch;
    Ok(Json(Receipts { epoch, receipts }))
}
