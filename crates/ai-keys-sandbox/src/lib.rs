//! A local API Gateway control plane.
