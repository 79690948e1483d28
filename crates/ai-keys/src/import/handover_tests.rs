use ai_keys_core::state::Handle;

use super::{Address, Handover, read};
use crate::output::Output;

/// Returns what is printed when the keys and usage plans of these ids are taken
/// over, and the named resources of these logical ids.
#[track_caller]
fn handover(file: &str, ids: &[&str], logical_ids: &[&str]) -> String {
    let found = read(file, &Output::captured().0).unwrap();
    let ids: Vec<Handle> = ids.iter().map(|id| Handle::of_id(id)).collect();
    let named = found.named.iter().map(|named| &named.address);
    let named = named.filter(|address: &&Address| logical_ids.contains(&address.whole.as_str()));
    Handover::new(&found, |handle| ids.contains(handle), named).in_words()
}

/// Returns the lines that a person runs or puts into a source: no prose.
fn lines<'w>(words: &'w str, beginning: &str) -> Vec<&'w str> {
    let lines = words.lines();
    lines
        .filter_map(|line| {
            line.trim_start_matches('#')
                .trim_start()
                .strip_prefix(beginning)
        })
        .collect()
}

/// Keys in a loop, by number and in a module for each team.
const STATE: &str = r#"{"version": 4, "terraform_version": "1.11.4", "resources": [
  {"mode": "managed", "type": "aws_api_gateway_api_key", "name": "chat", "instances": [
    {"index_key": "web", "attributes": {"id": "web"}}, {"index_key": "a\"]b", "attributes": {"id": "odd"}}]},
  {"mode": "managed", "type": "aws_api_gateway_api_key", "name": "batch", "instances": [
    {"index_key": 0, "attributes": {"id": "b0"}}, {"index_key": 1, "attributes": {"id": "b1"}}]},
  {"mode": "managed", "module": "module.team[\"a\"]", "type": "aws_api_gateway_api_key", "name": "k",
   "instances": [{"attributes": {"id": "ka"}}]},
  {"mode": "managed", "module": "module.team[\"b\"]", "type": "aws_api_gateway_api_key", "name": "k",
   "instances": [{"attributes": {"id": "kb"}}]},
  {"mode": "managed", "type": "aws_api_gateway_usage_plan", "name": "p", "instances": [{"attributes": {"id": "u1"}}]},
  {"mode": "managed", "type": "aws_api_gateway_usage_plan_key", "name": "m", "instances": [
    {"index_key": "web", "attributes": {"id": "m1", "key_id": "web", "usage_plan_id": "u1"}},
    {"index_key": "a\"]b", "attributes": {"id": "m2", "key_id": "odd", "usage_plan_id": "u1"}}]},
  {"mode": "managed", "type": "aws_api_gateway_usage_plan_key", "name": "elsewhere", "instances": [
    {"attributes": {"id": "m3", "key_id": "of another state", "usage_plan_id": "u1"}}]}]}"#;

#[test]
fn terraform_forgets_a_resource_that_goes_whole_by_one_block_without_instances() {
    let all = ["web", "odd", "b0", "b1", "ka", "kb", "u1"];
    let words = handover(STATE, &all, &[]);
    assert_eq!(
        lines(&words, "from = "),
        [
            "aws_api_gateway_api_key.batch",
            "aws_api_gateway_api_key.chat",
            "aws_api_gateway_usage_plan.p",
            "aws_api_gateway_usage_plan_key.m",
            "module.team.aws_api_gateway_api_key.k",
        ]
    );
    assert_eq!(lines(&words, "terraform state rm "), [""; 0]);
    assert_eq!(handover(STATE, &[], &[]), "");
}

#[test]
fn terraform_forgets_the_instances_that_go_and_keeps_the_memberships_of_keys_that_stay() {
    let words = handover(STATE, &["web", "kb", "u1"], &[]);
    assert_eq!(lines(&words, "from = "), ["aws_api_gateway_usage_plan.p"]);
    assert_eq!(
        lines(&words, "terraform state rm "),
        [
            r#"'aws_api_gateway_api_key.chat["web"]'"#,
            r#"'aws_api_gateway_usage_plan_key.m["web"]'"#,
            r#"'module.team["b"].aws_api_gateway_api_key.k'"#,
        ]
    );
    // What stays refers to the usage plan, whose block is gone.
    assert_eq!(lines(&words, "aws_api_gateway_usage_plan.p: "), ["\"u1\""]);
    let with_all_keys = handover(STATE, &["web", "odd"], &[]);
    assert!(!with_all_keys.contains("in the place of the reference"));
}

