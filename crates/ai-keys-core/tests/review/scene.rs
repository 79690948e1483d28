//! A manifest, an account and a plan between them, with something of everything.

use std::collections::BTreeMap;

use ai_keys_core::check::check_text;
use ai_keys_core::diagnostic::Diagnostics;
use ai_keys_core::digest::Digest;
use ai_keys_core::plan::{Plan, plan};
use ai_keys_core::report::review::{CommentMeta, Links, LiveSource, Review};
use ai_keys_core::report::{Life, UsagePlanLimits, describe_limits, lives};
use ai_keys_core::source::Source;
use ai_keys_core::state::{DayOfUse, DesiredState, Handle, LiveState, Usage, resolve};

/// The commit of every scene.
pub(crate) const HEAD: &str = "3f9c2e1b7a5d4c6e8f0a1b2c3d4e5f6a7b8c9d0e";

/// Everything that a review borrows.
pub(crate) struct Scene {
    pub(crate) text: String,
    pub(crate) desired: DesiredState,
    pub(crate) live: LiveState,
    pub(crate) plan: Plan,
    pub(crate) diagnostics: Diagnostics,
    pub(crate) limits: Vec<UsagePlanLimits>,
    pub(crate) lives: Vec<Life>,
}

impl Scene {
    /// Plans a manifest against a snapshot; both must be without errors.
    pub(crate) fn new(text: &str, snapshot: &str) -> Self {
        let today = "2026-11-23".parse().unwrap();
        let checked = check_text(text, Some(today));
        let Some(manifest) = checked.valid() else {
            panic!("{:#?}", checked.diagnostics);
        };
        let desired = resolve(manifest, "prod").unwrap();
        let live = LiveState::from_json(snapshot).unwrap();
        let planned = plan(&desired, &live, today, &Source::new(text));
        assert!(
            !planned.diagnostics.has_errors(),
            "{:#?}",
            planned.diagnostics
        );
        let mut diagnostics = checked.diagnostics.clone();
        diagnostics.extend(planned.diagnostics);
        diagnostics.sort();
        Self {
            text: text.to_owned(),
            limits: describe_limits(manifest),
            lives: lives(manifest, "prod", Some(&live), today),
            plan: planned.plan,
            desired,
            live,
            diagnostics,
        }
    }

    /// The story of the documentation.
    pub(crate) fn story() -> Self {
        Self::new(
            include_str!("story/keys.toml"),
            include_str!("story/snapshot.json"),
        )
        .about_words()
    }

    /// Keys on days of their lives: a rotation is due, a value is missing in its store, an overlap
    /// is over and somebody still calls with the old value.
    pub(crate) fn lives() -> Self {
        let mut scene = Self::new(
            include_str!("lives/keys.toml"),
            include_str!("lives/snapshot.json"),
        );
        let used = |requests| DayOfUse {
            requests,
            remaining: 0,
        };
        let of_old = (Handle::of_id("k3"), vec![used(0), used(41), used(7)]);
        let usage = Usage {
            from: "2026-11-17".parse().unwrap(),
            to: "2026-11-23".parse().unwrap(),
            by_usage_plan: BTreeMap::from([(Handle::of_id("u1"), BTreeMap::from([of_old]))]),
        };
        let warnings = scene.plan.note_traffic(&scene.desired, &scene.live, &usage);
        scene.diagnostics.extend(warnings);
        scene.about_words()
    }

    /// The texts are about words: no new field of a plan changes them.
    fn about_words(mut self) -> Self {
        self.plan.inputs = Digest::of_bytes(b"inputs");
        self.plan.live = Digest::of_bytes(b"live");
        self.plan.digest = Digest::of_bytes(b"plan");
        self
    }

    pub(crate) fn review(&self) -> Review<'_> {
        Review {
            target: Some("prod"),
            plan: Some(&self.plan),
            live_source: LiveSource::Account,
            live: Some(&self.live),
            desired: Some(&self.desired),
            limits: &self.limits,
            lives: &self.lives,
            links: links(),
            ..Review::new("keys.toml", &self.text, &self.diagnostics)
        }
    }
}

pub(crate) fn links() -> Links<'static> {
    Links {
        repository: Some("https://github.com/acme/keys"),
        run: Some(18_273_645),
        head: Some(HEAD),
        artifact: Some("ai-keys-plan"),
    }
}

pub(crate) fn meta() -> CommentMeta<'static> {
    CommentMeta {
        scope: "prod/eu-west-1/a1b2c3",
        pull_request: 42,
        head: HEAD,
        run: 18_273_645,
        attempt: 1,
        generation: 7,
    }
}
