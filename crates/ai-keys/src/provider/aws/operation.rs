//! The operations of API Gateway and of the secret stores that we use, and what each one needs.

use crate::schedule::{Call, Lane, Repeat};

/// One operation of API Gateway, STS, Secrets Manager or SSM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reads which account the credentials belong to.
    GetCallerIdentity,
    /// Borrows the credentials of a target's role.
    AssumeRole,
    /// Lists keys.
    GetApiKeys,
    /// Reads one key, with its value if asked for.
    GetApiKey,
    /// Makes a key, with a value of ours.
    CreateApiKey,
    /// Makes or changes the keys of a file, by their values.
    ImportApiKeys,
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
    /// Reads how often the keys of a usage plan were used.
    GetUsage,
    /// Lists REST APIs.
    GetRestApis,
    /// Reads tags.
    GetTags,
    /// Adds tags.
    TagResource,
    /// Removes tags.
    UntagResource,
    /// Makes a secret with its first version.
    CreateSecret,
    /// Reads what a secret is, without its value.
    DescribeSecret,
    /// Lists secrets, without their values.
    ListSecrets,
    /// Reads a secret of which one field is ours.
    GetSecretValue,
    /// Gives a secret a new version, a description, a KMS key.
    UpdateSecret,
    /// Makes an older version of a secret the current one.
    UpdateSecretVersionStage,
    /// Adds tags to a secret.
    TagSecret,
    /// Removes tags of a secret.
    UntagSecret,
    /// Reads who else may read a secret.
    GetResourcePolicy,
    /// Says who else may read a secret.
    PutResourcePolicy,
    /// Takes away what others may.
    DeleteResourcePolicy,
    /// Copies a secret to other regions.
    ReplicateSecretToRegions,
    /// Lists parameters, without their values.
    DescribeParameters,
    /// Makes a parameter, or gives it a new version.
    PutParameter,
    /// Adds tags to a parameter.
    AddTagsToResource,
    /// Removes tags of a parameter.
    RemoveTagsFromResource,
}

/// What an operation needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// The permission, such as `apigateway:PATCH`: one per HTTP verb.
    pub action: &'static str,
    /// What the permission is on: a path below `arn:aws:apigateway:REGION::`, or what follows the
    /// account in an ARN of a secret store, or `*`.
    pub resource: &'static str,
}

const SECRETS: &str = ":secret:*";
const PARAMETERS: &str = ":parameter/*";

impl Operation {
    /// Every operation.
    #[cfg(test)]
    pub(super) const ALL: &[Self] = &[
        Self::GetCallerIdentity,
        Self::AssumeRole,
        Self::GetApiKeys,
        Self::ImportApiKeys,
        Self::GetApiKey,
        Self::CreateApiKey,
        Self::UpdateApiKey,
        Self::DeleteApiKey,
        Self::GetUsagePlans,
        Self::CreateUsagePlan,
        Self::ReplaceInUsagePlan,
        Self::UpdateUsagePlan,
        Self::DeleteUsagePlan,
        Self::GetUsagePlanKeys,
        Self::GetUsagePlanKey,
        Self::CreateUsagePlanKey,
        Self::DeleteUsagePlanKey,
        Self::GetUsage,
        Self::GetRestApis,
        Self::GetTags,
        Self::TagResource,
        Self::UntagResource,
        Self::CreateSecret,
        Self::DescribeSecret,
        Self::ListSecrets,
        Self::GetSecretValue,
        Self::UpdateSecret,
        Self::UpdateSecretVersionStage,
        Self::TagSecret,
        Self::UntagSecret,
        Self::GetResourcePolicy,
        Self::PutResourcePolicy,
        Self::DeleteResourcePolicy,
        Self::ReplicateSecretToRegions,
        Self::DescribeParameters,
        Self::PutParameter,
        Self::AddTagsToResource,
        Self::RemoveTagsFromResource,
    ];

