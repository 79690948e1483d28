//! Fault rules: which calls go wrong, and how.

use serde::{Deserialize, Serialize};

/// One fault: for the calls that match, do this.
///
/// The first rule that matches *and* whose turn it is acts; each rule counts the calls that match it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FaultRule {
    /// The operation, such as `CreateApiKey` (`Invoke` for the data plane); any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The HTTP method; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// A regular expression found anywhere in the path and query; any if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Which of the matching calls.
    #[serde(default)]
    pub turn: Turn,
    /// Real milliseconds to wait before anything else.
    #[serde(default)]
    pub delay_ms: u64,
    /// What happens to the call.
    pub act: Act,
}

/// Which of the calls that match a rule it acts on; calls count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// Every one.
    #[default]
    Always,
    /// Only the n-th.
    Nth(u32),
    /// The first n.
    First(u32),
    /// All but the first n.
    After(u32),
    /// Each n-th.
    Every(u32),
    /// This many of each hundred, evenly spread.
    Percent(u32),
}

/// What a fault does. `…Before` acts happen instead of the call, `…After` ones once it was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Nothing beyond the rule's delay.
    Delay,
    /// 429 `TooManyRequestsException`, with this text (good or bad) as `Retry-After`.
    Throttle(Option<String>),
    /// 429 `LimitExceededException`.
    LimitExceeded,
    /// 409 with the concurrent modification text.
    ConcurrentModification,
    /// 403 `ExpiredTokenException`.
    ExpiredToken,
    /// A server error without carrying the call out: 500, 503, …
    ErrorBefore(u16),
    /// Any other refusal.
    Refuse(Refusal),
    /// The connection is closed; the call is not carried out.
    CloseBefore,
    /// No answer ever comes; the call is not carried out.
    HangBefore,
    /// The call is carried out, then the connection is closed.
    CloseAfter,
    /// The call is carried out, then a server error is answered.
    ErrorAfter(u16),
    /// The call is carried out, but no answer ever comes.
    HangAfter,
    /// The call is carried out, and the connection closed in the middle of the answer's body.
    Truncate,
    /// The call is carried out, and each byte of the answer's body comes after this many
    /// milliseconds: slower than any patience.
    Drip(u64),
    /// The call is carried out, and answered with text that is neither JSON nor XML, announced as
    /// compressed.
    Garble,
    /// 200 with this body; the call is not carried out.
    Say(String),
    /// 307 to this URL; the call is not carried out.
    Redirect(String),
    /// A read is answered from the state as it was when the rules were set (sandbox only).
    StaleRead,
    /// An import refuses its n-th row, from 1, as AWS may for reasons that it does not document
    /// (sandbox only).
    RefuseRow(u32),
}

/// An error answer of the rule's own making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// The error code, such as `BadRequestException`.
    pub code: String,
    /// The error message.
    pub message: String,
}

impl FaultRule {
    /// Starts a rule for one operation.
    #[must_use]
    pub fn on(operation: &str, act: Act) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            ..Self::everywhere(act)
        }
    }

    /// Starts a rule for all calls.
    #[must_use]
    pub fn everywhere(act: Act) -> Self {
        Self {
            operation: None,
            method: None,
            path: None,
            turn: Turn::Always,
            delay_ms: 0,
            act,
        }
    }

    /// Limits the rule to some of the matching calls.
    #[must_use]
    pub fn turn(self, turn: Turn) -> Self {
        Self { turn, ..self }
    }

    /// Limits the rule to paths in which this regular expression is found.
    #[must_use]
    pub fn path(self, regex: &str) -> Self {
        Self {
            path: Some(regex.to_owned()),
            ..self
        }
    }

    /// Adds a wait in real milliseconds.
    #[must_use]
    pub fn delay_ms(self, delay_ms: u64) -> Self {
        Self { delay_ms, ..self }
    }
}

impl Turn {
    pub(crate) fn takes(self, call: u32) -> bool {
        match self {
            Self::Always => true,
            Self::Nth(n) => call == n,
            Self::First(n) => call <= n,
            Self::After(n) => call > n,
            Self::Every(n) => n > 0 && call.is_multiple_of(n),
            Self::Percent(p) => {
                let (p, call) = (u64::from(p.min(100)), u64::from(call));
                call * p / 100 > (call - 1) * p / 100
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(turn: Turn, calls: u32) -> Vec<u32> {
        (1..=calls).filter(|call| turn.takes(*call)).collect()
    }

    #[test]
    fn turns_pick_the_calls_they_name() {
        assert_eq!(hits(Turn::Nth(2), 4), [2]);
        assert_eq!(hits(Turn::First(2), 4), [1, 2]);
        assert_eq!(hits(Turn::After(2), 4), [3, 4]);
        assert_eq!(hits(Turn::Every(2), 5), [2, 4]);
        assert_eq!(hits(Turn::Percent(70), 1000).len(), 700);
        assert_eq!(hits(Turn::Every(0), 3), [0_u32; 0]);
    }

    #[test]
    fn rules_are_plain_json() {
        let text = r#"[{"operation":"GetApiKeys","path":"limit=500","turn":{"first":3},"act":{"throttle":"5"}},
                       {"method":"POST","delay-ms":20,"act":"hang-after"}]"#;
        let rules: Vec<FaultRule> = serde_json::from_str(text).unwrap();
        assert_eq!(rules[0].act, Act::Throttle(Some("5".to_owned())));
        assert_eq!(rules[1].turn, Turn::Always);
        assert!(
            serde_json::from_str::<FaultRule>(r#"{"act":"close-after","opration":"x"}"#).is_err()
        );
    }
}
