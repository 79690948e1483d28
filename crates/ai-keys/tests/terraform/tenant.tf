# A module that makes a key and puts it on a usage plan.

terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "name" {
  type = string
}

variable "usage_plan_id" {
  type = string
}

resource "aws_api_gateway_api_key" "key" {
  name = var.name
}

resource "aws_api_gateway_usage_plan_key" "membership" {
  key_id        = aws_api_gateway_api_key.key.id
  key_type      = "API_KEY"
  usage_plan_id = var.usage_plan_id
}
