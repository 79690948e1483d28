//! What goes wrong, by dice that fall the same way every time.

use std::collections::BTreeSet;

use ai_keys_sandbox::{Act, FaultRule, Refusal, Turn};

/// A small generator of repeatable numbers (xorshift).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

/// The calls that the command makes for these keys in a year, but for those that are made on the
/// first day only.
pub(super) const FAULTED: [&str; 13] = [
    "CreateApiKey",
    "CreateUsagePlanKey",
    "UpdateApiKey",
    "DeleteApiKey",
    "GetApiKey",
    "GetApiKeys",
    "ListSecrets",
    "DescribeSecret",
    "UpdateSecret",
    "DescribeParameters",
    "PutParameter",
    "ListGithubSecrets",
    "PutGithubSecret",
];

/// Those of them that are made every night.
const EVERY_NIGHT: [&str; 4] = [
    "GetApiKeys",
    "ListSecrets",
    "DescribeParameters",
    "ListGithubSecrets",
];

/// Returns what goes wrong in one night: at calls that no fault was seen at before, at every second
/// one that is made seldom, and at one of five of the others.
pub(super) fn faults(dice: &mut Dice, hits: &BTreeSet<String>) -> Vec<FaultRule> {
    let mut rules = Vec::new();
    for operation in FAULTED {
        let one_of = match operation {
            new if !hits.contains(new) => 1,
            often if EVERY_NIGHT.contains(&often) => 5,
            _ => 2,
        };
        if dice.below(one_of) == 0 {
            rules.push(fault(dice, operation));
        }
    }
    rules
}

/// One answer is lost or an error; or the call is denied all night.
fn fault(dice: &mut Dice, operation: &str) -> FaultRule {
    let act = match dice.below(5) {
        0 => Act::CloseAfter,
        1 => Act::ErrorAfter(503),
        2 => Act::ErrorBefore(500),
        3 => Act::Truncate,
        _ => return FaultRule::on(operation, Act::Refuse(denied())),
    };
    FaultRule::on(operation, act).turn(Turn::Nth(1))
}

fn denied() -> Refusal {
    Refusal {
        status: 403,
        code: "AccessDeniedException".to_owned(),
        message: "User: x is not authorized".to_owned(),
    }
}
