//! Labels of a parameter's versions.

use serde::Deserialize;
use serde_json::json;

use super::{Call, find};
use crate::answer::{ApiError, Outcome};

/// Labels of one version.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-labels.html>, checked 2026-11-23.
const MAX_LABELS: usize = 10;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Asked {
    name: String,
    parameter_version: Option<u64>,
    labels: Vec<String>,
}

/// A label is on one version at most, so it moves. Bad ones are told, and the good ones set.
pub(super) fn label(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let parameter = find(call, &asked.name)?;
    let number = asked
        .parameter_version
        .or(parameter.newest().map(|(newest, _)| newest))
        .unwrap_or(0);
    let (good, bad): (Vec<_>, Vec<_>) = asked.labels.into_iter().partition(|label| is_label(label));
    let version = parameter.versions.get(&number).ok_or_else(|| {
        let message = format!(
            "Systems Manager could not find version {number} of {}.",
            asked.name
        );
        ApiError::new(400, "ParameterVersionNotFound", message)
    })?;
    let more = good.iter().filter(|label| !version.labels.contains(*label));
    if version.labels.len() + more.count() > MAX_LABELS {
        return Err(ApiError::new(
            400,
            "ParameterVersionLabelLimitExceeded",
            "A parameter version can have a maximum of ten labels.",
        ));
    }
    for version in parameter.versions.values_mut() {
        version.labels.retain(|label| !good.contains(label));
    }
    if let Some(version) = parameter.versions.get_mut(&number) {
        version.labels.extend(good);
    }
    Ok((
        200,
        json!({ "InvalidLabels": bad, "ParameterVersion": number }),
    ))
}

pub(super) fn unlabel(call: &mut Call<'_>) -> Outcome {
    let asked: Asked = call.input()?;
    let parameter = find(call, &asked.name)?;
    let number = asked.parameter_version.unwrap_or(0);
    let version = parameter
        .versions
        .get_mut(&number)
        .ok_or_else(|| ApiError::new(400, "ParameterVersionNotFound", ""))?;
    let (gone, absent): (Vec<_>, Vec<_>) = asked
        .labels
        .into_iter()
        .partition(|label| version.labels.remove(label));
    Ok((
        200,
        json!({ "RemovedLabels": gone, "InvalidLabels": absent }),
    ))
}

fn is_label(label: &str) -> bool {
    let is_fine = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
    let folded = label.to_ascii_lowercase();
    (1..=100).contains(&label.len())
        && label.chars().all(is_fine)
        && !label.starts_with(|c: char| c.is_ascii_digit())
        && !folded.starts_with("aws")
        && !folded.starts_with("ssm")
}

#[cfg(test)]
mod tests {
    use super::is_label;

    #[test]
    fn labels_have_a_rule() {
        assert!(is_label("ai-keys.gen_2"));
        for label in ["", "2nd", "aws-a", "SSM", "a b", &"x".repeat(101)] {
            assert!(!is_label(label), "{label}");
        }
    }
}
