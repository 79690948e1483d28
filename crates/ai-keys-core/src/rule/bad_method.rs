//! The limits of single methods name methods.

use super::{Facts, rule};
use crate::diagnostic::{Diagnostics, did_you_mean, is_same_word};
use crate::manifest::decode::excerpt;
use crate::sorted;
use crate::source::Span;
use crate::support::{Provider, ceilings};

const METHODS: [&str; 8] = [
    "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "ANY",
];

rule! {
    /// ## What it checks
    /// The names in the `throttle` of a stage are `/path/METHOD`: a resource's path, and `GET`,
    /// `POST`, `PUT`, `PATCH`, `DELETE`, `HEAD`, `OPTIONS`, `ANY` or `*`. A stage of a usage plan
    /// has at most 20 of them.
    /// ## Why it matters
    /// API Gateway refuses other names, halfway through an apply.
    /// <https://docs.aws.amazon.com/apigateway/latest/api/API_ApiStage.html> and
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, checked
    /// 2026-11-23.
    /// ## Example
    /// ```toml,fail
    /// [usage-plan.standard]
    /// stages = [{ stage = "chat/prod", throttle = { "POST /chat" = { rate = 1, burst = 1 } } }]
    /// ```
    /// ```toml,pass
    /// [usage-plan.standard]
    /// stages = [{ stage = "chat/prod", throttle = { "/chat/{id}/POST" = { rate = 1, burst = 1 } } }]
    /// ```
    /// ## What to do
    /// Write the path, a slash and the method: `"/chat/POST"`; of the root, `"//GET"`.
    AK211 "bad-method" Error => check
}

fn check(facts: &Facts<'_>, out: &mut Diagnostics) {
    let most = ceilings(Provider::AwsApiGateway).methods_per_stage;
    for (_, usage_plan) in facts.manifest.usage_plans.iter() {
        for stage in usage_plan.stages.iter().flatten() {
            for (name, throttle) in stage.methods.iter() {
                check_name(name, throttle.span, out);
            }
            let methods = stage.methods.iter();
            let mut spans: Vec<Span> = methods.map(|(_, method)| method.span).collect();
            sorted::sort(&mut spans);
            if let Some(first_over) = spans.get(most) {
                let message = format!(
                    "a stage has limits for at most {most} methods, and here are {}",
                    spans.len()
                );
                out.report(&AK211, *first_over, message)
                    .help("use the limits of the whole usage plan for some");
            }
        }
    }
}

fn check_name(name: &str, span: Span, out: &mut Diagnostics) {
    let parts = name
        .rsplit_once('/')
        .filter(|(path, _)| path.starts_with('/') && path.chars().all(is_path_char));
    let Some((path, method)) = parts else {
        let message = format!("`{}` is not a path and a method", excerpt(name));
        out.report(&AK211, span, message)
            .help("write `/path/METHOD`, such as \"/chat/POST\"");
        return;
    };
    if method == "*" || METHODS.contains(&method) {
        return;
    }
    let message = format!("there is no method `{}`", excerpt(method));
    let draft = out.report(&AK211, span, message);
    let upper = method.to_ascii_uppercase();
    match did_you_mean(&upper, METHODS) {
        Some(meant) => draft.offer(
            is_same_word(method, meant),
            format!("did you mean `{meant}`?"),
            span,
            format!("\"{path}/{meant}\""),
        ),
        None => draft.help("write GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS, ANY or *"),
    };
}

/// A path's parts, `{id}` and `{proxy+}`.
/// <https://docs.aws.amazon.com/apigateway/latest/api/API_CreateResource.html>,
/// checked 2026-11-23.
fn is_path_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/._-:{}+*".contains(c)
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::AK211;
    use crate::rule::testing::{check, finding};

    fn manifest(name: &str) -> String {
        format!(
            "[usage-plan.a]\nstages = [{{ stage = \"x/y\", throttle = {{ \"{name}\" = {{ rate = 1, burst = 1 }} }} }}]\n"
        )
    }

    #[test]
    fn a_name_without_path_or_method_is_underlined() {
        let expected = finding(&AK211).underlines("\"POST\"").help("/path/METHOD");
        check(&manifest("POST"), [expected]);
        for name in ["chat/POST", "/POST", "/a b/POST", "/chät/POST", ""] {
            check(&manifest(name), [finding(&AK211).help("/path/METHOD")]);
        }
        for name in ["/chat/POST", "//GET", "/v1/{id}/{proxy+}/ANY", "/a/*"] {
            check(&manifest(name), []);
        }
    }

    #[test]
    fn a_slip_in_the_method_is_corrected() {
        check(
            &manifest("/chat/post"),
            [finding(&AK211).help("did you mean `POST`?")],
        );
        check(
            &manifest("/chat/SUBSCRIBE"),
            [finding(&AK211).help("write GET")],
        );
    }

    #[test]
    fn the_twenty_first_method_is_underlined() {
        let many = |count: u32| {
            let mut throttle = String::new();
            for n in 10..10 + count {
                let _ = write!(throttle, "\"/p{n}/GET\" = {{ rate = 1, burst = 1 }}, ");
            }
            format!("[usage-plan.a]\nstages = [{{ stage = \"x/y\", throttle = {{ {throttle} }} }}]")
        };
        check(&many(21), [finding(&AK211).underlines("\"/p30/GET\"")]);
        check(&many(20), []);
    }
}
