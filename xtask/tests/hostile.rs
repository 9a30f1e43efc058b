//! Solutions that loop, flood, fork, forge and kill. None of them passes unless its function is right, each gets the verdict it
//! deserves within its limit and half a second, and when the grader is back, nothing runs any more and no file has changed but
//! the grader's memory, in one line.
//!
//! On Linux the guard (`xtask/src/exercises/guard.rs`) and Landlock see to most of it. Elsewhere, a process that leaves its group
//! stays, and files can be written: these cases are not run there.
//!
//! What cannot be prevented from a program of the same user:
//!
//! * It can look for the key of the seals in its own memory (`/proc/self/mem` can be read without `unsafe`), and then write
//!   observations that count. Whoever does that has understood more than the exercise asks for, and deceives nobody else.
//! * It can read what the user can read: the reference solutions lie in the same checkout.
//! * Without Landlock (an old kernel, another system) it can kill the grader and write where the user can write. Then there is no
//!   verdict, and what the grader itself writes is whole, or as it was: `faults.rs` kills it at every moment. `doctor` says so.
//! * A service of the user that listens on a socket in the file system can be asked to do what the program itself may not.
#![cfg(unix)]

mod common;

use common::{Learner, SOFTMAX, exercises};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// Seconds for an exercise.
const LIMIT: u32 = 1;

/// What may come on top of it.
const SLACK: f64 = 0.5;

/// Something nobody else waits for: so many seconds, in the arguments of what is left running.
const LONG: &str = "4321.25";

/// In the environment of all that the grader starts.
const MARK: &str = "HOSTILE_TEST";

/// What this process writes there, so that two tests at the same time do not see one another's.
fn mark() -> String {
    std::process::id().to_string()
}

/// A right softmax with something before its result.
fn softmax(first: &str) -> String {
    let right = exercises("solution.rs", SOFTMAX).replace("pub fn softmax", "fn right");
    format!("{right}\n#[allow(warnings)]\npub fn softmax(z: &[f64]) -> Vec<f64> {{\n    {first}\n}}\n")
}

/// What a solution does, and what it earns.
struct Case {
    name: &'static str,
    code: &'static str,
    verdict: &'static str,
    exit: i32,
    /// What a person must be told.
    says: &'static str,
}

const fn case(name: &'static str, verdict: &'static str, exit: i32, code: &'static str) -> Case {
    Case { name, code, verdict, exit, says: "" }
}

impl Case {
    const fn says(mut self, says: &'static str) -> Case {
        self.says = says;
        self
    }
}

/// On the last probe of the second run, "600 apart", when all that comes before is right.
const AT_THE_END: &str = "static N: AtomicU32 = AtomicU32::new(0); \
                          if !(z.len() == 3 && z[0] == -300.0 && N.fetch_add(1, Ordering::SeqCst) == 1) { return right(z) }";

