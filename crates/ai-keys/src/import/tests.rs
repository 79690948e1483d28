use std::collections::BTreeSet;

use ai_keys_core::state::Handle;

use super::{Found, Kind, Tool, Unreadable, read};
use crate::output::Output;

// Made for these tests; opens nothing.
const VALUE: &str = "Zq7LmP2xR9tVb4KcN8wYd3HsJ6gFe1UaQ5oTi0Xk";

const STATE: &str = r#"{
  "version": 4, "terraform_version": "1.11.4", "serial": 7, "lineage": "x",
  "outputs": {"chat": {"value": "VALUE", "type": "string", "sensitive": true}},
  "resources": [
    {"mode": "managed", "type": "aws_api_gateway_api_key", "name": "chat", "provider": "p",
     "instances": [
      {"index_key": "web", "attributes": {"id": "k1", "name": "chat-web", "value": "VALUE", "enabled": true,
        "arn": "arn:aws:apigateway:eu-west-1::/apikeys/k1",
        "description": "Managed by Terraform", "customer_id": "", "tags": {}, "tags_all": {"team": "chat"}}},
      {"index_key": "a\"]b", "attributes": {"id": "k2", "name": "other", "enabled": false}}]},
    {"mode": "managed", "module": "module.plans[0]", "type": "aws_api_gateway_usage_plan", "name": "p",
     "instances": [{"attributes": {"id": "u1", "name": "standard", "description": "",
        "api_stages": [{"api_id": "a1", "stage": "prod", "throttle": [{"path": "/c/POST", "burst_limit": 2, "rate_limit": 1.5}]}],
        "throttle_settings": [{"burst_limit": 20, "rate_limit": 10}],
        "quota_settings": [{"limit": 1000, "offset": 0, "period": "MONTH"}]}}]},
    {"mode": "managed", "type": "aws_api_gateway_usage_plan_key", "name": "m",
     "instances": [{"index_key": 0, "attributes": {"id": "k1", "key_id": "k1", "usage_plan_id": "u1", "value": "VALUE"}}]},
    {"mode": "managed", "type": "aws_api_gateway_rest_api", "name": "api",
     "instances": [{"attributes": {"id": "a1", "name": "chat-api", "execution_arn": "arn:aws:execute-api:eu-west-1:123456789012:a1"}}]},
    {"mode": "data", "type": "aws_api_gateway_api_key", "name": "seen", "instances": [{"attributes": {"id": "k9"}}]}
  ]}"#;

#[track_caller]
fn found(text: &str) -> Found {
    let (output, captured) = Output::captured();
    let found = read(&text.replace("VALUE", VALUE), &output).unwrap();
    assert!(!format!("{found:?}").contains("Zq7LmP2x"));
    output.print(&format!("{VALUE}\n"));
    if text.contains("VALUE") {
        assert_eq!(captured.stdout(), "***\n", "the value is masked");
    }
    found
}

#[test]
fn a_terraform_state_says_everything_but_the_values() {
    let found = found(STATE);
    assert_eq!((found.tool, found.values_in_clear), (Tool::Terraform, 1));
    assert_eq!(found.account.as_deref(), Some("123456789012"));
    assert_eq!(found.region.as_deref(), Some("eu-west-1"));
    assert_eq!(found.apis["a1"], "chat-api");
    let addresses: Vec<&str> = found
        .keys
        .values()
        .map(|key| key.address.whole.as_str())
        .collect();
    assert_eq!(
        addresses,
        [
            r#"aws_api_gateway_api_key.chat["web"]"#,
            r#"aws_api_gateway_api_key.chat["a\"]b"]"#
        ]
    );
    let key = found.keys[&Handle::of_id("k1")].live.as_ref().unwrap();
    assert_eq!(
        (key.name.as_str(), key.tags["team"].as_str()),
        ("chat-web", "chat")
    );
    assert_eq!(key.customer_id, None);
    let usage_plan = found.usage_plans[&Handle::of_id("u1")]
        .live
        .as_ref()
        .unwrap();
    assert_eq!(usage_plan.keys, BTreeSet::from([Handle::of_id("k1")]));
    assert_eq!(
        usage_plan.quota.unwrap().to_string(),
        "1,000 requests/month"
    );
    assert_eq!(
        usage_plan.throttle.unwrap().to_string(),
        "10 requests/s, bursts of 20"
    );
    let methods: Vec<_> = usage_plan.stages.values().flatten().collect();
    assert_eq!(methods[0].0, "/c/POST");
}

