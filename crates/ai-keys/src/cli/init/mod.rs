//! `ai-keys init`: a first manifest and its workflow, from flags or from questions at a terminal.

mod detect;
mod files;
mod iam;
mod repository;
mod workflow;

use std::env;
use std::path::Path;

use ai_keys_core::date::Days;

use super::args::{Import, Init};
use super::manifest_file::{read_manifest, shown};
use super::questions::Questions;
use super::{Run, RunError, import, new_manifest, today};
use crate::exit::ExitCode;
use detect::{Detected, detect};
use files::Files;
use iam::Iam;
use repository::Repository;
use workflow::Workflow;

/// What the manifest says if nobody is asked and nothing is told.
const NAMESPACE: &str = "my-team";
const REGION: &str = "eu-west-1";
/// The name of the only target.
const TARGET: &str = "prod";

/// What is to be written, all of it answered.
struct Answers {
    namespace: String,
    region: String,
    account: Option<String>,
}

pub(super) async fn run(args: &Init, run: &Run) -> Result<ExitCode, RunError> {
    // Nothing is asked, of a person or of AWS, if there is nowhere to write.
    new_manifest::check_absent(&args.manifest)?;
    let workflow = Workflow::new(&args.manifest);
    if args.workflow {
        new_manifest::check_absent(&workflow.path)?;
    }
    if args.iam {
        let paths = Iam::paths(&args.manifest);
        paths
            .iter()
            .try_for_each(|path| new_manifest::check_absent(path))?;
    }
    if let Some(account) = &args.account {
        new_manifest::check_account(account)?;
    }
    let repository = repository(args, &workflow)?;
    let questions = Questions::new(!args.yes, run);
    let namespace = namespace(args, &questions).await?;
    let region = region(args, &questions).await?;
    let wants_detection = args.detect || args.take_over;
    let detected = if wants_detection || asks_to_detect(args, &questions).await? {
        detect(args, &region, wants_detection, run).await?
    } else {
        None
    };
    let takes_over = match &detected {
        Some(detected) => takes_over(args, detected, &questions).await?,
        None => false,
    };
    let has_workflow = args.workflow || asks_for_workflow(&workflow.path, &questions).await?;
    let account = detected.as_ref().map(|detected| detected.account.clone());
    let answers = Answers {
        namespace,
        region,
        account: args.account.clone().or(account),
    };
    let iam = iam(args, &answers, repository, has_workflow, &questions).await?;
    let mut files = Files::default();
    if has_workflow {
        files.write(&workflow.path, &workflow.text)?;
    }
    match detected.filter(|_| takes_over) {
        Some(detected) => take_over(args, &answers, &detected, run),
        None => first_manifest(args, &answers, run),
    }?;
    files.wrote(&args.manifest);
    if let Some(iam) = &iam {
        for (path, text) in iam.files(&read_manifest(&args.manifest)?.text)? {
            files.write(&path, &text)?;
        }
    }
    files.keep();
    if has_workflow {
        let roles = if iam.is_some() {
            ""
        } else {
            ", and say the roles KEYS_PLAN_ROLE and KEYS_APPLY_ROLE in the repository's variables"
        };
        let path = shown(&workflow.path);
        run.output.notice(&format!(
            "wrote {path}; next: pin the Action's commit there{roles}"
        ));
    }
    if let Some(iam) = &iam {
        run.output.notice(&iam.next());
    }
    Ok(ExitCode::Done)
}

/// Finds the repository where one is needed: said, or that of the remote.
fn repository(args: &Init, workflow: &Workflow) -> Result<Option<Repository>, RunError> {
    let found = Repository::find(args.repository.as_deref(), &workflow.root)?;
    if args.iam && found.is_none() {
        return Err(RunError::Usage(
            "whose jobs may assume the roles? say --repository OWNER/NAME".to_owned(),
        ));
    }
    Ok(found)
}

