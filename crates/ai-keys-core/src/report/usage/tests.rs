//! One account, in every form.

use std::collections::BTreeMap;

use super::*;
use crate::limits::Quota;
use crate::report::Tone;
use crate::state::{DayOfUse, LiveKey, LiveState, LiveUsagePlan, Liveness, Marker, StageId, Usage};
use crate::support::Provider;

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn live_key(name: &str, marker: Option<Marker>) -> LiveKey {
    LiveKey {
        created: Some(day("2026-01-01")),
        customer_id: None,
        description: String::new(),
        etag: None,
        liveness: Liveness::Active,
        marker,
        name: name.to_owned(),
        slots: 1,
        tags: BTreeMap::new(),
    }
}

fn usage_plan(name: &str, quota: Option<u32>, has_stage: bool, keys: &[&str]) -> LiveUsagePlan {
    let stage = StageId {
        api: "a1".to_owned(),
        stage: "prod".to_owned(),
    };
    LiveUsagePlan {
        description: String::new(),
        keys: keys.iter().map(|id| Handle::of_id(id)).collect(),
        marker: None,
        name: name.to_owned(),
        quota: quota.map(|limit| Quota {
            limit,
            offset: 0,
            per: Period::Month,
        }),
        stages: has_stage
            .then(|| (stage, BTreeMap::new()))
            .into_iter()
            .collect(),
        tags: BTreeMap::new(),
        throttle: None,
    }
}

/// Five days; the quota is 1,000 a month.
fn days(requests: [u64; 5]) -> Vec<DayOfUse> {
    let mut remaining = 1000_u64;
    let day = |requests| {
        remaining = remaining.saturating_sub(requests);
        DayOfUse {
            requests,
            remaining,
        }
    };
    requests.into_iter().map(day).collect()
}

fn account() -> (LiveState, Usage) {
    let mut live = LiveState::empty(Provider::AwsApiGateway, "123456789012", "eu-west-1");
    let ours = |name: &str, generation: u32| {
        let mut marker = Marker::new("acme-ai", name);
        marker.generation = generation;
        marker.set_owner(Some("team-a"));
        Some(marker)
    };
    let mut off = live_key("off", ours("off", 1));
    off.liveness = Liveness::Disabled;
    let mut young = live_key("young", ours("young", 1));
    young.created = Some(day("2026-11-22"));
    for (id, key) in [
        ("k1", live_key("busy", ours("busy", 2))),
        ("k2", live_key("full", ours("full", 1))),
        ("k3", live_key("lonely", ours("lonely", 1))),
        ("k4", live_key("idle", ours("idle", 1))),
        ("k5", off),
        ("k6", young),
        ("k7", live_key("foreign", None)),
    ] {
        live.keys.insert(Handle::of_id(id), key);
    }
    let on = ["k1", "k2", "k4", "k5", "k6", "k7"];
    let standard = usage_plan("standard", Some(1000), true, &on);
    let closed = usage_plan("closed", None, false, &["k4"]);
    live.usage_plans.insert(Handle::of_id("p1"), standard);
    live.usage_plans.insert(Handle::of_id("p2"), closed);
    let counted = [
        ("k1", days([10, 20, 400, 400, 20])),
        ("k2", days([0, 0, 0, 1000, 0])),
        ("k7", days([1, 1, 1, 1, 1])),
        ("gone", days([0, 5, 0, 0, 0])),
    ];
    let counted = counted.map(|(id, days)| (Handle::of_id(id), days));
    let usage = Usage {
        from: day("2026-11-19"),
        to: day("2026-11-23"),
        by_usage_plan: BTreeMap::from([
            (Handle::of_id("p1"), counted.into_iter().collect()),
            (Handle::of_id("p2"), BTreeMap::new()),
        ]),
    };
    (live, usage)
}

fn question(with_foreign: bool) -> UsageQuestion<'static> {
    UsageQuestion {
        target: "prod",
        namespace: "acme-ai",
        with_foreign,
        near_percent: 80,
        unused_days: 3,
    }
}

fn gathered(with_foreign: bool) -> TargetUsage {
    let (live, usage) = account();
    usage_of_target(&question(with_foreign), &live, &usage)
}

fn drawn(columns: usize, signs: Signs) -> String {
    render_usage(&gathered(false), columns, signs, &|_: Tone, text| {
        text.to_owned()
    })
}

