//! Colours, widths and silence.

use crate::support::{MANIFEST, World, finish};

const WRONG: &str = "version = 1\nnamespace = \"acme-ai\"\nnamespcae = \"a very long line so that a narrow terminal cannot show all of it at once\"\n";

#[test]
fn a_pipe_gets_no_colours_unless_asked() {
    let world = World::new(WRONG);
    let coloured = |words: &[&str], variables: &[(&str, &str)]| {
        let mut command = world.command(&[&["validate"], words].concat());
        let ran = finish(command.envs(variables.iter().copied()));
        ran.ended(1).out.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(
        coloured(&["--color=always"], &[("NO_COLOR", "1")]),
        "a flag wins"
    );
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
}

#[test]
fn a_plan_has_the_same_words_with_and_without_colours() {
    let world = World::new(MANIFEST);
    let plain = world.plan(&["--color", "never"]).ended(0).out;
    let coloured = world.plan(&["--color", "always"]).ended(0).out;
    assert_ne!(plain, coloured);
    assert_eq!(plain, without_colours(&coloured));
}

fn without_colours(text: &str) -> String {
    let mut pieces = text.split('\u{1b}');
    let first = pieces.next().unwrap().to_owned();
    let rest = pieces.map(|piece| piece.split_once('m').unwrap().1);
    rest.fold(first, |text, piece| text + piece)
}

#[test]
fn a_narrow_terminal_gets_shorter_lines() {
    let world = World::new(WRONG);
    let widest = |columns: &str| {
        let ran = finish(world.command(&["validate"]).env("COLUMNS", columns));
        let lines = ran.ended(1).out;
        lines.lines().map(|line| line.chars().count()).max()
    };
    assert!(widest("50") < widest("200"));
    assert_eq!(widest("1"), widest("40"), "there is a least width");
    assert_eq!(widest("nonsense"), widest("100"));
}

#[test]
fn quiet_leaves_out_notices_but_no_result_and_no_error() {
    let world = World::new(MANIFEST);
    let quiet = world.plan(&["--quiet"]).ended(0);
    assert_eq!(quiet.err, "");
    assert_eq!(quiet.out, world.plan(&[]).ended(0).out);
    world
        .plan(&["-q", "--target", "nope"])
        .ended(2)
        .says("error: ");
}

#[test]
fn a_foreign_endpoint_is_announced() {
    let world = World::new(MANIFEST);
    let notice = format!(
        "notice: requests go to {} because AWS_ENDPOINT_URL is set",
        world.sandbox.url()
    );
    world.plan(&[]).ended(0).says(&notice);
    world.apply().ended(0).says(&notice);
    world.settles();
}
