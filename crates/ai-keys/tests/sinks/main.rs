//! Secret stores over real connections: the sandbox, and moto, which nobody here wrote.

#[cfg(test)]
mod both;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod kms;
#[cfg(test)]
#[path = "../missing/mod.rs"]
mod missing;
#[cfg(test)]
mod places;
#[cfg(test)]
#[path = "../moto_support/process.rs"]
mod process;
#[cfg(test)]
mod scale;
#[cfg(test)]
mod world;
