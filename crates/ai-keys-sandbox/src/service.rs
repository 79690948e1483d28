//! One request to the sandbox, from its headers to its answer.

use std::sync::Arc;
use std::time::Duration;

use crate::answer::{Answer, ApiError};
use crate::api::{self, Call, sts};
use crate::control;
use crate::data_plane;
use crate::gate::{Reply, View};
use crate::lock;
use crate::model::World;
use crate::options::Limits;
use crate::protocol::{Protocol, find};
use crate::query::Query;
use crate::route::{Operation, Route, Service};
use crate::rules::CONCURRENT_MODIFICATION;
use crate::scope::{Caller, Scope, read_caller};
use crate::server::Incoming;
use crate::session::TEMPORARY;
use crate::shared::Shared;

/// Serves control routes, the data plane, STS and API Gateway.
pub(crate) async fn serve(shared: Arc<Shared>, request: Incoming) -> Reply {
    let caller = read_caller(
        request.header("authorization"),
        request.header("x-amz-security-token"),
        &shared.options.default_region,
    );
    if request.path.starts_with("/_sandbox/") {
        return Reply::Whole(control::serve(&shared, &request));
    }
    if is_from_elsewhere(&request) {
        return Reply::Whole(Answer::error(
            403,
            "AccessDeniedException",
            "The sandbox serves this machine only",
        ));
    }
    let query = Query::parse(request.query.as_deref());
    let found = find(&request, &query);
    let invocation = data_plane::invocation(&request.path);
    let operation = match (&invocation, &found) {
        (Some(_), _) => Some("Invoke"),
        (None, Some(route)) => Some(route.operation.name()),
        (None, None) => None,
    };
    let reply = shared
        .gate
        .pass(&request, &caller.scope, operation, async |view| {
            if let Some(invocation) = &invocation {
                return data_plane::invoke(&shared, invocation, &request);
            }
            if let Some(route) = &found {
                return carry_out(&shared, &caller, route, &query, &request, view).await;
            }
            let protocol = Protocol::of(&request);
            protocol.refuse(&protocol.unknown_operation())
        });
    dress(&shared, reply.await)
}

/// A browser's page must not reach the sandbox: neither by a rebound name nor across origins.
pub(crate) fn is_from_elsewhere(request: &Incoming) -> bool {
    let host = request.header("host").unwrap_or("127.0.0.1");
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    request.headers.contains_key("origin") || !matches!(name, "127.0.0.1" | "localhost")
}

async fn carry_out(
    shared: &Shared,
    caller: &Caller,
    route: &Route,
    query: &Query,
    request: &Incoming,
    view: View,
) -> Answer {
    let protocol = Protocol::of(request);
    if let Some(refusal) = refusal(shared, caller, route.operation, protocol) {
        return protocol.refuse(&refusal);
    }
    if route.operation.service() == Service::Sts {
        return sts::carry_out(shared, caller, route.operation, request)
            .unwrap_or_else(|error| protocol.refuse(&error));
    }
    if shared.options.limits == Limits::Aws {
        let admitted = lock(&shared.buckets).admit(&caller.scope, route.operation, shared.now_ms());
        if let Err(seconds) = admitted {
            let answer = protocol.refuse(&protocol.throttled());
            // Secrets Manager and SSM do not say when to come back.
            return match protocol {
                Protocol::RestJson => answer.with_header("retry-after", &seconds.to_string()),
                Protocol::Json | Protocol::Query => answer,
            };
        }
    }
    let mut association = None;
    // An import puts keys on usage plans too. That it meets the same conflict is inferred.
    if matches!(
        route.operation,
        Operation::CreateUsagePlanKey | Operation::ImportApiKeys
    ) {
        let Some(mark) = Association::start(shared, &caller.scope) else {
            return Err(ApiError::conflict(CONCURRENT_MODIFICATION)).into();
        };
        association = Some(mark);
        tokio::time::sleep(
            shared
                .options
                .clock
                .shortened(shared.options.association_time),
        )
        .await;
    }
    let answer = run(shared, &caller.scope, route, query, request, view);
    drop(association);
    answer
}

