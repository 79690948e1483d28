//! The least that credentials must be allowed, derived from what a manifest asks of one target: those that a run
//! starts with, and each role that they assume.
//!
//! Each statement is made of [`Operation`]s, so that a permission in an error message and one in a
//! printed policy are the same words. API Gateway gives keys and usage plans random ids and its
//! actions are HTTP verbs, so those resources end in `*`; secrets and parameters are named.

use std::collections::{BTreeMap, BTreeSet};

use ai_keys_core::state::{DeliverySpec, DesiredState, Destination};
use serde_json::{Map, Value, json};

use super::operation::Operation;
use super::partition::partition;

/// What a role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Plans, snapshots and looks for drift: it cannot write.
    Plan,
    /// Applies, rotates and delivers too.
    Apply,
}

impl Role {
    /// Returns the role's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Plan => "plan",
            Self::Apply => "apply",
        }
    }
}

/// Lists keys and usage plans, and who is on them. `GetCallerIdentity` needs no permission.
const LOOK: &[Operation] = &[
    Operation::GetApiKeys,
    Operation::GetUsagePlans,
    Operation::GetUsagePlanKeys,
    Operation::GetUsage,
    Operation::GetTags,
];

/// Makes, changes and removes keys, and reads the one value that is to be delivered again.
const CHANGE_KEYS: &[Operation] = &[
    Operation::GetApiKey,
    Operation::CreateApiKey,
    Operation::ImportApiKeys,
    Operation::UpdateApiKey,
    Operation::DeleteApiKey,
    Operation::GetUsagePlanKey,
    Operation::CreateUsagePlanKey,
    Operation::DeleteUsagePlanKey,
    Operation::TagResource,
    Operation::UntagResource,
];

const CHANGE_USAGE_PLANS: &[Operation] = &[
    Operation::CreateUsagePlan,
    Operation::UpdateUsagePlan,
    Operation::DeleteUsagePlan,
];

/// Returns the policy document of the credentials that a run starts with, for
/// one target.
#[must_use]
pub fn policy(desired: &DesiredState, role: Role) -> Value {
    let mut statements = of_principal(desired, role, None);
    let assumed: Vec<&str> = assumed_roles(desired).into_iter().collect();
    if !assumed.is_empty() {
        let action = Operation::AssumeRole.needs().action;
        let allowed = statement(&json!([action]), &json!(assumed));
        statements.push(("AssumeRoles", vec![allowed]));
    }
    document(statements)
}

/// Returns the policy documents of the roles that are assumed for one target, by
/// their ARNs.
#[must_use]
pub fn assumed_policies(desired: &DesiredState, role: Role) -> BTreeMap<String, Value> {
    let document_of = |arn: &str| document(of_principal(desired, role, Some(arn)));
    assumed_roles(desired)
        .into_iter()
        .map(|arn| (arn.to_owned(), document_of(arn)))
        .collect()
}

/// The target's own role, and those of the targets that it delivers to.
fn assumed_roles(desired: &DesiredState) -> BTreeSet<&str> {
    let deliveries = desired
        .keys
        .values()
        .flat_map(|key| key.deliveries.values());
    let roles = deliveries.filter_map(|spec| spec.role.as_deref());
    roles.chain(desired.role.as_deref()).collect()
}

