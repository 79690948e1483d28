//! One list of assertions about API Gateway, Secrets Manager and SSM, run against the sandbox and against moto.
//!
//! The sandbox must do what AWS does, in every line. moto must too, but for the lines of
//! [`deviations::DEVIATIONS`], in which it must do exactly what it did when the table was written: a fix
//! in moto, a new deviation, or a mistake of ours is a failing line with its name.
//!
//! moto is a Python program; `AI_KEYS_MOTO_SERVER` says where its `moto_server` is.

#[cfg(test)]
mod associations;
#[cfg(test)]
#[path = "../support/client.rs"]
mod client;
#[cfg(test)]
mod deviations;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod moto;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod target;
#[cfg(test)]
mod usage_plans;

#[cfg(test)]
mod suite {
    use crate::deviations::{DEVIATIONS, Deviation};
    use crate::moto::Moto;
    use crate::target::Target;
    use crate::{associations, keys, parameters, secrets, usage_plans};

    /// A claim about API Gateway: what is seen when the steps are taken, and what AWS shows.
    pub(crate) struct Assertion {
        pub(crate) name: &'static str,
        pub(crate) aws: &'static str,
        pub(crate) see: fn(&Target) -> String,
    }

    pub(crate) const fn line(
        name: &'static str,
        aws: &'static str,
        see: fn(&Target) -> String,
    ) -> Assertion {
        Assertion { name, aws, see }
    }

    fn assertions() -> Vec<&'static Assertion> {
        keys::ASSERTIONS
            .iter()
            .chain(usage_plans::ASSERTIONS)
            .chain(associations::ASSERTIONS)
            .chain(secrets::ASSERTIONS)
            .chain(parameters::ASSERTIONS)
            .collect()
    }

    fn deviation(name: &str) -> Option<&'static Deviation> {
        DEVIATIONS
            .iter()
            .find(|deviation| deviation.assertion == name)
    }

    /// Tells what is wrong with a line of moto's, if anything is.
    pub(crate) fn judge(
        name: &str,
        aws: &str,
        moto: &str,
        known: Option<&Deviation>,
    ) -> Option<String> {
        match known {
            None if moto == aws => None,
            None => Some(format!(
                "new deviation: {name}\n    AWS:  {aws}\n    moto: {moto}"
            )),
            Some(known) if moto == known.moto => None,
            Some(known) if moto == aws => Some(format!(
                "{}: moto now does what AWS does; take the line out: {name}",
                known.id
            )),
            Some(known) => Some(format!(
                "{}: moto deviates in another way: {name}\n    AWS:   {aws}\n    table: {}\n    moto:  {moto}",
                known.id, known.moto
            )),
        }
    }

    #[test]
    fn the_sandbox_does_what_aws_does() {
        let mut wrong = Vec::new();
        for assertion in assertions() {
            let seen = (assertion.see)(&Target::sandbox());
            if seen != assertion.aws {
                wrong.push(format!(
                    "{}\n    AWS:     {}\n    sandbox: {seen}",
                    assertion.name, assertion.aws
                ));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} lines fail:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn moto_does_what_aws_does_but_for_the_known_deviations() {
        let Some(moto) = Moto::start() else {
            assert!(std::env::var_os("CI").is_none(), "CI installs moto");
            println!("skipped: no moto (set AI_KEYS_MOTO_SERVER, or run cargo xtask test)");
            return;
        };
        let mut wrong = Vec::new();
        for assertion in assertions() {
            let seen = (assertion.see)(&Target::moto(&moto));
            wrong.extend(judge(
                assertion.name,
                assertion.aws,
                &seen,
                deviation(assertion.name),
            ));
        }
        assert!(
            wrong.is_empty(),
            "{} lines fail:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }

    #[test]
    fn names_are_unique_and_every_deviation_has_its_assertion() {
        let mut names: Vec<&str> = assertions()
            .iter()
            .map(|assertion| assertion.name)
            .collect();
        for row in DEVIATIONS {
            let assertion = assertions()
                .into_iter()
                .find(|known| known.name == row.assertion);
            assert_eq!(
                assertion.map(|known| known.aws),
                Some(row.aws),
                "{}: {}",
                row.id,
                row.assertion
            );
        }
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }

    #[test]
    fn a_fix_and_a_new_deviation_are_told_by_name() {
        let known = Deviation {
            id: "D1",
            assertion: "x",
            moto: "all",
            aws: "25",
        };
        assert_eq!(judge("x", "25", "all", Some(&known)), None);
        assert_eq!(judge("x", "25", "25", None), None);
        let told = |moto, known| judge("x", "25", moto, known).unwrap();
        assert!(told("25", Some(&known)).starts_with("D1: moto now does what AWS does"));
        assert!(told("30", Some(&known)).starts_with("D1: moto deviates in another way: x"));
        assert!(told("30", None).starts_with("new deviation: x"));
    }
}
