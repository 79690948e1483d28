//! The three protocols of the services: how a request names its operation, how a refusal is written.

use serde_json::json;

use crate::answer::{Answer, ApiError};
use crate::query::Query;
use crate::route::{Operation, Route, route};
use crate::server::Incoming;

/// A protocol of AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// API Gateway: method and path; refusals have statuses of their own.
    RestJson,
    /// Secrets Manager and SSM: `X-Amz-Target`; refusals are 400.
    Json,
    /// STS: `Action=…` in a form; XML out.
    Query,
}

impl Protocol {
    /// Tells which protocol a request speaks.
    pub(crate) fn of(request: &Incoming) -> Self {
        if request.headers.contains_key("x-amz-target") {
            Self::Json
        } else if action(request).is_some() {
            Self::Query
        } else {
            Self::RestJson
        }
    }

    /// Writes a refusal as this protocol does.
    pub(crate) fn refuse(self, error: &ApiError) -> Answer {
        self.refuse_as(error.status, error.code, &error.message)
    }

    /// As [`Protocol::refuse`], for a refusal of a fault rule's own making.
    pub(crate) fn refuse_as(self, status: u16, code: &str, message: &str) -> Answer {
        match self {
            Self::RestJson => Answer::error(status, code, message),
            Self::Json => {
                // Every refusal by these services is 400; only their own failures are 5xx.
                let status = if status < 500 { 400 } else { status };
                Answer::json(status, &json!({ "__type": code, "message": message }))
            }
            Self::Query => Answer::xml(
                status,
                format!(
                    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
                     <Error><Type>Sender</Type><Code>{code}</Code><Message>{}</Message></Error>\
                     <RequestId>sandbox</RequestId></ErrorResponse>",
                    escape_xml(message)
                ),
            ),
        }
        .with_code(code)
    }

    /// Returns the refusal of a call above the rate.
    pub(crate) fn throttled(self) -> ApiError {
        match self {
            Self::RestJson => ApiError::new(429, "TooManyRequestsException", "Too Many Requests"),
            Self::Json => ApiError::new(400, "ThrottlingException", "Rate exceeded"),
            Self::Query => ApiError::new(400, "Throttling", "Rate exceeded"),
        }
    }

    /// Returns the refusal of credentials that are over.
    pub(crate) fn expired_token(self) -> ApiError {
        let code = match self {
            Self::RestJson | Self::Json => "ExpiredTokenException",
            Self::Query => "ExpiredToken",
        };
        let message = "The security token included in the request is expired";
        ApiError::new(403, code, message)
    }

    /// Returns the refusal of credentials that nobody gave out.
    pub(crate) fn unknown_token(self) -> ApiError {
        let code = match self {
            Self::RestJson | Self::Json => "UnrecognizedClientException",
            Self::Query => "InvalidClientTokenId",
        };
        let message = "The security token included in the request is invalid.";
        ApiError::new(403, code, message)
    }

    /// Returns the refusal of credentials without the permission.
    pub(crate) fn denied(self) -> ApiError {
        let code = match self {
            Self::RestJson | Self::Json => "AccessDeniedException",
            Self::Query => "AccessDenied",
        };
        let message = "User is not authorized to perform this operation";
        ApiError::new(403, code, message)
    }

    /// Returns the refusal of an operation that the sandbox does not have.
    pub(crate) fn unknown_operation(self) -> ApiError {
        let message = "The sandbox has no such operation";
        match self {
            Self::RestJson | Self::Json => ApiError::new(404, "UnknownOperationException", message),
            Self::Query => ApiError::new(400, "InvalidAction", message),
        }
    }
}

/// Finds the operation of a request.
pub(crate) fn find(request: &Incoming, query: &Query) -> Option<Route> {
    let operation = match Protocol::of(request) {
        Protocol::RestJson => return route(&request.method, &request.path, query),
        Protocol::Json => Operation::of_target(request.header("x-amz-target")?),
        Protocol::Query => Operation::of_action(&action(request)?),
    };
    operation.map(|operation| Route {
        operation,
        ids: Vec::new(),
    })
}

/// Returns the `Action` of a request in the query protocol.
fn action(request: &Incoming) -> Option<String> {
    if request.path != "/" {
        return None;
    }
    let form = form(request);
    form.get("Action").map(str::to_owned)
}

/// Returns the parameters of a request in the query protocol: its body's, or its URL's.
pub(crate) fn form(request: &Incoming) -> Query {
    match std::str::from_utf8(&request.body) {
        Ok(body) if !body.is_empty() => Query::parse(Some(body)),
        _ => Query::parse(request.query.as_deref()),
    }
}

/// Writes text so that it ends no element of XML.
pub(crate) fn escape_xml(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_protocol_writes_its_own_refusal() {
        let error = ApiError::conflict("a < b");
        let texts = [Protocol::RestJson, Protocol::Json, Protocol::Query].map(|protocol| {
            let answer = protocol.refuse(&error);
            assert_eq!(answer.error_code(), Some("ConflictException"));
            let text = String::from_utf8(answer.body.to_vec()).unwrap();
            format!("{} {text}", answer.status)
        });
        assert_eq!(texts[0], r#"409 {"message":"a < b"}"#);
        assert_eq!(
            texts[1],
            r#"400 {"__type":"ConflictException","message":"a < b"}"#
        );
        assert!(texts[2].starts_with("409 <ErrorResponse") && texts[2].contains("a &lt; b"));
    }
}
