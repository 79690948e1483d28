//! Stories of whole plans, and what holds for all of them.

mod attachments;
mod bulk;
mod closed;
mod create_and_adopt;
mod deliveries;
mod disable;
mod fields;
mod generated;
mod guards;
mod life;
mod names;
mod properties;
mod reviewed;
mod rotation;
mod twins;
mod usage_plans;
mod whole;
