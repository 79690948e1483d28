//! One store to deliver to: a sandbox or a moto server, and what is seen in it from outside.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use ai_keys::output::Output;
use ai_keys::provider::aws::{Access, Account};
use ai_keys::schedule::{Pace, Scheduler};
use ai_keys::secret::Secret;
use ai_keys::signal::Stop;
use ai_keys::sink::{Parcel, Receipt, SinkError, Stores, Token, Wanted};
use ai_keys_core::state::{Delivered, DeliverySpec, Destination};
use ai_keys_sandbox::{FaultProxy, FaultRule, JournalEntry, Options, Sandbox};
use serde_json::{Value, json};

use crate::process::MotoProcess;

pub(crate) const ACCOUNT: &str = "123456789012";
pub(crate) const REGION: &str = "eu-west-1";
pub(crate) const FIRST: &str = "Zx9QwErTy7UiOpAs3DfGhJkL1zXcVbNm5qWeRtYu";
pub(crate) const SECOND: &str = "Bn8TgBrFvEdCwSxQaZ7yHnUjMiKoLp0plOkMiJn6";

enum Server {
    Sandbox(Box<Sandbox>),
    Moto(
        #[expect(dead_code, reason = "ends with the world")] MotoProcess,
        FaultProxy,
    ),
}

pub(crate) struct World {
    server: Server,
    url: String,
    pub(crate) output: Output,
    pub(crate) captured: ai_keys::output::Captured,
    pub(crate) stores: Stores,
}

impl World {
    pub(crate) async fn sandbox() -> Self {
        let sandbox = Sandbox::start(Options::for_tests()).unwrap();
        let url = sandbox.url().to_owned();
        Self::new(Server::Sandbox(Box::new(sandbox)), url).await
    }

    /// Starts a moto; says so and returns none if there is none to start.
    pub(crate) async fn moto() -> Option<Self> {
        let process = MotoProcess::start()?;
        let proxy = FaultProxy::start(&format!("http://{}", process.address())).unwrap();
        let url = proxy.url();
        Some(Self::new(Server::Moto(process, proxy), url).await)
    }

    async fn new(server: Server, url: String) -> Self {
        let (output, captured) = Output::captured();
        let stores = stores(&url, &output, Duration::from_secs(20)).await;
        Self {
            server,
            url,
            output,
            captured,
            stores,
        }
    }

    /// Empties a moto, and starts anew beside it.
    pub(crate) async fn empty(&mut self) {
        let reset = send(&self.url, "/moto-api/reset", "", "{}");
        assert_eq!(reset["status"], "ok");
        (self.output, self.captured) = Output::captured();
        self.stores = stores(&self.url, &self.output, Duration::from_secs(20)).await;
        self.journal();
    }

    /// Returns stores that give up sooner.
    pub(crate) async fn impatient(&self) -> Stores {
        stores(&self.url, &self.output, Duration::from_millis(1)).await
    }

    pub(crate) fn the_sandbox(&self) -> &Sandbox {
        match &self.server {
            Server::Sandbox(sandbox) => sandbox,
            Server::Moto(..) => panic!("this is moto"),
        }
    }

    pub(crate) fn set_faults(&self, rules: Vec<FaultRule>) {
        match &self.server {
            Server::Sandbox(sandbox) => sandbox.set_faults(rules).unwrap(),
            Server::Moto(_, proxy) => proxy.set_faults(rules).unwrap(),
        }
    }

    fn journal(&self) -> Vec<JournalEntry> {
        match &self.server {
            Server::Sandbox(sandbox) => {
                let journal = sandbox.journal();
                sandbox.clear_journal();
                journal
            }
            Server::Moto(_, proxy) => {
                let journal = proxy.journal();
                proxy.clear_journal();
                journal
            }
        }
    }

    /// Returns the operations since the last call.
    pub(crate) fn take_calls(&self) -> Vec<String> {
        self.journal()
            .into_iter()
            .filter_map(|one| one.operation)
            .collect()
    }

    /// Returns the operations since the last call that asked for a change.
    pub(crate) fn take_writes(&self) -> Vec<String> {
        let journal = self.journal().into_iter().filter(JournalEntry::is_write);
        journal.filter_map(|one| one.operation).collect()
    }

    /// Asks as somebody else would; `target` is such as `secretsmanager.CreateSecret`.
    pub(crate) fn ask(&self, target: &str, body: &Value) -> Value {
        self.ask_in(REGION, target, body)
    }

