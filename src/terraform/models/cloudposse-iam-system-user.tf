# cloudposse/iam-system-user/aws: the user and its policies, in every version

variable "force_destroy" {
  type    = bool
  default = false
}

variable "path" {
  type    = string
  default = "/"
}

variable "permissions_boundary" {
  type    = string
  default = null
}

variable "inline_policies" {
  type    = list(string)
  default = []
}

variable "inline_policies_map" {
  type    = map(string)
  default = {}
}

variable "policy_arns" {
  type    = list(string)
  default = []
}

variable "policy_arns_map" {
  type    = map(string)
  default = {}
}

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "ssm_enabled" {
  type    = bool
  default = true
}

locals {
  username = join("", aws_iam_user.default[*].name)
  has_key  = module.this.enabled && var.create_iam_access_key
}

resource "aws_iam_user" "default" {
  count                = module.this.enabled ? 1 : 0
  name                 = module.this.id
  path                 = var.path
  force_destroy        = var.force_destroy
  permissions_boundary = var.permissions_boundary
}

resource "aws_iam_user_policy" "inline_policies" {
  for_each    = module.this.enabled ? merge(var.inline_policies_map, { for policy in var.inline_policies : md5(policy) => policy }) : {}
  name_prefix = module.this.id
  user        = local.username
  policy      = each.value
}

resource "aws_iam_user_policy_attachment" "policies" {
  for_each   = module.this.enabled ? merge(var.policy_arns_map, { for arn in var.policy_arns : arn => arn }) : {}
  user       = local.username
  policy_arn = each.value
}

output "user_name" {
  value = local.username
}

output "user_arn" {
  value = join("", aws_iam_user.default[*].arn)
}

output "user_unique_id" {
  value = join("", aws_iam_user.default[*].unique_id)
}