#[test]
fn keys_of_the_manifest_come_with_their_requests_the_most_first() {
    let target = gathered(false);
    let rows = target.keys.iter().map(|key| (key.title(), key.requests));
    let rows: Vec<(String, u64)> = rows.collect();
    let row = |name: &str, requests| (name.to_owned(), requests);
    assert_eq!(
        rows,
        [
            row("full", 1000),
            row("busy#2", 850),
            row("idle", 0),
            row("lonely", 0),
            row("off", 0),
            row("young", 0)
        ]
    );
    assert_eq!(target.keys[0].owner.as_deref(), Some("team-a"));
    assert_eq!(target.keys[1].quota_percent(), Some(85));
    assert_eq!(target.keys[1].daily_requests, [10, 20, 400, 400, 20]);
    assert!(gathered(true).keys.iter().any(|key| key.name == "foreign"));
}

#[test]
fn a_usage_plan_counts_the_keys_that_are_gone() {
    let target = gathered(false);
    let standard = &target.usage_plans[1];
    assert_eq!(
        (standard.name.as_str(), standard.requests),
        ("standard", 1860)
    );
    assert_eq!(standard.daily_requests, [11, 26, 401, 1401, 21]);
}

#[test]
fn what_turns_callers_away_is_found_first() {
    let found = gathered(false).findings.into_iter();
    let found: Vec<String> = found
        .map(|found| format!("{}: {}: {}", found.is.in_words(), found.name, found.text))
        .collect();
    assert_eq!(
        found,
        [
            "quota reached: full: all of the 1,000 requests a month on `standard` are used: callers get 429",
            "near the quota: busy#2: 85 percent of the 1,000 requests a month on `standard` are used, 150 are left",
            "no stage: closed: 1 key on a usage plan without a stage: every caller gets 403",
            "no usage plan: lonely: works, but is on no usage plan: it opens nothing",
            "not used: idle: no request since 2026-11-19 at least",
        ]
    );
}

#[test]
fn a_key_that_was_used_on_the_first_of_the_days_counts_as_used() {
    let (live, mut usage) = account();
    let standard = usage.by_usage_plan.get_mut(&Handle::of_id("p1")).unwrap();
    let is_unused = |requests: [u64; 5], standard: &mut BTreeMap<Handle, Vec<DayOfUse>>| {
        standard.insert(Handle::of_id("k4"), days(requests));
    };
    is_unused([0, 0, 1, 0, 0], standard);
    let found = |usage: &Usage| {
        let target = usage_of_target(&question(false), &live, usage);
        let unused = target.findings.into_iter();
        let unused = unused.filter(|found| found.is == FindingKind::Unused);
        unused.map(|found| found.text).collect::<Vec<String>>()
    };
    assert_eq!(found(&usage), [""; 0]);
    let standard = usage.by_usage_plan.get_mut(&Handle::of_id("p1")).unwrap();
    is_unused([0, 1, 0, 0, 0], standard);
    assert_eq!(found(&usage), ["last used 2026-11-20, 3 days ago"]);
}

#[test]
fn a_period_that_is_too_short_tells_nothing_of_what_is_not_used() {
    let (live, usage) = account();
    let found = |unused_days: u32| {
        let question = UsageQuestion {
            unused_days,
            ..question(false)
        };
        let target = usage_of_target(&question, &live, &usage);
        let mut found = target.findings.into_iter();
        found.any(|found| found.is == FindingKind::Unused)
    };
    assert_eq!(
        [found(5), found(6)],
        [true, false],
        "five days were counted"
    );
}

#[test]
fn a_quota_of_nothing_is_used_up_and_an_extension_is_not_negative() {
    let (mut live, usage) = account();
    let standard = live.usage_plans.get_mut(&Handle::of_id("p1")).unwrap();
    standard.quota = Some(Quota {
        limit: 100,
        offset: 0,
        per: Period::Day,
    });
    let target = usage_of_target(&question(false), &live, &usage);
    assert_eq!(target.keys[1].quota_percent(), Some(0), "150 of 100 left");
    let standard = live.usage_plans.get_mut(&Handle::of_id("p1")).unwrap();
    standard.quota = Some(Quota {
        limit: 0,
        offset: 0,
        per: Period::Day,
    });
    let target = usage_of_target(&question(false), &live, &usage);
    assert_eq!(target.keys[0].quota_percent(), Some(100));
}

#[test]
fn the_table_says_who_how_often_and_when() {
    let text = drawn(80, Signs::Unicode);
    let row = |name: &str| text.lines().find(|line| line.starts_with(name)).unwrap();
    assert_eq!(
        row("busy#2"),
        "busy#2          850  2026-11-23   85 %  ▁▁██▁"
    );
    assert_eq!(row("idle"), "idle              0  -             0 %  ·····");
    assert_eq!(row("off"), "off (off)         0  -             0 %  ·····");
    assert!(text.starts_with("prod · 123456789012 · eu-west-1 · 2026-11-19 to 2026-11-23\n"));
    assert!(
        text.contains("\nlook at\n  quota reached  full: all of the 1,000"),
        "{text}"
    );
    assert!(
        text.ends_with("1,850 requests · 6 keys, 4 without a request · today is not complete\n")
    );
}

