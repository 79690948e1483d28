//! Where a run connects to, and what others on its machine see of it.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use ai_keys_sandbox::{Act, FaultRule};

use crate::support::{MANIFEST, Running, TODAY, World, finish};

/// A proxy that notes which host is asked for, and lets nobody through.
fn proxy() -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut line = String::new();
            let _ = BufReader::new(stream).read_line(&mut line);
            if sender.send(line.trim().to_owned()).is_err() {
                return;
            }
        }
    });
    (url, asked)
}

/// Runs a command whose services are the sandbox's but for those named, and returns the hosts that
/// it asked a proxy for.
fn hosts(world: &World, own: &[&str], words: &[&str]) -> BTreeSet<String> {
    let (url, asked) = proxy();
    let mut command = world.command(words);
    command
        .env_remove("AWS_ENDPOINT_URL")
        .envs([
            ("HTTPS_PROXY", &url),
            ("HTTP_PROXY", &url),
            ("ALL_PROXY", &url),
        ])
        .env("NO_PROXY", "127.0.0.1");
    for service in own {
        command.env(format!("AWS_ENDPOINT_URL_{service}"), world.sandbox.url());
    }
    world.seen(finish(&mut command));
    let lines: BTreeSet<String> = asked.try_iter().collect();
    let host = |line: &String| line.split(' ').nth(1).unwrap_or_default().to_owned();
    lines.iter().map(host).collect()
}

fn delivered() -> World {
    World::new(&MANIFEST.replace(
        "description = \"First\"",
        "description = \"First\"\ndeliver = [{ to = \"secrets-manager\", name = \"ai/{key}\" }, { to = \"ssm\", name = \"/ai/{key}\" }]",
    ))
}

#[test]
fn nothing_but_the_named_hosts_is_asked() {
    for words in [
        &["plan"][..],
        &["apply", "--yes"],
        &["rotate", "alpha", "--yes"],
    ] {
        asks_nobody_else(&[words, &["--today", TODAY]].concat());
    }
}

#[track_caller]
fn asks_nobody_else(words: &[&str]) {
    let world = delivered();
    let expected: [(&[&str], &[&str]); 4] = [
        (&[], &["sts.eu-west-1.amazonaws.com:443"]),
        (&["STS"], &["apigateway.eu-west-1.amazonaws.com:443"]),
        (
            &["STS", "API_GATEWAY"],
            &[
                "secretsmanager.eu-west-1.amazonaws.com:443",
                "ssm.eu-west-1.amazonaws.com:443",
            ],
        ),
        (&["STS", "API_GATEWAY", "SECRETS_MANAGER", "SSM"], &[]),
    ];
    for (own, wanted) in expected {
        let asked = hosts(&world, own, words);
        let wanted: BTreeSet<String> = wanted.iter().map(|host| (*host).to_owned()).collect();
        assert_eq!(asked, wanted, "{words:?} with {own:?} elsewhere");
    }
}

/// A probe that never answers through its proxy, and a person who does not wait a minute for it.
#[cfg(unix)]
#[test]
fn a_probe_goes_through_the_proxy_and_waits_no_longer_than_the_run() {
    let world = delivered();
    world.edit(
        "account = \"123456789012\"",
        "account = \"123456789012\"\nprobe = \"https://api.example.com/health\"",
    );
    let (url, asked) = proxy();
    let mut command = world.command(&["apply", "--yes", "--today", TODAY]);
    command.env("HTTPS_PROXY", &url);
    let run = Running::start(&mut command);
    let line = asked.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(line, "CONNECT api.example.com:443 HTTP/1.1");
    run.signal("INT");
    let ran = world.seen(run.end()).ended(130);
    assert!(ran.took < Duration::from_secs(30), "{:?}", ran.took);
    let writes = world.take_writes();
    assert!(writes.contains(&"CreateApiKey".to_owned()), "{writes:?}");
    assert!(!writes.contains(&"CreateSecret".to_owned()), "{writes:?}");
}

#[test]
fn what_needs_no_account_asks_nobody() {
    let world = delivered();
    for words in [
        &["validate"][..],
        &["explain"],
        &["schema"],
        &["iam-policy"],
        &["timeline", "--offline"],
        &["plan", "--format", "matrix"],
        &["completions", "bash"],
        &["init", "new.toml"],
    ] {
        assert_eq!(hosts(&world, &[], words), BTreeSet::new(), "{words:?}");
    }
}

/// In the moment in which a value is known and its answer awaited.
#[cfg(target_os = "linux")]
#[test]
fn no_value_stands_in_arguments_or_environment() {
    let world = World::new(MANIFEST);
    world.faults(vec![FaultRule::on("CreateApiKey", Act::HangAfter)]);
    let run = world.start(&["apply", "--yes", "--today", TODAY]);
    let patience = Instant::now() + Duration::from_secs(30);
    while world.keys().len() < 2 {
        assert!(Instant::now() < patience);
        thread::sleep(Duration::from_millis(2));
    }
    let read = |file: &str| {
        let path = format!("/proc/{}/{file}", run.number());
        // What cannot be read holds nothing for others either.
        String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
    };
    let (arguments, environment) = (read("cmdline"), read("environ"));
    let limits = read("limits");
    run.signal("KILL");
    world.seen(run.end());
    assert!(arguments.contains("apply"), "{arguments}");
    for value in world.sandbox.values() {
        assert!(!arguments.contains(&value) && !environment.contains(&value));
    }
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"));
    let core: Vec<&str> = core.unwrap().split_whitespace().collect();
    assert_eq!(core.get(4..6).unwrap(), ["0", "0"], "no core file");
    world.settles();
}
