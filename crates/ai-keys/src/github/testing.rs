//! A GitHub on this machine, for tests: just what the runner asks of it, with a memory.
//!
//! Also part of the tests of the built command, which include this file: so it
//! uses nothing of the crate.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::{Value, json};

/// The id of the account that the job's own token writes as.
pub(crate) const BOT: u64 = 41_898_282;

/// A server that ends with the process.
#[derive(Clone)]
pub(crate) struct FakeGithub {
    address: String,
    state: Arc<Mutex<State>>,
}

/// What the server knows, and what it is told to do wrong.
#[derive(Default)]
pub(crate) struct State {
    /// By number of the issue or pull request, with their ids inside.
    pub(crate) comments: BTreeMap<u64, Vec<Value>>,
    pub(crate) issues: Vec<Value>,
    /// Pull requests by commit, those that were closed last, and the messages of
    /// commits.
    pub(crate) pulls: BTreeMap<String, Vec<Value>>,
    pub(crate) closed: Vec<Value>,
    pub(crate) messages: BTreeMap<String, String>,
    /// The last commit that changed a file, by its path as it is asked for.
    pub(crate) changed: BTreeMap<String, String>,
    pub(crate) runs: Vec<Value>,
    /// Artifacts by run, and archives by artifact.
    pub(crate) artifacts: BTreeMap<u64, Vec<Value>>,
    pub(crate) archives: BTreeMap<u64, Vec<u8>>,
    /// Answers to give instead: method, part of the path, and the answer.
    pub(crate) faults: VecDeque<Fault>,
    /// The fewest rows that a page has; 100 if not said.
    pub(crate) page: Option<usize>,
    /// Who writes: the job's own token if not said.
    pub(crate) writer: Option<Value>,
    /// Requests in order: method and path.
    pub(crate) journal: Vec<Request>,
    /// Another server that archives are fetched from.
    pub(crate) store: Option<String>,
    /// Happens once, after a comment was created: what somebody else does.
    pub(crate) after_create: Option<fn(&mut State)>,
    /// Secrets by route, with what was put; the date of their last change, and
    /// the public key that values are sealed with, in base64.
    pub(crate) secrets: BTreeMap<String, Value>,
    pub(crate) now: String,
    pub(crate) public_key: String,
    next_id: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) token: Option<String>,
    pub(crate) body: Value,
}

pub(crate) struct Fault {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) answer: Reply,
}

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Status, headers, body.
    Say(u16, Vec<(&'static str, String)>, Value),
    /// Carries the request out, and closes without an answer.
    Lose,
    /// Carries the request out, and answers so.
    DoBut(u16),
}

impl Reply {
    pub(crate) fn say(status: u16, message: &str) -> Self {
        Self::Say(status, Vec::new(), json!({ "message": message }))
    }
}

struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string().into_bytes(),
        }
    }

    fn message(status: u16, message: &str) -> Self {
        Self::json(status, &json!({ "message": message }))
    }
}

impl FakeGithub {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State {
            next_id: 100,
            ..State::default()
        }));
        let server = Self { address, state };
        let own = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = own.clone();
                thread::spawn(move || server.serve(stream));
            }
        });
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub(crate) fn fault(&self, method: &'static str, path: &'static str, answer: Reply) {
        let fault = Fault {
            method,
            path,
            answer,
        };
        self.state().faults.push_back(fault);
    }

    /// Puts a comment there as somebody wrote it, and returns its id.
    pub(crate) fn plant(&self, number: u64, user: &Value, body: &str) -> u64 {
        self.state().add_comment(number, user, body)
    }

    /// Returns the bodies of a pull request's comments, by id.
    pub(crate) fn bodies(&self, number: u64) -> Vec<(u64, String)> {
        let state = self.state();
        let all = state.comments.get(&number).into_iter().flatten();
        all.map(|comment| {
            let body = comment["body"].as_str().unwrap().to_owned();
            (comment["id"].as_u64().unwrap(), body)
        })
        .collect()
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut head = String::new();
        reader.read_line(&mut head).ok()?;
        let mut words = head.split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let (mut length, mut token) = (0, None);
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else {
                break;
            };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.parse().ok()?,
                "authorization" => token = Some(value.to_owned()),
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
        let request = Request {
            method,
            path,
            token,
            body,
        };
        let answer = self.answer(&request)?;
        let mut text = format!("HTTP/1.1 {} X\r\nconnection: close\r\n", answer.status);
        for (name, value) in &answer.headers {
            text.extend([name, ": ", value, "\r\n"]);
        }
        let length = answer.body.len().to_string();
        text.extend(["content-length: ", &length, "\r\n\r\n"]);
        let mut stream = stream;
        stream.write_all(text.as_bytes()).ok()?;
        stream.write_all(&answer.body).ok()
    }

    /// Returns the answer; none if the connection is closed without one.
    fn answer(&self, request: &Request) -> Option<Answer> {
        let mut state = self.state();
        state.journal.push(request.clone());
        let is_its =
            |fault: &Fault| fault.method == request.method && request.path.contains(fault.path);
        let fault = state.faults.iter().position(is_its);
        match fault
            .and_then(|at| state.faults.remove(at))
            .map(|fault| fault.answer)
        {
            Some(Reply::Say(status, headers, body)) => {
                let mut answer = Answer::json(status, &body);
                answer.headers.extend(headers);
                Some(answer)
            }
            Some(Reply::Lose) => {
                state.carry_out(request, &self.url());
                None
            }
            Some(Reply::DoBut(status)) => {
                state.carry_out(request, &self.url());
                Some(Answer::message(status, "Server Error"))
            }
            None => Some(state.carry_out(request, &self.url())),
        }
    }
}

