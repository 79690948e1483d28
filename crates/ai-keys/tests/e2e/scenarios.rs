//! The catalogue of fault scenarios: which test shows each one, and what comes of it. It is a table
//! of `docs/guarantees.md`, which `UPDATE=1` rewrites. (It is long because it is a table.)

use std::fmt::Write as _;
use std::path::Path;

/// Whether moto can host a scenario too, behind the fault proxy.
pub(crate) enum OnMoto {
    /// Tests of `tests/moto_faults.rs`, or of another file as `file::function`.
    Tests(&'static [&'static str]),
    /// Why it cannot.
    No(&'static str),
}

use OnMoto::{No, Tests};

/// A scenario, its outcome, and the tests that show it, each as `file::function`.
pub(crate) struct Scenario {
    number: u32,
    what: &'static str,
    outcome: &'static str,
    pub(crate) tests: &'static [&'static str],
    on_moto: OnMoto,
}

pub(crate) const SCENARIOS: &[Scenario] = &[
    Scenario {
        number: 1,
        what: "7 of 10 calls are throttled",
        outcome: "waits at least as long as `Retry-After` says; converges, exit 0",
        tests: &[
            "throttling::a_storm_of_refusals_is_waited_out",
            "throttling::a_call_is_not_sent_again_before_its_time",
        ],
        on_moto: Tests(&["a_storm_of_refusals_is_waited_out"]),
    },
    Scenario {
        number: 2,
        what: "creating is throttled for ever",
        outcome: "stops after two minutes without an answer, key by key; a re-run finishes",
        tests: &["patience::creates_that_are_refused_for_ever_are_given_up_one_by_one"],
        on_moto: No("it takes two minutes of patience"),
    },
    Scenario {
        number: 3,
        what: "429 without `Retry-After`, with nonsense, with a date",
        outcome: "jittered backoff; converges, exit 0",
        tests: &["throttling::a_refusal_without_a_time_or_with_a_silly_one_is_waited_out_too"],
        on_moto: Tests(&["a_refusal_without_a_time_or_with_a_silly_one_is_waited_out_too"]),
    },
    Scenario {
        number: 4,
        what: "a key is made, the connection drops",
        outcome: "one key: the repeat is answered 409, and the key adopted by value and marker",
        tests: &["lost_answers::a_create_whose_connection_closed_is_adopted"],
        on_moto: Tests(&["a_create_whose_connection_closed_is_adopted"]),
    },
    Scenario {
        number: 5,
        what: "the same with 503, with half an answer, with none",
        outcome: "as 4; of usage plans and associations too there is one",
        tests: &[
            "lost_answers::a_create_that_answered_503_is_adopted",
            "lost_answers::a_create_with_half_an_answer_is_adopted",
            "lost_answers::a_create_that_never_answers_is_adopted",
            "lost_answers::a_usage_plan_is_made_once",
            "lost_answers::a_key_is_put_on_its_usage_plan_once",
        ],
        on_moto: Tests(&[
            "a_create_that_answered_503_is_adopted",
            "a_create_with_half_an_answer_is_adopted",
            "a_usage_plan_is_made_once",
            "a_key_is_put_on_its_usage_plan_once",
            "a_delete_whose_answer_is_lost_is_sent_again",
        ]),
    },
    Scenario {
        number: 6,
        what: "409, and the key is of somebody else",
        outcome: "not adopted, not touched; exit 4; no value printed",
        tests: &[
            "refusals::a_value_that_a_key_of_somebody_else_has_is_not_taken_over",
            "lost_answers::a_key_without_our_marker_is_not_adopted_even_if_its_value_is_ours",
        ],
        on_moto: Tests(&["a_value_that_a_key_of_somebody_else_has_is_not_taken_over"]),
    },
    Scenario {
        number: 7,
        what: "409 \"concurrent modification\", three times",
        outcome: "tried again one by one; exit 0",
        tests: &["refusals::a_concurrent_modification_is_tried_again"],
        on_moto: Tests(&["a_concurrent_modification_is_tried_again"]),
    },
    Scenario {
        number: 8,
        what: "two applies at once",
        outcome: "no more than a twin, said by the next plan and healed; see below",
        tests: &["concurrent::two_applies_at_once_end_in_one_key_for_each_entry"],
        on_moto: No("two may make one value there (D13)"),
    },
    Scenario {
        number: 9,
        what: "a burst of 500 among many creates",
        outcome: "the others go on; the count of what was done is exact; exit 4",
        tests: &["lost_answers::a_burst_of_errors_leaves_an_exact_summary"],
        on_moto: Tests(&["a_burst_of_errors_leaves_an_exact_summary"]),
    },
    Scenario {
        number: 10,
        what: "SIGKILL before and after every request",
        outcome: "the next run ends where the undisturbed one did: the crash matrix above",
        tests: &["interruption::a_killed_apply_is_finished_by_the_next_one"],
        on_moto: Tests(&["a_killed_apply_is_finished_by_the_next_one"]),
    },
    Scenario {
        number: 11,
        what: "SIGINT, SIGTERM, a cancelled job",
        outcome: "nothing new is started, what is in flight is finished; exit 130 within 5 s",
        tests: &[
            "interruption::an_interrupted_apply_ends_soon_and_the_next_one_finishes_it",
            "interruption::a_cancelled_apply_ends_soon_and_the_next_one_finishes_it",
            "interruption::a_call_that_never_answers_does_not_hold_up_the_end",
        ],
        on_moto: Tests(&["an_interrupted_apply_ends_soon_and_the_next_one_finishes_it"]),
    },
    Scenario {
        number: 12,
        what: "a key was deleted in the console",
        outcome: "the plan shows that it is made anew, with a new value; its secret gets that value",
        tests: &["console::a_key_that_was_deleted_gets_a_new_value_and_so_does_its_secret"],
        on_moto: Tests(&["a_key_that_was_deleted_is_made_anew"]),
    },
    Scenario {
        number: 13,
        what: "a key is deleted between plan and apply",
        outcome: "a reviewed plan is stale (exit 5); in the middle of an apply, exit 4 and \"plan again\"",
        tests: &[
            "reviewed::a_key_deleted_since_the_review_makes_the_plan_stale",
            "console::a_key_that_goes_away_while_its_change_is_on_its_way_is_planned_again",
        ],
        on_moto: Tests(&["a_key_deleted_since_the_review_makes_the_plan_stale"]),
    },
    Scenario {
        number: 14,
        what: "a key was disabled, renamed, moved",
        outcome: "shown field by field; put back with one update and two associations",
        tests: &["console::what_was_changed_in_the_console_is_shown_field_by_field_and_put_back"],
        on_moto: Tests(&["what_was_changed_in_the_console_is_shown_field_by_field_and_put_back"]),
    },
    Scenario {
        number: 15,
        what: "a usage plan was deleted",
        outcome: "made anew, with its keys",
        tests: &["behind_our_back::a_usage_plan_that_was_deleted_is_made_anew_with_its_keys"],
        on_moto: No("it deletes a usage plan that has keys and stages (D25)"),
    },
    Scenario {
        number: 16,
        what: "a stage was made anew",
        outcome: "put back on the usage plan with one call",
        tests: &["behind_our_back::a_stage_that_was_made_anew_is_put_back_with_one_call"],
        on_moto: No("a stage that is made anew stays on the usage plan (D35)"),
    },
    Scenario {
        number: 17,
        what: "several keys of one name",
        outcome: "ours is known by its marker; the others are never touched",
        tests: &["behind_our_back::keys_of_the_same_name_that_are_not_ours_are_left_alone"],
        on_moto: Tests(&["keys_of_the_same_name_that_are_not_ours_are_left_alone"]),
    },
    Scenario {
        number: 18,
        what: "a new key is not listed yet",
        outcome: "looked for six times, 2 s apart; a run inside the lag may make a twin, which is said and healed",
        tests: &[
            "consistency::a_new_key_that_no_list_shows_yet_is_looked_for_and_not_made_again",
            "consistency::a_twin_that_a_lagging_list_made_is_said_and_healed",
            "consistency::a_twin_of_a_delivered_key_leaves_no_dead_value_in_its_store",
        ],
        on_moto: No("its lists do not lag"),
    },
    Scenario {
        number: 19,
        what: "a list changes while it is read; its position expires",
        outcome: "a key on two pages counts once; the list is started again once, then given up",
        tests: &[
            "consistency::a_list_that_changes_between_its_pages_takes_none_of_ours_for_missing",
            "behind_our_back::a_list_whose_position_expired_is_read_from_the_start_once",
        ],
        on_moto: No("it has no pages (D1, D2)"),
    },
    Scenario {
        number: 20,
        what: "a list fails after its first page",
        outcome: "nothing is planned; exit 6",
        tests: &["behind_our_back::a_list_that_fails_after_its_first_page_plans_nothing"],
        on_moto: Tests(&["a_list_that_fails_plans_nothing"]),
    },
    Scenario {
        number: 21,
        what: "the account's quota is reached",
        outcome: "not tried again; the rest goes on; exit 4",
        tests: &["refusals::a_reached_quota_is_not_tried_again_and_stops_nobody_else"],
        on_moto: Tests(&["a_reached_quota_is_not_tried_again_and_stops_nobody_else"]),
    },
    Scenario {
        number: 22,
        what: "a key left a usage plan and cannot join the next",
        outcome: "the report says that it is answered 403; the next run does it first",
        tests: &[
            "refusals::a_key_that_lost_its_usage_plan_halfway_is_named_and_comes_first_next_time",
        ],
        on_moto: Tests(&[
            "a_key_that_lost_its_usage_plan_halfway_is_named_and_comes_first_next_time",
        ]),
    },
    Scenario {
        number: 23,
        what: "a secret store denies, throttles, breaks down, is full, has no KMS key, is deleted",
        outcome: "the old value goes on working and has no last day; a re-run delivers the same new value",
        tests: &[
            "failing_stores::a_store_that_denies_keeps_the_old_value_working",
            "failing_stores::a_store_that_refuses_the_request_keeps_the_old_value_working",
            "failing_stores::a_store_whose_kms_key_is_gone_keeps_the_old_value_working",
            "failing_stores::a_store_that_finds_the_value_too_long_keeps_the_old_value_working",
            "failing_stores::a_store_that_is_full_keeps_the_old_value_working",
            "failing_stores::a_throttled_store_is_waited_for",
            "failing_stores::a_store_that_answers_500_and_then_nothing_is_delivered_to_once",
            "failing_stores::a_secret_that_is_scheduled_for_deletion_is_told_and_never_restored",
            "failing_stores::a_first_delivery_that_fails_arrives_later_with_the_same_value",
        ],
        on_moto: Tests(&[
            "sinks/faults::a_delivery_that_breaks_off_on_moto_is_finished_by_the_next_run",
        ]),
    },
    Scenario {
        number: 24,
        what: "credentials expire midway; they are of another account",
        outcome: "stops at once, a 403 is never repeated (exit 4); refused before the first write (exit 5)",
        tests: &[
            "refusals::credentials_that_expire_midway_stop_everything_at_once",
            "reviewed::a_plan_for_another_account_is_refused",
        ],
        on_moto: Tests(&[
            "credentials_that_expire_midway_stop_everything_at_once",
            "credentials_of_another_account_are_refused",
        ]),
    },
    Scenario {
        number: 25,
        what: "clocks: off, jumping back, ahead, in another time zone",
        outcome: "exit 6 says to set the clock; nothing is rotated twice or early; days are of UTC",
        tests: &[
            "clocks::a_host_whose_clock_is_off_is_told_so_and_asks_once",
            "clocks::a_clock_that_jumps_back_inside_a_rotation_rotates_nothing_again",
            "clocks::a_key_that_is_younger_than_today_is_not_rotated",
            "clocks::the_time_zone_of_the_machine_changes_nothing",
        ],
        on_moto: No("it checks no signature"),
    },
    Scenario {
        number: 26,
        what: "a redirect to another host",
        outcome: "not followed: the value in the body is sent to nobody else",
        tests: &["odd_answers::a_redirect_is_not_followed"],
        on_moto: No("it redirects nobody"),
    },
    Scenario {
        number: 27,
        what: "an answer that is no JSON, or that drips for ever",
        outcome: "given up after 10 s and looked up; one key",
        tests: &[
            "odd_answers::an_answer_that_cannot_be_read_is_looked_up",
            "odd_answers::an_answer_that_drips_is_given_up_and_looked_up",
        ],
        on_moto: No("what is shown is ours, not the service's"),
    },
    Scenario {
        number: 28,
        what: "all logging that the environment can ask for",
        outcome: "no value in any encoding, in output, files and journal",
        tests: &["canary::no_value_leaves_the_process"],
        on_moto: No("what is shown is ours, not the service's"),
    },
    Scenario {
        number: 29,
        what: "an endpoint that is not AWS in the environment",
        outcome: "announced on every run",
        tests: &["looks::a_foreign_endpoint_is_announced"],
        on_moto: No("every test there is on such an endpoint"),
    },
    Scenario {
        number: 30,
        what: "one row of an import is refused",
        outcome: "the other keys are made; it is told, and made singly by the next run",
        tests: &["bulk::one_bad_row_is_told_and_the_others_are_made"],
        on_moto: No("it has no import (D18)"),
    },
    Scenario {
        number: 31,
        what: "the answer of an import is lost, every time",
        outcome: "what it made is known by its markers; no key is made twice",
        tests: &["bulk::an_answer_that_is_lost_to_the_last_is_looked_up"],
        on_moto: No("it has no import (D18)"),
    },
    Scenario {
        number: 32,
        what: "names with a comma, a quote, a leading `=`, a newline in a file of keys",
        outcome: "each stays in its field and its row",
        tests: &[
            "bulk::a_file_carries_names_that_are_hostile_to_csv_as_they_are",
            "disable::a_name_with_a_newline_stays_in_its_row",
        ],
        on_moto: No("it has no import (D18)"),
    },
    Scenario {
        number: 33,
        what: "names and descriptions of 100,000 characters",
        outcome: "cut where they are shown; ours are put back",
        tests: &[
            "hostile::names_and_descriptions_of_a_hundred_thousand_characters",
            "hostile::a_key_of_ours_whose_name_has_a_hundred_thousand_characters",
        ],
        on_moto: No("what is shown is ours, not the service's"),
    },
    Scenario {
        number: 34,
        what: "a list whose pages never end",
        outcome: "given up: nothing is planned from it, and nothing of it used",
        tests: &[
            "hostile::a_list_without_an_end_is_given_up_and_plans_nothing",
            "hostile::no_list_without_an_end_holds_up_an_apply",
            "hostile::values_are_not_taken_from_half_a_list",
            "hostile::a_store_whose_list_has_no_end_holds_up_no_plan",
        ],
        on_moto: No("it has no pages (D1, D2)"),
    },
    Scenario {
        number: 35,
        what: "a call is told to wait for an hour",
        outcome: "it is given up at once, and those behind it: exit 4",
        tests: &["throttling::a_wait_of_an_hour_is_begun_by_no_call"],
        on_moto: No("what is shown is ours, not the service's"),
    },
    Scenario {
        number: 36,
        what: "the role of a target may not be assumed",
        outcome: "one line says which, why and what to do; nothing else is asked; exit 6",
        tests: &["roles::a_role_that_may_not_be_assumed_ends_the_run_before_anything_is_asked"],
        on_moto: No("it lends every role"),
    },
    Scenario {
        number: 37,
        what: "a copy of a secret in another region cannot be made",
        outcome: "each run says so (exit 4) until it can; the secret itself is right",
        tests: &["failing_stores::a_copy_that_cannot_be_made_fails_each_run_until_it_can"],
        on_moto: Tests(&["sinks/both::on_moto"]),
    },
];

