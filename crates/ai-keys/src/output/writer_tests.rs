//! What leaves the process, by both streams.

use super::*;

const VALUE: &str = "Zx9QwErTy7UiOpAs3DfGhJkL1zXcVbNm5qWeRtYu";

fn github_actions() -> Settings {
    Settings {
        is_github_actions: true,
        ..Settings::default()
    }
}

#[test]
fn a_value_in_two_writes_is_hidden() {
    let (output, captured) = Output::captured();
    output.mask(VALUE);
    let (start, end) = VALUE.split_at(10);
    for piece in ["key ", start, end, " end", "\nnext\n"] {
        let _ = output.stream(Stream::Out).write(piece.as_bytes()).unwrap();
        output.stream(Stream::Out).flush().unwrap();
    }
    assert_eq!(captured.stdout(), "key *** end\nnext\n");
}

#[test]
fn a_line_without_end_appears_at_the_end_of_the_run() {
    let (output, captured) = Output::captured();
    output.print("no line end");
    assert_eq!(captured.stdout(), "");
    output.finish();
    assert_eq!(captured.stdout(), "no line end");
}

#[test]
fn results_and_notices_have_a_stream_each() {
    let (output, captured) = Output::captured();
    output.print("result\n");
    output.notice("notice");
    output.prompt("apply? ");
    assert_eq!(captured.stdout(), "result\n");
    assert_eq!(captured.stderr(), "notice\napply? ");
}

#[test]
fn github_gets_one_stream() {
    let (output, captured) = Output::captured_with(github_actions());
    output.notice("before");
    output.error("error");
    output.print("result\n");
    assert_eq!(captured.stdout(), "before\nerror\nresult\n");
    assert_eq!(captured.stderr(), "");
}

#[test]
fn data_for_a_program_has_standard_output_for_itself_on_github_too() {
    let settings = Settings {
        is_out_data: true,
        ..github_actions()
    };
    let (output, captured) = Output::captured_with(settings);
    output.notice("before");
    output.print("{}\n");
    assert_eq!(captured.stdout(), "{}\n");
    assert_eq!(captured.stderr(), "before\n");
}

#[test]
fn a_value_is_never_announced_on_github_neither() {
    let (output, captured) = Output::captured_with(github_actions());
    output.mask(VALUE);
    assert_eq!(captured.stdout() + &captured.stderr(), "");
    output.print(&format!("{VALUE}\n"));
    assert_eq!(captured.stdout(), "***\n");
}

#[test]
fn a_lone_carriage_return_starts_no_line() {
    let (output, captured) = Output::captured();
    output.print("a\r::error::b\r\nc\n");
    assert_eq!(captured.stdout(), "a\\u{d}::error::b\nc\n");
}

#[test]
fn bytes_that_are_not_text_do_not_hide_a_value() {
    let (output, captured) = Output::captured();
    output.mask(VALUE);
    let line = [b"\xff", VALUE.as_bytes(), b"\xfe\n"].concat();
    output.stream(Stream::Err).write_all(&line).unwrap();
    assert_eq!(captured.stderr(), "\u{fffd}***\u{fffd}\n");
}

struct Failing(io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn failing(kind: io::ErrorKind) -> Output {
    let sink = Box::new(io::sink());
    Output::to(Settings::default(), Box::new(Failing(kind)), sink)
}

#[test]
fn a_reader_that_went_away_is_noticed_and_harmless() {
    let output = failing(io::ErrorKind::BrokenPipe);
    assert!(!output.is_broken());
    output.print("x\n");
    output.print("y\n");
    assert!(output.is_broken());
    let error = output.stream(Stream::Out).write(b"z\n").unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert!(output.take_failure().is_none());
}

#[test]
fn a_full_disk_is_a_failure() {
    let output = failing(io::ErrorKind::StorageFull);
    output.print("x\n");
    let failure = output.take_failure().unwrap();
    assert_eq!(failure.kind(), io::ErrorKind::StorageFull);
}

#[test]
fn quiet_leaves_results_and_errors() {
    let settings = Settings {
        is_quiet: true,
        ..Settings::default()
    };
    let (output, captured) = Output::captured_with(settings);
    output.notice("notice");
    output.error("error");
    output.print("result\n");
    assert_eq!(captured.stderr(), "error\n");
    assert_eq!(captured.stdout(), "result\n");
}

#[test]
fn nothing_printed_is_an_old_command_to_the_runner() {
    let (output, captured) = Output::captured_with(github_actions());
    output.print("a ##[error]b ###[c\n");
    assert_eq!(captured.stdout(), "a ##\\[error]b ###\\[c\n");

    let settings = Settings {
        is_out_data: true,
        ..github_actions()
    };
    let (output, captured) = Output::captured_with(settings);
    output.print("\"##[error]\"\n");
    let read: String = serde_json::from_str(&captured.stdout()).unwrap();
    assert_eq!(
        (captured.stdout().contains("##["), read.as_str()),
        (false, "##[error]")
    );
}
