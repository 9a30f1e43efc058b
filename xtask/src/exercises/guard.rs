//! What stands between the grader and what it runs, on Linux: a process of its own, `xtask guard`.
//!
//! It is the parent of the learner's program, or of the build. Whatever that starts, in whichever session or group it hides,
//! becomes a child of the guard as soon as its own parent is gone (`PR_SET_CHILD_SUBREAPER`), so the guard can end all of it, and
//! does, when the learner's program ends, when the grader says so, and when the grader itself is killed.
//!
//! The learner's program may read and print. It may write no file, reach no network, and send no signal to anybody outside
//! (Landlock: files since Linux 5.13, the network since 6.7, signals since 6.12; an older kernel forbids less). What it may take
//! of the machine is limited (`setrlimit`), as a second line behind the limits that the grader and the harness keep themselves.
//!
//! What nobody can keep from a process of the same user: to ask a service of that user for something, by way of a socket that is
//! a file (a container engine, a session bus), or to look for the harness's key in its own memory. On other systems there is no
//! guard: there, a program that leaves its process group stays, and one that writes into `solutions/` is not hindered.

#[cfg(not(target_os = "linux"))]
pub(crate) use elsewhere::{confines, learner, main, of};
#[cfg(target_os = "linux")]
pub(crate) use linux::{confines, learner, main, of};

/// The first argument that makes this program a guard.
pub(crate) const WORD: &str = "guard";

/// What a learner's program may take.
#[derive(Clone, Copy)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code))]
pub(crate) struct Allowance {
    /// Bytes of heap, as the harness counts them.
    pub(crate) heap: u64,
    /// Seconds.
    pub(crate) seconds: u64,
}

