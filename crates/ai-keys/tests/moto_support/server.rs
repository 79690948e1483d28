//! A moto server behind a proxy that keeps the journal.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ai_keys_sandbox::{FaultProxy, JournalEntry};
use serde_json::{Value, json};

use super::process::MotoProcess;

const REGION: &str = "eu-west-1";

pub(crate) struct Moto {
    process: MotoProcess,
    pub(crate) proxy: FaultProxy,
}

impl Moto {
    /// Credentials of moto's own account, 123456789012.
    pub(crate) const OWN: &str = "AKIAIOSFODNN7EXAMPLE";

    /// Starts one; says so and returns none if there is none to start.
    pub(crate) fn start() -> Option<Self> {
        let process = MotoProcess::start()?;
        let proxy = FaultProxy::start(&format!("http://{}", process.address())).unwrap();
        Some(Self { process, proxy })
    }

    /// Returns the endpoint for the command under test, which the journal sees.
    pub(crate) fn url(&self) -> String {
        self.proxy.url()
    }

    /// Returns the operations that asked for a change since the last call, and forgets them.
    pub(crate) fn take_writes(&self) -> Vec<String> {
        let journal = self.proxy.journal();
        self.proxy.clear_journal();
        let writes = journal.into_iter().filter(JournalEntry::is_write);
        writes.filter_map(|entry| entry.operation).collect()
    }

    /// Makes a REST API with a deployed stage, and returns the API's id.
    pub(crate) fn make_stage(&self, api: &str, stage: &str) -> String {
        let id = text(&self.post("/restapis", &json!({ "name": api })), "id");
        let resources = self.get(&format!("/restapis/{id}/resources"));
        let root = text(&resources["item"][0], "id");
        // moto deploys no API without a method and its integration.
        let method = format!("/restapis/{id}/resources/{root}/methods/GET");
        self.put(&method, &json!({ "authorizationType": "NONE" }));
        self.put(&format!("{method}/integration"), &json!({ "type": "MOCK" }));
        let deployments = format!("/restapis/{id}/deployments");
        self.post(&deployments, &json!({ "stageName": stage }));
        id
    }

    /// Returns all keys by name, each with its value and whatever else moto tells.
    pub(crate) fn keys(&self) -> BTreeMap<String, Value> {
        self.keys_of(Self::OWN)
    }

    /// As [`Moto::keys`], in the account of these credentials.
    pub(crate) fn keys_of(&self, signer: &str) -> BTreeMap<String, Value> {
        let line = "GET /apikeys?includeValues=true";
        let listed = self.exchange(signer, "apigateway", line, "", "").unwrap();
        let listed: Value = serde_json::from_str(&listed).unwrap();
        let keys = listed["item"].as_array().unwrap().iter();
        keys.map(|key| (text(key, "name"), key.clone())).collect()
    }

    /// Returns the usage plan of a name, and the ids of the keys on it.
    pub(crate) fn usage_plan(&self, name: &str) -> (Value, Vec<String>) {
        let listed = self.get("/usageplans");
        let mut found = listed["item"].as_array().unwrap().iter();
        let usage_plan = found.find(|usage_plan| usage_plan["name"] == name).unwrap();
        let id = text(usage_plan, "id");
        let members = self.get(&format!("/usageplans/{id}/keys"));
        let members = members["item"].as_array().unwrap().iter();
        let mut ids: Vec<String> = members.map(|key| text(key, "id")).collect();
        ids.sort();
        (usage_plan.clone(), ids)
    }

    pub(crate) fn get(&self, target: &str) -> Value {
        self.send("GET", target, "")
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Value {
        self.send("POST", target, &body.to_string())
    }

    fn put(&self, target: &str, body: &Value) -> Value {
        self.send("PUT", target, &body.to_string())
    }

    pub(crate) fn send(&self, method: &str, target: &str, body: &str) -> Value {
        let answer = self.try_send(method, target, body);
        answer.unwrap_or_else(|| panic!("moto answers {method} {target}"))
    }

    /// Sends a request past the proxy, so that it is not in the journal.
    fn try_send(&self, method: &str, target: &str, body: &str) -> Option<Value> {
        let json = "content-type: application/json\r\n";
        let line = format!("{method} {target}");
        let body = self.exchange(Self::OWN, "apigateway", &line, json, body)?;
        Some(serde_json::from_str(&body).unwrap_or(Value::Null))
    }

    /// Returns the body of a good answer. moto finds the service, the region and the account in the
    /// scope; it checks no signature.
    pub(crate) fn exchange(
        &self,
        signer: &str,
        service: &str,
        line: &str,
        headers: &str,
        body: &str,
    ) -> Option<String> {
        let address = self.process.address();
        let mut stream = TcpStream::connect(address).ok()?;
        stream
            .set_read_timeout(Some(Duration::from_secs(20)))
            .ok()?;
        let request = format!(
            "{line} HTTP/1.1\r\nhost: {address}\r\nauthorization: AWS4-HMAC-SHA256 \
             Credential={signer}/20261123/{REGION}/{service}/aws4_request, SignedHeaders=host, \
             Signature=00\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let is_good = head.get(9..12)?.starts_with('2');
        is_good.then(|| body.to_owned())
    }
}

/// Returns a member that is text.
fn text(value: &Value, member: &str) -> String {
    value[member].as_str().unwrap_or_default().to_owned()
}