const START: &str = "<!-- scenarios: written by the tests -->\n";
const END: &str = "<!-- end of scenarios -->\n";

fn table() -> String {
    let mut table = String::from(
        "| # | what goes wrong | what comes of it | tests | on moto |\n|---|---|---|---|---|\n",
    );
    for Scenario {
        number,
        what,
        outcome,
        tests,
        on_moto,
    } in SCENARIOS
    {
        let quoted = |tests: &[&str]| {
            let tests: Vec<String> = tests.iter().map(|test| format!("`{test}`")).collect();
            tests.join("<br>")
        };
        let on_moto = match on_moto {
            Tests(tests) => quoted(tests),
            No(why) => format!("no: {why}"),
        };
        let tests = quoted(tests);
        writeln!(
            table,
            "| {number} | {what} | {outcome} | {tests} | {on_moto} |"
        )
        .unwrap();
    }
    table
}

/// Returns whether a file of `tests` has such a test.
fn is_test_of(file: &str, function: &str) -> bool {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{file}.rs"));
    let source = std::fs::read_to_string(path).unwrap();
    let before = source.split(&format!("fn {function}(")).next().unwrap();
    before.len() < source.len()
        && before
            .lines()
            .rev()
            .take(3)
            .any(|line| line.contains("test"))
}

