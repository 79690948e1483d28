//! `cargo xtask assets FOLDER`: what a release holds, from programs that were built elsewhere and from `dist/`.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::sbom;
use crate::dist::{NATIVES, hash_of_file, unpack};
use crate::steps::Outcome;
use crate::{process, workspace};

/// A platform that has an archive.
struct Platform {
    /// As in the name of the archive.
    name: &'static str,
    target: &'static str,
    program: &'static str,
}

/// Every archive of a release. The runners of Linux are those of `dist/`.
const PLATFORMS: [Platform; 5] = [
    Platform {
        name: "x86_64-linux",
        target: "x86_64-unknown-linux-musl",
        program: "ai-keys",
    },
    Platform {
        name: "aarch64-linux",
        target: "aarch64-unknown-linux-musl",
        program: "ai-keys",
    },
    Platform {
        name: "x86_64-macos",
        target: "x86_64-apple-darwin",
        program: "ai-keys",
    },
    Platform {
        name: "aarch64-macos",
        target: "aarch64-apple-darwin",
        program: "ai-keys",
    },
    Platform {
        name: "x86_64-windows",
        target: "x86_64-pc-windows-msvc",
        program: "ai-keys.exe",
    },
];

/// Papers that every archive has beside the program.
const PAPERS: [&str; 4] = ["CHANGELOG.md", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// Packs everything into `target/assets`, and writes what the release's page says. In `built` is a folder for each
/// platform whose program `dist/` does not have.
///
/// # Errors
/// The platform of which there is no program.
pub(crate) fn pack(built: &Path) -> Result<Outcome> {
    let folder = fresh("target/assets")?;
    archives(&workspace::root().join("dist"), built, &folder)?;
    for platform in &PLATFORMS {
        let document = format!("{}.cdx.json", platform.stem());
        sbom::write(platform.target, &folder.join(document))?;
    }
    let count = checksums(&folder)?;
    super::write_notes()?;
    Ok(Outcome::Done(format!(
        "{count} files in {}",
        folder.display()
    )))
}

/// Packs an archive for each platform, and lays beside them what `dist/` holds that is not text.
fn archives(dist: &Path, built: &Path, folder: &Path) -> Result<()> {
    let unpacked = fresh("target/assets-natives")?;
    for native in &NATIVES {
        let packed = dist.join(native.in_dist());
        let to = unpacked.join(native.file());
        unpack(&packed, &to).with_context(|| format!("cannot unpack `{}`", packed.display()))?;
        fs::copy(&packed, folder.join(format!("{}.br", native.file())))?;
    }
    fs::copy(dist.join("core/core_bg.wasm"), folder.join("core_bg.wasm"))?;
    for platform in &PLATFORMS {
        let native = unpacked.join(format!("ai-keys-{}", platform.name));
        let program = if native.is_file() {
            native
        } else {
            built.join(platform.name).join(platform.program)
        };
        if !program.is_file() {
            bail!("no program for {}: `{}`", platform.name, program.display());
        }
        let to = folder.join(format!("{}.tar.gz", platform.stem()));
        archive(platform, &program, &to)?;
    }
    fs::remove_dir_all(unpacked)?;
    Ok(())
}

impl Platform {
    /// Returns the name of everything that is for this platform.
    fn stem(&self) -> String {
        format!("ai-keys-{}-{}", env!("CARGO_PKG_VERSION"), self.name)
    }
}

fn fresh(name: &str) -> Result<PathBuf> {
    let folder = workspace::root().join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Packs a program with its papers; the same files give the same bytes.
fn archive(platform: &Platform, program: &Path, to: &Path) -> Result<()> {
    let folder = fresh("target/assets-archive")?;
    fs::copy(program, folder.join(platform.program))?;
    for paper in PAPERS {
        fs::copy(workspace::root().join(paper), folder.join(paper))?;
    }
    let mut tar = workspace::in_workspace(Path::new("tar"));
    tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner"]);
    // Modes of a download say nothing: programs may be run, papers read.
    let mode = "--mode=u=rwX,go=rX";
    set_executable(&folder.join(platform.program))?;
    tar.args([mode, "--mtime=@0", "--use-compress-program=gzip -9n"]);
    tar.arg("--create").arg("--file").arg(to);
    tar.arg("--directory").arg(&folder);
    process::quiet(tar.arg(platform.program).args(PAPERS))?;
    fs::remove_dir_all(folder)?;
    Ok(())
}

#[cfg(unix)]
fn set_executable(file: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(not(unix))]
fn set_executable(_: &Path) -> Result<()> {
    bail!("a release is packed on Linux")
}

/// Writes `SHA256SUMS` over everything that is there.
fn checksums(folder: &Path) -> Result<usize> {
    let mut names: Vec<String> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_>>()?;
    names.sort();
    let mut text = String::new();
    for name in &names {
        // Two blanks, as `sha256sum --check` reads it. Writing to a String cannot fail.
        let _ = writeln!(text, "{}  {name}", hash_of_file(&folder.join(name))?);
    }
    fs::write(folder.join("SHA256SUMS"), text)?;
    Ok(names.len() + 1)
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;

    const PROGRAM: &str = "#!/bin/sh\necho made\n";

    /// A `dist` with runners, and a program of every other platform.
    fn made(folder: &Path) {
        fs::create_dir_all(folder.join("dist/bin")).unwrap();
        fs::create_dir_all(folder.join("dist/core")).unwrap();
        fs::write(folder.join("dist/core/core_bg.wasm"), "wasm").unwrap();
        for native in &NATIVES {
            let to = fs::File::create(folder.join("dist").join(native.in_dist())).unwrap();
            let parameters = brotli::enc::BrotliEncoderParams::default();
            let mut to = std::io::BufWriter::new(to);
            brotli::BrotliCompress(&mut PROGRAM.as_bytes(), &mut to, &parameters).unwrap();
            std::io::Write::flush(&mut to).unwrap();
        }
        for platform in PLATFORMS.iter().skip(2) {
            let into = folder.join("built").join(platform.name);
            fs::create_dir_all(&into).unwrap();
            fs::write(into.join(platform.program), PROGRAM).unwrap();
        }
    }

    #[test]
    fn archives_hold_programs_that_may_be_run_and_are_the_same_twice() {
        let folder = fresh("target/assets-test").unwrap();
        made(&folder);
        for out in ["first", "second"] {
            fs::create_dir(folder.join(out)).unwrap();
            archives(
                &folder.join("dist"),
                &folder.join("built"),
                &folder.join(out),
            )
            .unwrap();
            // Five archives, two runners, the core; and the file that holds the sums.
            assert_eq!(checksums(&folder.join(out)).unwrap(), 9);
        }
        let sums = |out: &str| fs::read_to_string(folder.join(out).join("SHA256SUMS")).unwrap();
        assert_eq!(sums("first"), sums("second"));
        let mut check = workspace::in_workspace(Path::new("sha256sum"));
        check.current_dir(folder.join("first"));
        process::quiet(check.args(["--check", "--strict", "SHA256SUMS"])).unwrap();

        for platform in &PLATFORMS {
            let into = folder.join("out").join(platform.name);
            fs::create_dir_all(&into).unwrap();
            let archive = folder.join(format!("first/{}.tar.gz", platform.stem()));
            // As the example for GitLab does.
            let mut tar = workspace::in_workspace(Path::new("tar"));
            tar.arg("-xzf").arg(archive).arg("--directory").arg(&into);
            process::quiet(tar.arg(platform.program)).unwrap();
            let mut run = workspace::in_workspace(&into.join(platform.program));
            assert_eq!(process::quiet(&mut run).unwrap(), "made\n");
        }

        fs::remove_dir_all(folder.join("built")).unwrap();
        let missing = archives(
            &folder.join("dist"),
            &folder.join("built"),
            &folder.join("first"),
        );
        let missing = missing.unwrap_err().to_string();
        assert!(missing.contains("no program for x86_64-macos"), "{missing}");
        fs::remove_dir_all(folder).unwrap();
    }
}
