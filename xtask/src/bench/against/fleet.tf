# The fleet of `cargo xtask bench --against terraform`: keys in a loop, on one usage plan.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "endpoint" {
  type = string
}

variable "size" {
  type = number
}

variable "is_tagged" {
  type = bool
}

variable "is_enabled" {
  type    = bool
  default = true
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "AKIAIOSFODNN7EXAMPLE"
  secret_key                  = "nobody-checks-it"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    apigateway = var.endpoint
  }
}

locals {
  keys = { for n in range(var.size) : format("key-%05d", n) => n }
}

resource "aws_api_gateway_usage_plan" "standard" {
  name        = "standard"
  description = "Consumers"

  throttle_settings {
    rate_limit  = 10
    burst_limit = 20
  }
}

resource "aws_api_gateway_api_key" "key" {
  for_each    = local.keys
  name        = each.key
  description = "Nightly job ${each.value}"
  enabled     = var.is_enabled
  tags        = var.is_tagged ? { team = "team-${each.value % 50}" } : {}
}

resource "aws_api_gateway_usage_plan_key" "key" {
  for_each      = local.keys
  key_id        = aws_api_gateway_api_key.key[each.key].id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.standard.id
}
