//! The changelog: what was not released gets a version and a day.

use anyhow::{Context as _, Result, bail};

use super::version::Version;

const UNRELEASED: &str = "## [Unreleased]\n";
const REPOSITORY: &str = "https://github.com/org/ai-keys-action";
/// What the section says before the first release.
const NOTHING_YET: &str = "\nNothing is released yet.\n";

/// Returns the changelog with a section for a release.
///
/// # Errors
/// If there is nothing to release, or no such section.
pub(super) fn released(text: &str, version: &Version, today: &str) -> Result<String> {
    let (head, rest) = text
        .split_once(UNRELEASED)
        .context("the changelog has no section `Unreleased`")?;
    let (body, links) = rest
        .split_once("\n[Unreleased]: ")
        .context("the changelog has no link for `Unreleased`")?;
    let (body, older) = match body.find("\n## [") {
        Some(at) => body.split_at(at),
        None => (body, ""),
    };
    let body = body.replacen(NOTHING_YET, "", 1);
    if !body.lines().any(|line| line.starts_with("- ")) {
        bail!("the changelog has nothing that is not released");
    }
    let links = links.split_once('\n').map_or("", |(_, older)| older);
    Ok(format!(
        "{head}{UNRELEASED}\n## [{version}] - {today}\n{body}{older}\n\
         [Unreleased]: {REPOSITORY}/compare/v{version}...main\n\
         [{version}]: {REPOSITORY}/releases/tag/v{version}\n{links}"
    ))
}

/// Returns what a changelog says of a release, for the release's page.
///
/// # Errors
/// If it says nothing of it.
pub(super) fn section(text: &str, version: &Version) -> Result<String> {
    let heading = format!("\n## [{version}] - ");
    let (_, rest) = text
        .split_once(&heading)
        .with_context(|| format!("the changelog has no section {version}"))?;
    let (_, body) = rest.split_once('\n').unwrap_or_default();
    let end = ["\n## [", "\n[Unreleased]: "]
        .iter()
        .filter_map(|mark| body.find(mark))
        .min()
        .unwrap_or(body.len());
    Ok(format!("{}\n", body.split_at(end).0.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# Changelog\n\n## [Unreleased]\n\nNothing is released yet.\n\n### Added\n\n- One.\n\n\
                          [Unreleased]: https://github.com/org/ai-keys-action/commits/main\n";

    fn version(text: &str) -> Version {
        Version::read(text).unwrap()
    }

    #[test]
    fn what_was_not_released_gets_its_version_and_day() {
        let first = released(BEFORE, &version("0.2.0"), "2026-11-24").unwrap();
        assert_eq!(
            first,
            "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-11-24\n\n### Added\n\n- One.\n\n\
             [Unreleased]: https://github.com/org/ai-keys-action/compare/v0.2.0...main\n\
             [0.2.0]: https://github.com/org/ai-keys-action/releases/tag/v0.2.0\n"
        );
        assert_eq!(
            section(&first, &version("0.2.0")).unwrap(),
            "### Added\n\n- One.\n"
        );
        assert!(
            released(&first, &version("0.3.0"), "2026-11-25").is_err(),
            "nothing is new"
        );

        let more = first.replacen(UNRELEASED, "## [Unreleased]\n\n### Fixed\n\n- Two.\n", 1);
        let second = released(&more, &version("0.3.0"), "2026-11-25").unwrap();
        assert_eq!(
            section(&second, &version("0.3.0")).unwrap(),
            "### Fixed\n\n- Two.\n"
        );
        assert_eq!(
            section(&second, &version("0.2.0")).unwrap(),
            "### Added\n\n- One.\n"
        );
        let links: Vec<&str> = second.lines().filter(|line| line.contains("]: ")).collect();
        assert_eq!(links.len(), 3, "{links:?}");
    }
}
