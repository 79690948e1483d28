//! The fleet that every peer keeps: keys on one usage plan.

/// How many keys, and whether they are tagged.
///
/// Tags keep ai-keys from importing the keys: moto has no `ImportApiKeys`.
#[derive(Clone, Copy)]
pub(super) struct Fleet {
    pub(super) keys: usize,
    pub(super) is_tagged: bool,
}

impl Fleet {
    /// Returns its manifest, as a person would write it.
    pub(super) fn manifest(self) -> String {
        let head = "version = 1\nnamespace = \"fleet\"\n\n[target.prod]\nprovider = \"aws-api-gateway\"\n\
                    region = \"eu-west-1\"\n\n[usage-plan.standard]\ndescription = \"Consumers\"\n\
                    throttle = { rate = 10, burst = 20 }\n";
        let keys = (0..self.keys).map(|number| {
            let tags = if self.is_tagged {
                format!("tags = {{ team = \"team-{}\" }}\n", number % 50)
            } else {
                String::new()
            };
            format!(
                "\n[key.key-{number:05}]\ndescription = \"Nightly job {number}\"\n\
                 usage-plans = [\"standard\"]\n{tags}"
            )
        });
        std::iter::once(head.to_owned()).chain(keys).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_tags_tell_the_two_fleets_apart() {
        let manifest = |is_tagged| {
            Fleet {
                keys: 60,
                is_tagged,
            }
            .manifest()
        };
        let tagged = manifest(true);
        assert_eq!(tagged.matches("\ntags = ").count(), 60);
        let lines = tagged.lines().filter(|line| !line.starts_with("tags"));
        assert!(lines.eq(manifest(false).lines()));
    }
}
