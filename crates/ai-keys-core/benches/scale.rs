//! How long the core takes for a large manifest: `cargo bench -p ai-keys-core --bench scale -- MANIFEST
//! SNAPSHOT`.
//!
//! Prints one JSON object for `cargo xtask bench`, which makes the two files. What is compared with
//! each other is measured in turn, so that a busy machine slows both.
#![expect(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a benchmark reads a clock and two files; the core does not"
)]
#![expect(clippy::print_stdout, reason = "the figures are its output")]

use std::hint::black_box;
use std::time::Instant;

use ai_keys_core::check::check_text;
use ai_keys_core::date::Date;
use ai_keys_core::plan::plan;
use ai_keys_core::report::review::{CommentMeta, Review, comment, summary};
use ai_keys_core::source::Source;
use ai_keys_core::state::{LiveState, resolve};
use toml::de::DeTable;

/// How often each thing is measured; the median is told.
const ROUNDS: usize = 25;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // cargo adds `--bench` to the words.
    let words = std::env::args().skip(1);
    let paths: Vec<String> = words.filter(|word| !word.starts_with("--")).collect();
    let [manifest, snapshot] = paths.as_slice() else {
        println!("words: MANIFEST SNAPSHOT");
        return Ok(());
    };
    let text = std::fs::read_to_string(manifest)?;
    let live = LiveState::from_json(&std::fs::read_to_string(snapshot)?)?;
    let nothing = LiveState {
        keys: ai_keys_core::state::Shared::default(),
        ..live.clone()
    };
    let today: Date = "2026-11-23".parse()?;
    let checked = check_text(&text, Some(today));
    let manifest = checked.valid().ok_or("the manifest has errors")?;
    let target = manifest.targets.names().next().ok_or("no target")?;
    let desired = resolve(manifest, target).map_err(|_| "the target cannot be resolved")?;
    let source = Source::new(&text);

    let mut parse = Vec::new();
    let mut validate = Vec::new();
    let mut ratio = Vec::new();
    let mut ratio_unfreed = Vec::new();
    let mut resolving = Vec::new();
    let mut unchanged = Vec::new();
    let mut all_new = Vec::new();
    let mut comments = Vec::new();
    let mut summaries = Vec::new();
    let nothing_planned = plan(&desired, &nothing, today, &source).plan;
    let review = Review {
        target: Some(target),
        plan: Some(&nothing_planned),
        live: Some(&nothing),
        desired: Some(&desired),
        ..Review::new("keys.toml", &text, &checked.diagnostics)
    };
    let meta = CommentMeta {
        scope: "prod",
        pull_request: 1,
        head: "",
        run: 1,
        attempt: 1,
        generation: 1,
    };
    for _ in 0..ROUNDS {
        let bare = milliseconds(|| DeTable::parse_recoverable(&text));
        let whole = milliseconds(|| check_text(&text, Some(today)));
        parse.push(bare.freed);
        validate.push(whole.freed);
        ratio.push(whole.freed / bare.freed);
        ratio_unfreed.push(whole.made / bare.made);
        resolving.push(milliseconds(|| resolve(manifest, target)).made);
        unchanged.push(milliseconds(|| plan(&desired, &live, today, &source)).made);
        all_new.push(milliseconds(|| plan(&desired, &nothing, today, &source)).made);
        comments.push(milliseconds(|| comment(&review, &meta)).freed);
        summaries.push(milliseconds(|| summary(&[review])).freed);
    }
    let steps = |live| plan(&desired, live, today, &source).plan.changes.len();
    println!(
        "{}",
        serde_json::json!({
            "rounds": ROUNDS,
            "parse-ms": median(parse),
            "validate-ms": median(validate),
            "validate-to-parse": median(ratio),
            "validate-to-parse-unfreed": median(ratio_unfreed),
            "resolve-ms": median(resolving),
            "plan-unchanged-ms": median(unchanged),
            "plan-unchanged-changes": steps(&live),
            "plan-all-new-ms": median(all_new),
            "plan-all-new-changes": steps(&nothing),
            "comment-ms": median(comments),
            "summary-ms": median(summaries),
        })
    );
    Ok(())
}

/// When some work was done, and when all that it made was freed again.
struct Took {
    made: f64,
    freed: f64,
}

fn milliseconds<T>(work: impl FnOnce() -> T) -> Took {
    let started = Instant::now();
    let milliseconds = || started.elapsed().as_secs_f64() * 1e3;
    let result = black_box(work());
    let made = milliseconds();
    drop(result);
    let freed = milliseconds();
    Took { made, freed }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
