//! Finding and using a sandbox that another process runs.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::num::NonZeroU32;
use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};

use crate::error::SandboxError;
use crate::options::Limits;
use crate::records::StageRef;
use crate::scope::Scope;
use crate::store::ServerFile;

const CONNECT: Duration = Duration::from_secs(1);
const ANSWER: Duration = Duration::from_secs(5);

/// A sandbox that answers, in this process or another.
#[derive(Clone, Debug)]
pub struct Running {
    url: String,
    address: SocketAddr,
    limits: Limits,
    speed: NonZeroU32,
}

impl Running {
    /// Finds the sandbox that has `dir` open, if it answers.
    #[must_use]
    pub fn find(dir: &Path) -> Option<Self> {
        let file: ServerFile =
            serde_json::from_slice(&fs::read(dir.join("server.json")).ok()?).ok()?;
        let mut running = Self::at(&file.url)?;
        let (status, health) = running.call("GET", "/_sandbox/health", None).ok()?;
        // Another program may have got the port of a sandbox that was killed.
        let is_ours =
            status == 200 && health.get("instance").and_then(Value::as_str) == Some(&file.instance);
        if health.get("limits").and_then(Value::as_str) == Some(Limits::Off.name()) {
            running.limits = Limits::Off;
        }
        // A clock that stands still is moved by hand: there is nothing to keep up with.
        let speed = health.get("speed").and_then(Value::as_u64);
        let speed = speed.and_then(|speed| NonZeroU32::new(speed.try_into().ok()?));
        running.speed = speed.unwrap_or(NonZeroU32::MIN);
        is_ours.then_some(running)
    }

    /// Names a sandbox by its URL, `http://127.0.0.1:PORT`; nothing is asked yet, so it is taken to keep
    /// AWS's rates, on a clock like ours.
    #[must_use]
    pub fn at(url: &str) -> Option<Self> {
        let address: SocketAddr = url
            .strip_prefix("http://")?
            .trim_end_matches('/')
            .parse()
            .ok()?;
        address.ip().is_loopback().then(|| Self {
            url: format!("http://{address}"),
            address,
            limits: Limits::Aws,
            speed: NonZeroU32::MIN,
        })
    }

    /// Returns `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Returns whose request rates it keeps.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Returns how many seconds pass on its clock in one of ours.
    #[must_use]
    pub fn speed(&self) -> NonZeroU32 {
        self.speed
    }

    /// Makes the REST API and the stage if they do not exist.
    ///
    /// # Errors
    /// [`SandboxError::Io`] if the sandbox is gone, [`SandboxError::Refused`] if it refuses.
    pub fn ensure_stage(
        &self,
        scope: &Scope,
        api_name: &str,
        stage: &str,
    ) -> Result<StageRef, SandboxError> {
        let body = json!({ "account": scope.account, "region": scope.region, "api": api_name, "stage": stage });
        let answer = self.post("/_sandbox/ensure-stage", &body)?;
        let api_id = answer
            .get("apiId")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        Ok(StageRef {
            api_id,
            stage: stage.to_owned(),
        })
    }

    /// Sets the date of a sandbox with a virtual clock.
    ///
    /// # Errors
    /// As [`Running::ensure_stage`]; a real clock refuses.
    pub fn set_date(&self, date: &str) -> Result<(), SandboxError> {
        self.post("/_sandbox/clock", &json!({ "date": date }))
            .map(drop)
    }

    fn post(&self, path: &str, body: &Value) -> Result<Value, SandboxError> {
        match self.call("POST", path, Some(body))? {
            (200, answer) => Ok(answer),
            (_, answer) => {
                let text = answer
                    .get("message")
                    .and_then(Value::as_str)
                    .unwrap_or("no reason given");
                Err(SandboxError::Refused(text.to_owned()))
            }
        }
    }

    fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<(u16, Value), SandboxError> {
        let mut stream = TcpStream::connect_timeout(&self.address, CONNECT)?;
        stream.set_read_timeout(Some(ANSWER))?;
        stream.set_write_timeout(Some(ANSWER))?;
        let body = body.map(Value::to_string).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        stream.write_all(body.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        read_answer(&answer)
            .ok_or_else(|| SandboxError::Refused("the answer is not HTTP".to_owned()))
    }
}

fn read_answer(text: &str) -> Option<(u16, Value)> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
    Some((status, serde_json::from_str(body).unwrap_or(Value::Null)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_addresses_are_sandboxes() {
        assert_eq!(
            Running::at("http://127.0.0.1:4599/").unwrap().url(),
            "http://127.0.0.1:4599"
        );
        for url in [
            "https://127.0.0.1:1",
            "http://10.0.0.1:80",
            "http://example.com",
            "127.0.0.1:1",
        ] {
            assert!(Running::at(url).is_none(), "{url}");
        }
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(
            read_answer("HTTP/1.1 200 OK\r\na: b\r\n\r\n{\"x\":1}"),
            Some((200, json!({"x": 1})))
        );
        assert_eq!(read_answer("SSH-2.0"), None);
    }
}