#[test]
fn the_table_is_ascii_where_the_terminal_is() {
    let text = drawn(80, Signs::Ascii);
    assert!(text.is_ascii(), "{text}");
    assert!(text.contains("850  2026-11-23   85 %  __##_"), "{text}");
}

#[test]
fn bars_give_way_to_a_narrow_terminal() {
    let wide = drawn(45, Signs::Unicode);
    assert!(wide.contains("▁▁██▁"), "{wide}");
    let narrow = drawn(44, Signs::Unicode);
    assert!(!narrow.contains('█') && narrow.contains("85 %"), "{narrow}");
}

#[test]
fn a_hostile_name_stays_text() {
    let (mut live, usage) = account();
    let name = "a|b<script>\u{1b}[2J`@team`";
    live.keys.get_mut(&Handle::of_id("k7")).unwrap().name = name.to_owned();
    let target = usage_of_target(&question(true), &live, &usage);
    let markdown = render_usage_markdown(&target);
    assert!(
        markdown.contains("`` a\\|b<script>\\u{1b}[2J`@team` ``"),
        "{markdown}"
    );
    let svg = render_usage_svg(&target);
    assert!(svg.contains("a|b&lt;script&gt;\\u{1b}[2J") && !svg.contains("<script"));
    let table = render_usage(&target, 100, Signs::Unicode, &|_: Tone, text| {
        text.to_owned()
    });
    assert!(table.contains("a|b<script>\\u{1b}[2J"), "{table}");
}

#[test]
fn markdown_is_a_table_and_a_list() {
    let text = render_usage_markdown(&gathered(false));
    assert!(text.starts_with("**Usage** of `prod` from 2026-11-19 to 2026-11-23\n"));
    assert!(
        text.contains("| `busy#2` | 850 | 2026-11-23 | 85 % | `▁▁██▁` |\n"),
        "{text}"
    );
    assert!(
        text.contains("| `idle` | 0 | never | 0 % | `·····` |\n"),
        "{text}"
    );
    assert!(
        text.contains("- near the quota: `busy#2` 85 percent of the 1,000 requests a month on `standard` are used, 150 are left\n"), "{text}");
    assert!(
        text.contains("- not used: `idle` no request since 2026-11-19 at least\n"),
        "{text}"
    );
}

#[test]
fn markdown_has_a_chart_of_all_requests_by_day_from_nothing_up() {
    let text = render_usage_markdown(&gathered(false));
    assert!(
        text.contains(
            "\nxychart-beta\n  title \"Requests a day\"\n  \
             x-axis [\"11-19\", \"11-20\", \"11-21\", \"11-22\", \"11-23\"]\n  \
             y-axis \"requests\" 0 --> 1400\n  bar [10, 20, 400, 1400, 20]\n```\n"
        ),
        "{text}"
    );
    let mut long = gathered(false);
    long.from = day("2026-08-26");
    for key in &mut long.keys {
        key.daily_requests = vec![3; 90];
    }
    let text = render_usage_markdown(&long);
    assert!(
        text.contains("title \"Requests a day, on average\""),
        "{text}"
    );
    let bars = format!("bar [{}18]", "18, ".repeat(30));
    assert!(text.contains(&bars), "31 bars: {text}");
    assert!(text.contains("x-axis [\"08-26\", \"08-28\", "), "{text}");
    let mut unused = gathered(false);
    for key in &mut unused.keys {
        key.daily_requests = vec![0; 5];
    }
    assert!(!render_usage_markdown(&unused).contains("mermaid"));
}

#[test]
fn a_picture_is_one_whole_document_of_text_and_shapes() {
    let svg = render_usage_svg(&gathered(false));
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"920\" height=\""));
    assert!(svg.ends_with("</svg>\n"));
    for name in ["busy#2", "full", "off (off)", "85 %", "1,850 requests"] {
        assert!(svg.contains(name), "{name}");
    }
    assert!(svg.contains("class=\"full\"") && svg.contains("class=\"near\""));
    assert!(
        !svg.contains("href") && !svg.contains("url("),
        "nothing is loaded"
    );
}

#[test]
fn json_names_what_the_schema_promises() {
    let report = UsageReport {
        format: USAGE_FORMAT,
        targets: vec![gathered(false)],
    };
    let json = serde_json::to_value(&report).unwrap();
    let key = &json["targets"][0]["keys"][1];
    assert_eq!(key["usage-plans"][0]["quota"]["used-percent"], 85);
    assert_eq!(key["last-use"], "2026-11-23");
    assert_eq!(json["targets"][0]["findings"][0]["is"], "quota-reached");
}