/// All that is decided while it runs.
const CASES: &[Case] = &[
    // It does not come back.
    case("a loop", "time-limit", 4, "loop {}").says("three logits"),
    case("a loop late", "time-limit", 4, "AT_THE_END; loop {}").says("600 apart"),
    case(
        "a loop that catches what unwinds",
        "time-limit",
        4,
        "loop { let _ = std::panic::catch_unwind(|| panic!(\"again\")); }",
    ),
    case("sleep", "time-limit", 4, "loop { std::thread::sleep(std::time::Duration::from_secs(600)) }"),
    case(
        "a loop that leaves children",
        "time-limit",
        4,
        "sh(\"sleep LONG & setsid sleep LONG & setsid -f sleep LONG\"); loop {}",
    ),
    case(
        "children in a loop",
        "time-limit",
        4,
        "for _ in 0..40 { let _ = Command::new(\"setsid\").args([\"sleep\", \"LONG\"]).spawn(); } loop {}",
    ),
    case(
        "many threads in a loop",
        "time-limit",
        4,
        "for _ in 0..8 { std::thread::spawn(|| loop {}); } loop {}",
    ),
    // It takes too much.
    case("a flood", "output-limit", 4, "loop { println!(\"and another line\") }"),
    case(
        "a flood of errors",
        "output-limit",
        4,
        "loop { eprintln!(\"oops, oops, oops, oops, oops, oops\") }",
    ),
    case("a long line", "output-limit", 4, "print!(\"{}\", \"x\".repeat(5_000_000)); right(z)"),
    case(
        "a flood from a child",
        "output-limit",
        4,
        "Command::new(\"sh\").args([\"-c\", \"setsid yes; exit 0\"]).status().unwrap(); right(z)",
    ),
    case("memory, bit by bit", "memory-limit", 4, "let mut v = vec![]; loop { v.push(vec![1.0; 1 << 16]) }"),
    case("memory, all at once", "memory-limit", 4, "vec![0.0; 1 << 40]"),
    // It ends the process.
    case("a panic", "panicked", 5, "panic!(\"cannot be\")").says("cannot be"),
    case("todo", "panicked", 5, "todo!()"),
    case("an index", "panicked", 5, "let n = z.len(); vec![z[n]]"),
    case("a panic that is no text", "panicked", 5, "std::panic::panic_any(42_u8)"),
    case("a panic as it is dropped", "panicked", 5, "let _d = Dropped; right(z)").says("dropped"),
    case("a panic in a panic", "crashed", 5, "let _d = Dropped; panic!()"),
    case(
        "a panic in its hook",
        "crashed",
        5,
        "std::panic::set_hook(Box::new(|_| panic!(\"hook\"))); panic!()",
    ),
    case("abort", "crashed", 5, "std::process::abort()"),
    case("a deep recursion", "stack-overflow", 5, "vec![down(0) as f64]"),
    case("exit 0", "exited-early", 5, "std::process::exit(0)"),
    case("exit 0 at the very end", "exited-early", 5, "AT_THE_END; std::process::exit(0)"),
    case("exit 0 in a thread", "exited-early", 5, "std::thread::spawn(|| std::process::exit(0)); loop {}"),
    case("kills itself", "crashed", 5, "sh(\"kill -9 $PPID\"); right(z)"),
    case("kills its group", "crashed", 5, "sh(\"kill -9 0\"); loop {}"),
    // It pretends.
    case(
        "praise, then exit",
        "exited-early",
        5,
        "println!(\"{}\", r#\"{\"verdict\":\"pass\",\"code\":0}\"#); println!(\"test result: ok\"); \
         std::process::exit(0)",
    ),
    case(
        "the harness's excuse",
        "exited-early",
        5,
        "eprintln!(\"harness [0123456789abcdef]: cannot write observations: disk full\"); std::process::exit(86)",
    ),
    case(
        "forged observations",
        "forged",
        1,
        "channel(|mut f, _| drop(f.write_all(b\"probe 1 13\\ndone\\nend\\n\"))); vec![7.0]",
    ),
    case(
        "observations of its own, sealed with another's seals",
        "forged",
        1,
        "channel(|mut f, text| { let seal = text.lines().last().unwrap().split(' ').next().unwrap().to_string(); \
         drop(f.write_all(format!(\"{seal} done\\n{seal} end\\n\").as_bytes())) }); vec![7.0]",
    ),
    case(
        "a second copy of all that is there, then exit 0",
        "forged",
        1,
        "if z.len() != 4 { return right(z) } \
         channel(|mut f, text| drop(f.write_all(text.as_bytes()))); std::process::exit(0)",
    ),
    // It is wrong, in ways that a lazy grader lets pass.
    case("not a number", "wrong", 1, "vec![f64::NAN; z.len()]"),
    case("nothing", "wrong", 1, "vec![]"),
    case("far too much", "wrong", 1, "vec![0.5; 2_000_000]"),
    case("wrong the second time", "wrong", 1, "AT_THE_END; vec![0.5; 3]").says("two different results"),
    case("a constant", "wrong", 1, "vec![1.0 / z.len() as f64; z.len()]"),
    case(
        "the arg max",
        "wrong",
        1,
        "let m = z.iter().copied().fold(f64::MIN, f64::max); \
         z.iter().map(|&x| f64::from(u8::from(x == m))).collect()",
    ),
    case("half precision", "wrong", 1, "right(z).iter().map(|&p| f64::from(p as f32)).collect()")
        .says("a few digits only"),
    // It is right, whatever it does besides.
    case(
        "reads its input",
        "pass",
        0,
        "let mut s = String::new(); std::io::stdin().read_line(&mut s).unwrap(); assert!(s.is_empty()); right(z)",
    ),
    case(
        "a thread left behind",
        "pass",
        0,
        "std::thread::spawn(|| loop { std::thread::yield_now() }); right(z)",
    ),
    case("a hook of its own", "pass", 0, "std::panic::set_hook(Box::new(|_| {})); right(z)"),
    case("another folder", "pass", 0, "std::env::set_current_dir(\"/\").unwrap(); right(z)"),
    case("some words", "pass", 0, "println!(\"hello\"); right(z)").says("hello"),
    case("a child left behind", "pass", 0, "ONCE; sh(\"sleep LONG &\"); right(z)"),
];

