//! `ImportApiKeys`.

use ai_keys_sandbox::{Act, FaultRule};
use serde_json::json;

use crate::client::{Client, Reply};
use crate::setup::{make_key, make_usage_plan, quick, scope};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

fn import(client: &Client, csv: &str, is_strict: bool) -> Reply {
    let target = format!("/apikeys?mode=import&format=csv&failonwarnings={is_strict}");
    client.send("POST", &target, "content-type: text/csv\r\n", csv)
}

#[test]
fn rows_become_keys_that_are_enabled_unless_they_say_otherwise() {
    let (sandbox, client) = quick();
    let plan = make_usage_plan(&client, "p", &[]);
    let csv = format!(
        "Key,NAME,unknown,enabled,usageplanIds\n{A},\"a, \"\"b\"\"\",x,,\"{plan}\"\n{B},=b,x,FALSE,\n"
    );
    let reply = import(&client, &csv, true);
    assert_eq!(
        (reply.status, reply.json()["ids"].as_array().unwrap().len()),
        (201, 2)
    );
    assert_eq!(reply.json()["warnings"], json!([]));
    let keys = sandbox.keys(&scope());
    assert_eq!(keys[1].name.as_deref(), Some("a, \"b\""));
    assert_eq!((keys[0].enabled, keys[1].enabled), (false, true));
    assert_eq!(
        (keys[0].usage_plans.len(), &keys[1].usage_plans),
        (0, &vec![plan])
    );
}

#[test]
fn the_same_value_is_the_same_key() {
    let (sandbox, client) = quick();
    let plan = make_usage_plan(&client, "p", &[]);
    let first = import(
        &client,
        &format!("name,key,usageplanIds\na,{A},{plan}\n"),
        true,
    )
    .json();
    let again = import(&client, &format!("name,key,enabled\nb,{A},false\n"), true).json();
    assert_eq!(first["ids"], again["ids"]);
    let keys = sandbox.keys(&scope());
    assert_eq!(
        (keys.len(), keys[0].name.as_deref(), keys[0].enabled),
        (1, Some("b"), false)
    );
    assert_eq!(keys[0].usage_plans, [plan], "an import detaches nothing");
}

#[test]
fn a_strict_import_is_rolled_back_and_a_lax_one_warns_without_values() {
    let (sandbox, client) = quick();
    let csv = format!("name,key,usageplanIds\na,{A},absent\nb,too-short,\nc,{B},\n");
    let strict = import(&client, &csv, true);
    assert_eq!((strict.status, sandbox.keys(&scope()).len()), (400, 0));
    let lax = import(&client, &csv, false).json();
    assert_eq!(lax["ids"].as_array().unwrap().len(), 2);
    assert_eq!(
        lax["warnings"],
        json!([
            "Row 2: usage plan absent: Invalid Usage Plan ID specified",
            "Row 3: API Key value should be at least 20 characters"
        ])
    );
    assert!(!strict.text.contains("too-short") && !lax.to_string().contains("too-short"));
}

#[test]
fn required_columns_are_missed() {
    let (_sandbox, client) = quick();
    assert_eq!(
        import(&client, "keys.csv", false).verdict(),
        "400 badrequest: Missing required column 'Key'"
    );
    assert_eq!(
        import(&client, "key\n", false).verdict(),
        "400 badrequest: Missing required column 'Name'"
    );
    assert_eq!(
        import(&client, "", false).verdict(),
        "400 badrequest: Missing required column 'Key'"
    );
}

#[test]
fn an_import_finds_keys_that_were_created_one_by_one() {
    let (sandbox, client) = quick();
    make_key(&client, "a");
    let value = sandbox.values()[0].clone();
    import(
        &client,
        &format!("name,key,enabled\na,{value},false\n"),
        true,
    );
    assert_eq!(
        (
            sandbox.keys(&scope()).len(),
            sandbox.keys(&scope())[0].enabled
        ),
        (1, false)
    );
}

#[test]
fn a_fault_refuses_one_row_and_the_others_are_imported() {
    let (sandbox, client) = quick();
    let fault = FaultRule::on("ImportApiKeys", Act::RefuseRow(2));
    sandbox.set_faults(vec![fault]).unwrap();
    let csv = format!("name,key\na,{A}\nb,{B}\n");
    let answer = import(&client, &csv, false).json();
    assert_eq!(answer["warnings"], json!(["Row 3: refused"]));
    let keys = sandbox.keys(&scope());
    assert_eq!((keys.len(), keys[0].name.as_deref()), (1, Some("a")));
    assert_eq!(import(&client, &csv, true).status, 400);
}
