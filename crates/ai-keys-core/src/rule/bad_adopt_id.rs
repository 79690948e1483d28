//! An id to take over is short, and nothing but letters and digits.

use super::entry;
use super::{Facts, rule};
use crate::diagnostic::Diagnostics;
use crate::state::Handle;

rule! {
    /// ## What it checks
    /// An id in `adopt` has 1 to 19 letters and digits, or is the stand-in `hidden-…` for a longer
    /// one.
    /// ## Why it matters
    /// API Gateway gives objects ids of about ten letters and digits. Keys that were made with the
    /// deprecated `generateDistinctId = false` have an id that *is* the key's value, 20 characters
    /// and more, and a value in a file has leaked. Such an id is never printed.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateApiKey.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// key.acme.adopt = "abc-123"
    /// ```
    /// ## What to do
    /// Write the id that the console shows. For a key whose id may be its value, write the
    /// stand-in that `ai-keys snapshot` shows for it, `hidden-` and 64 digits.
    AK117 "bad-adopt-id" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let entries = entry::all(facts.manifest).filter(|entry| entry.adopt.is_some());
    for entry in entries {
        for (_, id, span) in entry.adopted() {
            if Handle::is_stand_in(id) {
                continue;
            }
            if id.is_empty() {
                out.report(&AK117, span, "the id to adopt is empty")
                    .help("write the live object's id, or remove `adopt`");
            } else if id.chars().nth(Handle::SECRET_FROM - 1).is_some() {
                let message = "an id of 20 characters or more may be the key's value";
                out.report(&AK117, span, message)
                    .help("write its stand-in from `ai-keys snapshot`; replace the key if this was pushed");
            } else if !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
                out.report(&AK117, span, "an id has letters and digits only")
                    .help("write the live object's id, such as \"abc123def4\"");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::AK117;
    use crate::check::check_text;
    use crate::rule::testing::{check, finding, framed};
    use crate::state::Handle;

    #[test]
    fn what_no_id_can_be_is_underlined() {
        let toml = "key.acme.adopt = \"arn:x\"";
        let expected = finding(&AK117).underlines("\"arn:x\"").help("abc123def4");
        check(toml, [expected]);
        check(
            "usage-plan.a.adopt = \"\"",
            [finding(&AK117).help("remove")],
        );
        check(&toml.replace("arn:x", "abc123def4"), []);
    }

    #[test]
    fn an_id_that_may_be_a_value_is_refused_and_not_said() {
        let value = "abcdefghij0123456789";
        let toml = format!("key.acme.adopt = {{ prod = \"{value}\" }}");
        check(&toml, [finding(&AK117).help("replace the key")]);
        let checked = check_text(&framed(&toml), None);
        for found in checked.diagnostics.iter() {
            assert!(!format!("{found:?}").contains(value));
        }
        check(&toml.replace("9\"", "\""), []);
        let stand_in = Handle::of_id(value);
        check(&toml.replace(value, stand_in.as_str()), []);
    }
}
