//! A moto in a process of its own, whose request log is counted.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// How long moto may take to start; it loads all its services first.
const PATIENCE: Duration = Duration::from_mins(2);

/// Ended when dropped.
pub(super) struct Moto {
    child: Child,
    address: String,
    log: PathBuf,
}

impl Moto {
    /// Starts an empty one on a free port. Its log goes into a folder.
    pub(super) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let log = folder.join("moto.log");
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()
            .context("cannot start moto")?;
        let mut moto = Self {
            child,
            address: address.to_string(),
            log,
        };
        let patience = Instant::now() + PATIENCE;
        while !moto.answers() {
            if Instant::now() > patience || moto.child.try_wait()?.is_some() {
                bail!("moto does not start: {}", fs::read_to_string(&moto.log)?);
            }
            thread::sleep(Duration::from_millis(50));
        }
        Ok(moto)
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns how many requests have been answered, but for our own.
    pub(super) fn requests(&self) -> Result<usize> {
        Ok(count(&fs::read_to_string(&self.log)?))
    }

    fn answers(&self) -> bool {
        let ask = || -> Result<String> {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.set_read_timeout(Some(Duration::from_secs(20)))?;
            write!(
                stream,
                "GET /moto-api/data.json HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
                self.address
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer)?;
            Ok(answer)
        };
        ask().is_ok_and(|answer| answer.get(9..12) == Some("200"))
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Counts the requests in moto's log, one a line, but for those that ask moto about itself.
fn count(log: &str) -> usize {
    let is_request = |line: &&str| line.contains(" HTTP/1.1") && !line.contains(" /moto-api/");
    log.lines().filter(is_request).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_requests_to_the_service_count() {
        let log = "\
WARNING: This is a development server.
 * Running on http://127.0.0.1:5000
127.0.0.1 - - [24/Nov/2026 04:50:00] \"GET /moto-api/data.json HTTP/1.1\" 200 -
127.0.0.1 - - [24/Nov/2026 04:50:01] \"POST /apikeys HTTP/1.1\" 201 -
127.0.0.1 - - [24/Nov/2026 04:50:02] \"\x1b[33mGET /usageplans/a/keys/b HTTP/1.1\x1b[0m\" 404 -
";
        assert_eq!(count(log), 2);
    }
}