type Statements = Vec<(&'static str, Vec<Statement>)>;

/// Returns what one principal is needed for: a role that is assumed, or without
/// one the credentials that a run starts with.
fn of_principal(desired: &DesiredState, role: Role, principal: Option<&str>) -> Statements {
    let mut statements = Vec::new();
    if desired.role.as_deref() == principal {
        statements = of_keys(desired, role);
    }
    let stores = Stores::of(desired, principal);
    statements.extend(stores.statements(role));
    statements
}

fn of_keys(desired: &DesiredState, role: Role) -> Statements {
    let manages_usage_plans = desired.usage_plans.values().any(|one| one.is_managed);
    let gateway = |operations: &[Operation]| of_gateway(operations, &desired.region);
    let mut statements = vec![("ReadKeysAndUsagePlans", gateway(LOOK))];
    if manages_usage_plans {
        statements.push(("ReadRestApis", gateway(&[Operation::GetRestApis])));
    }
    if role == Role::Apply {
        statements.push(("ChangeKeys", gateway(CHANGE_KEYS)));
        if manages_usage_plans {
            statements.push(("ChangeUsagePlans", gateway(CHANGE_USAGE_PLANS)));
        }
    }
    statements
}

fn document(statements: Statements) -> Value {
    let statements: Vec<Value> = statements
        .into_iter()
        .flat_map(|(sid, parts)| {
            // One statement for each set of actions, numbered where a name is used again.
            let many = parts.len() > 1;
            parts.into_iter().enumerate().map(move |(at, mut part)| {
                let sid = if many {
                    format!("{sid}{}", at + 1)
                } else {
                    sid.to_owned()
                };
                part.insert("Sid".to_owned(), json!(sid));
                part.insert("Effect".to_owned(), json!("Allow"));
                Value::Object(part)
            })
        })
        .collect();
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Returns a statement for each set of verbs, over the paths that they are needed on.
fn of_gateway(operations: &[Operation], region: &str) -> Vec<Statement> {
    let mut paths: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for operation in operations {
        let needs = operation.needs();
        let arn = format!(
            "arn:{}:apigateway:{region}::{}",
            partition(region),
            needs.resource
        );
        paths.entry(arn).or_default().insert(needs.action);
    }
    grouped(paths)
}

/// Puts resources with the same actions into one statement.
fn grouped(resources: BTreeMap<String, BTreeSet<&str>>) -> Vec<Statement> {
    let mut groups: BTreeMap<BTreeSet<&str>, Vec<String>> = BTreeMap::new();
    for (resource, actions) in resources {
        groups.entry(actions).or_default().push(resource);
    }
    groups
        .into_iter()
        .map(|(actions, resources)| statement(&json!(actions), &json!(resources)))
        .collect()
}

/// What a policy allows on what, without its name.
type Statement = Map<String, Value>;

fn statement(actions: &Value, resources: &Value) -> Statement {
    let members = [("Action", actions), ("Resource", resources)];
    members
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect()
}

/// Where values go, sorted by store.
struct Stores<'d> {
    secrets: Vec<Place<'d>>,
    parameters: Vec<Place<'d>>,
}

struct Place<'d> {
    region: &'d str,
    account: &'d str,
    name: &'d str,
    spec: &'d DeliverySpec,
}

impl<'d> Stores<'d> {
    fn of(desired: &'d DesiredState, principal: Option<&str>) -> Self {
        let mut stores = Self {
            secrets: Vec::new(),
            parameters: Vec::new(),
        };
        let home = desired.account.as_deref().unwrap_or("*");
        let deliveries = desired.keys.values().flat_map(|key| &key.deliveries);
        let by_it = deliveries.filter(|(_, spec)| spec.role.as_deref() == principal);
        for (destination, spec) in by_it {
            match destination {
                Destination::SecretsManager {
                    region,
                    account,
                    name,
                } => stores
                    .secrets
                    .push(Place::new(region, account, home, name, spec)),
                Destination::Ssm {
                    region,
                    account,
                    name,
                } => stores
                    .parameters
                    .push(Place::new(region, account, home, name, spec)),
                Destination::GithubRepository { .. }
                | Destination::GithubEnvironment { .. }
                | Destination::GithubOrganization { .. } => {}
            }
        }
        stores
    }

    fn statements(&self, role: Role) -> Statements {
        let mut statements = Vec::new();
        if !self.secrets.is_empty() {
            let list = Operation::ListSecrets.needs();
            let list = statement(&json!([list.action]), &json!([list.resource]));
            statements.push(("ListSecrets", vec![list]));
            let secrets = self.secrets.iter().map(|place| {
                let mut actions = actions(&[Operation::DescribeSecret]);
                if role == Role::Apply {
                    actions.extend(writes_to_a_secret(place.spec));
                }
                (place.secret_arn(), actions)
            });
            statements.push(("Secrets", grouped(merged(secrets))));
        }
        if !self.parameters.is_empty() {
            let list = Operation::DescribeParameters.needs();
            let list = statement(&json!([list.action]), &json!([list.resource]));
            statements.push(("ListParameters", vec![list]));
            if role == Role::Apply {
                let put = actions(&[
                    Operation::PutParameter,
                    Operation::AddTagsToResource,
                    Operation::RemoveTagsFromResource,
                ]);
                let parameters = self.parameters.iter();
                let parameters = parameters.map(|place| (place.parameter_arn(), put.clone()));
                statements.push(("Parameters", grouped(merged(parameters))));
            }
        }
        if role == Role::Apply {
            let secrets = self.secrets.iter().filter_map(|place| {
                place.kms("secretsmanager", &["kms:Decrypt", "kms:GenerateDataKey"])
            });
            let parameters = self.parameters.iter().filter_map(|place| {
                let encrypt = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"];
                place.kms("ssm", &encrypt)
            });
            let mut keys: Vec<Statement> = Vec::new();
            for statement in secrets.chain(parameters) {
                if !keys.contains(&statement) {
                    keys.push(statement);
                }
            }
            if !keys.is_empty() {
                statements.push(("KmsKeys", keys));
            }
        }
        statements
    }
}

