//! Faults 2 and 20 with an account that refuses for ever: in process, since the command waits two
//! minutes before it gives up.

use std::sync::Arc;
use std::time::Duration;

use ai_keys::apply::{Outcome, apply};
use ai_keys::output::Output;
use ai_keys::provider::ErrorKind;
use ai_keys::provider::aws::{Access, Account, Hands, Observed, observe};
use ai_keys::schedule::{Pace, Scheduler};
use ai_keys::signal::Stop;
use ai_keys::sink::Stores;
use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::plan::{Plan, plan};
use ai_keys_core::source::Source;
use ai_keys_core::state::resolve;
use ai_keys_sandbox::{Act, FaultRule, Turn};

use crate::support::{ACCOUNT, MANIFEST, TODAY, World};

const PATIENCE: Duration = Duration::from_millis(900);

async fn account(world: &World, output: &Output) -> Account {
    let access = Access::Sandbox {
        endpoint: world.sandbox.url().to_owned(),
        account: ACCOUNT.to_owned(),
    };
    let scheduler = Scheduler::new(Pace::ApiGateway, Stop::default()).with_patience(PATIENCE);
    Account::open("eu-west-1", &access, scheduler, output.clone()).await
}

async fn planned(account: &Account) -> (Plan, Observed) {
    let observed = Box::pin(observe(&account.reader(), ACCOUNT, true))
        .await
        .unwrap();
    let today: Date = TODAY.parse().unwrap();
    let manifest = check_text(MANIFEST, Some(today)).manifest.unwrap();
    let desired = resolve(&manifest, "prod").unwrap();
    let planned = plan(&desired, &observed.live, today, &Source::new(MANIFEST));
    (planned.plan, observed)
}

fn refused_for_ever(operation: &str) -> FaultRule {
    FaultRule::on(operation, Act::Throttle(None))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn creates_that_are_refused_for_ever_are_given_up_one_by_one() {
    let world = World::new(MANIFEST);
    let (output, _) = Output::captured();
    let account = account(&world, &output).await;
    let (plan, observed) = Box::pin(planned(&account)).await;
    world.faults(vec![refused_for_ever("CreateApiKey")]);
    let stop = Stop::default();
    let stores = Stores::beside(&account, ACCOUNT);
    let hands = Hands::new(&account, stores, observed, &plan, output.clone(), &stop);
    let hands = Arc::new(hands);
    let mut progress = output.progress("applying", plan.changes.len() as u64);
    let outcomes = apply(&plan, hands, &Stop::default(), &mut progress).await;
    let done = |outcome: &&Outcome| matches!(outcome, Outcome::Done);
    assert_eq!(outcomes.iter().filter(done).count(), 1, "the usage plan");
    let failed: Vec<String> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Failed(error) => Some(error.to_string()),
            Outcome::Done | Outcome::NotTried => None,
        })
        .collect();
    assert_eq!(failed.len(), 4, "every other change says why");
    let has = |text: &str| failed.iter().filter(|line| line.contains(text)).count();
    assert_eq!(has("is throttled"), 2, "{failed:#?}");
    assert_eq!(has("was not made"), 2, "{failed:#?}");
    drop(progress);
    world.settles();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_that_is_refused_for_ever_is_no_list() {
    let world = World::new(MANIFEST);
    let (output, _) = Output::captured();
    let account = account(&world, &output).await;
    world.faults(vec![refused_for_ever("GetApiKeys").turn(Turn::After(0))]);
    let error = Box::pin(observe(&account.reader(), ACCOUNT, false))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(error.kind(), ErrorKind::Throttled { .. }),
        "{error}"
    );
}