#[test]
fn shown_and_stored_states_say_the_same() {
    let shown = r#"{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {
      "resources": [
        {"address": "aws_api_gateway_api_key.chat[\"web\"]", "mode": "managed", "type": "aws_api_gateway_api_key",
         "name": "chat", "index": "web", "values": {"id": "k1", "name": "chat-web", "value": "VALUE", "enabled": true,
         "description": "Managed by Terraform", "tags_all": {"team": "chat"}}}],
      "child_modules": [{"address": "module.plans[0]", "resources": [
        {"address": "module.plans[0].aws_api_gateway_usage_plan.p", "mode": "managed",
         "type": "aws_api_gateway_usage_plan", "name": "p", "values": {"id": "u1", "name": "standard"}}]}]}}}"#;
    let (stored, shown) = (found(STATE), found(shown));
    let key = Handle::of_id("k1");
    assert_eq!(stored.keys[&key].address, shown.keys[&key].address);
    assert_eq!(stored.keys[&key].live, shown.keys[&key].live);
    let usage_plan = Handle::of_id("u1");
    assert_eq!(
        stored.usage_plans[&usage_plan].address,
        shown.usage_plans[&usage_plan].address
    );
}

#[test]
fn what_terraform_is_about_to_destroy_is_not_taken_over() {
    let stored = r#"{"version": 4, "terraform_version": "1.11.4", "resources": [
      {"mode": "managed", "type": "aws_api_gateway_api_key", "name": "chat", "instances": [
        {"attributes": {"id": "k2", "name": "chat"}},
        {"deposed": "a1b2c3d4", "attributes": {"id": "k1", "name": "chat"}}]}]}"#;
    let shown = r#"{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"resources": [
      {"address": "aws_api_gateway_api_key.chat", "mode": "managed", "type": "aws_api_gateway_api_key",
       "values": {"id": "k2", "name": "chat"}},
      {"address": "aws_api_gateway_api_key.chat", "mode": "managed", "type": "aws_api_gateway_api_key",
       "deposed_key": "a1b2c3d4", "values": {"id": "k1", "name": "chat"}}]}}}"#;
    for state in [stored, shown] {
        let found = found(state);
        let keys: Vec<&Handle> = found.keys.keys().collect();
        assert_eq!(keys, [&Handle::of_id("k2")], "{state}");
    }
}

#[test]
fn a_tag_that_is_called_value_is_a_tag() {
    let state = r#"{"version": 4, "terraform_version": "1.11.4", "resources": [
      {"mode": "managed", "type": "aws_api_gateway_api_key", "name": "chat", "instances": [{"attributes":
        {"id": "k1", "name": "chat", "value": "VALUE", "tags": {"value": "high"}, "tags_all": {"value": "high"}}}]}]}"#;
    let found = found(state);
    let key = found.keys[&Handle::of_id("k1")].live.as_ref().unwrap();
    assert_eq!(key.tags["value"], "high");
    assert_eq!(found.values_in_clear, 1);
}

