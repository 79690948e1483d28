//! What every request passes on its way: the fault rules, then the journal.

use std::future::Future;
use std::sync::Mutex;
use std::time::Duration;

use crate::answer::Answer;
use crate::clock::Clock;
use crate::fault_rule::Act;
use crate::faults::Faults;
use crate::journal::{Journal, JournalEntry, attempt_in, loggable};
use crate::lock;
use crate::protocol::Protocol;
use crate::scope::Scope;
use crate::server::Incoming;

/// Fault rules, journal and clock of one server.
pub(crate) struct Gate {
    pub(crate) faults: Mutex<Faults>,
    pub(crate) journal: Journal,
    pub(crate) clock: Clock,
}

/// What the client gets to see.
pub(crate) enum Reply {
    Whole(Answer),
    /// Half of the body, then a closed connection.
    Truncated(Answer),
    /// The body byte by byte, with this pause before each.
    Dripping(Answer, Duration),
    Close,
    Hang,
}

/// Which state a call is answered from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    Live,
    Stale,
    /// The live state, to an import that refuses this row.
    RefusingRow(u32),
}

impl Gate {
    /// Applies the fault rules around `carry_out` and writes the journal.
    pub(crate) async fn pass<F, A>(
        &self,
        request: &Incoming,
        scope: &Scope,
        operation: Option<&str>,
        carry_out: F,
    ) -> Reply
    where
        F: FnOnce(View) -> A,
        A: Future<Output = Answer>,
    {
        let at_ms = self.clock.now_ms();
        let target = request.target();
        let decision = lock(&self.faults).decide(operation, &request.method, &target);
        let injected = decision.is_some();
        let (delay_ms, act) = decision.unwrap_or((0, Act::Delay));
        if delay_ms > 0 {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
        }
        let reply = play(act, Protocol::of(request), carry_out).await;
        self.journal
            .push(self.entry(request, scope, operation, at_ms, injected, &reply));
        reply
    }

    fn entry(
        &self,
        request: &Incoming,
        scope: &Scope,
        operation: Option<&str>,
        at_ms: i64,
        injected: bool,
        reply: &Reply,
    ) -> JournalEntry {
        let answer = match reply {
            Reply::Whole(answer) | Reply::Truncated(answer) | Reply::Dripping(answer, _) => {
                Some(answer)
            }
            Reply::Close | Reply::Hang => None,
        };
        JournalEntry {
            operation: operation.map(str::to_owned),
            method: request.method.clone(),
            path: loggable(&request.path, request.query.as_deref()),
            account: scope.account.clone(),
            region: scope.region.clone(),
            status: answer.map(|answer| answer.status),
            error: answer.and_then(Answer::error_code).map(str::to_owned),
            at_ms,
            attempt: attempt_in(request.header("amz-sdk-request")),
            body_bytes: request.body.len(),
            body_mark: self.journal.body_mark(&request.body),
            injected,
        }
    }
}

async fn play<F, A>(act: Act, protocol: Protocol, carry_out: F) -> Reply
where
    F: FnOnce(View) -> A,
    A: Future<Output = Answer>,
{
    if let Some(answer) = act.answer_before(protocol) {
        return Reply::Whole(answer);
    }
    match act {
        Act::CloseBefore => return Reply::Close,
        Act::HangBefore => return Reply::Hang,
        Act::StaleRead => return Reply::Whole(carry_out(View::Stale).await),
        Act::RefuseRow(row) => return Reply::Whole(carry_out(View::RefusingRow(row)).await),
        _ => {}
    }
    let answer = carry_out(View::Live).await;
    match act {
        Act::CloseAfter => Reply::Close,
        Act::HangAfter => Reply::Hang,
        Act::ErrorAfter(status) => Reply::Whole(Answer::server_error(status)),
        Act::Truncate => Reply::Truncated(answer),
        Act::Drip(pause_ms) => Reply::Dripping(answer, Duration::from_millis(pause_ms)),
        Act::Garble => Reply::Whole(answer.garbled()),
        _ => Reply::Whole(answer),
    }
}
