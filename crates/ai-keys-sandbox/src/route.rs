//! From method and path to an operation.

use serde::{Deserialize, Serialize};

use crate::query::{Query, percent_decode};

macro_rules! operations {
    ($($service:ident { $($name:ident $(($aws:literal))?)* })*) => {
        /// The operations that the sandbox carries out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub(crate) enum Operation { $($($name),*),* }

        impl Operation {
            const ALL: &[Self] = &[$($(Self::$name),*),*];

            /// Returns AWS's name of the operation.
            pub(crate) fn name(self) -> &'static str {
                match self { $($(Self::$name => operations!(@name $name $($aws)?)),*),* }
            }

            /// Returns the service that has the operation.
            pub(crate) fn service(self) -> Service {
                match self { $($(Self::$name)|* => Service::$service),* }
            }
        }
    };
    (@name $name:ident) => { stringify!($name) };
    (@name $name:ident $aws:literal) => { $aws };
}

/// The services that the sandbox plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Service {
    ApiGateway,
    Sts,
    SecretsManager,
    Ssm,
    Github,
}

operations! {
    ApiGateway {
        CreateApiKey GetApiKeys GetApiKey UpdateApiKey DeleteApiKey ImportApiKeys
        CreateUsagePlan GetUsagePlans GetUsagePlan UpdateUsagePlan DeleteUsagePlan
        CreateUsagePlanKey GetUsagePlanKeys GetUsagePlanKey DeleteUsagePlanKey
        TagResource UntagResource GetTags GetUsage UpdateUsage
        GetRestApis GetRestApi GetStages GetStage
    }
    Sts { GetCallerIdentity AssumeRole AssumeRoleWithWebIdentity }
    SecretsManager {
        CreateSecret DescribeSecret ListSecrets UpdateSecret DeleteSecret RestoreSecret
        PutSecretValue GetSecretValue UpdateSecretVersionStage
        TagSecret("TagResource") UntagSecret("UntagResource")
        PutResourcePolicy GetResourcePolicy DeleteResourcePolicy
        ReplicateSecretToRegions RemoveRegionsFromReplication
    }
    Ssm {
        PutParameter GetParameter GetParameterHistory DescribeParameters DeleteParameter
        LabelParameterVersion UnlabelParameterVersion
        AddTagsToResource RemoveTagsFromResource ListTagsForResource
    }
    Github { ListGithubSecrets GetGithubPublicKey GetGithubSecret PutGithubSecret }
}

impl Operation {
    /// Tells whether the operation changes nothing.
    pub(crate) fn is_read(self) -> bool {
        is_read(self.name())
    }

    /// Finds an operation of the JSON services by its `X-Amz-Target`, `secretsmanager.CreateSecret`.
    pub(crate) fn of_target(target: &str) -> Option<Self> {
        let (prefix, name) = target.rsplit_once('.')?;
        let service = match prefix {
            "secretsmanager" => Service::SecretsManager,
            "AmazonSSM" => Service::Ssm,
            _ => return None,
        };
        Self::find(service, name)
    }

    /// Finds an operation of STS by its `Action`.
    pub(crate) fn of_action(action: &str) -> Option<Self> {
        Self::find(Service::Sts, action)
    }

    fn find(service: Service, name: &str) -> Option<Self> {
        let is_it = |one: &&Self| one.service() == service && one.name() == name;
        Self::ALL.iter().find(is_it).copied()
    }
}

/// Tells whether the operation of this name changes nothing.
pub(crate) fn is_read(name: &str) -> bool {
    let reads = ["Get", "List", "Describe", "AssumeRole"];
    reads.iter().any(|verb| name.starts_with(verb))
}

/// An operation with the ids from its path.
pub(crate) struct Route {
    pub(crate) operation: Operation,
    pub(crate) ids: Vec<String>,
}

