//! The usage as CSV: a row for each day, key and usage plan, for spreadsheets.

use ai_keys_core::report::{KeyUsage, TargetUsage, ThroughUsagePlan};
use ai_keys_core::state::Usage;

use super::RunError;

const HEADER: [&str; 12] = [
    "target",
    "account",
    "region",
    "key",
    "generation",
    "id",
    "name",
    "owner",
    "usage-plan",
    "date",
    "requests",
    "remaining",
];

/// Renders all days of all keys. Keys on no usage plan have no rows.
pub(super) fn render(targets: &[TargetUsage]) -> Result<String, RunError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |error: csv::Error| RunError::System(format!("the CSV failed: {error}"));
    writer.write_record(HEADER).map_err(failed)?;
    for target in targets {
        for key in &target.keys {
            for through in &key.usage_plans {
                for row in rows(target, key, through) {
                    writer.write_record(row).map_err(failed)?;
                }
            }
        }
    }
    let bytes = writer.into_inner();
    let bytes = bytes.map_err(|error| RunError::System(format!("the CSV failed: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn rows<'t>(
    target: &'t TargetUsage,
    key: &'t KeyUsage,
    through: &'t ThroughUsagePlan,
) -> impl Iterator<Item = [String; 12]> + 't {
    let period = Usage {
        from: target.from,
        to: target.to,
        by_usage_plan: std::collections::BTreeMap::new(),
    };
    let days = through.daily_requests.iter().enumerate();
    days.map(move |(day, requests)| {
        let remaining = through.daily_remaining.get(day).map(u64::to_string);
        let generation = key.generation.map(|generation| generation.to_string());
        [
            target.target.clone(),
            target.account.clone(),
            target.region.clone(),
            key.key.clone().unwrap_or_default(),
            generation.unwrap_or_default(),
            key.id.to_string(),
            cell(&key.name),
            cell(key.owner.as_deref().unwrap_or_default()),
            cell(&through.name),
            period.day(day).to_string(),
            requests.to_string(),
            remaining.unwrap_or_default(),
        ]
    })
}

/// Keeps a spreadsheet from reading a formula in what somebody named a key.
///
/// <https://owasp.org/www-community/attacks/CSV_Injection>, checked 2026-11-24.
fn cell(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quote = if is_formula { "'" } else { "" };
    format!("{quote}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_formula() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(cell("@team"), "'@team");
        assert_eq!(cell("chat-web"), "chat-web");
    }
}
