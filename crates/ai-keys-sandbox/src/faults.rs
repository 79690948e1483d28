//! The fault rules at work: counting calls and choosing acts.

use regex_lite::Regex;

use crate::answer::{Answer, ApiError};
use crate::fault_rule::{Act, FaultRule, Refusal};
use crate::protocol::Protocol;
use crate::rules::CONCURRENT_MODIFICATION;

/// The compiled rules with their counters.
#[derive(Default)]
pub(crate) struct Faults(Vec<Armed>);

struct Armed {
    rule: FaultRule,
    path: Option<Regex>,
    calls: u32,
}

impl Faults {
    /// Compiles the rules; an error is the text of the first bad regular expression.
    pub(crate) fn compile(rules: Vec<FaultRule>) -> Result<Self, String> {
        let arm = |rule: FaultRule| {
            let path = rule.path.as_deref().map(Regex::new).transpose();
            path.map(|path| Armed {
                rule,
                path,
                calls: 0,
            })
            .map_err(|error| error.to_string())
        };
        rules
            .into_iter()
            .map(arm)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Counts a call and returns the act for it, with the delay that comes first.
    pub(crate) fn decide(
        &mut self,
        operation: Option<&str>,
        method: &str,
        path: &str,
    ) -> Option<(u64, Act)> {
        let mut chosen = None;
        for armed in &mut self.0 {
            let rule = &armed.rule;
            let matches = rule
                .operation
                .as_deref()
                .is_none_or(|wanted| operation == Some(wanted))
                && rule
                    .method
                    .as_deref()
                    .is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
                && armed.path.as_ref().is_none_or(|regex| regex.is_match(path));
            if matches {
                armed.calls += 1;
                if chosen.is_none() && rule.turn.takes(armed.calls) {
                    chosen = Some((rule.delay_ms, rule.act.clone()));
                }
            }
        }
        chosen
    }

    pub(crate) fn has_stale_reads(&self) -> bool {
        self.0.iter().any(|armed| armed.rule.act == Act::StaleRead)
    }
}

impl Act {
    /// Returns the answer that stands in for the call, for acts that have one.
    pub(crate) fn answer_before(&self, protocol: Protocol) -> Option<Answer> {
        Some(match self {
            Self::Throttle(retry_after) => {
                let answer = protocol.refuse(&protocol.throttled());
                match retry_after {
                    Some(text) => answer.with_header("retry-after", text),
                    None => answer,
                }
            }
            Self::LimitExceeded => protocol.refuse(&ApiError::limit_exceeded("Limit exceeded")),
            Self::ConcurrentModification => {
                protocol.refuse(&ApiError::conflict(CONCURRENT_MODIFICATION))
            }
            Self::ExpiredToken => protocol.refuse(&protocol.expired_token()),
            Self::ErrorBefore(status) => Answer::server_error(*status),
            Self::Say(body) => Answer {
                body: bytes::Bytes::from(body.clone()),
                ..Answer::json(200, &serde_json::Value::Null)
            },
            Self::Redirect(url) => {
                Answer::json(307, &serde_json::Value::Null).with_header("location", url)
            }
            Self::Refuse(refusal) => {
                let Refusal {
                    status,
                    code,
                    message,
                } = refusal;
                protocol.refuse_as(*status, code, message)
            }
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault_rule::Turn;

    #[test]
    fn a_rule_counts_only_what_matches_it() {
        let rule = FaultRule::on("CreateApiKey", Act::CloseAfter).turn(Turn::Nth(2));
        let mut faults = Faults::compile(vec![rule]).unwrap();
        assert!(
            faults
                .decide(Some("CreateApiKey"), "POST", "/apikeys")
                .is_none()
        );
        assert!(
            faults
                .decide(Some("GetApiKeys"), "GET", "/apikeys")
                .is_none()
        );
        assert_eq!(
            faults.decide(Some("CreateApiKey"), "POST", "/apikeys"),
            Some((0, Act::CloseAfter))
        );
    }

    #[test]
    fn a_bad_regular_expression_is_refused() {
        assert!(Faults::compile(vec![FaultRule::everywhere(Act::CloseBefore).path("(")]).is_err());
    }
}
