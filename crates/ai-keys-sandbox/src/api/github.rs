//! GitHub's Actions secrets, under `/github`: names and dates to look at, sealed values to put.
//!
//! Every repository, environment and organisation exists, but for those whose name begins with `missing`;
//! one that begins with `denied` is not for this token. Texts are inferred where no public record of them
//! is known. Checked 2026-11-24: <https://docs.github.com/rest/actions/secrets>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use crypto_box::SecretKey;
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::Call;
use crate::answer::{Answer, ApiError};
use crate::github::{Github, GithubSecret};
use crate::ids::Ids;
use crate::query::Query;
use crate::route::Operation;

/// The most bytes of a value.
/// <https://docs.github.com/actions/reference/security/secrets#limits-for-secrets>, checked 2026-11-24.
const MAX_VALUE: usize = 48 * 1024;
const PAGE: usize = 30;
const MAX_PAGE: usize = 100;

/// The name of the only key.
const KEY_ID: &str = "568250167242549743";

/// Carries out one operation. The ids are the holder and, if it is about one, the secret's name.
pub(crate) fn carry_out(operation: Operation, call: &mut Call<'_>) -> Result<Answer, ApiError> {
    let holder = call.id(0).to_owned();
    for part in holder.split('/') {
        if part.starts_with("missing") {
            return Err(ApiError::new(404, "NotFound", "Not Found"));
        }
        if part.starts_with("denied") {
            let message = "Resource not accessible by integration";
            return Err(ApiError::new(403, "Forbidden", message));
        }
    }
    let name = call.id(1).to_ascii_uppercase();
    let now_ms = call.now_ms;
    let github = &mut call.world.github;
    match operation {
        Operation::GetGithubPublicKey => {
            let key = own_key(github, call.random);
            let key = STANDARD.encode(key.public_key().as_bytes());
            Ok(Answer::json(200, &json!({ "key_id": KEY_ID, "key": key })))
        }
        Operation::ListGithubSecrets => Ok(list(github, &holder, call.query)),
        Operation::GetGithubSecret => {
            let found = github.secrets.get(&holder).and_then(|all| all.get(&name));
            let found = found.ok_or_else(|| ApiError::new(404, "NotFound", "Not Found"))?;
            Ok(Answer::json(200, &shown(&name, found)))
        }
        _ => {
            let own = own_key(github, call.random);
            put(github, &own, (&holder, &name), call.body, now_ms)
        }
    }
}

/// Returns the key that opens what is sent.
fn own_key(github: &mut Github, random: &mut Ids) -> SecretKey {
    let made = || {
        let text = random.value();
        STANDARD.encode(text.bytes().take(32).collect::<Vec<_>>())
    };
    let text = github.secret_key.get_or_insert_with(made);
    let bytes = STANDARD.decode(text).unwrap_or_default();
    SecretKey::from(<[u8; 32]>::try_from(bytes).unwrap_or_default())
}

fn list(github: &Github, holder: &str, query: &Query) -> Answer {
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let page = number("page").unwrap_or(1).max(1);
    let all = github.secrets.get(holder);
    let count = all.map_or(0, std::collections::BTreeMap::len);
    let rows = all.into_iter().flatten().skip((page - 1) * size).take(size);
    let rows: Vec<Value> = rows.map(|(name, secret)| shown(name, secret)).collect();
    let answer = Answer::json(200, &json!({ "total_count": count, "secrets": rows }));
    if page * size >= count {
        return answer;
    }
    let path = if holder.contains("/environments/") {
        format!("{holder}/secrets")
    } else {
        format!("{holder}/actions/secrets")
    };
    let next = page + 1;
    answer.with_header(
        "link",
        &format!("</github/{path}?per_page={size}&page={next}>; rel=\"next\""),
    )
}

fn shown(name: &str, secret: &GithubSecret) -> Value {
    let mut shown = json!({
        "name": name,
        "created_at": moment(secret.created_ms),
        "updated_at": moment(secret.updated_ms),
    });
    if let (Some(visibility), Some(members)) = (&secret.visibility, shown.as_object_mut()) {
        members.insert("visibility".to_owned(), json!(visibility));
    }
    shown
}

/// Writes a moment as GitHub does: `2026-11-24T03:00:00Z`.
fn moment(ms: i64) -> String {
    let moment = OffsetDateTime::from_unix_timestamp(ms.div_euclid(1000));
    let moment = moment.unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (hour, minute, second) = moment.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", moment.date())
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Put {
    encrypted_value: String,
    key_id: String,
    visibility: Option<String>,
    #[serde(default)]
    #[expect(dead_code, reason = "the sandbox has no repositories to choose among")]
    selected_repository_ids: Vec<u64>,
}

fn put(
    github: &mut Github,
    own: &SecretKey,
    (holder, name): (&str, &str),
    body: &[u8],
    now_ms: i64,
) -> Result<Answer, ApiError> {
    let refused = |message: &str| ApiError::new(422, "UnprocessableEntity", message);
    let put: Put = serde_json::from_slice(body).map_err(|_| refused("Invalid request."))?;
    let is_name = name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.starts_with("GITHUB_");
    if !is_name {
        return Err(refused("Secret name is invalid"));
    }
    if put.key_id != KEY_ID {
        return Err(refused("Public key is out of date"));
    }
    if holder.starts_with("orgs/") != put.visibility.is_some() {
        return Err(refused("Invalid request."));
    }
    let unreadable = || refused("Improperly encrypted secret");
    let sealed = STANDARD
        .decode(&put.encrypted_value)
        .map_err(|_| unreadable())?;
    let value = own.unseal(&sealed).map_err(|_| unreadable())?;
    let value = String::from_utf8(value).map_err(|_| unreadable())?;
    if value.len() > MAX_VALUE {
        return Err(refused("Secret value is too large"));
    }
    let all = github.secrets.entry(holder.to_owned()).or_default();
    let created_ms = all.get(name).map(|old| old.created_ms);
    let secret = GithubSecret {
        value,
        created_ms: created_ms.unwrap_or(now_ms),
        updated_ms: now_ms,
        visibility: put.visibility,
    };
    all.insert(name.to_owned(), secret);
    Ok(match created_ms {
        None => Answer::json(201, &json!({})),
        Some(_) => Answer {
            status: 204,
            headers: Vec::new(),
            body: Bytes::new(),
            code: None,
        },
    })
}
