//! `ai-keys init`: a first manifest, which is valid and says what to change.

use ai_keys_core::date::Days;

use super::args::Init;
use super::manifest_file::shown;
use super::{Run, RunError, new_manifest, today};
use crate::exit::ExitCode;

pub(super) fn run(args: &Init, run: &Run) -> Result<ExitCode, RunError> {
    new_manifest::check_name("namespace", &args.namespace)?;
    if let Some(account) = &args.account {
        new_manifest::check_account(account)?;
    }
    new_manifest::check_region(&args.region)?;
    new_manifest::write(&args.manifest, &manifest(args)?)?;
    let path = shown(&args.manifest);
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
