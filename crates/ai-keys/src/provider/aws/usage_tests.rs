//! `GetUsage` of the sandbox, through the SDK.

use ai_keys_sandbox::{Clock, Limits, Options, Sandbox, Scope, SeedUsagePlan};

use super::*;
use crate::output::Output;
use crate::provider::ErrorKind;
use crate::provider::aws::{Access, Account};
use crate::schedule::{Pace, Scheduler};
use crate::signal::Stop;

const ACCOUNT: &str = "123456789012";

fn scope() -> Scope {
    Scope::new(ACCOUNT, "eu-west-1")
}

/// A sandbox with usage plans of these names.
fn world(names: &[&str]) -> (Sandbox, BTreeMap<Handle, String>) {
    let sandbox = Sandbox::start(Options {
        limits: Limits::Off,
        clock: Clock::at("2026-11-23").unwrap(),
        ..Options::default()
    })
    .unwrap();
    let usage_plan = |name: &&str| SeedUsagePlan {
        name: (*name).to_owned(),
        quota: Some((1000, "MONTH".to_owned())),
        ..SeedUsagePlan::default()
    };
    let usage_plans: Vec<_> = names.iter().map(usage_plan).collect();
    sandbox.seed(&scope(), &usage_plans, &[]).unwrap();
    let ids = sandbox.usage_plans(&scope()).into_iter();
    let ids = ids.map(|usage_plan| (Handle::of_id(&usage_plan.id), usage_plan.id));
    let ids = ids.collect();
    (sandbox, ids)
}

async fn read(
    sandbox: &Sandbox,
    ids: &BTreeMap<Handle, String>,
    from: &str,
) -> Result<Usage, ProviderError> {
    let access = Access::Sandbox {
        endpoint: sandbox.url().to_owned(),
        account: ACCOUNT.to_owned(),
    };
    let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
    let (output, _printed) = Output::captured();
    let account = Account::open("eu-west-1", &access, scheduler, output).await;
    let period = (from.parse().unwrap(), "2026-11-23".parse().unwrap());
    read_usage(&account.reader(), ids, period).await
}

#[tokio::test]
async fn every_page_of_every_usage_plan_is_read() {
    let (sandbox, ids) = world(&["a", "b"]);
    for id in ids.values() {
        for number in 0..501 {
            let key = format!("key{number:04}");
            let days = [("2026-11-22", 3)];
            sandbox.seed_usage(&scope(), id, &key, &days).unwrap();
        }
    }
    sandbox.clear_journal();
    let usage = read(&sandbox, &ids, "2026-11-22").await.unwrap();
    assert_eq!(sandbox.journal().len(), 4);
    assert_eq!(usage.days(), 2);
    for keys in usage.by_usage_plan.values() {
        assert_eq!(keys.len(), 501);
        let entry = |requests, remaining| DayOfUse {
            requests,
            remaining,
        };
        let days = keys.get(&Handle::of_id("key0500")).unwrap();
        assert_eq!(*days, [entry(3, 997), entry(0, 997)]);
    }
}

#[tokio::test]
async fn an_index_that_may_be_a_value_is_hidden() {
    let (sandbox, ids) = world(&["a"]);
    let id = ids.values().next().unwrap();
    let value = "v".repeat(40);
    let days = [("2026-11-23", 1)];
    sandbox.seed_usage(&scope(), id, &value, &days).unwrap();
    let usage = read(&sandbox, &ids, "2026-11-23").await.unwrap();
    assert_eq!(usage.requests_of(&Handle::of_id(&value)), 1);
    assert!(!format!("{usage:?}").contains(&value));
}

#[tokio::test]
async fn the_longest_period_is_accepted_and_a_longer_one_is_invalid() {
    let (sandbox, ids) = world(&["a"]);
    let to: Date = "2026-11-23".parse().unwrap();
    let first = |days: u32| to.days_before(days - 1).unwrap().to_string();
    let longest = read(&sandbox, &ids, &first(Usage::MOST_DAYS))
        .await
        .unwrap();
    assert_eq!(longest.days(), 90);
    let error = read(&sandbox, &ids, &first(Usage::MOST_DAYS + 2)).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Invalid);
}

#[tokio::test]
async fn a_usage_plan_that_went_meanwhile_is_an_error() {
    let (sandbox, _) = world(&[]);
    let ids = BTreeMap::from([(Handle::of_id("gone"), "gone".to_owned())]);
    let error = read(&sandbox, &ids, "2026-11-23").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
