//! Lists that change, expire or never end, and tags that no list shows.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use ai_keys_sandbox::{Act, FaultRule, Options, Sandbox, Scope, SeedKey};

use super::*;
use crate::output::Output;
use crate::provider::aws::{Access, Account};
use crate::schedule::{Pace, Scheduler};
use crate::signal::Stop;

type Answer = Result<Page<u8>, ProviderError>;
type Rows = Vec<(String, u8)>;

fn page(rows: &[(&str, u8)], next: Option<&str>) -> Page<u8> {
    Page {
        rows: self::rows(rows),
        next: next.map(str::to_owned),
    }
}

fn refused(kind: ErrorKind) -> ProviderError {
    ProviderError::new(kind, "GetApiKeys")
}

/// Reads a list that answers so, and returns its rows and the positions that
/// were asked for.
fn read(answers: Vec<Answer>) -> (Result<Rows, ErrorKind>, Vec<String>) {
    let answers = RefCell::new(VecDeque::from(answers));
    let asked = RefCell::new(Vec::new());
    let rows = block_on(read_all(|position: Option<String>| {
        asked.borrow_mut().push(position.unwrap_or_default());
        let answer = answers.borrow_mut().pop_front();
        async { answer.unwrap() }
    }));
    let rows = rows.map(|rows| rows.into_iter().collect());
    (rows.map_err(|error| error.kind()), asked.into_inner())
}

fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    runtime.unwrap().block_on(work)
}

fn rows(rows: &[(&str, u8)]) -> Rows {
    rows.iter()
        .map(|(id, row)| ((*id).to_owned(), *row))
        .collect()
}

#[test]
fn a_row_on_two_pages_counts_once() {
    let (read, asked) = read(vec![
        Ok(page(&[("a", 1), ("b", 2)], Some("p2"))),
        Ok(page(&[("b", 2), ("c", 3)], None)),
    ]);
    assert_eq!(read.unwrap(), rows(&[("a", 1), ("b", 2), ("c", 3)]));
    assert_eq!(asked, ["", "p2"]);
}

#[test]
fn an_expired_position_starts_again_without_the_rows_so_far() {
    let (read, asked) = read(vec![
        Ok(page(&[("gone", 1)], Some("p2"))),
        Err(refused(ErrorKind::Invalid)),
        Ok(page(&[("a", 1)], Some("q2"))),
        Ok(page(&[("b", 2)], None)),
    ]);
    assert_eq!(read.unwrap(), rows(&[("a", 1), ("b", 2)]));
    assert_eq!(asked, ["", "p2", "", "q2"]);
}

#[test]
fn a_position_that_expires_twice_is_an_error() {
    let (read, _) = read(vec![
        Ok(page(&[("a", 1)], Some("p2"))),
        Err(refused(ErrorKind::Invalid)),
        Ok(page(&[("a", 1)], Some("p2"))),
        Err(refused(ErrorKind::Invalid)),
    ]);
    assert_eq!(read, Err(ErrorKind::Invalid));
}

#[test]
fn a_first_page_that_is_refused_is_not_asked_for_again() {
    let (read, asked) = read(vec![Err(refused(ErrorKind::Invalid))]);
    assert_eq!(read, Err(ErrorKind::Invalid));
    assert_eq!(asked.len(), 1);
}

#[test]
fn any_other_error_after_a_page_gives_no_rows() {
    for kind in [ErrorKind::Ambiguous, ErrorKind::ExpiredCredentials] {
        let (read, asked) = read(vec![Ok(page(&[("a", 1)], Some("p2"))), Err(refused(kind))]);
        assert_eq!(read, Err(kind));
        assert_eq!(asked.len(), 2);
    }
}

#[test]
fn a_list_without_an_end_gives_no_rows() {
    let stuck = vec![
        Ok(page(&[("a", 1)], Some("p"))),
        Ok(page(&[("b", 2)], Some("p"))),
    ];
    assert_eq!(read(stuck).0, Err(ErrorKind::Ambiguous));
}

/// A sandbox whose keys have a tag each by their markers, which no list shows.
fn with_tagged_keys(count: usize, scope: &Scope) -> Sandbox {
    let sandbox = Sandbox::start(Options::for_tests()).unwrap();
    let key = |number| SeedKey {
        name: format!("key-{number}"),
        description: format!("[ai-keys: acme-ai/key-{number}#1 tags=team]"),
        enabled: true,
        value: None,
        usage_plans: Vec::new(),
    };
    let keys: Vec<_> = (0..count).map(key).collect();
    sandbox.seed(scope, &[], &keys).unwrap();
    sandbox
}

/// Returns how many keys were asked for their tags so far.
fn asked_for_tags(sandbox: &Sandbox) -> usize {
    let journal = sandbox.journal().into_iter();
    let tags = journal.filter(|entry| entry.operation.as_deref() == Some("GetTags"));
    tags.map(|entry| entry.path).collect::<BTreeSet<_>>().len()
}

#[tokio::test]
async fn tags_that_no_list_shows_are_asked_for_of_all_keys_before_an_answer_comes() {
    // Fewer than the calls that may be in flight.
    const KEYS: usize = 4;
    let scope = Scope::new("123456789012", "eu-west-1");
    let sandbox = with_tagged_keys(KEYS, &scope);
    let no_answer = FaultRule::on("GetTags", Act::HangBefore);
    sandbox.set_faults(vec![no_answer]).unwrap();
    let access = Access::Sandbox {
        endpoint: sandbox.url().to_owned(),
        account: scope.account.clone(),
    };
    let scheduler = Scheduler::new(Pace::Unlimited, Stop::default());
    let impatient = scheduler.with_patience(Duration::ZERO);
    let (output, _printed) = Output::captured();
    let account = Account::open(&scope.region, &access, impatient, output).await;
    let reader = account.reader();
    let all_are_asked = async {
        while asked_for_tags(&sandbox) < KEYS {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    // Sooner than a call gives up on its answer, which takes ten seconds.
    let all_are_asked = tokio::time::timeout(Duration::from_secs(8), all_are_asked);
    tokio::select! {
        asked = all_are_asked => assert!(asked.is_ok(), "one waits for the answer to another"),
        _ = observe_objects(&reader, &scope.account) => panic!("it ended without an answer"),
    }
}