/// Returns a test's body, if there is such a test.
fn body(test: &str) -> Option<String> {
    let (file, function) = test.rsplit_once("::").unwrap();
    let file = file.replace("::", "/");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/e2e/{file}.rs"));
    let source = std::fs::read_to_string(path).ok()?;
    let (before, rest) = source.split_once(&format!("fn {function}("))?;
    let is_test = before
        .lines()
        .rev()
        .take(2)
        .any(|line| line.contains("test"));
    let body = rest.split("\n}\n").next()?;
    is_test.then(|| with_helpers(body, &source))
}

/// Adds the bodies of the functions of the same file that a body calls.
fn with_helpers(body: &str, source: &str) -> String {
    let mut all = body.to_owned();
    for helper in source.split("\nfn ").skip(1) {
        let name = helper.split('(').next().unwrap();
        if body.contains(&format!("{name}(")) {
            all.push_str(helper.split("\n}\n").next().unwrap());
        }
    }
    all
}

#[test]
fn every_scenario_has_its_tests_and_they_ask_the_oracle() {
    for (at, scenario) in SCENARIOS.iter().enumerate() {
        assert_eq!(usize::try_from(scenario.number).unwrap(), at + 1);
        for test in scenario.tests {
            let body = body(test).unwrap_or_else(|| panic!("{test} is no test"));
            assert!(body.contains(".settles"), "{test} asks no oracle");
        }
        if let Tests(tests) = &scenario.on_moto {
            for test in *tests {
                let (file, function) = test.rsplit_once("::").unwrap_or(("moto_faults", test));
                assert!(is_test_of(file, function), "{test} is no test");
            }
        }
    }
}

#[test]
fn the_page_shows_every_scenario() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/guarantees.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(START).unwrap();
    let (shown, after) = rest.split_once(END).unwrap();
    if std::env::var_os("UPDATE").is_some() {
        let page = format!("{before}{START}{}{END}{after}", table());
        std::fs::write(&path, page).unwrap();
    } else {
        assert!(
            shown == table(),
            "run UPDATE=1 cargo test -p ai-keys --test e2e scenarios"
        );
    }
}

/// What the threat model says is shown by a test of the command is shown by one.
#[test]
fn the_threat_model_names_tests_that_exist() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/threat-model.md");
    let page = std::fs::read_to_string(path).unwrap();
    let quoted = page.split('`').skip(1).step_by(2);
    let tests: Vec<&str> = quoted
        .filter(|text| {
            text.contains("::") && !text.starts_with("plan::tests") && *text != "file::function"
        })
        .collect();
    assert!(tests.len() > 20, "{tests:?}");
    for test in tests {
        assert!(body(test).is_some(), "{test} is no test");
    }
}
