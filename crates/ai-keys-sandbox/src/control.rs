//! The sandbox's own routes, under `/_sandbox/`.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::api::ensure_stage;
use crate::fault_rule::FaultRule;
use crate::faults::Faults;
use crate::lock;
use crate::scope::Scope;
use crate::server::Incoming;
use crate::service::is_from_elsewhere;
use crate::shared::Shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewStage {
    account: String,
    region: String,
    api: String,
    stage: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewDate {
    date: String,
}

/// Answers a control request; these are neither throttled, nor journalled, nor faulted.
pub(crate) fn serve(shared: &Shared, request: &Incoming) -> Answer {
    if is_from_elsewhere(request) {
        return refuse(403, "the sandbox serves this machine only");
    }
    let outcome = match (request.method.as_str(), request.path.as_str()) {
        ("GET", "/_sandbox/health") => Ok(health(shared)),
        ("GET", "/_sandbox/journal") => Ok(json!(shared.gate.journal.entries())),
        ("POST", "/_sandbox/ensure-stage") => {
            read(request).and_then(|new| make_stage(shared, &new))
        }
        ("POST", "/_sandbox/clock") => read(request).and_then(|new: NewDate| {
            shared
                .options
                .clock
                .set_date(&new.date)
                .map_err(|error| error.to_string())?;
            Ok(json!({ "date": shared.options.clock.today() }))
        }),
        ("POST", "/_sandbox/faults") => {
            read(request).and_then(|rules| set_faults(shared, rules).map(|()| json!({})))
        }
        _ => return refuse(404, "no such control route"),
    };
    match outcome {
        Ok(body) => Answer::json(200, &body),
        Err(message) => refuse(400, &message),
    }
}

/// Sets the fault rules of a sandbox and freezes the state that stale reads show.
pub(crate) fn set_faults(shared: &Shared, rules: Vec<FaultRule>) -> Result<(), String> {
    let faults = Faults::compile(rules)?;
    *lock(&shared.frozen) = faults
        .has_stale_reads()
        .then(|| lock(&shared.world).clone());
    *lock(&shared.gate.faults) = faults;
    Ok(())
}

fn health(shared: &Shared) -> Value {
    json!({
        "service": "ai-keys-sandbox",
        "version": env!("CARGO_PKG_VERSION"),
        "instance": shared.instance,
        "date": shared.options.clock.today(),
        "limits": shared.options.limits.name(),
        "speed": shared.options.clock.speed(),
    })
}

fn make_stage(shared: &Shared, new: &NewStage) -> Result<Value, String> {
    let scope = Scope::new(&new.account, &new.region);
    let api_id = ensure_stage(
        &mut lock(&shared.world),
        &mut lock(&shared.ids),
        &scope,
        &new.api,
        &new.stage,
        shared.now_ms(),
    );
    shared
        .changed()
        .map_err(|_| "the sandbox could not save its state".to_owned())?;
    Ok(json!({ "apiId": api_id, "stage": new.stage }))
}

fn read<T: DeserializeOwned>(request: &Incoming) -> Result<T, String> {
    serde_json::from_slice(&request.body)
        .map_err(|error| format!("the body cannot be read: {error}"))
}

fn refuse(status: u16, message: &str) -> Answer {
    Answer::json(status, &json!({ "message": message }))
}
