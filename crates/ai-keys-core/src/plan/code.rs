//! Codes of the live state: what the file asks for and the account does not allow.

use crate::diagnostic::code;

code! {
    /// ## What it checks
    /// The name of a key or usage plan that would be made is not taken by a live one without our
    /// marker.
    /// ## Why it matters
    /// API Gateway allows two objects of one name; a second `chat-web` beside the one that
    /// somebody made by hand would be a key that nobody uses and nobody finds.
    /// ## What to do
    /// Take the live one over, value unchanged: `adopt = "its id"`. Or give ours another name.
    AK401 "name-taken" Error
}
code! {
    /// ## What it checks
    /// The live object that `adopt` names exists in the target's account and region.
    /// ## Why it matters
    /// Making a new key instead would give it a new value, and its users would be locked out.
    /// ## What to do
    /// Correct the id. If the key is really gone, remove `adopt`: a new key with a new value is
    /// made.
    AK402 "adopt-missing" Error
}
code! {
    /// ## What it checks
    /// The live object that `adopt` names belongs to nobody else: it has no marker of another
    /// entry or namespace.
    /// ## Why it matters
    /// Two files that own one key would undo each other's work for ever.
    /// ## What to do
    /// To give an entry of this file another name, rename its table and let it adopt its own key.
    /// Otherwise remove the entry that owns the key first, or the marker at the end of its
    /// description.
    AK403 "adopt-owned" Error
}
code! {
    /// ## What it checks
    /// The REST API of each stage exists in the target's account and region.
    /// ## Why it matters
    /// A usage plan opens nothing without its stages. HTTP APIs have no usage plans.
    /// ## What to do
    /// Correct the name, or write the REST API's id.
    AK404 "unknown-api" Error
}
code! {
    /// ## What it checks
    /// A REST API that is written by name is the only one of that name.
    /// ## Why it matters
    /// Names of REST APIs are not unique, and a guess may open the wrong one.
    /// ## What to do
    /// Write the id: `stages = ["a1b2c3d4e5/prod"]`.
    AK405 "ambiguous-api" Error
}
code! {
    /// ## What it checks
    /// A usage plan with `manage = false` exists in the target's account and region.
    /// ## Why it matters
    /// A key cannot join a usage plan that is not there.
    /// ## What to do
    /// Correct the name, or let this file manage the usage plan.
    AK406 "missing-usage-plan" Error
}
code! {
    /// ## What it checks
    /// A usage plan with `manage = false` is the only live one of its name.
    /// ## Why it matters
    /// Names of usage plans are not unique, and a guess may open the wrong stages.
    /// ## What to do
    /// Say which: `adopt = "its id"`.
    AK407 "ambiguous-usage-plan" Error
}
code! {
    /// ## What it checks
    /// A live key that is marked as protected is still in the file.
    /// ## Why it matters
    /// A protected key is never deleted or disabled by a plan, so nothing is planned for it.
    /// ## What to do
    /// Put the entry back. To remove it for good, set `protect = false`, apply, then remove it.
    AK408 "protected-removal" Error
}
code! {
    /// ## What it checks
    /// A usage plan that left the file has no keys that this file does not own, and no other
    /// entry refers to it.
    /// ## Why it matters
    /// Deleting it would lock out keys that nobody here reviewed.
    /// ## What to do
    /// Move those keys first, or keep the usage plan.
    AK409 "usage-plan-in-use" Error
}
code! {
    /// ## What it checks
    /// The live state is of the account, region and service that the target names.
    /// ## Why it matters
    /// Keys made in the wrong account are found by nobody, and deleted ones by everybody.
    /// ## What to do
    /// Use the credentials or the snapshot of the target's account.
    AK410 "wrong-account" Error
}
code! {
    /// ## What it checks
    /// One entry and generation has one live object.
    /// ## Why it matters
    /// A lost answer can leave a second one. The plan keeps the one that is in use and shows the
    /// other's removal. Where values are delivered, a secret store may hold the value of either:
    /// the plan makes and delivers a new one, and both go on working for the overlap.
    /// ## What to do
    /// Nothing: read the plan, and apply it.
    AK411 "duplicate-marker" Warning
}
code! {
    /// ## What it checks
    /// A live object to be taken over is not owned by CloudFormation.
    /// ## Why it matters
    /// The stack would go on changing it, and deleting the stack would delete the key.
    /// ## What to do
    /// Set `DeletionPolicy: Retain` in the stack and remove the resource from it first. To adopt
    /// it all the same, apply with the acknowledgement that the plan names.
    AK412 "owned-by-stack" Warning
}
code! {
    /// ## What it checks
    /// The usage plans of one key open different stages in the account.
    /// ## Why it matters
    /// API Gateway allows a key one usage plan for each stage, so apply would stop halfway. The
    /// file alone does not show it where one of the usage plans is made elsewhere, or where one
    /// REST API is written by name here and by id there.
    /// ## What to do
    /// Keep one usage plan for each key and stage.
    AK413 "stage-reached-twice" Error
}
code! {
    /// ## What it checks
    /// The places that a key's value is delivered to are free, or hold a value of this very entry
    /// of this namespace.
    /// ## Why it matters
    /// Somebody reads what is there. Overwriting it would hand them a key of ours, and take theirs
    /// away.
    /// ## What to do
    /// Deliver to another name. Or take the place over, its old content lost:
    /// `deliver = [{ to = "…", name = "…", replace = true }]`.
    AK414 "delivery-place-taken" Error
}
code! {
    /// ## What it checks
    /// The secrets that values are delivered to were not deleted, and are not scheduled for
    /// deletion.
    /// ## Why it matters
    /// Somebody deleted it, and its readers get nothing. A plan does not make it again behind their
    /// back, and it does not give the key a new value that would be missing there.
    /// ## What to do
    /// Restore the secret, or take the delivery out of the file.
    AK415 "delivery-place-deleted" Warning
}
code! {
    /// ## What it checks
    /// It can be seen, without reading a value, which value each secret holds.
    /// ## Why it matters
    /// Nothing is known about a place that could not be looked at, so nothing is delivered there
    /// and the key keeps its values, old ones included, until it is known.
    /// ## What to do
    /// Give the credentials the permission that the message names, and plan again.
    AK416 "delivery-not-seen" Warning
}
code! {
    /// ## What it checks
    /// The account has room for a second value of each key whose rotation is due.
    /// ## Why it matters
    /// Old and new value exist side by side, and API Gateway holds 10,000 keys for each account and
    /// region, which nobody can raise.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html>, checked
    /// 2026-11-23.
    /// ## What to do
    /// Remove keys that nobody uses. The rotation is made as soon as there is room.
    AK417 "no-room-to-rotate" Warning
}
code! {
    /// ## What it checks
    /// A key that `ai-keys rotate` names can get a new value: it is in the file, it is meant to
    /// work, and what it was given before has arrived everywhere.
    /// ## Why it matters
    /// A second new value before the first has arrived would leave a secret behind that no key
    /// answers to.
    /// ## What to do
    /// Read the message. If the value has leaked, `ai-keys rotate --revoke KEY` does not wait for
    /// deliveries.
    AK418 "cannot-rotate" Error
}
code! {
    /// ## What it checks
    /// `adopt` names the object that the entry has, or the entry has none yet.
    /// ## Why it matters
    /// An entry has one object. One that has it already takes over no other, so the one that
    /// `adopt` names stays in the hands that it is in.
    /// ## What to do
    /// Remove `adopt`. To take the other object over too, give it an entry of its own; to take it
    /// over in place of the present one, remove the entry, apply, and put it back.
    AK419 "adopt-ignored" Warning
}
code! {
    /// ## What it checks
    /// Nobody used the keys that the plan disables or deletes, in the 7 days to the plan's. It is
    /// asked with `GetUsage`, and only where a key that works is taken away.
    /// ## Why it matters
    /// Whoever made those requests is answered 403 from the apply on. Counts arrive late: a key
    /// without a warning may be used all the same.
    /// <https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-api-usage-plans.html>,
    /// checked 2026-11-24.
    /// ## What to do
    /// Ask the key's owner. Of an old value after a rotation: its readers have not fetched the new
    /// one; give it more time with a longer `overlap`.
    AK420 "used-key-turned-away" Warning
}
code! {
    /// ## What it checks
    /// The target's provider is one that this version reads and changes.
    /// ## Why it matters
    /// Google API Keys and Azure API Management are validated and go no further. A plan for them
    /// would promise what no apply can keep.
    /// ## What to do
    /// Name the other targets with `--target`. A later version carries out these too.
    AK490 "cannot-plan-provider" Error
}
