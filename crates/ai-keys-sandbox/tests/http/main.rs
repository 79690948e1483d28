//! The sandbox over raw HTTP.

#[cfg(test)]
mod associations;
#[cfg(test)]
#[path = "../support/client.rs"]
mod client;
#[cfg(test)]
mod data_plane;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod import;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod persistence;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod secret_stores;
#[cfg(test)]
mod tags;
#[cfg(test)]
mod usage_plans;
#[cfg(test)]
mod who;

#[cfg(test)]
mod setup {
    use ai_keys_sandbox::{Options, Sandbox, Scope};
    use serde_json::json;

    use crate::client::Client;

    pub(crate) fn scope() -> Scope {
        Scope::new("123456789012", "eu-west-1")
    }

    pub(crate) fn start(options: Options) -> (Sandbox, Client) {
        let sandbox = Sandbox::start(options).unwrap();
        let client = Client::new(sandbox.url());
        (sandbox, client)
    }

    pub(crate) fn quick() -> (Sandbox, Client) {
        start(Options::for_tests())
    }

    pub(crate) fn make_key(client: &Client, name: &str) -> String {
        client
            .post("/apikeys", &json!({ "name": name, "enabled": true }))
            .text_of("id")
    }

    pub(crate) fn make_usage_plan(client: &Client, name: &str, stages: &[&str]) -> String {
        let stages: Vec<_> = stages
            .iter()
            .map(|stage| stage.split_once(':').unwrap())
            .map(|(api, stage)| json!({ "apiId": api, "stage": stage }))
            .collect();
        client
            .post("/usageplans", &json!({ "name": name, "apiStages": stages }))
            .text_of("id")
    }

    pub(crate) fn put_on(client: &Client, usage_plan: &str, key: &str) -> String {
        let body = json!({ "keyId": key, "keyType": "API_KEY" });
        client
            .post(&format!("/usageplans/{usage_plan}/keys"), &body)
            .verdict()
    }
}
