//! The token that writes secrets at GitHub: whose it is, and whether it may.

use std::collections::BTreeMap;
use std::env;

use ai_keys_core::state::{DesiredState, Destination};

use super::super::Run;
use super::Sheet;
use crate::exit::ExitCode;
use crate::github::{Client, Endpoint, GithubError, Holder, Pace, secrets};
use crate::secret::Secret;

/// The variable that holds the token: never the job's own `GITHUB_TOKEN`, which
/// may not write secrets.
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#permissions>,
/// checked 2026-11-24.
const TOKEN: &str = "AI_KEYS_GITHUB_TOKEN";
/// Where GitHub's API is, in a job.
const API: &str = "GITHUB_API_URL";
/// Where it is otherwise.
const GITHUB: &str = "https://api.github.com";
const ABOUT: &str = "github token";

/// Asks GitHub, if the manifest delivers there.
pub(super) async fn check(desired: &[DesiredState], sheet: &mut Sheet, run: &Run) {
    let places = places(desired);
    if places.is_empty() {
        return;
    }
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let Some(token) = variable(TOKEN) else {
        let text = format!("keys are delivered to GitHub, and {TOKEN} is not set");
        let help = "set it to a token with write access to the repositories' secrets; the job's own GITHUB_TOKEN cannot have it";
        return sheet.problem(ABOUT, ExitCode::Unreachable, &text, help);
    };
    let token = Secret::received(token, &run.output);
    let api = variable(API).unwrap_or_else(|| GITHUB.to_owned());
    let endpoint = match Endpoint::of_api(&api) {
        Ok(endpoint) => endpoint,
        Err(error) => {
            let text = error.to_string();
            return sheet.problem(ABOUT, ExitCode::WrongUsage, &text, "correct GITHUB_API_URL");
        }
    };
    let output = run.output.clone();
    let pace = Pace::default();
    let client = Client::new(endpoint, "", Some(token), output, pace, run.stop.clone());
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            let text = error.to_string();
            return sheet.problem(ABOUT, ExitCode::Unreachable, &text, "please report this");
        }
    };
    if !whose(&client, sheet).await {
        return;
    }
    for (place, destination) in &places {
        secrets_of(place, destination, &client, sheet).await;
    }
}

/// Says that GitHub is not asked, if the manifest delivers there: the sandbox
/// stands in for it too.
pub(super) fn skip(desired: &[DesiredState], sheet: &mut Sheet) {
    if !places(desired).is_empty() {
        sheet.skipped(ABOUT, "not asked: --sandbox stands in for GitHub too");
    }
}

/// Returns whose secrets are written, in words, with a destination of each.
fn places(desired: &[DesiredState]) -> BTreeMap<String, &Destination> {
    let keys = desired.iter().flat_map(|desired| desired.keys.values());
    let places = keys.flat_map(|key| key.deliveries.keys());
    let named = places.filter_map(|place| Some((in_words(holder(place)?), place)));
    named.collect()
}

fn holder(place: &Destination) -> Option<Holder<'_>> {
    match place {
        Destination::GithubRepository { repository, .. } => Some(Holder::Repository(repository)),
        Destination::GithubEnvironment {
            repository,
            environment,
            ..
        } => Some(Holder::Environment(repository, environment)),
        Destination::GithubOrganization { organization, .. } => {
            Some(Holder::Organization(organization))
        }
        Destination::SecretsManager { .. } | Destination::Ssm { .. } => None,
    }
}

fn in_words(holder: Holder<'_>) -> String {
    match holder {
        Holder::Repository(repository) => repository.to_owned(),
        Holder::Environment(repository, environment) => {
            format!("environment {environment} of {repository}")
        }
        Holder::Organization(organization) => format!("organisation {organization}"),
    }
}

/// Notes whose token it is and what its scopes say. Returns whether to go on.
///
/// A classic token has scopes, `repo` among them or not; others say nothing.
/// <https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps>,
/// checked 2026-11-24.
async fn whose(client: &Client, sheet: &mut Sheet) -> bool {
    let token = match client.look_at_token().await {
        Ok(Some(token)) => token,
        // An app's installation: it has no user, and its rights show below.
        Ok(None) => return true,
        Err(error) => {
            failed("the token", &error, sheet);
            return false;
        }
    };
    let Some(scopes) = token.scopes else {
        sheet.ok(
            ABOUT,
            &format!("of {}, for chosen repositories", token.login),
        );
        return true;
    };
    if scopes.split(',').any(|scope| scope.trim() == "repo") {
        let text = format!("of {}, with the scopes {scopes}", token.login);
        let help = "a fine-grained token for the repositories alone could do less harm";
        sheet.warning(ABOUT, &text, help);
        return true;
    }
    let shown = if scopes.is_empty() { "none" } else { &scopes };
    let text = format!(
        "of {}, with the scopes {shown}: it cannot write secrets",
        token.login
    );
    let help =
        "give it the scope `repo`, or take a fine-grained token with write access to Secrets";
    sheet.problem(ABOUT, ExitCode::Unreachable, &text, help);
    false
}

/// A token that may write secrets may read the key that they are sealed with.
async fn secrets_of(place: &str, destination: &Destination, client: &Client, sheet: &mut Sheet) {
    let Some(holder) = holder(destination) else {
        return;
    };
    match secrets::public_key(client, holder).await {
        Ok(_) => {
            let text = format!(
                "may see the secrets of {place}; the first delivery shows whether it may write them"
            );
            sheet.ok(ABOUT, &text);
        }
        Err(error) => failed(place, &error, sheet),
    }
}

fn failed(what: &str, error: &GithubError, sheet: &mut Sheet) {
    let text = format!("{what}: {error}");
    let help = "give the token write access to Secrets of the repository (for an environment: Environments)";
    sheet.problem(ABOUT, ExitCode::Unreachable, &text, help);
}
