//! An HTTP answer before it meets the wire, and the errors of the rest-json protocol.

use bytes::Bytes;
use serde_json::{Value, json};

/// A whole answer.
#[derive(Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The error code, for the journal, where no header tells it.
    pub(crate) code: Option<String>,
}

/// A refusal by the service: status, code and message.
#[derive(Clone)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// What an operation gives back: a status and a JSON body, or a refusal.
pub(crate) type Outcome = Result<(u16, Value), ApiError>;

impl ApiError {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    pub(crate) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(400, "BadRequestException", message)
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NotFoundException", message)
    }

    pub(crate) fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "ConflictException", message)
    }

    pub(crate) fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(429, "LimitExceededException", message)
    }
}

impl Answer {
    /// Returns a JSON answer; `Value::Null` is an empty body.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let body = if body.is_null() {
            Bytes::new()
        } else {
            Bytes::from(body.to_string())
        };
        Self {
            status,
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body,
            code: None,
        }
    }

    /// Returns an answer in XML.
    pub(crate) fn xml(status: u16, body: String) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), "text/xml".to_owned())],
            body: body.into(),
            code: None,
        }
    }

    /// Returns an error answer: `{"message": …}` and the code in a header.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "message": message })).with_header("x-amzn-errortype", code)
    }

    /// Returns a server error as a load balancer sends it: no code.
    pub(crate) fn server_error(status: u16) -> Self {
        Self::json(status, &json!({ "message": null }))
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the body by text that says it is compressed JSON, and is not.
    pub(crate) fn garbled(mut self) -> Self {
        self.body = Bytes::from_static(b"not what it says");
        self.with_header("content-encoding", "gzip")
    }

    pub(crate) fn with_code(mut self, code: &str) -> Self {
        self.code = Some(code.to_owned());
        self
    }

    pub(crate) fn error_code(&self) -> Option<&str> {
        let header = || {
            self.headers
                .iter()
                .find(|(name, _)| name == "x-amzn-errortype")
                .map(|(_, code)| code.as_str())
        };
        self.code.as_deref().or_else(header)
    }
}

impl From<Outcome> for Answer {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Ok((status, body)) => Self::json(status, &body),
            Err(error) => Self::error(error.status, error.code, &error.message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_a_message_and_a_header() {
        let answer = Answer::from(Err(ApiError::conflict("API Key already exists")) as Outcome);
        assert_eq!(answer.status, 409);
        assert_eq!(answer.error_code(), Some("ConflictException"));
        assert_eq!(&answer.body[..], br#"{"message":"API Key already exists"}"#);
    }

    #[test]
    fn null_is_an_empty_body() {
        assert!(Answer::json(202, &Value::Null).body.is_empty());
    }
}