/// The same where there is a guard: without one, these stay, or destroy.
#[cfg(target_os = "linux")]
const GUARDED: &[Case] = &[
    case("a child in a session of its own", "pass", 0, "ONCE; sh(\"setsid sleep LONG & exit 0\"); right(z)"),
    case(
        "a grandchild with another session, parent and environment",
        "pass",
        0,
        "ONCE; Command::new(\"setsid\").args([\"-f\", \"sleep\", \"LONG\"]).env_clear().stdin(Stdio::null()) \
         .stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap(); right(z)",
    ),
    case(
        "children that have children",
        "pass",
        0,
        "ONCE; for _ in 0..3 { sh(\"(setsid sh -c 'sleep LONG & sleep LONG') & exit 0\") } right(z)",
    ),
    case(
        "one that ends if it is told to, and begins anew",
        "pass",
        0,
        "ONCE; sh(\"setsid sh -c 'trap \\\"\\\" TERM HUP INT; sleep LONG; sleep LONG' & exit 0\"); right(z)",
    ),
    case("a child after exit 0", "exited-early", 5, "sh(\"setsid -f sleep LONG\"); std::process::exit(0)"),
    case(
        "memory, past the harness's limit",
        "memory-limit",
        4,
        "exercises::observe::HEAP.set_limit(usize::MAX).unwrap(); \
         for _ in 0..50 { std::mem::forget(std::hint::black_box(Vec::<u8>::with_capacity(64 << 20))) } right(z)",
    ),
    case(
        "kills its parent and its parent's parent",
        "pass",
        0,
        "ONCE; for p in ancestors() { kill(\"-9\", p) } right(z)",
    ),
    case(
        "stops its parent and its parent's parent",
        "pass",
        0,
        "ONCE; for p in ancestors() { kill(\"-19\", p) } right(z)",
    ),
    case(
        "empties the channel",
        "pass",
        0,
        "ONCE; for f in std::fs::read_dir(\".grader/run\").unwrap() { \
         assert!(std::fs::File::create(f.unwrap().path()).is_err()) } right(z)",
    ),
    case(
        "removes the channel",
        "pass",
        0,
        "ONCE; for f in std::fs::read_dir(\".grader/run\").unwrap() { \
         assert!(std::fs::remove_file(f.unwrap().path()).is_err()) } right(z)",
    ),
    case("writes wherever it can", "pass", 0, "ONCE; assert_eq!(destroy(), 0); right(z)"),
    case(
        "overwrites its own program",
        "pass",
        0,
        "ONCE; let me = std::env::current_exe().unwrap(); assert!(std::fs::remove_file(&me).is_err()); \
         assert!(std::fs::copy(\"/bin/true\", &me).is_err()); right(z)",
    ),
    case(
        "lets a child write",
        "pass",
        0,
        "ONCE; sh(\"echo 'version = 1' > .grader/progress.toml; rm -rf neuron.rs linalg; cp /bin/true /proc/$PPID/exe\"); \
         right(z)",
    ),
    case(
        "reaches for the network",
        "pass",
        0,
        "assert!(std::net::TcpListener::bind(\"127.0.0.1:0\").is_err()); right(z)",
    ),
];
#[cfg(not(target_os = "linux"))]
const GUARDED: &[Case] = &[];

