//! The operations of API Gateway that we use, and what each one needs.

use crate::schedule::{Call, Lane, Repeat};

/// One operation of API Gateway (or of STS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reads which account the credentials belong to.
    GetCallerIdentity,
    /// Lists keys.
    GetApiKeys,
    /// Makes a key, with a value of ours.
    CreateApiKey,
    /// Changes a key.
    UpdateApiKey,
    /// Deletes a key and its associations.
    DeleteApiKey,
    /// Lists usage plans.
    GetUsagePlans,
    /// Makes a usage plan.
    CreateUsagePlan,
    /// Changes a usage plan by `replace` alone.
    ReplaceInUsagePlan,
    /// Changes a usage plan by `add` or `remove`.
    UpdateUsagePlan,
    /// Deletes a usage plan without stages.
    DeleteUsagePlan,
    /// Lists the keys of a usage plan.
    GetUsagePlanKeys,
    /// Reads whether a key is on a usage plan.
    GetUsagePlanKey,
    /// Puts a key on a usage plan.
    CreateUsagePlanKey,
    /// Takes a key off a usage plan.
    DeleteUsagePlanKey,
    /// Lists REST APIs.
    GetRestApis,
    /// Reads tags.
    GetTags,
    /// Adds tags.
    TagResource,
    /// Removes tags.
    UntagResource,
}

/// What an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The permission, such as `apigateway:PATCH`: one per HTTP verb.
    pub action: &'static str,
    /// What the permission is on, as a path below `arn:aws:apigateway:REGION::`.
    pub resource: &'static str,
}

impl Operation {
    /// Returns how the scheduler treats the operation.
    ///
    /// Repeating is safe where the identical request ends in the same state: a
    /// create with our own value answers 409 the second time, a delete 404.
    #[must_use]
    pub fn call(self) -> Call {
        let (operation, lane, repeat) = match self {
            Self::GetCallerIdentity => ("GetCallerIdentity", Lane::Elsewhere, Repeat::Safe),
            Self::GetApiKeys => ("GetApiKeys", Lane::Any, Repeat::Safe),
            Self::CreateApiKey => ("CreateApiKey", Lane::CreateApiKey, Repeat::Safe),
            Self::UpdateApiKey => ("UpdateApiKey", Lane::Any, Repeat::Safe),
            Self::DeleteApiKey => ("DeleteApiKey", Lane::DeleteApiKey, Repeat::Safe),
            Self::GetUsagePlans => ("GetUsagePlans", Lane::Any, Repeat::Safe),
            Self::CreateUsagePlan => ("CreateUsagePlan", Lane::Any, Repeat::VerifyFirst),
            Self::ReplaceInUsagePlan => ("UpdateUsagePlan", Lane::UpdateUsagePlan, Repeat::Safe),
            Self::UpdateUsagePlan => (
                "UpdateUsagePlan",
                Lane::UpdateUsagePlan,
                Repeat::VerifyFirst,
            ),
            Self::DeleteUsagePlan => ("DeleteUsagePlan", Lane::Any, Repeat::Safe),
            Self::GetUsagePlanKeys => ("GetUsagePlanKeys", Lane::Any, Repeat::Safe),
            Self::GetUsagePlanKey => ("GetUsagePlanKey", Lane::Any, Repeat::Safe),
            Self::CreateUsagePlanKey => {
                ("CreateUsagePlanKey", Lane::CreateUsagePlanKey, Repeat::Safe)
            }
            Self::DeleteUsagePlanKey => ("DeleteUsagePlanKey", Lane::Any, Repeat::Safe),
            Self::GetRestApis => ("GetRestApis", Lane::Any, Repeat::Safe),
            Self::GetTags => ("GetTags", Lane::Any, Repeat::Safe),
            Self::TagResource => ("TagResource", Lane::Any, Repeat::Safe),
            Self::UntagResource => ("UntagResource", Lane::Any, Repeat::Safe),
        };
        Call {
            operation,
            lane,
            repeat,
        }
    }

    /// Returns the permission that the operation needs.
    ///
    /// API Gateway's actions are HTTP verbs on paths; checked 2026-11-23.
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>
    #[must_use]
    pub fn needs(self) -> Needs {
        let (action, resource) = match self {
            Self::GetCallerIdentity => ("sts:GetCallerIdentity", "*"),
            Self::GetApiKeys => ("apigateway:GET", "/apikeys"),
            Self::CreateApiKey => ("apigateway:POST", "/apikeys"),
            Self::UpdateApiKey => ("apigateway:PATCH", "/apikeys/*"),
            Self::DeleteApiKey => ("apigateway:DELETE", "/apikeys/*"),
            Self::GetUsagePlans => ("apigateway:GET", "/usageplans"),
            Self::CreateUsagePlan => ("apigateway:POST", "/usageplans"),
            Self::UpdateUsagePlan | Self::ReplaceInUsagePlan => {
                ("apigateway:PATCH", "/usageplans/*")
            }
            Self::DeleteUsagePlan => ("apigateway:DELETE", "/usageplans/*"),
            Self::GetUsagePlanKeys => ("apigateway:GET", "/usageplans/*/keys"),
            Self::GetUsagePlanKey => ("apigateway:GET", "/usageplans/*/keys/*"),
            Self::CreateUsagePlanKey => ("apigateway:POST", "/usageplans/*/keys"),
            Self::DeleteUsagePlanKey => ("apigateway:DELETE", "/usageplans/*/keys/*"),
            Self::GetRestApis => ("apigateway:GET", "/restapis"),
            Self::GetTags => ("apigateway:GET", "/tags/*"),
            Self::TagResource => ("apigateway:PUT", "/tags/*"),
            Self::UntagResource => ("apigateway:DELETE", "/tags/*"),
        };
        Needs { action, resource }
    }
}
