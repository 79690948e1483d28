//! An account is twelve digits.

use super::{Facts, rule};
use crate::diagnostic::Diagnostics;

rule! {
    /// ## What it checks
    /// `account` is the 12 digits of an AWS account id, zeros in front included.
    /// ## Why it matters
    /// Every other account is refused before the first write, so with a wrong number nothing
    /// could ever be applied.
    /// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html>,
    /// checked 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [target.prod]
    /// provider = "aws-api-gateway"
    /// region = "eu-west-1"
    /// account = "1234-5678-9012"
    /// ```
    /// ## What to do
    /// Write the digits alone. `aws sts get-caller-identity` prints them.
    AK113 "bad-account" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    for (_, target) in facts.manifest.targets.iter() {
        let Some(account) = target.aws().and_then(|target| target.account.as_ref()) else {
            continue;
        };
        if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) {
            continue;
        }
        let draft = out.report(&AK113, account.span, "an account is 12 digits");
        let only = account.replace(['-', ' '], "");
        if only.len() == 12 && only.bytes().all(|b| b.is_ascii_digit()) {
            draft.fix(
                "write the digits alone",
                account.span,
                format!("\"{only}\""),
            );
        } else {
            draft.help("write the account id, such as \"123456789012\"");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK113;
    use crate::rule::testing::{check, finding};

    const TARGET: &str = r#"
[target.prod]
provider = "aws-api-gateway"
region = "eu-west-1"
account = "12345678901"
"#;

    #[test]
    fn eleven_digits_are_underlined() {
        let expected = finding(&AK113)
            .underlines("\"12345678901\"")
            .help("such as");
        check(TARGET, [expected]);
        check(&TARGET.replace("8901", "89012"), []);
        check(&TARGET.replace("account", "# account"), []);
    }

    #[test]
    fn digits_with_hyphens_are_corrected() {
        let toml = TARGET.replace("12345678901", "1234-5678-9012");
        check(&toml, [finding(&AK113).help("digits alone")]);
    }
}