#[test]
fn terraform_is_warned_of_numbers_that_would_shift() {
    let of_count = handover(STATE, &["b0"], &[]);
    assert!(of_count.contains("terraform state mv"), "{of_count}");
    let of_for_each = handover(STATE, &["web"], &[]);
    assert!(!of_for_each.contains("state mv"), "{of_for_each}");
}

#[test]
fn pulumi_forgets_memberships_first_and_only_those_of_keys_that_go() {
    let export = r#"{"version": 3, "deployment": {"resources": [
      {"urn": "urn:a", "id": "k1", "type": "aws:apigateway/apiKey:ApiKey", "outputs": {}},
      {"urn": "urn:b", "id": "k2", "type": "aws:apigateway/apiKey:ApiKey", "outputs": {}},
      {"urn": "urn:p", "id": "u1", "type": "aws:apigateway/usagePlan:UsagePlan", "outputs": {}},
      {"urn": "urn:y", "id": "m1", "type": "aws:apigateway/usagePlanKey:UsagePlanKey",
       "outputs": {"keyId": "k1", "usagePlanId": "u1"}},
      {"urn": "urn:z", "id": "m2", "type": "aws:apigateway/usagePlanKey:UsagePlanKey",
       "outputs": {"keyId": "k2", "usagePlanId": "u1"}}]}}"#;
    let deleted = |ids| {
        let words = handover(export, ids, &[]);
        let urns = lines(&words, "pulumi state delete --yes ");
        urns.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let all = ["'urn:y'", "'urn:z'", "'urn:a'", "'urn:b'", "'urn:p'"];
    assert_eq!(deleted(&["k1", "k2", "u1"]), all);
    assert_eq!(deleted(&["k2", "u1"]), ["'urn:z'", "'urn:b'", "'urn:p'"]);
}

#[test]
fn a_stack_lets_go_of_the_memberships_of_keys_that_go() {
    let stack = r#"{"StackResourceSummaries": [
      {"LogicalResourceId": "LinkA", "PhysicalResourceId": "k1:u1", "ResourceType": "AWS::ApiGateway::UsagePlanKey"},
      {"LogicalResourceId": "LinkB", "PhysicalResourceId": "k2:u1", "ResourceType": "AWS::ApiGateway::UsagePlanKey"},
      {"LogicalResourceId": "A", "PhysicalResourceId": "k1", "ResourceType": "AWS::ApiGateway::ApiKey"},
      {"LogicalResourceId": "B", "PhysicalResourceId": "k2", "ResourceType": "AWS::ApiGateway::ApiKey"},
      {"LogicalResourceId": "Plan", "PhysicalResourceId": "u1", "ResourceType": "AWS::ApiGateway::UsagePlan"}]}"#;
    let words = handover(stack, &["k1", "u1"], &[]);
    assert_eq!(resources(&words), ["A", "LinkA", "Plan"]);
    assert_eq!(lines(&words, "Plan: "), ["\"u1\""]);
}

#[test]
fn a_template_lets_go_of_the_memberships_that_refer_to_keys_that_go() {
    let template = r#"{"Resources": {
      "A": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Name": "a"}},
      "B": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Name": "b"}},
      "ByRef": {"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Ref": "A"}}},
      "ByList": {"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Fn::GetAtt": ["A", "APIKeyId"]}}},
      "ByText": {"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Fn::GetAtt": "A.APIKeyId"}}},
      "OfB": {"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Ref": "B"}}},
      "Elsewhere": {"Type": "AWS::ApiGateway::UsagePlanKey", "Properties": {"KeyId": {"Fn::ImportValue": "A"}}}}}"#;
    let words = handover(template, &[], &["A"]);
    assert_eq!(resources(&words), ["A", "ByList", "ByRef", "ByText"]);
}

#[test]
fn a_service_lets_go_of_the_memberships_too() {
    let service = r#"{"service": "chat", "provider": {"name": "aws", "apiGateway": {"apiKeys": ["a", "b"]}}}"#;
    let words = handover(service, &[], &["ApiGatewayApiKey2"]);
    assert_eq!(
        resources(&words),
        ["ApiGatewayApiKey2", "ApiGatewayUsagePlanKey2"]
    );
}

/// Returns the logical ids that are listed.
fn resources(words: &str) -> Vec<&str> {
    let lines = words.lines();
    lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}