#[test]
fn pulumi_says_it_in_camel_case() {
    let export = r#"{"version": 3, "deployment": {"manifest": {}, "resources": [
      {"urn": "urn:pulumi:prod::keys::aws:apigateway/apiKey:ApiKey::chat", "custom": true, "id": "k1",
       "type": "aws:apigateway/apiKey:ApiKey", "outputs": {"name": "chat-web", "enabled": true,
       "customerId": "c1", "description": "Managed by Pulumi", "tags": {"team": "chat"},
       "value": {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "plaintext": "\"VALUE\""}}},
      {"urn": "urn:old", "delete": true, "id": "k0", "type": "aws:apigateway/apiKey:ApiKey", "outputs": {}},
      {"urn": "urn:pulumi:prod::keys::aws:apigateway/usagePlan:UsagePlan::p", "id": "u1",
       "type": "aws:apigateway/usagePlan:UsagePlan", "outputs": {"name": "standard",
       "apiStages": [{"apiId": "a1", "stage": "prod", "throttles": [{"path": "/c/POST", "burstLimit": 2, "rateLimit": 1}]}],
       "quotaSettings": {"limit": 5, "offset": 2, "period": "WEEK"}, "throttleSettings": {"burstLimit": 0, "rateLimit": 0}}},
      {"urn": "urn:pulumi:prod::keys::aws:apigateway/usagePlanKey:UsagePlanKey::m", "id": "k1",
       "type": "aws:apigateway/usagePlanKey:UsagePlanKey", "outputs": {"keyId": "k1", "usagePlanId": "u1"}}]}}"#;
    let found = found(export);
    assert_eq!(
        (found.tool, found.keys.len(), found.values_in_clear),
        (Tool::Pulumi, 1, 1)
    );
    let key = found.keys[&Handle::of_id("k1")].live.as_ref().unwrap();
    assert_eq!(key.customer_id.as_deref(), Some("c1"));
    let usage_plan = found.usage_plans[&Handle::of_id("u1")]
        .live
        .as_ref()
        .unwrap();
    assert_eq!((usage_plan.throttle, usage_plan.keys.len()), (None, 1));
    assert_eq!(usage_plan.quota.unwrap().offset, 2);
}

#[test]
fn a_value_that_a_pulumi_secret_holds_is_one_value_however_often_it_stands_there() {
    let export = |secret: &str| {
        let text = r#"{"version": 3, "deployment": {"resources": [
          {"urn": "urn:a", "id": "k1", "type": "aws:apigateway/apiKey:ApiKey",
           "inputs": {"value": SECRET}, "outputs": {"name": "web", "value": SECRET, "again": "VALUE"}},
          {"urn": "urn:b", "id": "stack", "type": "pulumi:pulumi:Stack", "outputs": {"keys": SECRET, "value": "VALUE"}}]}}"#;
        text.replace(
            "SECRET",
            &format!(r#"{{"4dabf1": "1b4706", "plaintext": {secret}}}"#),
        )
    };
    for secret in [
        r#""\"VALUE\"""#,
        r#""{\"web\": {\"is\": [\"VALUE\", 1, null]}}""#,
        r#""VALUE""#,
    ] {
        assert_eq!(found(&export(secret)).values_in_clear, 1, "{secret}");
    }
    assert_eq!(
        found(&export(r#""\"short\"""#).replace("VALUE", "")).values_in_clear,
        0
    );
}

#[test]
fn a_stack_gives_ids_and_a_template_names() {
    let stack = r#"{"StackResourceSummaries": [
      {"LogicalResourceId": "Chat", "PhysicalResourceId": "k1", "ResourceType": "AWS::ApiGateway::ApiKey"},
      {"LogicalResourceId": "Plan", "PhysicalResourceId": "u1", "ResourceType": "AWS::ApiGateway::UsagePlan"},
      {"LogicalResourceId": "Link", "PhysicalResourceId": "k1:u1", "ResourceType": "AWS::ApiGateway::UsagePlanKey"},
      {"LogicalResourceId": "Role", "PhysicalResourceId": "r", "ResourceType": "AWS::IAM::Role"}]}"#;
    let stack = found(stack);
    assert_eq!(
        (
            stack.keys.len(),
            stack.usage_plans.len(),
            stack.memberships.len()
        ),
        (1, 1, 1)
    );
    let template = r#"{"AWSTemplateFormatVersion": "2010-09-09", "Resources": {
      "Chat": {"Type": "AWS::ApiGateway::ApiKey", "Properties": {"Name": "chat-web", "Value": "VALUE"}},
      "Plan": {"Type": "AWS::ApiGateway::UsagePlan", "Properties": {"UsagePlanName": {"Fn::Sub": "x"}}}}}"#;
    let template = found(template);
    let named: Vec<(Kind, &str)> = template
        .named
        .iter()
        .map(|n| (n.kind, n.name.as_str()))
        .collect();
    assert_eq!(named, [(Kind::Key, "chat-web"), (Kind::UsagePlan, "")]);
    assert_eq!(template.values_in_clear, 1);
}

