//! The clouds whose live state is read and changed.

pub mod aws;
mod error;
mod paging;

pub use error::{ErrorKind, Place, ProviderError};
pub(crate) use paging::Paging;
