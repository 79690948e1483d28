//! A sandbox in a process of its own, filled over HTTP.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use super::fleet;

pub(super) const ACCOUNT: &str = "123456789012";

/// What a sandbox takes in a time.
#[derive(Clone, Copy)]
pub(super) enum Rates {
    /// As much as comes: the program under measurement shows its own cost.
    None,
    /// What API Gateway takes, on a clock that runs so many times as fast.
    Aws { times: u32 },
}

/// Ended when dropped.
pub(super) struct Sandbox {
    child: Child,
    address: String,
}

impl Sandbox {
    /// Starts one with its state in a folder, where another has left off if there was one.
    pub(super) fn start(ai_keys: &Path, folder: &Path, rates: Rates) -> Result<Self> {
        let mut command = Command::new(ai_keys);
        command.args(["sandbox", "--quiet"]).arg(folder);
        match rates {
            Rates::None => command.arg("--no-limits"),
            Rates::Aws { times } => command.args(["--speed", &times.to_string()]),
        };
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            // Read if it does not start: when it is ended it says so.
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start the sandbox")?;
        let mut url = String::new();
        if let Some(out) = child.stdout.take() {
            BufReader::new(out).read_line(&mut url)?;
        }
        let mut sandbox = Self {
            child,
            address: String::new(),
        };
        let Some(address) = url.trim().strip_prefix("http://") else {
            let mut why = String::new();
            if let Some(mut err) = sandbox.child.stderr.take() {
                err.read_to_string(&mut why)?;
            }
            bail!("the sandbox does not say where it listens: {why}");
        };
        address.clone_into(&mut sandbox.address);
        Ok(sandbox)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Makes what the manifest of [`fleet`] asks for.
    pub(super) fn fill(&self) -> Result<()> {
        let usage_plan_ids = self.make_usage_plans()?;
        let import = "/apikeys?mode=import&format=csv&failonwarnings=true";
        for from in (0..fleet::KEYS).step_by(fleet::ROWS) {
            self.send("POST", import, &fleet::import(from, &usage_plan_ids))?;
        }
        Ok(())
    }

    /// Makes the usage plans only, and returns their ids.
    pub(super) fn make_usage_plans(&self) -> Result<Vec<String>> {
        let stage = json!({
            "account": ACCOUNT, "region": "eu-west-1", "api": fleet::API, "stage": fleet::STAGE,
        });
        let stage = self.send("POST", "/_sandbox/ensure-stage", &stage.to_string())?;
        let api_id = text(&stage, "apiId")?;
        let make = |number| {
            let body = fleet::usage_plan_body(number, &api_id);
            text(&self.send("POST", "/usageplans", &body.to_string())?, "id")
        };
        (0..fleet::USAGE_PLANS).map(make).collect()
    }

    /// Returns how often each operation has been asked for.
    pub(super) fn calls(&self) -> Result<BTreeMap<String, usize>> {
        let mut calls = BTreeMap::new();
        for entry in self.journal()? {
            *calls.entry(text(&entry, "operation")?).or_default() += 1;
        }
        Ok(calls)
    }

    /// Returns what the sandbox says of each request since it was started.
    pub(super) fn journal(&self) -> Result<Vec<Value>> {
        match self.send("GET", "/_sandbox/journal", "")? {
            Value::Array(entries) => Ok(entries),
            _ => bail!("the sandbox's journal is no list"),
        }
    }

    /// Returns what a GET answers.
    pub(super) fn get(&self, target: &str) -> Result<Value> {
        self.send("GET", target, "")
    }

    fn send(&self, method: &str, target: &str, body: &str) -> Result<Value> {
        let mut stream = TcpStream::connect(&self.address)?;
        write!(
            stream,
            "{method} {target} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        if !head.starts_with("HTTP/1.1 2") {
            bail!("the sandbox answers {method} {target}: {answer}");
        }
        Ok(serde_json::from_str(body)?)
    }
}

impl Drop for Sandbox {
    /// Lets it save what it has put off.
    fn drop(&mut self) {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

fn text(value: &Value, member: &str) -> Result<String> {
    let text = value.get(member).and_then(Value::as_str);
    Ok(text
        .with_context(|| format!("the sandbox's answer lacks `{member}`"))?
        .to_owned())
}