/// All cases in one program: which one it is, it reads from a file, so that it is compiled once.
fn all_in_one(cases: &[&Case], canary: &Path) -> String {
    let mut arms = String::new();
    for c in cases {
        let code = c
            .code
            .replace("AT_THE_END;", AT_THE_END)
            .replace("ONCE;", "static DONE: AtomicU32 = AtomicU32::new(0); if DONE.fetch_add(1, Ordering::SeqCst) > 0 { return right(z) }")
            .replace("LONG", LONG);
        let _ = writeln!(arms, "        {:?} => {{ {code} }}", c.name);
    }
    let canary = format!("{:?}", canary.to_str().unwrap());
    let helpers = format!(
        r#"
#[allow(warnings)]
mod tricks {{
    use std::fs;
    use std::path::Path;
    use std::process::Command;

    pub struct Dropped;
    impl Drop for Dropped {{
        fn drop(&mut self) {{
            panic!("dropped")
        }}
    }}

    pub fn down(n: u64) -> u64 {{
        let a = std::hint::black_box([n; 64]);
        down(n + 1) + a[3]
    }}

    pub fn sh(script: &str) {{
        let _ = Command::new("sh").args(["-c", script]).status();
    }}

    pub fn kill(signal: &str, pid: u32) {{
        let _ = Command::new("kill").args([signal, &pid.to_string()]).status();
    }}

    /// The parent of this process, and its parent.
    pub fn ancestors() -> Vec<u32> {{
        let parent = |pid: u32| -> u32 {{
            let stat = fs::read_to_string(format!("/proc/{{pid}}/stat")).unwrap();
            stat.rsplit(')').next().unwrap().split_whitespace().nth(1).unwrap().parse().unwrap()
        }};
        let one = parent(std::process::id());
        vec![one, parent(one)]
    }}

    /// Does something with every channel, and what it holds.
    pub fn channel(f: impl Fn(fs::File, String)) {{
        for entry in fs::read_dir(".grader/run").unwrap() {{
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            f(fs::OpenOptions::new().append(true).open(path).unwrap(), text);
        }}
    }}

    /// Tries to write, replace, move, link and remove what is not its own; says how often that worked.
    pub fn destroy() -> u32 {{
        let mut worked = 0;
        let mut count = |ok: bool| worked += u32::from(ok);
        let canary = Path::new({canary});
        count(fs::write(canary.with_extension("new"), "x").is_ok());
        count(fs::write(canary, "x").is_ok());
        count(fs::OpenOptions::new().append(true).open(canary).is_ok());
        count(fs::File::options().write(true).open(canary).and_then(|f| f.set_len(0)).is_ok());
        count(fs::rename(canary, canary.with_extension("moved")).is_ok());
        count(fs::hard_link(canary, canary.with_extension("linked")).is_ok());
        count(std::os::unix::fs::symlink(canary, canary.with_extension("link")).is_ok());
        count(fs::remove_file(canary).is_ok());
        for path in ["neuron.rs", "probability/softmax.rs", "linalg/matmul.rs", "Cargo.toml", "Cargo.lock",
            ".grader/progress.toml", ".grader/progress.lock", ".grader/bin/neuron.rs", ".grader/starters/neuron.rs"] {{
            count(fs::write(path, "pub fn forged() {{}}").is_ok());
            count(fs::remove_file(path).is_ok());
        }}
        count(fs::create_dir("mine").is_ok());
        count(fs::remove_dir_all("linalg").is_ok());
        worked
    }}
}}
use std::io::Write;
use std::process::{{Command, Stdio}};
use std::sync::atomic::{{AtomicU32, Ordering}};
use tricks::*;
"#
    );
    let body = format!(
        "let case = CASE.get_or_init(|| std::fs::read_to_string(\"case\").unwrap());\n    match case.as_str() {{\n{arms}        _ => right(z),\n    }}"
    );
    softmax(&body) + "static CASE: std::sync::OnceLock<String> = std::sync::OnceLock::new();\n" + &helpers
}

/// What must not change: every file, with what it holds. What the grader builds, and its memory, are its own.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let name = entry.file_name();
            let own = name.to_string_lossy().starts_with("progress.") || name == "target" || name == "case";
            if own {
                continue;
            }
            if kind.is_dir() {
                folders.push(path);
            } else {
                let held = if kind.is_file() { fs::read(&path).unwrap() } else { b"not a file".to_vec() };
                all.insert(path, held);
            }
        }
    }
    all
}

/// The grader's memory, without the line of one exercise.
fn memory(learner: &Learner, without: &str) -> toml::Table {
    let text = fs::read_to_string(learner.0.join(".grader/progress.toml")).unwrap();
    let mut table: toml::Table = toml::from_str(&text).unwrap();
    table["exercises"].as_table_mut().unwrap().remove(without);
    table
}

