# terraform-aws-modules/iam/aws//modules/iam-group, 6.x. Its own policy lets users manage themselves and is
# given by name only.

variable "create" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = ""
}

variable "path" {
  type    = string
  default = null
}

variable "users" {
  type    = list(string)
  default = []
}

variable "create_policy" {
  type    = bool
  default = true
}

variable "enable_self_management_permissions" {
  type    = bool
  default = true
}

variable "permissions" {
  type = map(object({
    sid           = optional(string)
    effect        = optional(string, "Allow")
    actions       = optional(list(string))
    not_actions   = optional(list(string))
    resources     = optional(list(string))
    not_resources = optional(list(string))
    condition = optional(list(object({
      test     = string
      variable = string
      values   = list(string)
    })))
  }))
  default = null
}

variable "policy_name" {
  type    = string
  default = null
}

variable "policy_use_name_prefix" {
  type    = bool
  default = true
}

variable "policies" {
  type    = map(string)
  default = {}
}

locals {
  has_policy  = var.create && var.create_policy && (var.enable_self_management_permissions || var.permissions != null)
  policy_name = try(coalesce(var.policy_name, var.name), "")
}

resource "aws_iam_group" "this" {
  count = var.create ? 1 : 0
  name  = var.name
  path  = var.path
}

resource "aws_iam_group_membership" "this" {
  count = var.create && length(var.users) > 0 ? 1 : 0
  name  = var.name
  group = aws_iam_group.this[0].id
  users = var.users
}

data "aws_iam_policy_document" "this" {
  count = local.has_policy ? 1 : 0

  dynamic "statement" {
    for_each = var.permissions == null ? {} : var.permissions
    content {
      sid           = try(coalesce(statement.value.sid, statement.key))
      effect        = statement.value.effect
      actions       = statement.value.actions
      not_actions   = statement.value.not_actions
      resources     = statement.value.resources
      not_resources = statement.value.not_resources

      dynamic "condition" {
        for_each = statement.value.condition == null ? [] : statement.value.condition
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_iam_policy" "this" {
  count       = local.has_policy ? 1 : 0
  name        = var.policy_use_name_prefix ? null : local.policy_name
  name_prefix = var.policy_use_name_prefix ? "${local.policy_name}-" : null
  policy      = data.aws_iam_policy_document.this[0].json
}

resource "aws_iam_group_policy_attachment" "this" {
  count      = local.has_policy ? 1 : 0
  group      = aws_iam_group.this[0].id
  policy_arn = aws_iam_policy.this[0].arn
}

resource "aws_iam_group_policy_attachment" "additional" {
  for_each   = { for name, arn in var.policies : name => arn if var.create }
  group      = aws_iam_group.this[0].id
  policy_arn = each.value
}

output "id" {
  value = try(aws_iam_group.this[0].id, null)
}

output "arn" {
  value = try(aws_iam_group.this[0].arn, null)
}

output "name" {
  value = try(aws_iam_group.this[0].name, null)
}

output "users" {
  value = flatten(aws_iam_group_membership.this[*].users)
}
