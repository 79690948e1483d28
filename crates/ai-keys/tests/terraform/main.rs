//! Beside Terraform: what it made is left alone, refused or taken over, its values unchanged.
//!
//! Terraform and the provider run against moto, from a filesystem mirror, without any network.

#[cfg(test)]
mod beside;
#[cfg(test)]
mod fleet;
#[cfg(test)]
#[path = "../moto_support/mod.rs"]
mod moto_support;
#[cfg(test)]
mod page;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod program;
