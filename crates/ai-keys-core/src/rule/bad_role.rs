//! A target's role is a role of the target's account.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::manifest::account_of_role;
use crate::manifest::decode::excerpt;

rule! {
    /// ## What it checks
    /// `role` is the ARN of an IAM role, of the account that `account` says.
    /// ## Why it matters
    /// The role is assumed before anything is read, and what it opens is compared with `account`:
    /// with a role of another account nothing could ever be planned.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// account = "123456789012"
    /// role = "arn:aws:iam::210987654321:role/ai-keys"
    /// ```
    /// ```toml,pass
    /// [target.prod]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// account = "123456789012"
    /// role = "arn:aws:iam::123456789012:role/ai-keys"
    /// ```
    /// ## What to do
    /// Write the ARN of a role that is in the target's own account, and that trusts the credentials
    /// which the run has.
    AK123 "bad-role" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, target) in facts.manifest.targets.iter() {
        let Some(role) = target.role() else { continue };
        let Some(its_account) = account_of_role(role) else {
            let message = format!("`{}` is not the ARN of an IAM role", excerpt(role));
            out.report(&AK123, role.span, message)
                .help("write it as \"arn:aws:iam::123456789012:role/ai-keys\"");
            continue;
        };
        let account = target.aws().and_then(|target| target.account.as_ref());
        if let Some(account) = account.filter(|account| account.value != its_account) {
            let message = format!("the role is of account {its_account}");
            out.report(&AK123, role.span, message)
                .related(account.span, "the target is of another account")
                .help("write a role of the target's account, or correct `account`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK123;
    use crate::rule::testing::{check, finding};

    const TARGET: &str = r#"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "123456789012"
role = "arn:aws:iam::123456789012:role/ci/ai-keys"
"#;

    #[test]
    fn what_is_no_role_is_underlined() {
        check(TARGET, []);
        for wrong in [
            "\"ai-keys\"",
            "\"arn:aws:iam::123456789012:user/ai-keys\"",
            "\"arn:aws:iam::12345678901:role/ai-keys\"",
            "\"arn:aws:iam::123456789012:role/\"",
            "\"arn:aws:iam::123456789012:role/ci/\"",
            "\"arn:aws:sts::123456789012:assumed-role/ai-keys/x\"",
            "\"arn:aws:iam::123456789012:role/a b\"",
        ] {
            let toml = TARGET.replace("\"arn:aws:iam::123456789012:role/ci/ai-keys\"", wrong);
            check(
                &toml,
                [finding(&AK123).underlines(wrong).help("write it as")],
            );
        }
    }

    #[test]
    fn a_role_of_another_account_than_the_targets_is_refused() {
        let toml = TARGET.replace("iam::123456789012", "iam::210987654321");
        let expected = finding(&AK123)
            .underlines("\"arn:aws:iam::210987654321:role/ci/ai-keys\"")
            .related("\"123456789012\"")
            .help("of the target's account");
        check(&toml, [expected]);
        // Alone, the role says the account.
        check(&toml.replace("account =", "# account ="), []);
    }
}
