//! The time that a plan announces against the scheduler, in virtual time: never
//! more than it needs, and not much less.

use std::sync::Arc;
use std::time::Duration;

use ai_keys_core::check::check_text;
use ai_keys_core::plan::order::Phase;
use ai_keys_core::plan::{Change, Cost, Operation, Plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::{LiveState, resolve};
use ai_keys_core::support::Provider;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::{Call, Lane, Pace, Repeat, Scheduler};
use crate::signal::Stop;

fn planned(tables: &str) -> Plan {
    let text = format!(
        "version = 1\nnamespace = \"acme\"\n[target.prod]\nprovider = \"aws-api-gateway\"\n\
         region = \"eu-west-1\"\naccount = \"123456789012\"\n{tables}"
    );
    let checked = check_text(&text, None);
    let desired = resolve(checked.valid().unwrap(), "prod").unwrap();
    let live = LiveState::empty(Provider::AwsApiGateway, "123456789012", "eu-west-1");
    let today = "2026-11-23".parse().unwrap();
    plan(&desired, &live, today, &Source::new(&text)).plan
}

fn lane(operation: Operation) -> Lane {
    match operation {
        Operation::CreateApiKey => Lane::CreateApiKey,
        Operation::DeleteApiKey => Lane::DeleteApiKey,
        Operation::UpdateUsagePlan => Lane::UpdateUsagePlan,
        Operation::CreateUsagePlanKey => Lane::CreateUsagePlanKey,
        Operation::ImportApiKeys => Lane::ImportApiKeys,
        Operation::CreateUsagePlan
        | Operation::DeleteUsagePlan
        | Operation::UpdateApiKey
        | Operation::ListKeys
        | Operation::ListUsagePlanKeys
        | Operation::DeleteUsagePlanKey
        | Operation::TagResource
        | Operation::UntagResource
        | Operation::ReadValue => Lane::Any,
        Operation::Deliver => Lane::Elsewhere,
    }
}

/// Sends the calls of a plan as an apply does, each answered at once, and
/// returns how long that took.
async fn replayed(changes: &[Change]) -> Duration {
    let scheduler = Scheduler::new(Pace::ApiGateway, Stop::default());
    let start = Instant::now();
    for phase in changes.chunk_by(|a, b| a.phase() == b.phase()) {
        let places = Arc::new(Semaphore::new(16));
        let mut tasks = JoinSet::new();
        let belongs =
            |a: &Change, b: &Change| a.phase() == Phase::CreateKeys && a.subject == b.subject;
        for strand in phase.chunk_by(belongs) {
            let operations: Vec<Operation> = strand
                .iter()
                .flat_map(|change| change.step.operations())
                .collect();
            let (scheduler, places) = (scheduler.clone(), Arc::clone(&places));
            tasks.spawn(async move {
                let _place = places.acquire().await;
                for operation in operations {
                    let call = Call {
                        operation: "Test",
                        lane: lane(operation),
                        repeat: Repeat::Safe,
                    };
                    scheduler.run(call, async || Ok(())).await.unwrap();
                }
            });
        }
        tasks.join_all().await;
    }
    start.elapsed()
}

/// Tables of a manifest whose keys do not fit into files.
fn tables(usage_plans: usize, keys: usize) -> String {
    let usage_plans_of = |key: usize| match usage_plans {
        0 => String::new(),
        all => format!("usage-plans = [\"u{}\"]\n", key % all),
    };
    let made = (0..usage_plans).map(|n| format!("[usage-plan.u{n}]\n"));
    let keys =
        (0..keys).map(|n| format!("[key.k{n}]\ntags = {{ t = \"v\" }}\n{}", usage_plans_of(n)));
    made.chain(keys).collect()
}

#[tokio::test(start_paused = true)]
async fn the_least_time_of_a_plan_is_what_its_calls_take() {
    for (usage_plans, keys) in [(0, 1), (0, 300), (60, 0), (20, 20), (1, 300), (100, 150)] {
        let Plan { changes, cost, .. } = planned(&tables(usage_plans, keys));
        let took = u64::try_from(replayed(&changes).await.as_millis()).unwrap();
        let Cost { floor_ms, .. } = cost;
        let which = format!("{usage_plans} usage plans, {keys} keys");
        assert!(floor_ms <= took, "{which}: {floor_ms} ms, took {took} ms");
        assert!(
            took <= floor_ms + floor_ms / 20 + 200,
            "{which}: {floor_ms} ms, took {took} ms"
        );
    }
}

/// Five creations a second leave half of the account's ten calls to the joins.
#[tokio::test(start_paused = true)]
async fn keys_join_while_others_are_made() {
    let plan = planned(&tables(1, 500));
    assert_eq!(plan.cost.calls, 1001);
    assert_eq!(plan.cost.floor_ms, 99_000);
    assert!(replayed(&plan.changes).await < Duration::from_secs(101));
}