/// Carries an operation out on the state, and saves what it changed.
pub(crate) fn run(
    shared: &Shared,
    scope: &Scope,
    route: &Route,
    query: &Query,
    request: &Incoming,
    view: View,
) -> Answer {
    let mut frozen = lock(&shared.frozen);
    let mut live = lock(&shared.world);
    let world: &mut World = match (view, frozen.as_mut()) {
        (View::Stale, Some(frozen)) if route.operation.is_read() => frozen,
        _ => &mut live,
    };
    let mut call = Call {
        scope,
        ids: &route.ids,
        query,
        body: &request.body,
        world,
        random: &mut lock(&shared.ids),
        options: &shared.options,
        now_ms: shared.now_ms(),
        refused_row: match view {
            View::RefusingRow(row) => Some(row),
            View::Live | View::Stale => None,
        },
    };
    let outcome = match route.operation.service() {
        Service::Github => api::github::carry_out(route.operation, &mut call),
        _ => api::carry_out(route, &mut call).map(|(status, body)| Answer::json(status, &body)),
    };
    drop((live, frozen));
    if outcome.is_ok() && !route.operation.is_read() && shared.changed().is_err() {
        return Answer::error(
            500,
            "InternalFailure",
            "The sandbox could not save its state",
        );
    }
    outcome.unwrap_or_else(|error| Protocol::of(request).refuse(&error))
}

/// Refuses credentials gone wrong: access key ids that stand for such, and temporary ones that
/// the sandbox did not give out, or whose time is over.
fn refusal(
    shared: &Shared,
    caller: &Caller,
    operation: Operation,
    protocol: Protocol,
) -> Option<ApiError> {
    let id = caller.access_key_id.as_deref()?;
    if operation == Operation::AssumeRoleWithWebIdentity {
        // It needs no signature: the token is the credential.
        None
    } else if id.starts_with("AKIADENIED") {
        Some(protocol.denied())
    } else if id.starts_with("AKIAEXPIRED") {
        Some(protocol.expired_token())
    } else if id.starts_with("AKIAUNKNOWN") {
        Some(protocol.unknown_token())
    } else if id.starts_with(TEMPORARY) {
        match caller
            .session
            .as_ref()
            .filter(|session| session.access_key_id == id)
        {
            None => Some(protocol.unknown_token()),
            Some(session) if session.expires_ms <= shared.now_ms() => {
                Some(protocol.expired_token())
            }
            Some(_) => None,
        }
    } else {
        None
    }
}

/// The mark of a running `CreateUsagePlanKey`; AWS runs one at a time in an account and region.
struct Association<'a> {
    shared: &'a Shared,
    scope: &'a Scope,
}

impl<'a> Association<'a> {
    fn start(shared: &'a Shared, scope: &'a Scope) -> Option<Self> {
        let is_first = shared.options.association_time == Duration::ZERO
            || lock(&shared.associating).insert(scope.clone());
        is_first.then(|| Self { shared, scope })
    }
}

impl Drop for Association<'_> {
    fn drop(&mut self) {
        lock(&self.shared.associating).remove(self.scope);
    }
}

/// Adds the headers that every answer of the service has.
fn dress(shared: &Shared, reply: Reply) -> Reply {
    let add = |answer: Answer| {
        let request_id = lock(&shared.ids).id();
        answer
            .with_header("date", &crate::clock::http_date(shared.now_ms()))
            .with_header("x-amzn-requestid", &request_id)
    };
    match reply {
        Reply::Whole(answer) => Reply::Whole(add(answer)),
        Reply::Truncated(answer) => Reply::Truncated(add(answer)),
        Reply::Dripping(answer, pause) => Reply::Dripping(add(answer), pause),
        Reply::Close => Reply::Close,
        Reply::Hang => Reply::Hang,
    }
}