/// What runs that should not: by its environment, or by what it waits for.
#[cfg(target_os = "linux")]
fn left_running(mark: &str) -> Vec<String> {
    let mark = format!("{MARK}={mark}");
    let mut left = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let of = |name: &str| fs::read(entry.path().join(name)).unwrap_or_default();
        let has = |bytes: &[u8], text: &str| bytes.split(|b| *b == 0).any(|part| part == text.as_bytes());
        let command = of("cmdline");
        // One that has ended has neither.
        if has(&of("environ"), &mark) || has(&command, LONG) {
            left.push(format!("{}: {}", entry.path().display(), String::from_utf8_lossy(&command)));
        }
    }
    left
}
#[cfg(not(target_os = "linux"))]
fn left_running(_: &str) -> Vec<String> {
    let out = std::process::Command::new("ps").args(["-axo", "args"]).output().unwrap();
    let all = String::from_utf8_lossy(&out.stdout).into_owned();
    all.lines().filter(|l| l.contains(LONG)).map(str::to_string).collect()
}

/// Runs the grader on what is there; the exit code and the verdict.
fn grade(learner: &Learner, options: &[&str]) -> (i32, Value, String) {
    let mut command = learner.command_within(LIMIT, &[options, &["--json", "run", SOFTMAX]].concat());
    let output = command.env(MARK, mark()).output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    let said = out.clone() + &String::from_utf8_lossy(&output.stderr);
    let verdict = out.lines().find_map(|l| serde_json::from_str(l).ok()).unwrap_or_default();
    (output.status.code().unwrap_or(-1), verdict, said)
}

#[test]
fn hostile_code_gets_the_verdict_it_deserves() {
    let learner = Learner::new();
    let guarded = learner.run(&["doctor"]).1.iter().any(|c| c["check"] == "files" && c["finding"] == "good");
    let cases: Vec<&Case> = CASES.iter().chain(GUARDED.iter().filter(|_| guarded)).collect();
    let canary = std::env::temp_dir().join(format!("hostile-{}", std::process::id()));
    fs::write(&canary, "alive").unwrap();
    learner.write("linalg/matmul", "// work of an evening");
    learner.run(&["run", "neuron"]);
    learner.write(SOFTMAX, &all_in_one(&cases, &canary));
    let select = |name: &str| fs::write(learner.0.join("case"), name).unwrap();
    select("none");
    let (code, said, all) = grade(&learner, &[]);
    assert_eq!(code, 0, "{said:#}\n{all}");
    let (before, others) = (files(&learner.0), memory(&learner, "softmax"));
    let mut table = String::new();
    for c in &cases {
        select(c.name);
        let start = Instant::now();
        let (code, said, all) = grade(&learner, &[]);
        assert_eq!(
            (said["verdict"].as_str(), code),
            (Some(c.verdict), c.exit),
            "{}: {said:#}\n{all}",
            c.name
        );
        let seconds = said["seconds"].as_f64().unwrap();
        let most = if c.verdict == "time-limit" { f64::from(LIMIT) + SLACK } else { f64::from(LIMIT) };
        assert!(seconds < most, "{} took {seconds} s", c.name);
        assert!(start.elapsed() < Duration::from_secs(30), "{} took {:?}", c.name, start.elapsed());
        assert!(said.to_string().contains(c.says), "{}: nothing about {}: {said:#}", c.name, c.says);
        assert_eq!(left_running(&mark()), Vec::<String>::new(), "{}", c.name);
        assert!(files(&learner.0) == before, "{}: files were changed", c.name);
        assert_eq!(fs::read_to_string(&canary).unwrap(), "alive", "{}", c.name);
        assert!(!canary.with_extension("new").exists(), "{}", c.name);
        assert_eq!(memory(&learner, "softmax"), others, "{}: the memory was changed", c.name);
        let own = fs::read_to_string(learner.0.join(".grader/progress.toml")).unwrap();
        assert!(own.contains(&format!("softmax = {{ last = {:?}", c.verdict)), "{}: {own}", c.name);
        let _ = writeln!(table, "{:58} {:14} exit {}  {seconds:.2} s", c.name, c.verdict, c.exit);
    }
    fs::remove_file(&canary).unwrap();
    println!("{table}");
}

/// What the compiler must not wait for.
const ENDLESS: &str = "a constant without end";

