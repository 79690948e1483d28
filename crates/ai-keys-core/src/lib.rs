//! The pure policy core of ai-keys.
