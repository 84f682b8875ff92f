//! A client of headless Chromium, by the DevTools protocol over its pipe: JSON messages that end with NUL, to file
//! descriptor 3 and from 4.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Folder, tool};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A browser with one page.
pub struct Browser {
    child: Child,
    requests: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    number: u64,
    /// What the browser has told without being asked.
    events: Vec<Value>,
    _profile: Folder,
}

impl Browser {
    /// Starts one; none where there is no Chromium.
    pub fn start() -> Option<Self> {
        let program = tool("chromium")?;
        let profile = Folder::new();
        // The shell moves the pipes to where Chromium looks for them. In the containers of CI there is no sandbox to
        // be had, no shared memory to speak of, and no other user than root.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .args(["--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-dev-shm-usage"])
            .args(["--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-extensions"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .env("HOME", profile.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell runs");
        let requests = child.stdin.take().expect("it is piped");
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            while answers.read_until(0, &mut bytes).is_ok_and(|read| read > 0) {
                bytes.pop();
                let message = serde_json::from_slice(&bytes).expect("the browser speaks JSON");
                if sender.send(message).is_err() {
                    return;
                }
                bytes.clear();
            }
        });
        let mut browser = Browser {
            child,
            requests,
            messages,
            session: None,
            number: 0,
            events: Vec::new(),
            _profile: profile,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = Some(session["sessionId"].as_str().expect("a session has an id").to_owned());
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    /// Calls a method and returns its result.
    #[track_caller]
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        let (number, start) = (self.number, Instant::now());
        self.number += 1;
        let mut message = json!({"id": number, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = session.clone().into();
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.requests.write_all(&bytes).expect("the browser listens");
        self.requests.flush().expect("the browser listens");
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let mut message = match self.messages.recv_timeout(left) {
                Ok(message) => message,
                Err(RecvTimeoutError::Timeout) => panic!("no answer to {method}"),
                Err(RecvTimeoutError::Disconnected) => panic!("the browser went away at {method}"),
            };
            if message["id"] == number {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
            self.events.push(message);
        }
    }

    /// Sets the size of the window, and what the user prefers, `light` or `dark`.
    pub fn look(&mut self, width: u32, height: u32, scheme: &str) {
        let mobile = width < 1000;
        self.call(
            "Emulation.setDeviceMetricsOverride",
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile}),
        );
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    /// Opens a file and waits until it is there.
    pub fn open(&mut self, file: &Path) {
        self.events.clear();
        let loaded = self.call("Page.navigate", json!({"url": format!("file://{}", file.display())}));
        assert!(loaded["errorText"].is_null(), "{loaded}");
        self.wait("document.readyState === 'complete'");
    }

    /// Lets scripts of pages run, or not; for pages that are opened later.
    pub fn scripts(&mut self, run: bool) {
        self.call("Emulation.setScriptExecutionDisabled", json!({"value": !run}));
    }

    /// Evaluates an expression in the page.
    #[track_caller]
    pub fn ask(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let mut answer = self.call("Runtime.evaluate", params);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// Counts the elements of a selector.
    #[track_caller]
    pub fn count(&mut self, selector: &str) -> usize {
        let number = self.ask(&format!("document.querySelectorAll({}).length", json!(selector)));
        usize::try_from(number.as_u64().unwrap()).unwrap()
    }

    /// Returns the text of the first element of a selector.
    #[track_caller]
    pub fn text(&mut self, selector: &str) -> String {
        let text = self.ask(&format!("document.querySelector({}).innerText", json!(selector)));
        text.as_str().expect("an element has a text").to_owned()
    }

    /// Waits until an expression is true.
    #[track_caller]
    pub fn wait(&mut self, expression: &str) {
        let start = Instant::now();
        while self.ask(expression) != true {
            assert!(start.elapsed() < PATIENCE, "never: {expression}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Clicks the first element of a selector with the mouse, in its middle; of a path, on its line.
    #[track_caller]
    pub fn click(&mut self, selector: &str) {
        let point = self.ask(&format!(
            "(() => {{
                const element = document.querySelector({});
                element.scrollIntoView({{ block: 'center' }});
                if (element instanceof SVGPathElement) {{
                    const point = element.getPointAtLength(element.getTotalLength() / 2);
                    const {{ x, y }} = point.matrixTransform(element.getScreenCTM());
                    return [x, y];
                }}
                const {{ x, y, width, height }} = element.getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            }})()",
            json!(selector)
        ));
        for kind in ["mousePressed", "mouseReleased"] {
            self.call(
                "Input.dispatchMouseEvent",
                json!({"type": kind, "x": point[0], "y": point[1], "button": "left", "clickCount": 1}),
            );
        }
    }

    /// Presses a key, such as `Enter` or `ArrowDown`.
    pub fn press(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            "ArrowDown" => 40,
            "ArrowUp" => 38,
            _ => 0,
        };
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            self.call(
                "Input.dispatchKeyEvent",
                json!({"type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text}),
            );
        }
    }

    /// Types a text where the focus is.
    pub fn write(&mut self, text: &str) {
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Takes a picture of the window and writes it to a file; returns its bytes.
    pub fn picture(&mut self, file: &Path) -> Vec<u8> {
        let answer = self.call("Page.captureScreenshot", json!({"format": "png"}));
        let bytes = STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, &bytes).unwrap();
        bytes
    }

    /// Returns what the page, since it was opened, has asked for beside itself and data in itself.
    pub fn requests(&mut self) -> Vec<String> {
        self.ask("0");
        let urls = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = urls.filter_map(|event| event["params"]["request"]["url"].as_str());
        urls.filter(|url| !url.starts_with("data:") && !url.starts_with("file:")).map(str::to_owned).collect()
    }

    /// Returns what went wrong in the page since it was opened: exceptions, whatever was logged, and dialogs.
    pub fn faults(&mut self) -> Vec<String> {
        self.ask("0");
        let wrong = [
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
        ];
        let is_wrong = |event: &&Value| wrong.iter().any(|method| event["method"] == *method);
        self.events.iter().filter(is_wrong).map(ToString::to_string).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
