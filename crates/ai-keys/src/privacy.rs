//! What others on the same machine can see of the process: as little as the system allows.

/// Forbids core files and, on Linux, that another process of the same user attaches or reads the
/// memory. A system that refuses is no reason not to run: values are overwritten all the same.
pub(crate) fn close() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, setrlimit};
        let none = Rlimit {
            current: Some(0),
            maximum: Some(0),
        };
        let _ = setrlimit(Resource::Core, none);
    }
    // A core may also go to a program, which the limit does not stop.
    // <https://man7.org/linux/man-pages/man5/core.5.html>, checked 2026-11-24.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_os = "linux")]
    #[test]
    fn a_closed_process_leaves_no_core_and_lets_nobody_attach() {
        use rustix::process::{DumpableBehavior, Resource, dumpable_behavior, getrlimit};
        super::close();
        assert_eq!(getrlimit(Resource::Core).maximum, Some(0));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    }
}
