//! A desktop of a test's own: a virtual display, a D-Bus session, a real Secret Service and a real notification daemon, all
//! started here and ended here, by their process ids.

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// How long a daemon may take to be there. Only a broken machine ever needs so long.
const PATIENCE: Duration = Duration::from_secs(20);

/// A process that ends with its owner.
pub struct Process {
    child: Child,
    name: &'static str,
}

impl Process {
    /// Starts a program.
    pub fn start(name: &'static str, command: &mut Command) -> Self {
        let child = command
            .stdin(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start ({error}). `make test` installs it."));
        Self { child, name }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            let _ = self.child.kill();
        }
        if let Err(error) = self.child.wait() {
            eprintln!("{} did not end well: {error}", self.name);
        }
    }
}

/// The folder for pictures: `target/shots/`.
pub fn shots() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/shots");
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// Waits until `there` finds what it looks for.
pub fn wait_for<T>(what: &str, mut there: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(begun.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

const SESSION: &str = r#"<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// A desktop.
pub struct Desktop {
    /// What programs on it are started with.
    pub variables: Vec<(String, String)>,
    home: TempDir,
    // In this order: what was started last ends first.
    _daemons: Vec<Process>,
}

/// How large the display is.
pub const SIZE: (u32, u32) = (1600, 1000);

impl Desktop {
    /// A display, a session, a keyring that is unlocked, and notifications.
    pub fn start() -> Self {
        Self::with(true)
    }

    /// The same without a Secret Service.
    pub fn without_keyring() -> Self {
        Self::with(false)
    }

    fn with(keyring: bool) -> Self {
        let home = tempfile::tempdir().expect("a home");
        let path = |name: &str| home.path().join(name);
        for folder in ["run", "config", "data", "cache", "bin"] {
            fs::create_dir_all(path(folder)).expect("a folder");
        }
        fs::set_permissions(path("run"), fs::Permissions::from_mode(0o700)).expect("a private folder");
        let mut daemons = Vec::new();

        let number = path("display");
        let display = {
            let file = fs::File::create(&number).expect("a file");
            let size = format!("{}x{}x24", SIZE.0, SIZE.1);
            daemons.push(Process::start(
                "Xvfb",
                Command::new("Xvfb")
                    .args(["-displayfd", "1", "-screen", "0", &size, "-nolisten", "tcp"])
                    .stdout(Stdio::from(file))
                    .stderr(Stdio::null()),
            ));
            let text = wait_for("the display", || {
                fs::read_to_string(&number).ok().filter(|text| text.ends_with('\n'))
            });
            format!(":{}", text.trim())
        };

        // A session that starts nothing by itself: all that runs on it was started here.
        fs::write(path("session.conf"), SESSION).expect("a file");
        let mut bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", path("session.conf").display()))
            .args(["--nofork", "--print-address=1"])
            .env("XDG_RUNTIME_DIR", path("run"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("dbus-daemon starts; `make test` installs it");
        let mut address = String::new();
        BufReader::new(bus.stdout.take().expect("its output")).read_line(&mut address).expect("its address");
        daemons.push(Process { child: bus, name: "dbus-daemon" });

        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let system_path = std::env::var("PATH").unwrap_or_default();
        let variables: Vec<(String, String)> = [
            ("DISPLAY", display),
            ("DBUS_SESSION_BUS_ADDRESS", address.trim().to_owned()),
            ("HOME", text(home.path().to_owned())),
            ("XDG_RUNTIME_DIR", text(path("run"))),
            ("XDG_CONFIG_HOME", text(path("config"))),
            ("XDG_DATA_HOME", text(path("data"))),
            ("XDG_CACHE_HOME", text(path("cache"))),
            // Programs that a click on a link starts are ours, and write down what they were asked for.
            ("PATH", format!("{}:{system_path}", text(path("bin")))),
            ("LANG", "en_GB.UTF-8".into()),
            ("LC_ALL", "C.UTF-8".into()),
            ("GTK_A11Y", "none".into()),
            ("NO_AT_BRIDGE", "1".into()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let mut desktop = Self { variables, home, _daemons: daemons };
        desktop.witness("xdg-open");
        desktop.start_daemon("openbox", &[]);
        if keyring {
            desktop.start_keyring();
        }
        // A click does what the notification offers; each one that is shown is also written down.
        fs::create_dir_all(desktop.home().join("config/dunst")).expect("a folder");
        let clicks = "[global]\nmouse_left_click = do_action, close_current\nformat = \"%s\\n%b\"\n";
        fs::write(desktop.home().join("config/dunst/dunstrc"), clicks).expect("its settings");
        desktop.start_daemon("dunst", &["-print"]);
        desktop.wait_for_name("org.freedesktop.Notifications");
        desktop
    }

    fn start_daemon(&mut self, name: &'static str, args: &[&str]) {
        let mut command = self.command(name);
        command.args(args).stdout(self.log(name)).stderr(Stdio::null());
        self._daemons.push(Process::start(name, &mut command));
    }

    fn start_keyring(&mut self) {
        let mut child = self
            .command("gnome-keyring-daemon")
            .args(["--unlock", "--components=secrets", "--foreground"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("gnome-keyring-daemon starts; `make test` installs it");
        let mut input = child.stdin.take().expect("its input");
        input.write_all(b"test").expect("the password is taken");
        drop(input);
        self._daemons.push(Process { child, name: "gnome-keyring-daemon" });
        self.wait_for_name("org.freedesktop.secrets");
    }

    /// Starts a sound server: what is played to the sink `mouth` is what the microphone hears, and what is played goes to
    /// the sink `headset`. Both belong to the test, which plays and hears there.
    pub fn start_sound(&mut self) {
        let folder = self.home.path().join("run/pulse");
        fs::create_dir_all(&folder).expect("a folder");
        let socket = folder.join("native");
        let sink = |name: &str, told: &str| {
            format!(
                "load-module module-null-sink sink_name={name} rate=48000 channels=2 \
                 sink_properties=device.description={told}\n"
            )
        };
        // The door comes last: once it is there, all else is.
        let script = format!(
            "{}{}set-default-sink headset\nset-default-source mouth.monitor\n\
             load-module module-native-protocol-unix auth-anonymous=1 socket={}\n",
            sink("headset", "Headset"),
            sink("mouth", "Mouth"),
            socket.display(),
        );
        let file = folder.join("script");
        fs::write(&file, script).expect("a file");
        let file = file.to_string_lossy().into_owned();
        let args = ["-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no", "-F", &file];
        self.start_daemon("pulseaudio", &args);
        wait_for("the sound server", || socket.exists().then_some(()));
        self.variables.push(("PULSE_SERVER".into(), format!("unix:{}", socket.display())));
    }

    /// Waits until somebody on the session answers to a name.
    pub fn wait_for_name(&self, name: &str) {
        wait_for(name, || {
            let output = self
                .command("dbus-send")
                .args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"])
                .args(["org.freedesktop.DBus.NameHasOwner", &format!("string:{name}")])
                .output()
                .ok()?;
            String::from_utf8_lossy(&output.stdout).contains("true").then_some(())
        });
    }

    /// A file into which what a program says is added.
    pub fn log(&self, name: &str) -> Stdio {
        let file = fs::File::options().create(true).append(true).open(self.log_path(name));
        Stdio::from(file.expect("a file for its words"))
    }

    fn log_path(&self, name: &str) -> PathBuf {
        self.home.path().join(format!("{name}.log"))
    }

    /// What a program has said so far.
    pub fn said(&self, name: &str) -> String {
        fs::read(self.log_path(name))
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }

    /// What a program answers, without the last end of line.
    pub fn ask(&self, program: &str, args: &[&str]) -> String {
        let output = self.command(program).args(args).output().expect("it runs; `make test` installs it");
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// A program that will run on this desktop.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.envs(self.variables.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        command
    }

    /// Puts a program into the path that only writes down its arguments.
    fn witness(&self, name: &str) {
        let program = self.home.path().join("bin").join(name);
        let log = self.log_path(name);
        let script = format!("#!/bin/sh\nprintf '%s\\n' \"$*\" >> '{}'\n", log.display());
        fs::write(&program, script).expect("a program");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it may run");
    }

    /// What links were opened, one a line.
    pub fn opened(&self) -> Vec<String> {
        self.said("xdg-open").lines().map(str::to_owned).collect()
    }

    /// The address of the D-Bus session.
    pub fn bus(&self) -> &str {
        let address = self.variables.iter().find(|(name, _)| name == "DBUS_SESSION_BUS_ADDRESS");
        address.map(|(_, value)| value.as_str()).expect("a session")
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The app's data folder.
    pub fn app_data(&self) -> PathBuf {
        self.home.path().join("data/org.loopdesk.desk")
    }

    /// Writes a picture of the whole display to `target/shots/`.
    pub fn picture(&self, name: &str) {
        let path = shots().join(format!("{name}.png"));
        let taken = self.command("import").args(["-window", "root"]).arg(path).status().expect("a picture");
        assert!(taken.success());
    }
}
