//! STS `GetCallerIdentity`: query protocol in, XML out.

use crate::answer::Answer;
use crate::scope::Caller;
use crate::server::Incoming;

/// Tells whether a request asks STS who it is.
pub(crate) fn is_caller_identity(request: &Incoming) -> bool {
    let is_named = |text: &str| {
        text.split('&')
            .any(|pair| pair == "Action=GetCallerIdentity")
    };
    request.path == "/"
        && (request.query.as_deref().is_some_and(is_named)
            || std::str::from_utf8(&request.body).is_ok_and(is_named))
}

/// Answers with the account of the caller's access key id.
pub(crate) fn caller_identity(caller: &Caller, request_id: &str) -> Answer {
    let account = &caller.scope.account;
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:iam::{account}:user/sandbox</Arn>\
         <UserId>AIDASANDBOX</UserId><Account>{account}</Account></GetCallerIdentityResult>\
         <ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>\
         </GetCallerIdentityResponse>"
    );
    xml(200, body)
}

/// Returns an error in the query protocol's XML.
pub(crate) fn error(status: u16, code: &str, message: &str) -> Answer {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>sandbox</RequestId></ErrorResponse>"
    );
    xml(status, body)
}

fn xml(status: u16, body: String) -> Answer {
    Answer {
        status,
        headers: vec![("content-type".to_owned(), "text/xml".to_owned())],
        body: body.into(),
    }
}
