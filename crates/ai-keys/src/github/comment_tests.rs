//! One comment for each scope, whoever else writes.

use std::cell::Cell;

use ai_keys_core::report::review::{CommentMarker, MarkerKind};

use super::super::client::Client;
use super::super::client::tests::client;
use super::super::testing::{FakeGithub, Reply, State, bot, person};
use super::*;

const NUMBER: u64 = 7;

fn writer(run: u64) -> Writer<'static> {
    Writer {
        scope: "prod-1",
        run,
        attempt: 1,
    }
}

fn body(run: u64, generation: u64, text: &str) -> String {
    let mut marker = CommentMarker::new(MarkerKind::Plan, "prod-1");
    (marker.run, marker.generation) = (run, generation);
    format!("{}\n{text}", marker.render())
}

async fn put(client: &Client, run: u64, text: &str, create: Create) -> Result<Put, GithubError> {
    let mut comments = Comments::read(client, NUMBER).await?;
    comments
        .put(writer(run), create, &|next| body(run, next, text))
        .await
}

fn texts(github: &FakeGithub) -> Vec<String> {
    let bodies = github.bodies(NUMBER).into_iter();
    bodies
        .map(|(_, body)| body.lines().nth(1).unwrap_or_default().to_owned())
        .collect()
}

#[tokio::test]
async fn a_comment_is_found_again_beyond_the_first_page() {
    let github = FakeGithub::start();
    github.state().page = Some(2);
    let (client, _) = client(&github);
    for _ in 0..5 {
        github.plant(NUMBER, &person(1, "anybody"), "hello");
    }
    let Put::Created(id) = put(&client, 1, "one", Create::BesideClosed).await.unwrap() else {
        panic!("not created");
    };
    assert_eq!(
        put(&client, 2, "two", Create::BesideClosed).await.unwrap(),
        Put::Updated(id)
    );
    assert_eq!(
        put(&client, 2, "two", Create::BesideClosed).await.unwrap(),
        Put::Unchanged(id)
    );
    assert_eq!(
        put(&client, 1, "old", Create::BesideClosed).await.unwrap(),
        Put::Newer(id)
    );
    assert_eq!(texts(&github).last().unwrap(), "two");
}

#[tokio::test]
async fn two_runs_at_once_leave_one_comment() {
    fn meanwhile(state: &mut State) {
        // The other run was a moment earlier: its comment has the lower id.
        let comments = state.comments.get_mut(&NUMBER).unwrap();
        let mut other = comments[0].clone();
        other["id"] = serde_json::json!(1);
        other["body"] = serde_json::json!(body(1, 1, "other"));
        comments.insert(0, other);
    }
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    github.state().after_create = Some(meanwhile);
    let done = put(&client, 2, "ours", Create::BesideClosed).await.unwrap();
    assert_eq!(done, Put::Updated(1));
    assert_eq!(texts(&github), ["ours"]);
}

#[tokio::test]
async fn a_second_comment_with_a_higher_id_is_left_to_its_own_run() {
    fn meanwhile(state: &mut State) {
        state.add_comment(NUMBER, &bot(), &body(1, 1, "other"));
    }
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    github.state().after_create = Some(meanwhile);
    let done = put(&client, 2, "ours", Create::BesideClosed).await.unwrap();
    assert!(matches!(done, Put::Created(_)), "{done:?}");
    assert_eq!(texts(&github), ["ours", "other"]);
}

#[tokio::test]
async fn what_a_killed_run_left_twice_is_one_comment_after_the_next() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let first = github.plant(NUMBER, &bot(), &body(1, 1, "one"));
    github.plant(NUMBER, &bot(), &body(2, 1, "its twin"));
    github.plant(NUMBER, &bot(), &body(9, 1, "of a newer run"));
    github.plant(NUMBER, &person(1, "mallory"), &body(1, 1, "planted"));
    let other = CommentMarker::new(MarkerKind::Plan, "prod-2").render();
    github.plant(NUMBER, &bot(), &format!("{other}\nanother scope"));
    let done = put(&client, 3, "three", Create::BesideClosed)
        .await
        .unwrap();
    assert_eq!(done, Put::Updated(first));
    assert_eq!(
        texts(&github),
        ["three", "of a newer run", "planted", "another scope"]
    );
}