/// Returns what is needed to deliver to a secret as this delivery says.
fn writes_to_a_secret(spec: &DeliverySpec) -> BTreeSet<&'static str> {
    let mut operations = vec![
        Operation::CreateSecret,
        Operation::UpdateSecret,
        Operation::UpdateSecretVersionStage,
        Operation::TagSecret,
        Operation::UntagSecret,
        // Readers may have left the manifest: whether they did, the policy of the secret tells.
        Operation::GetResourcePolicy,
        Operation::PutResourcePolicy,
        Operation::DeleteResourcePolicy,
    ];
    if spec.field.is_some() {
        operations.push(Operation::GetSecretValue);
    }
    if !spec.replicas.is_empty() {
        operations.push(Operation::ReplicateSecretToRegions);
    }
    actions(&operations)
}

fn actions(operations: &[Operation]) -> BTreeSet<&'static str> {
    operations.iter().map(|one| one.needs().action).collect()
}

/// Two deliveries to one place, each a field of it, need what both need.
fn merged(
    places: impl Iterator<Item = (String, BTreeSet<&'static str>)>,
) -> BTreeMap<String, BTreeSet<&'static str>> {
    let mut merged: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (arn, actions) in places {
        merged.entry(arn).or_default().extend(actions);
    }
    merged
}

impl<'d> Place<'d> {
    fn new(
        region: &'d str,
        account: &'d str,
        home: &'d str,
        name: &'d str,
        spec: &'d DeliverySpec,
    ) -> Self {
        let account = if account.is_empty() { home } else { account };
        Self {
            region,
            account,
            name,
            spec,
        }
    }

    /// Secrets Manager puts a hyphen and six characters behind the name.
    /// <https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html>, checked 2026-11-24.
    fn secret_arn(&self) -> String {
        let Self {
            region,
            account,
            name,
            ..
        } = self;
        let partition = partition(region);
        format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{name}-??????")
    }

    /// A parameter's ARN has no second slash before its name.
    fn parameter_arn(&self) -> String {
        let Self {
            region, account, ..
        } = self;
        let (partition, name) = (partition(region), self.name.trim_start_matches('/'));
        format!("arn:{partition}:ssm:{region}:{account}:parameter/{name}")
    }

    /// Returns what the store needs of a KMS key of one's own, through the store alone.
    fn kms(&self, service: &str, actions: &[&str]) -> Option<Statement> {
        let key = self.spec.kms_key.as_deref()?;
        let Self {
            region, account, ..
        } = self;
        let arn = |rest: &str| format!("arn:{}:kms:{region}:{account}:{rest}", partition(region));
        let via = format!("{service}.{region}.amazonaws.com");
        let mut condition = Map::new();
        condition.insert("StringEquals".to_owned(), json!({ "kms:ViaService": via }));
        let alias = match key.split_once(":alias/") {
            Some((_, alias)) => Some(format!("alias/{alias}")),
            None => key.starts_with("alias/").then(|| key.to_owned()),
        };
        let resource = if let Some(alias) = alias {
            // An alias is no resource of these actions: the keys are, by an alias that they have.
            let by_alias = json!({ "kms:ResourceAliases": alias });
            condition.insert("ForAnyValue:StringEquals".to_owned(), by_alias);
            arn("key/*")
        } else if key.starts_with("arn:") {
            key.to_owned()
        } else {
            arn(&format!("key/{key}"))
        };
        let mut statement = statement(&json!(actions), &json!([resource]));
        statement.insert("Condition".to_owned(), Value::Object(condition));
        Some(statement)
    }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
