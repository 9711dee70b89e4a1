//! Real peers for a telephone, each on free ports of this computer and gone with its test.

pub(crate) mod advisor;
pub(crate) mod baresip;
pub(crate) mod caller;
pub(crate) mod ear;
pub(crate) mod exchange;
pub(crate) mod relay;
pub(crate) mod service;
pub(crate) mod told;

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket},
    os::unix::process::CommandExt,
    process::{Child, Command, Stdio},
    time::Duration,
};

use voice::Digit;

/// Longer than anything takes on a busy machine: whoever waits so long has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) fn digit(key: char) -> Digit {
    Digit::new(key).expect("a key")
}

/// All the keys of a text.
pub(crate) fn keys(text: &str) -> Vec<Digit> {
    text.chars().map(digit).collect()
}

/// An address of this computer at which nobody listens, nor at the port after it.
pub(crate) fn free_address() -> SocketAddr {
    loop {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = socket.local_addr().expect("its address");
        let next = SocketAddr::new(address.ip(), address.port().saturating_add(1));
        let are_free =
            [address, next].iter().all(|at| TcpListener::bind(at).is_ok()) && UdpSocket::bind(next).is_ok();
        if are_free {
            return address;
        }
    }
}

/// A program that ends with its test, and whatever it started.
pub(crate) struct Program {
    child: Child,
}

impl Program {
    pub(crate) fn start(command: &mut Command) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        let child = command
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} starts: {error}; `make setup` installs it"));
        Self { child }
    }

    /// Whether it has ended.
    pub(crate) fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }

    /// Asks it to end, and waits until it has. One that does not want to is ended with all that it started.
    pub(crate) fn end(&mut self) {
        self.signal("-TERM");
        for _ in 0..200 {
            if self.is_over() {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        self.signal("-KILL");
        let _ = self.child.wait();
    }

    fn signal(&self, signal: &str) {
        let group = format!("-{}", self.child.id());
        // Nobody may be left in it.
        let _ = Command::new("kill").args([signal, "--", &group]).stderr(Stdio::null()).status();
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.end();
    }
}