/// Returns what the roles are made from, if they are wanted.
async fn iam(
    args: &Init,
    answers: &Answers,
    repository: Option<Repository>,
    has_workflow: bool,
    questions: &Questions<'_>,
) -> Result<Option<Iam>, RunError> {
    let (Some(account), Some(repository)) = (&answers.account, repository) else {
        return if args.iam {
            let text = "the roles are of an account: say --account, or --detect to ask AWS";
            Err(RunError::Usage(text.to_owned()))
        } else {
            Ok(None)
        };
    };
    let is_there = Iam::paths(&args.manifest).iter().any(|path| path.exists());
    let is_asked = questions.is_asking() && has_workflow && !is_there;
    let question = format!(
        "Write the policies of its two roles, for jobs of {}?",
        repository.name
    );
    let is_wanted = args.iam || is_asked && questions.yes(&question, true).await?;
    Ok(is_wanted.then(|| Iam::new(&args.manifest, account.clone(), repository)))
}

async fn namespace(args: &Init, questions: &Questions<'_>) -> Result<String, RunError> {
    let check = |name: &str| new_manifest::check_name("namespace", name);
    if let Some(namespace) = &args.namespace {
        check(namespace)?;
        return Ok(namespace.clone());
    }
    let question = "A name for what this file will own, unique for each account and region";
    questions.text(question, NAMESPACE, check).await
}

async fn region(args: &Init, questions: &Questions<'_>) -> Result<String, RunError> {
    if let Some(region) = &args.region {
        new_manifest::check_region(region)?;
        return Ok(region.clone());
    }
    let variable = |name| env::var(name).ok().filter(|region| !region.is_empty());
    let told = variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let default = told.filter(|_| questions.is_asking() || args.detect || args.take_over);
    let default = default.unwrap_or_else(|| REGION.to_owned());
    let question = "The region of the first target";
    questions
        .text(question, &default, new_manifest::check_region)
        .await
}

async fn asks_to_detect(args: &Init, questions: &Questions<'_>) -> Result<bool, RunError> {
    if args.account.is_some() || !questions.is_asking() {
        return Ok(false);
    }
    let question = "Look at the account that the AWS credentials here are of? Nothing is written";
    questions.yes(question, true).await
}

async fn takes_over(
    args: &Init,
    detected: &Detected,
    questions: &Questions<'_>,
) -> Result<bool, RunError> {
    if args.take_over || detected.keys == 0 || !questions.is_asking() {
        return Ok(args.take_over);
    }
    let question = format!(
        "Account {} has {} that no file owns. Write them down, values unchanged?",
        detected.account,
        detected.in_words()
    );
    questions.yes(&question, true).await
}

async fn asks_for_workflow(path: &Path, questions: &Questions<'_>) -> Result<bool, RunError> {
    if !questions.is_asking() || path.exists() {
        return Ok(false);
    }
    let question = format!("Write {} for the GitHub Action?", shown(path));
    questions.yes(&question, true).await
}

/// Writes the manifest that `import` would write of what is live.
fn take_over(
    args: &Init,
    answers: &Answers,
    detected: &Detected,
    run: &Run,
) -> Result<(), RunError> {
    let import = Import {
        from: None,
        namespace: answers.namespace.clone(),
        out: args.manifest.clone(),
        target: TARGET.to_owned(),
        region: Some(answers.region.clone()),
        account: answers.account.clone(),
        names: Vec::new(),
        tags: Vec::new(),
        usage_plans: Vec::new(),
        keys_only: false,
        live: None,
        sandbox: None,
    };
    import::write(&import, None, &detected.live, run)
}

fn first_manifest(args: &Init, answers: &Answers, run: &Run) -> Result<(), RunError> {
    new_manifest::write(&args.manifest, &manifest(answers)?)?;
    let path = shown(&args.manifest);
    run.output.notice(&format!(
        "wrote {path}; next: ai-keys validate {path}, then ai-keys plan --sandbox {path}"
    ));
    Ok(())
}

fn manifest(answers: &Answers) -> Result<String, RunError> {
    let expires = today()?.plus(Days(365));
    let account = match &answers.account {
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
    let Answers {
        namespace, region, ..
    } = answers;
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
