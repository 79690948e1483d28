//! `ai-keys timeline`: what happens to each key, and when, drawn. Holds nothing that can write.

use ai_keys_core::report::{Life, lives, render_timeline, render_timeline_mermaid};
use ai_keys_core::state::LiveState;
use serde::Serialize;

use super::args::{Timeline, TimelineFormat};
use super::manifest_file::{read_json, read_manifest, shown};
use super::targets::{Opened, at_once, desired_states, open};
use super::{Run, RunError, paint, validate};
use crate::exit::ExitCode;
use crate::output::Stream;

/// The width of a chart that is not drawn on a terminal.
const PLAIN_COLUMNS: u16 = 100;

/// The lives of the keys of one target.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Drawn {
    target: String,
    lives: Vec<Life>,
}

/// The JSON form of a run over all targets.
#[derive(Serialize)]
struct Timelines {
    format: u32,
    targets: Vec<Drawn>,
}

pub(super) async fn run(args: &Timeline, run: &Run) -> Result<ExitCode, RunError> {
    let file = read_manifest(&args.scope.manifest)?;
    let day = validate::day(args.today)?;
    let manifest = validate::require_valid(&file, day, run)?;
    let desired = desired_states(&manifest, &args.scope.place.targets)?;
    let mut drawn = Vec::new();
    let mut draw = |target: &str, live: Option<&LiveState>| {
        drawn.push(Drawn {
            target: target.to_owned(),
            lives: lives(&manifest, target, live, day),
        });
    };
    if args.offline {
        for desired in &desired {
            draw(&desired.target, None);
        }
    } else if let Some(path) = &args.live {
        let [desired] = desired.as_slice() else {
            return Err(RunError::Usage(
                "--live is for one target: say --target".to_owned(),
            ));
        };
        let live = LiveState::from_json(&read_json(path)?)
            .map_err(|error| RunError::Unfit(format!("{}: {error}", shown(path))))?;
        draw(&desired.target, Some(&live));
    } else {
        let (opened, _stand) = open(desired, args.scope.place.sandbox.as_deref(), run).await?;
        let observed = at_once(&opened, Opened::observe).await;
        for (target, observed) in opened.iter().zip(observed) {
            draw(&target.desired.target, Some(&observed?.live));
        }
    }
    if args.format == TimelineFormat::Json {
        let all = Timelines {
            format: 1,
            targets: drawn,
        };
        let text = serde_json::to_string_pretty(&all).unwrap_or_default();
        run.output.print(&format!("{text}\n"));
        return Ok(ExitCode::Done);
    }
    let terminal = run.output.terminal(Stream::Out);
    let columns = usize::from(terminal.columns.unwrap_or(PLAIN_COLUMNS));
    let has_several = drawn.len() > 1;
    for (number, Drawn { target, lives }) in drawn.iter().enumerate() {
        if number > 0 {
            run.output.print("\n");
        }
        let text = match args.format {
            TimelineFormat::Mermaid => render_timeline_mermaid(lives, day),
            TimelineFormat::Human | TimelineFormat::Json => {
                if has_several {
                    run.output.print(&format!("{target}\n"));
                }
                render_timeline(lives, day, columns, &|tone, text| {
                    paint(terminal, tone, text)
                })
            }
        };
        run.output.print(&text);
    }
    Ok(ExitCode::Done)
}
