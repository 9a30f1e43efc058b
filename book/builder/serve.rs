//! A small server for those who write: builds again when a file changes, and reloads the page.
//!
//! It listens on 127.0.0.1 alone, answers GET and HEAD, and reads only the folder of the built book. Changes are found by
//! looking at the files' times, which works on every system and needs no library.

use crate::build::{self, Layout, Report};
use crate::problem::Error;
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// How often files are looked at.
const LOOK: Duration = Duration::from_millis(300);
/// How long a browser may take to send its request, or to take the answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where a page asks whether it is still the newest.
const STATE: &str = "/.state";

/// What the pages want to know: which build this is, and what is wrong with the sources now.
#[derive(Debug, Default)]
struct State {
    build: u64,
    fault: String,
}

/// Builds, listens, and goes on until it is stopped.
///
/// # Errors
///
/// [`Error::Io`] if the port is taken. A book that does not build is no error here: it is shown.
pub(crate) fn serve(layout: &Layout, port: u16, opened: impl FnOnce(&str)) -> Result<(), Error> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .map_err(Error::io(Path::new(&format!("port {port} (another: --port N)"))))?;
    let address = listener.local_addr().map_err(Error::io(Path::new("the listening port")))?;
    let url = format!("http://{address}/");
    let state = Arc::new(Mutex::new(State::default()));
    let sources = rebuild(layout, &state);
    println!("{url}  (Ctrl-C stops)");
    opened(&url);

    let watched = (layout.clone(), Arc::clone(&state));
    std::thread::spawn(move || watch(&watched.0, &watched.1, sources));
    for stream in listener.incoming().flatten() {
        let (folder, state) = (layout.html(), Arc::clone(&state));
        std::thread::spawn(move || {
            // A browser that goes away in the middle is nobody's fault.
            let _ = answer(&stream, &folder, &state);
        });
    }
    Ok(())
}

/// Builds once, tells the terminal and the pages; returns the files outside the book that it shows.
fn rebuild(layout: &Layout, state: &Mutex<State>) -> Vec<PathBuf> {
    let built = build::build(layout, &layout.html());
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    match built {
        Ok(Report { chapters, took, sources, .. }) => {
            println!("{} chapters in {:.2} s", chapters.len(), took.as_secs_f64());
            state.build += 1;
            state.fault.clear();
            sources.into_iter().collect()
        }
        Err(error) => {
            eprintln!("{error}");
            state.fault = error.to_string();
            Vec::new()
        }
    }
}

type Times = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// Builds again whenever a file is not what it was. The sources of the last good build stay watched after a bad one.
fn watch(layout: &Layout, state: &Mutex<State>, mut sources: Vec<PathBuf>) {
    let mut before = times(layout, &sources);
    loop {
        std::thread::sleep(LOOK);
        let now = times(layout, &sources);
        if now == before {
            continue;
        }
        let found = rebuild(layout, state);
        if !found.is_empty() {
            sources = found;
        }
        // Taken after the build would miss what was saved during it.
        before = times(layout, &sources)
            .into_iter()
            .map(|(path, time)| {
                let seen = now.get(&path).copied().unwrap_or(time);
                (path, seen)
            })
            .collect();
    }
}

/// The times and sizes of everything that a build reads.
fn times(layout: &Layout, sources: &[PathBuf]) -> Times {
    fn look(path: &Path, times: &mut Times) {
        let Ok(data) = fs::metadata(path) else { return };
        if data.is_dir() {
            for entry in fs::read_dir(path).into_iter().flatten().flatten() {
                look(&entry.path(), times);
            }
        } else {
            times.insert(path.to_path_buf(), (data.modified().ok(), data.len()));
        }
    }
    let mut times = Times::new();
    let book = layout.root.join(&layout.book);
    for path in ["src", "theme", "book.toml"] {
        look(&book.join(path), &mut times);
    }
    for path in sources {
        look(path, &mut times);
    }
    times
}

/// Reads one request and answers it.
fn answer(stream: &TcpStream, folder: &Path, state: &Mutex<State>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(stream.take(16 * 1024));
    let mut request = String::new();
    reader.read_line(&mut request)?;
    // The headers say nothing that matters here, but an answer before they are read resets the connection.
    let mut header = String::new();
    while reader.read_line(&mut header)? > 2 {
        header.clear();
    }
    let mut words = request.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, kind, body) = match method {
        "GET" | "HEAD" => find(target, folder, state),
        _ => ("405 Method Not Allowed", "text/plain; charset=utf-8", b"only GET and HEAD".to_vec()),
    };
    let mut stream = stream;
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n",
        body.len()
    )?;
    if method == "GET" {
        stream.write_all(&body)?;
    }
    stream.flush()
}

