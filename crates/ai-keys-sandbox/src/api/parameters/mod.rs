//! SSM's Parameter Store.
//!
//! Texts are AWS's where a public record of them is known; the others are inferred.

mod label;
mod list;
mod put;
mod read;
mod tags;

use super::Call;
use super::secrets::{kms_name, seconds, set, validation};
use crate::answer::{ApiError, Outcome};
use crate::parameters::{Kind, Parameter};
use crate::route::Operation;
use crate::scope::Scope;

/// The key that encrypts a `SecureString` unless another is named.
const DEFAULT_KEY: &str = "alias/aws/ssm";

/// Carries out one operation.
pub(super) fn carry_out(operation: Operation, call: &mut Call<'_>) -> Outcome {
    match operation {
        Operation::PutParameter => put::put(call),
        Operation::GetParameter => read::get(call),
        Operation::GetParameterHistory => read::history(call),
        Operation::DescribeParameters => list::describe(call),
        Operation::LabelParameterVersion => label::label(call),
        Operation::UnlabelParameterVersion => label::unlabel(call),
        Operation::AddTagsToResource => tags::add(call),
        Operation::RemoveTagsFromResource => tags::remove(call),
        Operation::ListTagsForResource => tags::list(call),
        Operation::DeleteParameter => read::delete(call),
        _ => Err(ApiError::not_found("not an operation of SSM")),
    }
}

/// Finds a parameter by name or by ARN.
fn find<'c>(call: &'c mut Call<'_>, name: &str) -> Result<&'c mut Parameter, ApiError> {
    let prefix = arn(call.scope, "");
    let parameters = &mut call.region().parameters;
    let name = match name.strip_prefix(&prefix) {
        // The slash that begins a path is the one that ends `parameter/`.
        Some(rest) if parameters.contains_key(rest) => rest.to_owned(),
        Some(rest) => format!("/{rest}"),
        None => name.to_owned(),
    };
    parameters
        .get_mut(&name)
        .ok_or_else(|| ApiError::new(400, "ParameterNotFound", ""))
}

fn arn(scope: &Scope, name: &str) -> String {
    format!(
        "arn:aws:ssm:{}:{}:parameter/{}",
        scope.region,
        scope.account,
        name.trim_start_matches('/')
    )
}

/// Checks a KMS key as far as a sandbox without KMS can; see Secrets Manager's.
fn check_kms_key(kind: Kind, key: Option<&str>) -> Result<(), ApiError> {
    let Some(key) = key else { return Ok(()) };
    if kind != Kind::SecureString {
        return Err(validation(
            "A KMS key is for parameters of type SecureString only.",
        ));
    }
    let name = kms_name(key);
    if name.starts_with("missing") {
        let message = format!(
            "Alias or key {key} is not found. (Service: AWSKMS; Status Code: 400; Error Code: NotFoundException)"
        );
        return Err(ApiError::new(400, "InvalidKeyId", message));
    }
    if name.starts_with("disabled") {
        let message = format!(
            "{key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException)"
        );
        return Err(ApiError::new(400, "InvalidKeyId", message));
    }
    if name.starts_with("denied") {
        let message = "User is not authorized to perform: kms:Encrypt on this resource";
        return Err(ApiError::new(400, "AccessDeniedException", message));
    }
    Ok(())
}
