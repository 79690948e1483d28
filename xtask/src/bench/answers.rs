//! How a sandbox answered the requests of a command.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use super::floor::floor_ms;

/// How the requests of one step were answered.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Answers {
    /// All but those that were throttled, by operation.
    pub(super) admitted: BTreeMap<String, usize>,
    /// Those of the admitted that met another association: AWS puts one key at a time on a usage plan.
    pub(super) conflicts: usize,
    /// Refused because of a rate, beside the admitted.
    pub(super) throttled: usize,
}

impl Answers {
    pub(super) fn requests(&self) -> usize {
        self.admitted.values().sum()
    }

    /// Returns the least time that AWS's rates allow for what was admitted.
    pub(super) fn floor(&self) -> Duration {
        Duration::from_millis(floor_ms(&self.admitted))
    }

    /// Reads the sandbox's journal.
    ///
    /// # Errors
    /// Names a request that the sandbox cannot answer as AWS would, so that no peer is judged by it.
    pub(super) fn read(journal: &[Value]) -> Result<Self> {
        let mut answers = Self::default();
        for entry in journal {
            let text = |member| entry.get(member).and_then(Value::as_str);
            let request = || {
                let (method, path) = (text("method"), text("path"));
                format!("{} {}", method.unwrap_or("?"), path.unwrap_or("?"))
            };
            let Some(operation) = text("operation") else {
                bail!("the sandbox does not know the request `{}`", request());
            };
            match entry.get("status").and_then(Value::as_u64) {
                Some(429) => {
                    answers.throttled += 1;
                    continue;
                }
                Some(409) => answers.conflicts += 1,
                Some(200..400) => {}
                status => bail!(
                    "the sandbox refuses `{}` ({operation}): {status:?} {}",
                    request(),
                    text("error").unwrap_or("without a code")
                ),
            }
            *answers.admitted.entry(operation.to_owned()).or_default() += 1;
        }
        Ok(answers)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(operation: Option<&str>, status: u16) -> Value {
        json!({ "operation": operation, "method": "POST", "path": "/apikeys", "status": status })
    }

    #[test]
    fn throttled_requests_stand_beside_those_that_were_let_through() {
        let journal = [
            entry(Some("CreateApiKey"), 201),
            entry(Some("CreateApiKey"), 429),
            entry(Some("CreateUsagePlanKey"), 409),
            entry(Some("CreateUsagePlanKey"), 201),
        ];
        let answers = Answers::read(&journal).unwrap();
        assert_eq!(answers.requests(), 3);
        assert_eq!((answers.throttled, answers.conflicts), (1, 1));
    }

    #[test]
    fn a_request_that_the_sandbox_lacks_ends_the_comparison() {
        let told = |entry| {
            let read = Answers::read(&[entry]);
            read.unwrap_err().to_string()
        };
        assert!(told(entry(None, 404)).contains("`POST /apikeys`"));
        assert!(told(entry(Some("GetAccount"), 404)).contains("GetAccount"));
    }

    #[test]
    fn the_rates_allow_what_was_admitted_no_faster() {
        let created: Vec<Value> = (0..105).map(|_| entry(Some("CreateApiKey"), 201)).collect();
        let answers = Answers::read(&created).unwrap();
        assert_eq!(answers.floor(), Duration::from_secs(20));
    }
}