#[test]
fn serverless_names_keys_by_their_places_in_its_list() {
    let named = |service: &str| -> Vec<(String, String, String)> {
        let found = found(service);
        assert_eq!(found.tool, Tool::Serverless);
        let named = found.named.into_iter();
        named
            .map(|one| (one.address.whole, one.name, one.stack.unwrap()))
            .collect()
    };
    let row = |id: &str, name: &str| (id.to_owned(), name.to_owned(), "chat-prod".to_owned());
    let plans = r#"{"service": "chat", "provider": {"name": "aws", "stage": "prod", "region": "eu-west-1",
      "apiGateway": {"apiKeys": [{"free": ["web", {"name": "app", "value": "VALUE"}]}, {"gold": ["acme"]}],
        "usagePlan": [{"free": {"quota": {"limit": 5, "period": "MONTH"}}}, {"gold": {}}]}}}"#;
    assert_eq!(
        named(plans),
        [
            row("ApiGatewayApiKeyFree1", "web"),
            row("ApiGatewayApiKeyFree2", "app"),
            row("ApiGatewayApiKeyGold1", "acme"),
            row("ApiGatewayUsagePlanFree", "chat-free-prod"),
            row("ApiGatewayUsagePlanGold", "chat-gold-prod"),
        ]
    );
    let memberships = found(plans).memberships;
    let last = memberships.last().unwrap();
    assert_eq!(last.address.whole, "ApiGatewayUsagePlanKeyGold1");
    assert_eq!(last.key.as_ref().unwrap().whole, "ApiGatewayApiKeyGold1");
    assert_eq!(found(plans).values_in_clear, 1);
    assert_eq!(found(plans).region.as_deref(), Some("eu-west-1"));
    let older = r#"{"service": {"name": "chat"}, "provider": {"name": "aws", "stage": "prod",
      "apiKeys": ["web", {"value": "VALUE"}], "usagePlan": {"throttle": {"rateLimit": 1, "burstLimit": 2}}}}"#;
    assert_eq!(
        named(older),
        [
            row("ApiGatewayApiKey1", "web"),
            row("ApiGatewayApiKey2", ""),
            row("ApiGatewayUsagePlan", "chat-prod"),
        ]
    );
    let other = r#"{"service": "chat", "provider": {"name": "aws", "stackName": "mine"}}"#;
    assert_eq!(named(other), []);
}

#[test]
fn another_file_says_what_to_give_and_quotes_nothing() {
    let (output, _) = Output::captured();
    let error = |text: &str| read(text, &output).unwrap_err().to_string();
    assert!(error("Resources:\n  Chat: {}\n").contains("list-stack-resources"));
    assert!(
        error("service: chat\nprovider:\n  name: aws\n").contains("serverless print --format json")
    );
    assert!(
        error("resource \"aws_api_gateway_api_key\" \"x\" {}").contains("terraform show -json")
    );
    assert_eq!(error("{\"a\": VALUE"), "it is not JSON (line 1, column 7)");
    assert_eq!(error("{\"a\": 1}"), Unreadable::Unknown.to_string());
    assert_eq!(error("[]"), Unreadable::Unknown.to_string());
    assert!(error(r#"{"terraform_version": "0.11", "version": 3}"#).contains("version 3"));
}
