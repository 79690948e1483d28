//! Stories of whole plans, and what holds for all of them.

mod attachments;
mod create_and_adopt;
mod fields;
mod generated;
mod guards;
mod life;
mod names;
mod properties;
mod reviewed;
mod usage_plans;
mod whole;
