# mineiros-io/iam-user/aws, 0.x: users without credentials.

variable "names" {
  type = set(string)
}

variable "path" {
  type    = string
  default = "/"
}

variable "permissions_boundary" {
  type    = string
  default = null
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "policy_statements" {
  type    = any
  default = []
}

variable "policy_arns" {
  type    = set(string)
  default = []
}

variable "groups" {
  type    = list(string)
  default = []
}

variable "module_enabled" {
  type    = bool
  default = true
}

locals {
  has_policy  = var.module_enabled && length(var.policy_statements) > 0
  attachments = flatten([for name in var.names : [for arn in var.policy_arns : { user = name, arn = arn }]])
}

resource "aws_iam_user" "user" {
  for_each             = var.module_enabled ? var.names : []
  name                 = each.key
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  force_destroy        = var.force_destroy
}

data "aws_iam_policy_document" "policy" {
  count = local.has_policy ? 1 : 0

  dynamic "statement" {
    for_each = var.policy_statements
    content {
      sid           = try(statement.value.sid, null)
      effect        = try(statement.value.effect, null)
      actions       = try(statement.value.actions, null)
      not_actions   = try(statement.value.not_actions, null)
      resources     = try(statement.value.resources, null)
      not_resources = try(statement.value.not_resources, null)

      dynamic "condition" {
        for_each = try(statement.value.conditions, [])
        content {
          test     = condition.value.test
          variable = condition.value.variable
          values   = condition.value.values
        }
      }
    }
  }
}

resource "aws_iam_user_policy" "policy" {
  for_each = local.has_policy ? aws_iam_user.user : {}
  name     = each.value.name
  user     = each.value.name
  policy   = data.aws_iam_policy_document.policy[0].json
}

resource "aws_iam_user_policy_attachment" "policy" {
  count      = var.module_enabled ? length(local.attachments) : 0
  user       = local.attachments[count.index].user
  policy_arn = local.attachments[count.index].arn
}

resource "aws_iam_user_group_membership" "group" {
  for_each = var.module_enabled && length(var.groups) > 0 ? var.names : []
  user     = aws_iam_user.user[each.key].name
  groups   = var.groups
}

output "users" {
  value = aws_iam_user.user
}

output "names" {
  value = var.names
}

output "groups" {
  value = var.groups
}

output "policy_arns" {
  value = var.policy_arns
}

output "module_enabled" {
  value = var.module_enabled
}
