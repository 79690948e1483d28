//! `{namespace}`, `{target}` and `{key}` in names that differ by target or key.

/// Returns the first braces in `text` that are none of the `known` names.
pub(crate) fn unknown_placeholder<'t>(text: &'t str, known: &[&str]) -> Option<&'t str> {
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (_, from) = rest.split_at_checked(at)?;
        let end = from.find('}').map_or(from.len(), |end| end + 1);
        let (braces, after) = from.split_at_checked(end)?;
        let name = braces
            .strip_prefix('{')
            .and_then(|inner| inner.strip_suffix('}'));
        if name.is_none_or(|name| !known.contains(&name)) {
            return Some(braces);
        }
        rest = after;
    }
    None
}

/// What the placeholders stand for.
#[derive(Clone, Copy)]
pub(crate) struct Stand<'m> {
    pub(crate) namespace: &'m str,
    pub(crate) target: &'m str,
    pub(crate) key: &'m str,
}

impl Stand<'_> {
    /// Writes `template` with its placeholders replaced into `into`, which is
    /// emptied first: one buffer serves ten thousand keys.
    pub(crate) fn fill(&self, template: &str, into: &mut String) {
        into.clear();
        let mut rest = template;
        while let Some((before, from)) = rest.split_once('{') {
            into.push_str(before);
            let names = [
                ("namespace}", self.namespace),
                ("target}", self.target),
                ("key}", self.key),
            ];
            let hit = names
                .iter()
                .find_map(|(name, stands)| Some((from.strip_prefix(name)?, *stands)));
            if let Some((after, stands)) = hit {
                into.push_str(stands);
                rest = after;
            } else {
                into.push('{');
                rest = from;
            }
        }
        into.push_str(rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_that_mean_nothing_are_found() {
        for (text, expected) in [
            ("ai/{target}/{key}", None),
            ("ai/{stage}/{key}", Some("{stage}")),
            ("{target", Some("{target")),
            ("target}", Some("}")),
            ("{{key}}", Some("{{key}")),
            ("é{}", Some("{}")),
        ] {
            assert_eq!(unknown_placeholder(text, &["target", "key"]), expected);
        }
    }

    #[test]
    fn placeholders_are_replaced_once() {
        let stand = Stand {
            namespace: "ns",
            target: "{key}",
            key: "k",
        };
        let mut text = "old".to_owned();
        stand.fill("{namespace}/{target}/{key}/{x}/{", &mut text);
        assert_eq!(text, "ns/{key}/k/{x}/{");
    }
}