/// The account that the job's own token writes as.
pub(crate) fn bot() -> Value {
    json!({ "id": BOT, "login": "github-actions[bot]", "type": "Bot" })
}

/// A person.
pub(crate) fn person(id: u64, login: &str) -> Value {
    json!({ "id": id, "login": login, "type": "User" })
}

impl State {
    fn carry_out(&mut self, request: &Request, url: &str) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let body = &request.body;
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["user"]) => match &self.writer {
                Some(user) if user["type"] == "User" => Answer::json(200, user),
                _ => Answer::message(403, "Resource not accessible by integration"),
            },
            ("POST", ["graphql"]) => {
                let writer = self.writer.clone().unwrap_or_else(bot);
                let viewer = json!({ "login": writer["login"], "databaseId": writer["id"] });
                Answer::json(200, &json!({ "data": { "viewer": viewer } }))
            }
            ("GET", ["repos", _, _, "issues", number, "comments"]) => {
                let rows = self.comments.get(&number.parse().unwrap()).cloned();
                self.page(&rows.unwrap_or_default(), path, query, url, |rows| {
                    json!(rows)
                })
            }
            ("POST", ["repos", _, _, "issues", number, "comments"]) => {
                let text = body["body"].as_str().unwrap().to_owned();
                if text.chars().count() > 65_536 {
                    return too_long();
                }
                let (number, writer) = (number.parse().unwrap(), self.writer.clone());
                let id = self.add_comment(number, &writer.unwrap_or_else(bot), &text);
                let made = self.comment(id).cloned().unwrap();
                if let Some(meanwhile) = self.after_create.take() {
                    meanwhile(self);
                }
                Answer::json(201, &made)
            }
            (method, ["repos", _, _, "issues", "comments", id]) => {
                let id = id.parse().unwrap();
                if method == "DELETE" {
                    for comments in self.comments.values_mut() {
                        comments.retain(|comment| comment["id"] != id);
                    }
                    return Answer {
                        status: 204,
                        headers: Vec::new(),
                        body: Vec::new(),
                    };
                }
                let Some(comment) = self.comment(id) else {
                    return Answer::message(404, "Not Found");
                };
                match method {
                    "PATCH" => comment["body"] = body["body"].clone(),
                    "GET" => {}
                    _ => return Answer::message(405, "Method Not Allowed"),
                }
                Answer::json(200, comment)
            }
            ("GET", ["repos", _, _, "issues"]) => {
                let rows = self.issues.clone();
                self.page(&rows, path, query, url, |rows| json!(rows))
            }
            ("POST", ["repos", _, _, "issues"]) => {
                let mut issue = body.clone();
                issue["number"] = json!(self.issues.len() + 1);
                issue["state"] = json!("open");
                issue["user"] = self.writer.clone().unwrap_or_else(bot);
                self.issues.push(issue.clone());
                Answer::json(201, &issue)
            }
            ("PATCH", ["repos", _, _, "issues", number]) => {
                let number: u64 = number.parse().unwrap();
                let found = self
                    .issues
                    .iter_mut()
                    .find(|issue| issue["number"] == number);
                let Some(issue) = found else {
                    return Answer::message(404, "Not Found");
                };
                for (name, value) in body.as_object().unwrap() {
                    issue[name] = value.clone();
                }
                Answer::json(200, issue)
            }
            (method, [.., "secrets", name]) if *name != "public-key" => {
                self.carry_out_secret(method, path, name, body)
            }
            ("GET", [.., "secrets", _]) => {
                Answer::json(200, &json!({ "key_id": "k1", "key": self.public_key }))
            }
            ("GET", [.., "secrets"]) => {
                let under = format!("{path}/");
                let own = self.secrets.iter().filter(|(at, _)| at.starts_with(&under));
                let rows: Vec<Value> = own.map(|(_, secret)| secret.clone()).collect();
                self.page(&rows, path, query, url, |rows| json!({ "secrets": rows }))
            }
            (method, parts) => self.carry_out_reviewed(method, parts, (path, query, url)),
        }
    }

    fn carry_out_secret(&mut self, method: &str, path: &str, name: &str, body: &Value) -> Answer {
        let found = self.secrets.get(path);
        if method == "GET" {
            return found.map_or(Answer::message(404, "Not Found"), |found| {
                Answer::json(200, found)
            });
        }
        let status = if found.is_some() { 204 } else { 201 };
        let mut secret = body.clone();
        secret["name"] = json!(name.to_ascii_uppercase());
        secret["updated_at"] = json!(self.now);
        self.secrets.insert(path.to_owned(), secret);
        Answer {
            status,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    /// The routes from a commit to its reviewed plan.
    fn carry_out_reviewed(
        &self,
        method: &str,
        parts: &[&str],
        (path, query, url): (&str, &str, &str),
    ) -> Answer {
        match (method, parts) {
            ("GET", ["repos", _, _, "commits", sha, "pulls"]) => Answer::json(
                200,
                &json!(self.pulls.get(*sha).cloned().unwrap_or_default()),
            ),
            ("GET", ["repos", _, _, "commits"]) => {
                let mut asked = query
                    .split('&')
                    .filter_map(|part| part.strip_prefix("path="));
                let changed = asked.next().and_then(|path| self.changed.get(path));
                let rows: Vec<Value> = changed.iter().map(|sha| json!({ "sha": sha })).collect();
                Answer::json(200, &json!(rows))
            }
            ("GET", ["repos", _, _, "pulls"]) => Answer::json(200, &json!(self.closed)),
            ("GET", ["repos", _, _, "git", "commits", sha]) => {
                let message = self.messages.get(*sha);
                let message = message.map_or("Change the keys", String::as_str);
                Answer::json(200, &json!({ "sha": sha, "message": message }))
            }
            ("GET", ["repos", _, _, "actions", "runs"]) => {
                let asked: BTreeMap<&str, &str> = query
                    .split('&')
                    .filter_map(|part| part.split_once('='))
                    .collect();
                let runs = self.runs.iter().filter(|run| {
                    run["head_sha"] == asked["head_sha"] && run["event"] == asked["event"]
                });
                let runs: Vec<Value> = runs.cloned().collect();
                self.page(
                    &runs,
                    path,
                    query,
                    url,
                    |rows| json!({ "workflow_runs": rows }),
                )
            }
            ("GET", ["repos", _, _, "actions", "runs", run, "artifacts"]) => {
                let rows = self.artifacts.get(&run.parse().unwrap()).cloned();
                let rows = rows.unwrap_or_default();
                self.page(&rows, path, query, url, |rows| json!({ "artifacts": rows }))
            }
            ("GET", ["repos", _, _, "actions", "artifacts", id, "zip"]) => {
                let store = self.store.clone().unwrap_or_else(|| url.to_owned());
                Answer {
                    status: 302,
                    headers: vec![("location", format!("{store}/archive/{id}"))],
                    body: Vec::new(),
                }
            }
            ("GET", ["archive", id]) => match self.archives.get(&id.parse().unwrap()) {
                Some(archive) => Answer {
                    status: 200,
                    headers: Vec::new(),
                    body: archive.clone(),
                },
                None => Answer::message(404, "Not Found"),
            },
            _ => Answer::message(404, "Not Found"),
        }
    }

    fn comment(&mut self, id: u64) -> Option<&mut Value> {
        let mut all = self.comments.values_mut().flatten();
        all.find(|comment| comment["id"] == id)
    }

    pub(crate) fn add_comment(&mut self, number: u64, user: &Value, body: &str) -> u64 {
        self.next_id += 1;
        let comment = json!({ "id": self.next_id, "user": user, "body": body });
        self.comments.entry(number).or_default().push(comment);
        self.next_id
    }

    fn page(
        &self,
        rows: &[Value],
        path: &str,
        query: &str,
        url: &str,
        wrap: impl Fn(&[Value]) -> Value,
    ) -> Answer {
        let size = self.page.unwrap_or(100);
        let asked = query.split('&').find_map(|part| part.strip_prefix("page="));
        let number: usize = asked.map_or(1, |page| page.parse().unwrap());
        let from = (number - 1) * size;
        let shown: Vec<Value> = rows.iter().skip(from).take(size).cloned().collect();
        let mut answer = Answer::json(200, &wrap(&shown));
        if from + size < rows.len() {
            let rest: Vec<&str> = query
                .split('&')
                .filter(|part| !part.starts_with("page="))
                .collect();
            let next = format!("{url}{path}?{}&page={}", rest.join("&"), number + 1);
            let link = format!("<{next}>; rel=\"next\", <{url}{path}?page=99>; rel=\"last\"");
            answer.headers.push(("link", link));
        }
        answer
    }
}

fn too_long() -> Answer {
    let why = "Body is too long (maximum is 65536 characters)";
    Answer::json(
        422,
        &json!({ "message": "Validation Failed", "errors": [{ "message": why }] }),
    )
}
