//! `ai-keys init`: a first manifest, which is valid and says what to change.

use std::fs::OpenOptions;
use std::io::{self, Write as _};

use ai_keys_core::manifest::is_id;

use super::args::Init;
use super::manifest_file::shown;
use super::{Run, RunError, today};
use crate::exit::ExitCode;
use crate::output::untrusted;
use ai_keys_core::date::Days;

pub(super) fn run(args: &Init, run: &Run) -> Result<ExitCode, RunError> {
    if !is_id(&args.namespace) {
        let namespace = untrusted(&args.namespace);
        return Err(RunError::Usage(format!(
            "`{namespace}` is not a valid namespace: use lower-case letters, digits and hyphens, a letter first"
        )));
    }
    if let Some(account) = &args.account
        && (account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit()))
    {
        return Err(RunError::Usage("an account is 12 digits".to_owned()));
    }
    if !args
        .region
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    {
        return Err(RunError::Usage("a region looks like eu-west-1".to_owned()));
    }
    let path = shown(&args.manifest);
    let text = manifest(args)?;
    // Never over a file that is there.
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.manifest)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => {
            RunError::Usage(format!("{path} exists already, and is left as it is"))
        }
        _ => RunError::Write {
            path: path.clone(),
            source,
        },
    })?;
    run.output.notice(&format!(
        "wrote {path}; next: ai-keys validate {path}, then ai-keys plan --sandbox {path}"
    ));
    Ok(ExitCode::Done)
}

fn manifest(args: &Init) -> Result<String, RunError> {
    let expires = today()?.plus(Days(365));
    let account = match &args.account {
        Some(account) => {
            format!(
                "account = \"{account}\"   # any other account is refused before the first write"
            )
        }
        None => {
            "# account = \"123456789012\" # any other account is refused before the first write"
                .to_owned()
        }
    };
    let Init {
        namespace, region, ..
    } = args;
    Ok(format!(
        r#"#:schema https://raw.githubusercontent.com/org/ai-keys-action/v1/keys.schema.json
version = 1
namespace = "{namespace}"           # marks what this file owns: unique for each account and region

[target.prod]
provider = "aws-api-gateway"
region = "{region}"
{account}

[policy]
require = ["description", "owner", "expires"]
removal-grace = "14d"              # removed from this file: disabled at once, deleted after this

[defaults.key]
usage-plans = ["standard"]

[usage-plan.standard]
description = "Internal consumers"
throttle = {{ rate = 10, burst = 20 }}   # requests per second; bucket size
quota = {{ limit = 100_000, per = "month" }}
stages = ["my-api/prod"]           # REST API by name or id / stage

[key.first-consumer]
service = "openai-proxy"           # which AI service it opens
description = "Say what calls with this key"
owner = "team-name"
expires = {expires}
"#
    ))
}