    /// Returns how the scheduler treats the operation.
    ///
    /// Repeating is safe where the identical request ends in the same state: a
    /// create with our own value answers 409 the second time, a delete 404.
    #[must_use]
    pub fn call(self) -> Call {
        let (operation, lane, repeat) = match self {
            Self::GetCallerIdentity => ("GetCallerIdentity", Lane::Elsewhere, Repeat::Safe),
            Self::AssumeRole => ("AssumeRole", Lane::Elsewhere, Repeat::Safe),
            Self::GetApiKeys => ("GetApiKeys", Lane::Any, Repeat::Safe),
            Self::GetApiKey => ("GetApiKey", Lane::Any, Repeat::Safe),
            Self::CreateApiKey => ("CreateApiKey", Lane::CreateApiKey, Repeat::Safe),
            // An upsert by value: the second one changes nothing.
            Self::ImportApiKeys => ("ImportApiKeys", Lane::ImportApiKeys, Repeat::Safe),
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
            Self::GetUsage => ("GetUsage", Lane::Any, Repeat::Safe),
            Self::GetRestApis => ("GetRestApis", Lane::Any, Repeat::Safe),
            Self::GetTags => ("GetTags", Lane::Any, Repeat::Safe),
            Self::TagResource => ("TagResource", Lane::Any, Repeat::Safe),
            Self::UntagResource => ("UntagResource", Lane::Any, Repeat::Safe),
            // The request token makes the second one the same as the first.
            Self::CreateSecret => ("CreateSecret", Lane::CreateSecret, Repeat::Safe),
            Self::DescribeSecret => ("DescribeSecret", Lane::Any, Repeat::Safe),
            Self::ListSecrets => ("ListSecrets", Lane::ListSecrets, Repeat::Safe),
            Self::GetSecretValue => ("GetSecretValue", Lane::Any, Repeat::Safe),
            Self::UpdateSecret => ("UpdateSecret", Lane::ChangeSecret, Repeat::Safe),
            Self::UpdateSecretVersionStage => (
                "UpdateSecretVersionStage",
                Lane::ChangeSecret,
                Repeat::VerifyFirst,
            ),
            Self::TagSecret => ("TagResource", Lane::TagSecret, Repeat::Safe),
            Self::UntagSecret => ("UntagResource", Lane::TagSecret, Repeat::Safe),
            Self::GetResourcePolicy => ("GetResourcePolicy", Lane::SecretPolicy, Repeat::Safe),
            Self::PutResourcePolicy => ("PutResourcePolicy", Lane::SecretPolicy, Repeat::Safe),
            Self::DeleteResourcePolicy => {
                ("DeleteResourcePolicy", Lane::SecretPolicy, Repeat::Safe)
            }
            Self::ReplicateSecretToRegions => {
                ("ReplicateSecretToRegions", Lane::ChangeSecret, Repeat::Safe)
            }
            Self::DescribeParameters => ("DescribeParameters", Lane::OtherOfSsm, Repeat::Safe),
            // Each one makes a version, so a lost answer is looked up first.
            Self::PutParameter => ("PutParameter", Lane::PutParameter, Repeat::VerifyFirst),
            Self::AddTagsToResource => ("AddTagsToResource", Lane::OtherOfSsm, Repeat::Safe),
            Self::RemoveTagsFromResource => {
                ("RemoveTagsFromResource", Lane::OtherOfSsm, Repeat::Safe)
            }
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
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>,
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html>,
    /// <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html>
    #[must_use]
    pub fn needs(self) -> Needs {
        let (action, resource) = match self {
            Self::GetCallerIdentity => ("sts:GetCallerIdentity", "*"),
            Self::AssumeRole => ("sts:AssumeRole", "*"),
            Self::GetApiKeys => ("apigateway:GET", "/apikeys"),
            Self::GetApiKey => ("apigateway:GET", "/apikeys/*"),
            Self::CreateApiKey | Self::ImportApiKeys => ("apigateway:POST", "/apikeys"),
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
            Self::GetUsage => ("apigateway:GET", "/usageplans/*/usage"),
            Self::GetRestApis => ("apigateway:GET", "/restapis"),
            Self::GetTags => ("apigateway:GET", "/tags/*"),
            Self::TagResource => ("apigateway:PUT", "/tags/*"),
            Self::UntagResource => ("apigateway:DELETE", "/tags/*"),
            Self::CreateSecret => ("secretsmanager:CreateSecret", SECRETS),
            Self::DescribeSecret => ("secretsmanager:DescribeSecret", SECRETS),
            Self::ListSecrets => ("secretsmanager:ListSecrets", "*"),
            Self::GetSecretValue => ("secretsmanager:GetSecretValue", SECRETS),
            Self::UpdateSecret => ("secretsmanager:UpdateSecret", SECRETS),
            Self::UpdateSecretVersionStage => ("secretsmanager:UpdateSecretVersionStage", SECRETS),
            Self::TagSecret => ("secretsmanager:TagResource", SECRETS),
            Self::UntagSecret => ("secretsmanager:UntagResource", SECRETS),
            Self::GetResourcePolicy => ("secretsmanager:GetResourcePolicy", SECRETS),
            Self::PutResourcePolicy => ("secretsmanager:PutResourcePolicy", SECRETS),
            Self::DeleteResourcePolicy => ("secretsmanager:DeleteResourcePolicy", SECRETS),
            Self::ReplicateSecretToRegions => ("secretsmanager:ReplicateSecretToRegions", SECRETS),
            Self::DescribeParameters => ("ssm:DescribeParameters", "*"),
            Self::PutParameter => ("ssm:PutParameter", PARAMETERS),
            Self::AddTagsToResource => ("ssm:AddTagsToResource", PARAMETERS),
            Self::RemoveTagsFromResource => ("ssm:RemoveTagsFromResource", PARAMETERS),
        };
        Needs { action, resource }
    }
}