    pub(crate) fn ask_in(&self, region: &str, target: &str, body: &Value) -> Value {
        let service = match target.split('.').next() {
            Some("AmazonSSM") => "ssm",
            Some("TrentService") => "kms",
            _ => "secretsmanager",
        };
        let headers = format!(
            "authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20261123/{region}/{service}/aws4_request, \
             SignedHeaders=host, Signature=00\r\ncontent-type: application/x-amz-json-1.1\r\nx-amz-target: {target}\r\n"
        );
        send(&self.url, "/", &headers, &body.to_string())
    }

    /// Returns the value that a reader of the secret gets.
    pub(crate) fn secret(&self, name: &str) -> String {
        let body = json!({ "SecretId": name, "VersionStage": "AWSCURRENT" });
        let answer = self.ask("secretsmanager.GetSecretValue", &body);
        answer["SecretString"].as_str().unwrap_or("-").to_owned()
    }

    pub(crate) fn described(&self, name: &str) -> Value {
        self.ask(
            "secretsmanager.DescribeSecret",
            &json!({ "SecretId": name }),
        )
    }

    /// Returns the value that a reader of the parameter gets.
    pub(crate) fn parameter(&self, name: &str) -> String {
        let body = json!({ "Name": name, "WithDecryption": true });
        let answer = self.ask("AmazonSSM.GetParameter", &body);
        answer["Parameter"]["Value"]
            .as_str()
            .unwrap_or("-")
            .to_owned()
    }

    pub(crate) async fn deliver(
        &self,
        destination: &Destination,
        spec: &DeliverySpec,
        generation: u32,
        value: &str,
    ) -> Result<Receipt, SinkError> {
        let stores = self.stores.clone();
        self.deliver_by(&stores, destination, spec, generation, value)
            .await
    }

    pub(crate) async fn deliver_by(
        &self,
        stores: &Stores,
        destination: &Destination,
        spec: &DeliverySpec,
        generation: u32,
        value: &str,
    ) -> Result<Receipt, SinkError> {
        let token = token(generation);
        let value = Secret::received(value.to_owned(), &self.output);
        let parcel = Parcel {
            destination,
            spec,
            token: &token,
            value: &value,
            generations: &BTreeMap::new(),
        };
        Box::pin(stores.deliver(parcel)).await
    }

    pub(crate) async fn seen(&self, destination: &Destination, spec: &DeliverySpec) -> Delivered {
        let wanted = wanted(destination, spec, 2);
        let mut seen = self.stores.observe(&[wanted]).await.unwrap();
        seen.remove(0)
    }
}

/// Posts a body, and returns the answer's; `headers` are whole lines.
fn send(url: &str, path: &str, headers: &str, body: &str) -> Value {
    let address = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    serde_json::from_str(body).unwrap_or(Value::Null)
}

async fn stores(url: &str, output: &Output, patience: Duration) -> Stores {
    let access = Access::Sandbox {
        endpoint: url.to_owned(),
        account: ACCOUNT.to_owned(),
    };
    let scheduler = Scheduler::new(Pace::Unlimited, Stop::default()).with_patience(patience);
    let account = Account::open(REGION, &access, scheduler, output.clone()).await;
    Stores::beside(&account, ACCOUNT)
}

pub(crate) fn token(generation: u32) -> Token {
    Token {
        namespace: "acme-ai".to_owned(),
        key: "chat-web".to_owned(),
        generation,
    }
}

pub(crate) fn wanted(destination: &Destination, spec: &DeliverySpec, newest: u32) -> Wanted {
    Wanted {
        destination: destination.clone(),
        namespace: "acme-ai".to_owned(),
        key: "chat-web".to_owned(),
        generations: (1..=newest).map(|n| (n, i64::from(n))).collect(),
        settings: spec.fingerprint(),
        role: spec.role.clone(),
        is_named: true,
    }
}

pub(crate) fn secret(name: &str) -> Destination {
    Destination::SecretsManager {
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn parameter(name: &str) -> Destination {
    Destination::Ssm {
        region: REGION.to_owned(),
        account: ACCOUNT.to_owned(),
        name: name.to_owned(),
    }
}

pub(crate) fn generation(number: u32, spec: &DeliverySpec) -> Delivered {
    Delivered::Generation {
        number,
        settings: Some(spec.fingerprint()),
    }
}

pub(crate) fn tags(all: &[(&str, &str)]) -> BTreeMap<String, String> {
    let all = all.iter();
    all.map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}
