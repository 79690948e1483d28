//! Codes of syntax and shape: what the text must look like before it can mean anything.

use crate::diagnostic::code;

code! {
    /// ## What it checks
    /// The manifest is a TOML 1.1 document.
    /// ## Why it matters
    /// Nothing is planned from a file that cannot be read whole. Every syntax error is reported
    /// in one run; what the rest of the file says is still checked for its shape.
    /// <https://toml.io/en/v1.1.0>
    /// ## Example
    /// ```toml,fail
    /// key.acme.owner = team-chat
    /// ```
    /// ## What to do
    /// Repair the underlined text. Strings stand in quotes, dates do not, and a table such as
    /// `[key.chat-web]` may be opened once.
    AK001 "syntax" Error
}
code! {
    /// ## What it checks
    /// Every field is one that `ai-keys` knows, in the table where it belongs.
    /// ## Why it matters
    /// A misspelt `enabled` that was silently ignored would leave a key open.
    /// ## Example
    /// ```toml,fail
    /// key.acme.enabeld = false
    /// ```
    /// ## What to do
    /// Take the suggested name, or remove the field. `ai-keys schema` lists all of them.
    AK002 "unknown-field" Error
}
code! {
    /// ## What it checks
    /// Every field holds the kind of value that it takes.
    /// ## Why it matters
    /// `enabled = "false"` is a string, and API Gateway reads any text but `true` as false.
    /// ## Example
    /// ```toml,fail
    /// key.acme.enabled = "false"
    /// ```
    /// ## What to do
    /// Write the kind of value that the message names: `true`, `100_000`, `2027-06-30`, `"text"`.
    AK003 "wrong-type" Error
}
code! {
    /// ## What it checks
    /// A table has the fields without which it says nothing.
    /// ## Why it matters
    /// A target without a region, or a manifest without a namespace, cannot be carried out.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.quota = { limit = 1000 }
    /// ```
    /// ## What to do
    /// Add the field.
    AK004 "missing-field" Error
}
code! {
    /// ## What it checks
    /// A field that takes one of a few words holds one of them.
    /// ## Why it matters
    /// A quota per `monht` must not become no quota.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.quota = { limit = 1000, per = "monht" }
    /// ```
    /// ## What to do
    /// Write one of the listed words.
    AK005 "unknown-choice" Error
}
code! {
    /// ## What it checks
    /// Numbers lie in the range that the field can hold: whole numbers from 0 to 4,294,967,295,
    /// rates from 0 up and finite.
    /// ## Why it matters
    /// API Gateway would refuse the number halfway through an apply.
    /// ## Example
    /// ```toml,fail
    /// usage-plan.standard.throttle = { rate = -1, burst = 20 }
    /// ```
    /// ## What to do
    /// Write a number in the range.
    AK006 "out-of-range" Error
}
code! {
    /// ## What it checks
    /// Lengths of time are whole days or weeks, `"90d"` or `"2w"`, up to 100 years.
    /// ## Why it matters
    /// A nightly run drives expiry, rotation and removal; hours could not be kept.
    /// ## Example
    /// ```toml,fail
    /// key.acme.rotate = { every = "36h" }
    /// ```
    /// ## What to do
    /// Write days or weeks.
    AK007 "bad-duration" Error
}
code! {
    /// ## What it checks
    /// Text holds no control characters and no characters that hide or reorder what a reviewer
    /// sees: NUL, escape, zero-width and bidirectional controls.
    /// ## Why it matters
    /// A pull request must show what it changes (<https://trojansource.codes>), and API Gateway
    /// and GitHub would print such text raw.
    /// ## Example
    /// ```toml,fail
    /// key.acme.description = "chat\u202e"
    /// ```
    /// ## What to do
    /// Remove the character that the message names.
    AK008 "hidden-character" Error
}
code! {
    /// ## What it checks
    /// Names of targets, usage plans, keys and the namespace are `[a-z]([a-z0-9-]{0,52}[a-z0-9])?`:
    /// lower-case letters, digits and hyphens, a letter first, at most 54 characters.
    /// ## Why it matters
    /// One rule that every cloud and every secret store accepts, so a key can move or be
    /// delivered anywhere without a new name.
    /// ## Example
    /// ```toml,fail
    /// key.Chat_Web.description = "Chat web front end"
    /// ```
    /// ## What to do
    /// Rename the table. The name that the cloud shows can differ: `name = "Chat Web (legacy)"`.
    AK009 "bad-id" Error
}
code! {
    /// ## What it checks
    /// `version` is one that this program reads: `1`.
    /// ## Why it matters
    /// A newer manifest may mean something that this version would silently ignore.
    /// ## Example
    /// ```toml,fail
    /// version = 2
    /// ```
    /// ## What to do
    /// Write `version = 1`, or update `ai-keys`.
    AK010 "unsupported-version" Error
}
code! {
    /// ## What it checks
    /// The manifest is at most 8 MiB.
    /// ## Why it matters
    /// 10,000 keys, all that API Gateway holds in a region, take about 1.2 MB. A file of many
    /// times that is not a manifest.
    /// ## Example
    /// A file of more than 8 MiB: no example is that long.
    /// ## What to do
    /// Check that the path is right, or split the manifest by namespace.
    AK011 "too-large" Error
}
