//! A blocking HTTP/1.1 client that signs nothing and says whose request it is.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

/// An HTTP answer; `status` 0 means that the connection ended without a whole one.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) text: String,
}

#[derive(Clone)]
pub(crate) struct Client {
    address: String,
    authorization: String,
    pub(crate) timeout: Duration,
}

impl Client {
    pub(crate) fn new(url: &str) -> Self {
        let address = url
            .strip_prefix("http://")
            .unwrap()
            .trim_end_matches('/')
            .to_owned();
        let client = Self {
            address,
            authorization: String::new(),
            timeout: Duration::from_secs(20),
        };
        client.signed("AKIAIOSFODNN7EXAMPLE", "eu-west-1")
    }

    /// Signs as this access key id in this region; nobody checks the signature.
    pub(crate) fn signed(&self, access_key_id: &str, region: &str) -> Self {
        self.signed_for(access_key_id, region, "apigateway")
    }

    pub(crate) fn signed_for(&self, access_key_id: &str, region: &str, service: &str) -> Self {
        let authorization = format!(
            "authorization: AWS4-HMAC-SHA256 Credential={access_key_id}/20261123/{region}/{service}/aws4_request, \
             SignedHeaders=host;x-amz-date, Signature=00\r\n"
        );
        Self {
            authorization,
            ..self.clone()
        }
    }

    pub(crate) fn get(&self, target: &str) -> Reply {
        self.send("GET", target, "", "")
    }

    pub(crate) fn post(&self, target: &str, body: &Value) -> Reply {
        self.send("POST", target, "", &body.to_string())
    }

    pub(crate) fn patch(&self, target: &str, operations: &Value) -> Reply {
        self.send(
            "PATCH",
            target,
            "",
            &serde_json::json!({ "patchOperations": operations }).to_string(),
        )
    }

    pub(crate) fn delete(&self, target: &str) -> Reply {
        self.send("DELETE", target, "", "")
    }

    /// Asks a JSON service: `target` is such as `secretsmanager.CreateSecret`.
    pub(crate) fn ask(&self, target: &str, body: &Value) -> Reply {
        let headers =
            format!("content-type: application/x-amz-json-1.1\r\nx-amz-target: {target}\r\n");
        self.send("POST", "/", &headers, &body.to_string())
    }

    /// Sends a request; `headers` are whole lines.
    pub(crate) fn send(&self, method: &str, target: &str, headers: &str, body: &str) -> Reply {
        let nothing = || Reply {
            status: 0,
            head: String::new(),
            text: String::new(),
        };
        let Ok(mut stream) = TcpStream::connect(&self.address) else {
            return nothing();
        };
        stream.set_read_timeout(Some(self.timeout)).unwrap();
        let content_type = if headers.contains("content-type") {
            ""
        } else {
            "content-type: application/json\r\n"
        };
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: {}\r\n{}{content_type}{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            self.address,
            self.authorization,
            body.len(),
        );
        let mut bytes = Vec::new();
        if stream.write_all(request.as_bytes()).is_err() || stream.read_to_end(&mut bytes).is_err()
        {
            return nothing();
        }
        let answer = String::from_utf8(bytes).unwrap();
        let Some((head, text)) = answer.split_once("\r\n\r\n") else {
            return nothing();
        };
        let status = head.get(9..12).unwrap().parse().unwrap();
        let reply = Reply {
            status,
            head: head.to_ascii_lowercase(),
            text: text.to_owned(),
        };
        let declared = reply
            .header("content-length")
            .and_then(|length| length.parse().ok());
        if declared.is_some_and(|length: usize| length != text.len()) {
            Reply { status: 0, ..reply }
        } else {
            reply
        }
    }
}

impl Reply {
    /// Returns a header; names and values are lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))
            .map(str::trim)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Returns a member of the answer as text, empty if absent.
    pub(crate) fn text_of(&self, member: &str) -> String {
        match &self.json()[member] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }

    pub(crate) fn items(&self) -> Vec<Value> {
        self.json()["item"].as_array().cloned().unwrap_or_default()
    }

    /// Returns one member of every listed item.
    pub(crate) fn listed(&self, member: &str) -> Vec<String> {
        self.items()
            .iter()
            .map(|item| item[member].as_str().unwrap_or("").to_owned())
            .collect()
    }

    /// Returns status, error code and message: what a client decides on.
    pub(crate) fn verdict(&self) -> String {
        if self.status < 400 {
            return self.status.to_string();
        }
        // API Gateway names it in a header, the JSON services in the body.
        let named = self.text_of("__type").to_ascii_lowercase();
        let code = match self.header("x-amzn-errortype") {
            Some(code) => code,
            None if named.is_empty() => "-",
            None => &named,
        };
        let code = code.replace("exception", "");
        let message = match self.json() {
            Value::Null => "not JSON".to_owned(),
            body => body["message"]
                .as_str()
                .or(body["Message"].as_str())
                .unwrap_or("-")
                .to_owned(),
        };
        format!("{} {code}: {message}", self.status)
    }
}
