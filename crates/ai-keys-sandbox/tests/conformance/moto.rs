//! A moto server of our own, on a free port, ended with the test.
//!
//! It is reached through the fault proxy without rules, which thus has to pass everything on unchanged.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ai_keys_sandbox::FaultProxy;

use crate::client::Client;

pub(crate) struct Moto {
    child: Child,
    proxy: FaultProxy,
}

impl Moto {
    /// Starts the server that `AI_KEYS_MOTO_SERVER` names; none if it is not set.
    pub(crate) fn start() -> Option<Self> {
        let program = std::env::var_os("AI_KEYS_MOTO_SERVER").filter(|path| !path.is_empty())?;
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("AI_KEYS_MOTO_SERVER names a program that starts");
        let proxy = FaultProxy::start(&format!("http://127.0.0.1:{port}")).unwrap();
        let moto = Self { child, proxy };
        let client = Client::new(&moto.url());
        let patience = Instant::now() + Duration::from_mins(1);
        while client.get("/moto-api/data.json").status != 200 {
            assert!(Instant::now() < patience, "moto answers within a minute");
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(moto)
    }

    pub(crate) fn url(&self) -> String {
        self.proxy.url()
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