/// What the compiler meets. Each is a file of its own, and nothing of it ever runs.
#[test]
fn hostile_files_are_the_compilers_business() {
    let learner = Learner::new();
    learner.write(SOFTMAX, &softmax("right(z)"));
    assert_eq!(grade(&learner, &[]).0, 0);
    let others = memory(&learner, "softmax");
    let endless = "#![allow(long_running_const_eval)]\nconst A: u64 = { let mut i = 0_u64; loop { i = i.wrapping_add(1); \
                   if i == u64::MAX { break i; } } };\n";
    let types = "struct A<T>(T); fn f<T>(n: u64) -> u64 { if n == 0 { 0 } else { f::<A<T>>(n - 1) } } \
                 vec![f::<u8>(9) as f64]";
    let errors: Vec<String> = (0..2000).map(|i| format!("const _: u32 = x{i};")).collect();
    let right = softmax("right(z)");
    let before = |first: &str| format!("{first}\n{}", right.replace("//!", "//"));
    let cases: Vec<(&str, String, &str, i32, &str)> = vec![
        (ENDLESS, before(endless), "time-limit", 4, "did not come to an end"),
        ("types without end", softmax(types), "does-not-compile", 3, "recursion limit"),
        ("errors by the thousand", before(&errors.join("\n")), "does-not-compile", 3, "and more errors"),
        ("unsafe", softmax("unsafe { std::mem::zeroed() }"), "does-not-compile", 3, "unsafe"),
        (
            "closes what is open",
            softmax(
                "use std::os::fd::FromRawFd; for fd in 0..9 { drop(unsafe { std::fs::File::from_raw_fd(fd) }) } right(z)",
            ),
            "does-not-compile",
            3,
            "unsafe",
        ),
        (
            "allows itself unsafe",
            before("#![allow(unsafe_code)]"),
            "does-not-compile",
            3,
            "allow(unsafe_code)",
        ),
        (
            "a function of libc's name",
            before(
                "#[unsafe(no_mangle)] pub extern \"C\" fn write(_: i32, _: *const u8, n: usize) -> isize { n as isize }",
            ),
            "does-not-compile",
            3,
            "no_mangle",
        ),
        (
            "another environment",
            softmax("unsafe { std::env::set_var(\"PATH\", \"\") }; right(z)"),
            "does-not-compile",
            3,
            "unsafe",
        ),
        (
            "a file that is not there",
            before("include!(\"../../nowhere.rs\");"),
            "does-not-compile",
            3,
            "nowhere.rs",
        ),
        ("a file of somebody else's", before("include!(\"/etc/passwd\");"), "does-not-compile", 3, "error"),
        (
            "a variable that is not there",
            before("const _: &str = env!(\"NO_SUCH_VARIABLE\");"),
            "does-not-compile",
            3,
            "NO_SUCH",
        ),
        ("a variable that is there", before("pub const P: &str = env!(\"PATH\");"), "pass", 0, ""),
        ("allows everything", before("#![allow(warnings)]"), "pass", 0, ""),
        ("no main", before("#![no_main]"), "pass", 0, ""),
        (
            "another heap",
            before("#[global_allocator] static A: std::alloc::System = std::alloc::System;"),
            "does-not-compile",
            3,
            "global",
        ),
        (
            "the answers",
            before("use exercises::probability::softmax::solution;"),
            "does-not-compile",
            3,
            "solution",
        ),
    ];
    let mut table = String::new();
    for (name, text, verdict, exit, says) in &cases {
        learner.write(SOFTMAX, text);
        let start = Instant::now();
        // A limit that others do not come near: a busy machine is no reason to fail.
        let limit = if *name == ENDLESS { "2" } else { "30" };
        let (code, said, all) = grade(&learner, &["--compile-limit", limit]);
        let seconds = start.elapsed().as_secs_f64();
        assert_eq!((said["verdict"].as_str(), code), (Some(*verdict), *exit), "{name}: {said:#}\n{all}");
        assert!(said.to_string().contains(says), "{name}: nothing about {says}: {said:#}");
        assert!(said.to_string().len() < 1 << 20, "{name}: {} bytes", said.to_string().len());
        assert_eq!(left_running(&mark()), Vec::<String>::new(), "{name}");
        assert_eq!(fs::read_to_string(learner.file(SOFTMAX)).unwrap(), *text);
        assert_eq!(memory(&learner, "softmax"), others, "{name}: the memory was changed");
        let _ = writeln!(table, "{name:58} {verdict:16} exit {exit}  {seconds:.2} s in all");
    }
    println!("{table}");
}
