//! Amazon API Gateway.
