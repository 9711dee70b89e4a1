//! A telephone exchange: kamailio, with a registrar that wants a password.

use std::{
    fs,
    net::{SocketAddr, UdpSocket},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    PATIENCE, Program,
    advisor::{Advisor, account},
    free_address,
    relay::Relay,
};

/// An exchange. Everybody's password is `pw` and their number.
pub(crate) struct Exchange {
    pub(crate) address: SocketAddr,
    /// Where it speaks TLS.
    pub(crate) tls: SocketAddr,
    /// Who vouches for it there, in PEM.
    pub(crate) certificate: String,
    folder: TempDir,
    program: Option<Program>,
}

impl Exchange {
    pub(crate) fn start() -> Self {
        Self::open(None)
    }

    /// One whose calls speak through a relay.
    pub(crate) fn through(relay: &Relay) -> Self {
        Self::open(Some(relay))
    }

    fn open(relay: Option<&Relay>) -> Self {
        // Somebody else may take the port between looking and starting.
        for _ in 0..5 {
            let address = free_address();
            let folder = TempDir::with_prefix("loopdesk-exchange").expect("a folder");
            let tls = SocketAddr::new(address.ip(), address.port() + 1);
            let certified =
                rcgen::generate_simple_self_signed([address.ip().to_string()]).expect("a certificate");
            let certificate = certified.cert.pem();
            let at = |name: &str| folder.path().join(name);
            fs::write(at("certificate.pem"), &certificate).expect("its certificate");
            fs::write(at("key.pem"), certified.signing_key.serialize_pem()).expect("its key");
            fs::write(at("kamailio.cfg"), script(address, tls, folder.path(), relay)).expect("its script");
            let mut exchange = Self { address, tls, certificate, folder, program: None };
            if exchange.resume() {
                return exchange;
            }
        }
        panic!("kamailio does not start");
    }

    /// An advisor at their line, who says this note.
    pub(crate) async fn advisor(&self, number: &str, hertz: f64) -> Advisor {
        Advisor::registered(account(self, number), hertz).await
    }

    /// Is gone, and forgets who was registered.
    pub(crate) fn stop(&mut self) {
        self.program = None;
    }

    /// Is there again, at the same address.
    pub(crate) fn resume(&mut self) -> bool {
        let folder = self.folder.path();
        let log = fs::File::create(folder.join("log")).expect("a log");
        let program = Program::start(
            Command::new("kamailio")
                .arg("-f")
                .arg(folder.join("kamailio.cfg"))
                .args(["-DD", "-E", "-m", "32", "-M", "4"])
                .arg("-Y")
                .arg(folder)
                .arg("-w")
                .arg(folder)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(log),
        );
        self.program = Some(program);
        self.answers()
    }

    /// Whether it answers, before patience ends or it does.
    fn answers(&mut self) -> bool {
        let socket = UdpSocket::bind((self.address.ip(), 0)).expect("a socket");
        socket.set_read_timeout(Some(Duration::from_millis(50))).expect("a limit");
        let from = socket.local_addr().expect("its address");
        let until = Instant::now() + PATIENCE;
        for nth in 0.. {
            let ping = format!(
                "OPTIONS sip:{to} SIP/2.0\r\nVia: SIP/2.0/UDP {from};branch=z9hG4bK{nth};rport\r\nFrom: <sip:t@{from}>;tag=1\r\n\
                 To: <sip:{to}>\r\nCall-ID: ready{nth}\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 9\r\nContent-Length: 0\r\n\r\n",
                to = self.address
            );
            let _ = socket.send_to(ping.as_bytes(), self.address);
            if socket.recv(&mut [0; 2_000]).is_ok() {
                return true;
            }
            let is_over = self.program.as_mut().is_none_or(Program::is_over);
            if is_over || Instant::now() > until {
                return false;
            }
        }
        false
    }
}

fn script(address: SocketAddr, tls: SocketAddr, folder: &Path, relay: Option<&Relay>) -> String {
    let folder = folder.display();
    let through = |port: Option<SocketAddr>| {
        port.map(|at| {
            format!(
                r#"if (has_body("application/sdp")) replace_body("m=audio [0-9]+ ", "m=audio {} ");"#,
                at.port()
            )
        })
        .unwrap_or_default()
    };
    let (asked, answered) = (through(relay.map(Relay::for_callee)), through(relay.map(Relay::for_caller)));
    format!(
        r#"#!KAMAILIO
debug=1
log_stderror=yes
fork=yes
children=1
tcp_children=1
auto_aliases=no
listen=udp:{address}
listen=tcp:{address}
listen=tls:{tls}
enable_tls=yes
loadmodule "tls.so"
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "auth.so"
loadmodule "nathelper.so"
modparam("usrloc", "db_mode", 0)
modparam("tls", "tls_method", "TLSv1.2+")
modparam("tls", "certificate", "{folder}/certificate.pem")
modparam("tls", "private_key", "{folder}/key.pem")
modparam("rr", "enable_full_lr", 1)
modparam("registrar", "received_avp", "$avp(received)")
modparam("nathelper", "received_avp", "$avp(received)")
request_route {{
  if (!mf_process_maxfwd_header("10")) {{ sl_send_reply("483", "Too Many Hops"); exit; }}
  force_rport();
  if (is_method("CANCEL")) {{ if (t_check_trans()) t_relay(); exit; }}
  if (has_totag()) {{
    if (loose_route()) {{ t_relay(); exit; }}
    if (is_method("ACK")) {{ if (t_check_trans()) t_relay(); exit; }}
    t_relay();
    exit;
  }}
  if (is_method("OPTIONS") && uri == myself) {{ sl_send_reply("200", "OK"); exit; }}
  if (is_method("REGISTER")) {{
    if (!pv_auth_check("$fd", "pw$fU", "0", "1")) {{ auth_challenge("$fd", "0"); exit; }}
    consume_credentials();
    fix_nated_register();
    if (!save("location")) sl_reply_error();
    exit;
  }}
  if (is_method("INVITE")) {{
    if (!pv_auth_check("$fd", "pw$fU", "0", "0")) {{ proxy_challenge("$fd", "0"); exit; }}
    consume_credentials();
    record_route();
    {asked}
    t_on_reply("ANSWERED");
  }}
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  if (!t_relay()) sl_reply_error();
  exit;
}}
onreply_route[ANSWERED] {{
  {answered}
  return;
}}
"#
    )
}
