# Keys in every kind of loop, of which an import takes some only.

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
  consumers = ["team-001", "team-002", "other-001"]
  batches   = 2
  tenants   = ["a", "b"]
}

resource "aws_api_gateway_usage_plan" "standard" {
  name = "standard"
}

resource "aws_api_gateway_api_key" "consumer" {
  for_each = toset(local.consumers)
  name     = each.key
}

resource "aws_api_gateway_usage_plan_key" "consumer" {
  for_each      = toset(local.consumers)
  key_id        = aws_api_gateway_api_key.consumer[each.key].id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.standard.id
}

resource "aws_api_gateway_api_key" "batch" {
  count       = local.batches
  name        = "batch-${count.index}"
  description = "Batch ${count.index}"
}

module "tenant" {
  for_each      = toset(local.tenants)
  source        = "./tenant"
  name          = "tenant-${each.key}"
  usage_plan_id = aws_api_gateway_usage_plan.standard.id
}