/// The status, the type and the content for a target.
fn find(target: &str, folder: &Path, state: &Mutex<State>) -> (&'static str, &'static str, Vec<u8>) {
    const TEXT: &str = "text/plain; charset=utf-8";
    let path = target.split(['?', '#']).next().unwrap_or_default();
    if path == STATE {
        let state = state.lock().unwrap_or_else(PoisonError::into_inner);
        return ("200 OK", TEXT, format!("{}\n{}", state.build, state.fault).into_bytes());
    }
    let Some(mut file) = inside(path, folder) else {
        return ("400 Bad Request", TEXT, b"no such path".to_vec());
    };
    if file.is_dir() {
        file.push("index.html");
    }
    if let Ok(content) = fs::read(&file) {
        let kind = kind(&file);
        let content = if kind.starts_with("text/html") { with_reload(content) } else { content };
        return ("200 OK", kind, content);
    }
    let state = state.lock().unwrap_or_else(PoisonError::into_inner);
    let text =
        if state.fault.is_empty() { format!("{path} is not in the book") } else { state.fault.clone() };
    let text = crate::maths::escape(&text);
    let page = format!("<!DOCTYPE html><title>Not found</title><body><pre>{text}</pre></body>");
    ("404 Not Found", "text/html; charset=utf-8", with_reload(page.into_bytes()))
}

/// The file that a path names, if the path stays inside the folder.
fn inside(path: &str, folder: &Path) -> Option<PathBuf> {
    let mut decoded = Vec::with_capacity(path.len());
    let mut bytes = path.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let pair = [bytes.next()?, bytes.next()?];
            decoded.push(u8::from_str_radix(std::str::from_utf8(&pair).ok()?, 16).ok()?);
        } else {
            decoded.push(byte);
        }
    }
    let decoded = String::from_utf8(decoded).ok()?;
    let relative = Path::new(decoded.strip_prefix('/')?);
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_));
    (relative.components().all(plain) && !decoded.contains(['\\', '\0'])).then(|| folder.join(relative))
}

fn kind(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "otf" => "font/otf",
        "ttf" => "font/ttf",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// A page that asks every second whether there is a newer one, and shows what is wrong with it if there is not.
fn with_reload(page: Vec<u8>) -> Vec<u8> {
    const SCRIPT: &str = r#"<script>
(() => {
    let build = null;
    const fault = document.createElement("pre");
    fault.style = "position:fixed;inset:auto 0 0 0;z-index:2000;margin:0;padding:1em 1.5em;max-height:50vh;overflow:auto;white-space:pre-wrap;font:14px/1.5 monospace;background:#7c1d12;color:#fff";
    setInterval(async () => {
        try {
            const [now, ...lines] = (await (await fetch("/.state")).text()).split("\n");
            if (build !== null && build !== now) location.reload();
            build = now;
            fault.textContent = lines.join("\n").trim();
            if (fault.textContent) document.body.append(fault); else fault.remove();
        } catch { /* the server has stopped */ }
    }, 1000);
})();
</script>"#;
    match String::from_utf8(page) {
        Ok(mut page) => {
            let at = page.rfind("</body>").unwrap_or(page.len());
            page.insert_str(at, SCRIPT);
            page.into_bytes()
        }
        Err(page) => page.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside_the_folder() {
        let folder = Path::new("book");
        assert_eq!(inside("/spine/why.html", folder), Some(folder.join("spine/why.html")));
        assert_eq!(inside("/", folder), Some(folder.to_path_buf()));
        assert_eq!(inside("/a%20b.html", folder), Some(folder.join("a b.html")));
        for bad in [
            "/../Cargo.toml",
            "/%2e%2e/Cargo.toml",
            "/a/../../b",
            "//etc/passwd",
            "/a%2",
            "/%zz",
            "",
            "x",
            "/a\\..\\b",
        ] {
            assert_eq!(inside(bad, folder), None, "{bad}");
        }
    }

    #[test]
    fn a_browser_gets_pages_the_state_and_nothing_else() {
        let folder = std::env::temp_dir().join(format!("book-serve-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("index.html"), "<body>hello</body>").unwrap();
        let state = Mutex::new(State { build: 3, fault: "a.md:1: no".into() });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let ask = |request: &str| {
            let mut browser = TcpStream::connect(address).unwrap();
            browser.write_all(request.as_bytes()).unwrap();
            let (stream, _) = listener.accept().unwrap();
            answer(&stream, &folder, &state).unwrap();
            drop(stream);
            let mut reply = String::new();
            browser.read_to_string(&mut reply).unwrap();
            reply
        };
        let page = ask("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(page.starts_with("HTTP/1.1 200 OK\r\n") && page.contains("hello<script>"), "{page}");
        let reply = ask("GET /.state HTTP/1.1\r\n\r\n");
        assert!(reply.ends_with("\r\n\r\n3\na.md:1: no"), "{reply}");
        assert!(ask("HEAD / HTTP/1.1\r\n\r\n").ends_with("\r\n\r\n"));
        assert!(ask("POST / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 405"));
        assert!(ask("GET /../x HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400"));
        let missing = ask("GET /no.html HTTP/1.1\r\n\r\n");
        assert!(missing.starts_with("HTTP/1.1 404") && missing.contains("a.md:1: no"), "{missing}");
        let _ = fs::remove_dir_all(&folder);
    }
}
