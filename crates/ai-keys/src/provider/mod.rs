//! The clouds whose live state is read and changed.

pub mod aws;
mod error;

pub use error::{ErrorKind, Place, ProviderError};