/// Finds the operation of an API Gateway request, or of one to GitHub.
pub(crate) fn route(method: &str, path: &str, query: &Query) -> Option<Route> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    if let Some(("github", rest)) = segments.split_first().map(|(first, rest)| (*first, rest)) {
        return github(method, rest);
    }
    let (operation, ids): (_, &[&str]) = match (method, segments.as_slice()) {
        ("POST", ["apikeys"]) if query.get("mode") == Some("import") => {
            (Operation::ImportApiKeys, &[])
        }
        ("POST", ["apikeys"]) => (Operation::CreateApiKey, &[]),
        ("GET", ["apikeys"]) => (Operation::GetApiKeys, &[]),
        ("GET", ["apikeys", id]) => (Operation::GetApiKey, &[id]),
        ("PATCH", ["apikeys", id]) => (Operation::UpdateApiKey, &[id]),
        ("DELETE", ["apikeys", id]) => (Operation::DeleteApiKey, &[id]),
        ("POST", ["usageplans"]) => (Operation::CreateUsagePlan, &[]),
        ("GET", ["usageplans"]) => (Operation::GetUsagePlans, &[]),
        ("GET", ["usageplans", id]) => (Operation::GetUsagePlan, &[id]),
        ("PATCH", ["usageplans", id]) => (Operation::UpdateUsagePlan, &[id]),
        ("DELETE", ["usageplans", id]) => (Operation::DeleteUsagePlan, &[id]),
        ("GET", ["usageplans", id, "usage"]) => (Operation::GetUsage, &[id]),
        ("POST", ["usageplans", id, "keys"]) => (Operation::CreateUsagePlanKey, &[id]),
        ("GET", ["usageplans", id, "keys"]) => (Operation::GetUsagePlanKeys, &[id]),
        ("GET", ["usageplans", id, "keys", key]) => (Operation::GetUsagePlanKey, &[id, key]),
        ("DELETE", ["usageplans", id, "keys", key]) => (Operation::DeleteUsagePlanKey, &[id, key]),
        ("PATCH", ["usageplans", id, "keys", key, "usage"]) => (Operation::UpdateUsage, &[id, key]),
        ("PUT", ["tags", arn @ ..]) => return Some(tags(Operation::TagResource, arn)),
        ("DELETE", ["tags", arn @ ..]) => return Some(tags(Operation::UntagResource, arn)),
        ("GET", ["tags", arn @ ..]) => return Some(tags(Operation::GetTags, arn)),
        ("GET", ["restapis"]) => (Operation::GetRestApis, &[]),
        ("GET", ["restapis", id]) => (Operation::GetRestApi, &[id]),
        ("GET", ["restapis", id, "stages"]) => (Operation::GetStages, &[id]),
        ("GET", ["restapis", id, "stages", stage]) => (Operation::GetStage, &[id, stage]),
        _ => return None,
    };
    Some(Route {
        operation,
        ids: ids.iter().map(|id| percent_decode(id)).collect(),
    })
}

/// Finds the operation of a request about secrets: the ids are their holder, and the name of one.
fn github(method: &str, segments: &[&str]) -> Option<Route> {
    let (holder, rest) = match segments {
        ["repos", owner, name, "actions", "secrets", rest @ ..] => {
            (format!("repos/{owner}/{name}"), rest)
        }
        [
            "repos",
            owner,
            name,
            "environments",
            environment,
            "secrets",
            rest @ ..,
        ] => (
            format!("repos/{owner}/{name}/environments/{environment}"),
            rest,
        ),
        ["orgs", name, "actions", "secrets", rest @ ..] => (format!("orgs/{name}"), rest),
        _ => return None,
    };
    let (operation, name) = match (method, rest) {
        ("GET", []) => (Operation::ListGithubSecrets, None),
        ("GET", ["public-key"]) => (Operation::GetGithubPublicKey, None),
        ("GET", [name]) => (Operation::GetGithubSecret, Some(name)),
        ("PUT", [name]) => (Operation::PutGithubSecret, Some(name)),
        _ => return None,
    };
    let name = name.map(|name| percent_decode(name));
    // GitHub does not tell upper from lower case.
    let ids = std::iter::once(holder.to_ascii_lowercase()).chain(name);
    Some(Route {
        operation,
        ids: ids.collect(),
    })
}

/// An ARN has slashes; a client that does not encode them is understood all the same.
fn tags(operation: Operation, arn: &[&str]) -> Route {
    Route {
        operation,
        ids: vec![percent_decode(&arn.join("/"))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(method: &str, target: &str) -> Option<(Operation, Vec<String>)> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        route(method, path, &Query::parse(Some(query))).map(|route| (route.operation, route.ids))
    }

    #[test]
    fn import_and_create_differ_by_their_query() {
        assert_eq!(
            found("POST", "/apikeys").unwrap().0,
            Operation::CreateApiKey
        );
        assert_eq!(
            found("POST", "/apikeys?mode=import&format=csv").unwrap().0,
            Operation::ImportApiKeys
        );
    }

    #[test]
    fn an_arn_is_one_id() {
        let arn = "arn:aws:apigateway:eu-west-1::/apikeys/abc";
        let encoded = "/tags/arn%3Aaws%3Aapigateway%3Aeu-west-1%3A%3A%2Fapikeys%2Fabc";
        assert_eq!(
            found("PUT", encoded).unwrap(),
            (Operation::TagResource, vec![arn.to_owned()])
        );
        assert_eq!(found("GET", &format!("/tags/{arn}")).unwrap().1, [arn]);
    }

    #[test]
    fn a_target_names_its_service() {
        let of = |target| Operation::of_target(target);
        assert_eq!(of("secretsmanager.TagResource"), Some(Operation::TagSecret));
        assert_eq!(of("AmazonSSM.PutParameter"), Some(Operation::PutParameter));
        for target in [
            "AmazonSSM.CreateSecret",
            "secretsmanager.CreateApiKey",
            "PutParameter",
        ] {
            assert_eq!(of(target), None, "{target}");
        }
        assert_eq!(Operation::TagSecret.name(), "TagResource");
        assert!(Operation::ListSecrets.is_read() && !Operation::LabelParameterVersion.is_read());
    }

    #[test]
    fn other_paths_are_no_operation() {
        for (method, path) in [
            ("PUT", "/apikeys"),
            ("GET", "/"),
            ("GET", "/usageplans/a/b"),
            ("POST", "/restapis"),
        ] {
            assert!(found(method, path).is_none(), "{method} {path}");
        }
    }
}