#[cfg(target_os = "linux")]
mod linux {
    use super::{Allowance, WORD};
    use landlock::{
        ABI, Access, AccessFs, AccessNet, PathBeneath, PathFd, Ruleset, RulesetAttr, RulesetCreatedAttr,
        RulesetError, RulesetStatus, Scope,
    };
    use rustix::process::{
        Pid, Resource, Rlimit, Signal, WaitOptions, getpid, getppid, kill_process, set_child_subreaper,
        set_parent_process_death_signal, setrlimit, wait,
    };
    use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGTERM};
    use std::collections::{HashMap, HashSet};
    use std::ffi::OsString;
    use std::fs;
    use std::io::{self, Read};
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::{Command, ExitCode};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::thread;
    use std::time::Duration;

    /// As the harness says it: no fault of the learner's.
    const FAULT: u8 = 86;

    /// More than any exercise writes down.
    const LARGEST_FILE: u64 = 256 << 20;

    /// Stacks, the program itself, and what its threads keep for themselves, beside the heap that the harness counts.
    const BESIDE_THE_HEAP: u64 = 512 << 20;

    /// Processes and threads: more than any exercise starts, and few enough to be ended one by one.
    const TASKS: u64 = 256;

    /// What a compiler may take for its data: several times what the largest crate here needs.
    const COMPILER: u64 = 4 << 30;

    /// What is guarded.
    #[derive(Clone, Copy)]
    enum Ward<'a> {
        /// A build: it writes where it likes, and what it leaves running (a compiler's cache) may be meant to stay.
        Build,
        /// A learner's program: it writes to this file alone, and leaves nothing.
        Learner(Allowance, &'a Path),
    }

    fn this() -> Command {
        // Not by its path: it may have been compiled anew since.
        let mut command = Command::new("/proc/self/exe");
        command.arg(WORD).arg(std::process::id().to_string());
        command
    }

    /// The command that runs a build under guard.
    #[allow(clippy::needless_pass_by_value)] // elsewhere, it comes back as it is
    pub(crate) fn of(build: Command) -> Command {
        let mut command = this();
        command.arg("build").arg(build.get_program()).args(build.get_args());
        for (name, value) in build.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        build.get_current_dir().map(|folder| command.current_dir(folder));
        command
    }

    /// The command that runs a learner's program under guard. It may write to `channel`, and to nothing else.
    pub(crate) fn learner(program: &Path, channel: &Path, allowance: Allowance) -> Command {
        let mut command = this();
        command.arg("learner").args([allowance.heap, allowance.seconds].map(|n| n.to_string()));
        command.arg(channel).arg(program);
        command
    }

    /// Whether this kernel keeps a program from writing files.
    pub(crate) fn confines() -> bool {
        let confined = || rules(None).and_then(landlock::RulesetCreated::restrict_self);
        // It binds the thread that asks for it, and those that come after it.
        let status = thread::spawn(confined).join();
        status.is_ok_and(|s| s.is_ok_and(|s| s.ruleset != RulesetStatus::NotEnforced))
    }

    /// The guard: `args` are those of [`of`] or [`learner`], after the word.
    pub(crate) fn main(args: &[OsString]) -> ExitCode {
        match guard(args) {
            Ok(Ended::Code(code)) => ExitCode::from(code),
            Ok(Ended::Signal(signal)) => {
                // Whoever waits for the guard sees what the guard saw.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
                ExitCode::from(u8::try_from(128 + signal).unwrap_or(u8::MAX))
            }
            Err(e) => {
                eprintln!("harness [-]: the guard cannot do its part: {e}");
                ExitCode::from(FAULT)
            }
        }
    }

    /// How the program ended.
    #[derive(Clone, Copy)]
    enum Ended {
        Code(u8),
        Signal(i32),
    }

    fn guard(args: &[OsString]) -> io::Result<Ended> {
        let usage =
            || io::Error::other("usage: guard GRADER build PROGRAM… | learner HEAP SECONDS CHANNEL PROGRAM");
        let number = |text: &OsString| text.to_str().and_then(|t| t.parse::<u64>().ok()).ok_or_else(usage);
        let (grader, ward, program) = match args {
            [grader, kind, program @ ..] if kind == "build" && !program.is_empty() => {
                (grader, Ward::Build, program)
            }
            [grader, kind, heap, seconds, channel, program @ ..]
                if kind == "learner" && !program.is_empty() =>
            {
                let allowance = Allowance { heap: number(heap)?, seconds: number(seconds)? };
                (grader, Ward::Learner(allowance, Path::new(channel)), program)
            }
            _ => return Err(usage()),
        };
        // Before anything runs, so that no end is missed: that of a child, and that of the grader.
        let (mut bell, ringer) = UnixStream::pair()?;
        let told = Arc::new(AtomicBool::new(false));
        for signal in [SIGTERM, SIGINT, SIGHUP] {
            signal_hook::flag::register(signal, Arc::clone(&told))?;
            signal_hook::low_level::pipe::register(signal, ringer.try_clone()?)?;
        }
        signal_hook::low_level::pipe::register(SIGCHLD, ringer)?;
        set_parent_process_death_signal(Some(Signal::TERM))?;
        if getppid().map(|p| p.as_raw_nonzero().get().unsigned_abs().into()) != Some(number(grader)?) {
            return Err(io::Error::other("the grader is gone"));
        }
        set_child_subreaper(Some(getpid()))?;
        limit(ward);
        let program = start(program, ward)?;
        let mut ended = None;
        while ended.is_none() && !told.load(Ordering::Relaxed) {
            match bell.read(&mut [0; 64]) {
                Err(e) if e.kind() != io::ErrorKind::Interrupted => return Err(e),
                _ => {}
            }
            ended = reap(program)?.0;
        }
        if ended.is_none() || matches!(ward, Ward::Learner(..)) {
            end_all();
        }
        Ok(ended.unwrap_or(Ended::Signal(SIGTERM)))
    }

    /// What the guard may take, and so what it starts. A limit that cannot be set is one line of defence less, and no reason to
    /// stop.
    fn limit(ward: Ward<'_>) {
        let set = |resource, most| {
            let _ = setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) });
        };
        set(Resource::Core, 0);
        let Ward::Learner(Allowance { heap, seconds }, _) = ward else {
            return set(Resource::Data, COMPILER);
        };
        let cores = thread::available_parallelism().map_or(1, |n| n.get() as u64);
        set(Resource::Fsize, LARGEST_FILE);
        set(Resource::Data, heap.saturating_add(BESIDE_THE_HEAP));
        set(Resource::Cpu, seconds.saturating_add(5).saturating_mul(cores));
        // The fourth number: those that run, and all there are.
        let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
        let tasks = load.split_whitespace().nth(3).and_then(|n| n.split_once('/')?.1.parse::<u64>().ok());
        if let Some(tasks) = tasks {
            set(Resource::Nproc, tasks + TASKS);
        }
    }

    /// What is forbidden: to write, except to this file; to use the network; to end others.
    fn rules(channel: Option<&Path>) -> Result<landlock::RulesetCreated, RulesetError> {
        let abi = ABI::V9;
        let mut rules = Ruleset::default()
            .handle_access(AccessFs::from_write(abi))?
            .handle_access(AccessNet::from_all(abi))?
            .scope(Scope::from_all(abi))?
            .create()?;
        for path in channel.into_iter().chain([Path::new("/dev/null")]) {
            if let Ok(file) = PathFd::new(path) {
                rules = rules.add_rule(PathBeneath::new(file, AccessFs::WriteFile))?;
            }
        }
        Ok(rules)
    }

    /// Starts it. The thread that starts it is bound by the rules, and so is all that comes of it; the guard is not.
    fn start(program: &[OsString], ward: Ward<'_>) -> io::Result<Pid> {
        let start = || {
            if let Ward::Learner(_, channel) = ward {
                let bound = rules(Some(channel)).and_then(landlock::RulesetCreated::restrict_self);
                bound.map_err(io::Error::other)?;
            }
            // A group of its own: what it does to its group, it does to itself.
            Command::new(&program[0]).args(&program[1..]).process_group(0).spawn()
        };
        let child = thread::scope(|s| s.spawn(start).join());
        let child = child.unwrap_or_else(|_| Err(io::Error::other("the thread that starts it panicked")))?;
        // Waited for by its number, like those that it leaves behind.
        Pid::from_raw(child.id().cast_signed()).ok_or_else(|| io::Error::other("a process without a number"))
    }

    /// Takes note of all children that have ended: how this one did, and whether there is none left.
    fn reap(program: Pid) -> io::Result<(Option<Ended>, bool)> {
        let mut ended = None;
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) if pid == program => {
                    let signal = status.terminating_signal().map(Ended::Signal);
                    let code = || Ended::Code(u8::try_from(status.exit_status().unwrap_or(1)).unwrap_or(1));
                    ended = Some(signal.unwrap_or_else(code));
                }
                Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
                Ok(None) => return Ok((ended, false)),
                Err(rustix::io::Errno::CHILD) => return Ok((ended, true)),
                Err(e) => return Err(e.into()),
            }
        }
    }

    /// Ends everything that descends from the guard. Usually there is nothing, and one call says so.
    ///
    /// A process that is stopped cannot fork: they are stopped until a look finds no new one, and then ended. The limit on
    /// tasks sees to it that this comes to an end, whatever they do meanwhile.
    fn end_all() {
        let nobody = Pid::INIT;
        while !reap(nobody).is_ok_and(|(_, none_left)| none_left) {
            let mut known = HashSet::new();
            let all = |pids: &[Pid], signal| {
                for pid in pids {
                    let _ = kill_process(*pid, signal);
                }
            };
            loop {
                let fresh: Vec<Pid> = descendants().into_iter().filter(|p| known.insert(*p)).collect();
                if fresh.is_empty() {
                    break;
                }
                all(&fresh, Signal::STOP);
            }
            all(&known.into_iter().collect::<Vec<_>>(), Signal::KILL);
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// The children of the guard, theirs, and so on.
    fn descendants() -> Vec<Pid> {
        let mut children: HashMap<i32, Vec<i32>> = HashMap::new();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let Some(pid) = entry.file_name().to_str().and_then(|n| n.parse::<i32>().ok()) else { continue };
            let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
            // "7 (a name, which may hold anything) S 1 …": state and parent follow the last parenthesis.
            let mut rest = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
            let (state, parent) = (rest.next(), rest.next().and_then(|p| p.parse().ok()));
            // One that has ended needs no signal.
            if let (Some(parent), false) = (parent, matches!(state, Some("Z" | "X"))) {
                children.entry(parent).or_default().push(pid);
            }
        }
        let mut all = Vec::new();
        let mut parents = vec![getpid().as_raw_nonzero().get()];
        while let Some(of) = parents.pop() {
            let born = children.remove(&of).unwrap_or_default();
            all.extend(born.iter().filter_map(|p| Pid::from_raw(*p)));
            parents.extend(born);
        }
        all
    }
}

#[cfg(not(target_os = "linux"))]
mod elsewhere {
    use super::Allowance;
    use std::ffi::OsString;
    use std::path::Path;
    use std::process::{Command, ExitCode};

    pub(crate) fn of(build: Command) -> Command {
        build
    }

    pub(crate) fn learner(program: &Path, _: &Path, _: Allowance) -> Command {
        Command::new(program)
    }

    pub(crate) fn confines() -> bool {
        false
    }

    pub(crate) fn main(_: &[OsString]) -> ExitCode {
        ExitCode::from(crate::failure::USAGE)
    }
}
