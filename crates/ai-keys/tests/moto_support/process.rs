//! A moto server on a free port, ended with the test.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct MotoProcess {
    child: Child,
    address: String,
}

impl MotoProcess {
    /// Starts the server that `AI_KEYS_MOTO_SERVER` names; says so and returns none if it is not set.
    pub(crate) fn start() -> Option<Self> {
        let program = std::env::var_os("AI_KEYS_MOTO_SERVER").filter(|path| !path.is_empty());
        let Some(program) = program else {
            super::missing::skip("no moto (AI_KEYS_MOTO_SERVER is not set)");
            return None;
        };
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &address.port().to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("AI_KEYS_MOTO_SERVER names a program that starts");
        let address = address.to_string();
        let moto = Self { child, address };
        let patience = Instant::now() + Duration::from_mins(1);
        while moto.status().as_deref() != Some("200") {
            assert!(Instant::now() < patience, "moto answers within a minute");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(moto)
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    fn status(&self) -> Option<String> {
        let Self { address, .. } = self;
        let mut stream = TcpStream::connect(address).ok()?;
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).ok()?;
        let line = "GET /moto-api/data.json HTTP/1.1";
        let request = format!("{line}\r\nhost: {address}\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer.get(9..12)?.to_owned())
    }
}

impl Drop for MotoProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
