# A fleet in a loop: keys on two usage plans, one key in ten switched off.

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
  type    = number
  default = 12
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

resource "aws_api_gateway_rest_api" "chat" {
  name = "chat-api"
}

resource "aws_api_gateway_method" "chat" {
  rest_api_id   = aws_api_gateway_rest_api.chat.id
  resource_id   = aws_api_gateway_rest_api.chat.root_resource_id
  http_method   = "GET"
  authorization = "NONE"
}

resource "aws_api_gateway_integration" "chat" {
  rest_api_id = aws_api_gateway_rest_api.chat.id
  resource_id = aws_api_gateway_rest_api.chat.root_resource_id
  http_method = aws_api_gateway_method.chat.http_method
  type        = "MOCK"
}

resource "aws_api_gateway_deployment" "chat" {
  rest_api_id = aws_api_gateway_rest_api.chat.id
  depends_on  = [aws_api_gateway_integration.chat]
}

resource "aws_api_gateway_stage" "prod" {
  rest_api_id   = aws_api_gateway_rest_api.chat.id
  deployment_id = aws_api_gateway_deployment.chat.id
  stage_name    = "prod"
}

# What is handed over.

locals {
  plans     = { standard = 10, partner = 50 }
  consumers = { for n in range(var.size) : format("team-%03d", n) => n }
}

resource "aws_api_gateway_usage_plan" "plan" {
  for_each    = local.plans
  name        = each.key
  description = "Plan of ${each.key} consumers"

  api_stages {
    api_id = aws_api_gateway_rest_api.chat.id
    stage  = aws_api_gateway_stage.prod.stage_name
  }

  throttle_settings {
    rate_limit  = each.value
    burst_limit = each.value * 2
  }

  quota_settings {
    limit  = 100000
    period = "MONTH"
  }
}

resource "aws_api_gateway_api_key" "consumer" {
  for_each = local.consumers
  name     = each.key
  enabled  = each.value % 10 != 9

  tags = {
    team = "team-${each.value % 3}"
  }
}

resource "aws_api_gateway_usage_plan_key" "consumer" {
  for_each      = local.consumers
  key_id        = aws_api_gateway_api_key.consumer[each.key].id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.plan[each.value % 5 == 0 ? "partner" : "standard"].id
}