#[tokio::test]
async fn a_twin_that_cannot_be_removed_is_left_for_the_next_run() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let first = github.plant(NUMBER, &bot(), &body(1, 1, "one"));
    github.plant(NUMBER, &bot(), &body(2, 1, "its twin"));
    github.fault("DELETE", "/comments", Reply::say(403, "Forbidden"));
    let done = put(&client, 3, "three", Create::BesideClosed)
        .await
        .unwrap();
    assert_eq!(done, Put::Updated(first));
    assert_eq!(texts(&github), ["three", "its twin"]);
    put(&client, 4, "four", Create::BesideClosed).await.unwrap();
    assert_eq!(texts(&github), ["four"]);
}

#[tokio::test]
async fn a_create_whose_answer_was_lost_is_found_and_not_repeated() {
    for fault in [Reply::Lose, Reply::DoBut(502)] {
        let github = FakeGithub::start();
        let (client, _) = client(&github);
        github.fault("POST", "/comments", fault);
        let done = put(&client, 1, "ours", Create::BesideClosed).await.unwrap();
        assert!(matches!(done, Put::Unchanged(_)), "{done:?}");
        assert_eq!(texts(&github), ["ours"]);
    }
}

#[tokio::test]
async fn a_comment_that_somebody_deleted_meanwhile_is_made_anew_once() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    put(&client, 1, "one", Create::BesideClosed).await.unwrap();
    let mut comments = Comments::read(&client, NUMBER).await.unwrap();
    github.state().comments.clear();
    let render = |next| body(2, next, "two");
    let done = comments
        .put(writer(2), Create::BesideClosed, &render)
        .await
        .unwrap();
    assert!(matches!(done, Put::Created(_)), "{done:?}");
    assert_eq!(texts(&github), ["two"]);
    let mut comments = Comments::read(&client, NUMBER).await.unwrap();
    github.state().comments.clear();
    let render = |next| body(3, next, "three");
    let done = comments
        .put(writer(3), Create::Never, &render)
        .await
        .unwrap();
    assert_eq!(done, Put::None);
}

#[tokio::test]
async fn an_app_finds_its_own_comments_and_only_those() {
    let github = FakeGithub::start();
    let app = serde_json::json!({ "id": 777, "login": "our-app[bot]", "type": "Bot" });
    github.plant(NUMBER, &bot(), &body(1, 1, "of the job's token"));
    github.state().writer = Some(app);
    let (client, _) = client(&github);
    let Put::Created(id) = put(&client, 1, "one", Create::BesideClosed).await.unwrap() else {
        panic!("not created");
    };
    assert_eq!(
        put(&client, 2, "two", Create::BesideClosed).await.unwrap(),
        Put::Updated(id)
    );
    assert_eq!(texts(&github), ["of the job's token", "two"]);
}

#[tokio::test]
async fn who_we_are_is_learned_from_what_we_wrote_where_nothing_else_says_it() {
    let github = FakeGithub::start();
    github.state().writer =
        Some(serde_json::json!({ "id": 777, "login": "our-app[bot]", "type": "Bot" }));
    let (client, _) = client(&github);
    for run in 1..3 {
        github.fault("POST", "/graphql", Reply::say(404, "Not Found"));
        put(&client, run, &run.to_string(), Create::BesideClosed)
            .await
            .unwrap();
    }
    assert_eq!(texts(&github), ["2"], "the second one was taken back");
}

#[tokio::test]
async fn a_closed_comment_is_history() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let mut closed = CommentMarker::new(MarkerKind::Plan, "prod-1");
    closed.closed = true;
    let id = github.plant(NUMBER, &bot(), &format!("{}\napplied", closed.render()));
    assert_eq!(
        put(&client, 5, "x", Create::Never).await.unwrap(),
        Put::None
    );
    let done = put(&client, 5, "x", Create::UnlessClosed).await.unwrap();
    assert_eq!(done, Put::Unchanged(id));
    let done = put(&client, 5, "new", Create::BesideClosed).await.unwrap();
    assert!(matches!(done, Put::Created(_)));
    assert_eq!(texts(&github), ["applied", "new"]);
}

#[tokio::test]
async fn the_text_learns_how_often_it_was_written() {
    let github = FakeGithub::start();
    let (client, _) = client(&github);
    let last = Cell::new(0);
    for run in 1..4 {
        let mut comments = Comments::read(&client, NUMBER).await.unwrap();
        let render = |next| {
            last.set(next);
            body(run, next, &run.to_string())
        };
        comments
            .put(writer(run), Create::BesideClosed, &render)
            .await
            .unwrap();
        assert_eq!(last.get(), run);
        assert_eq!(comments.generation("prod-1"), Some(run));
    }
}
