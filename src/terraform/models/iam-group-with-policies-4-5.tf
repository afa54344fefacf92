# terraform-aws-modules/iam/aws//modules/iam-group-with-policies, 4.x and 5.x. Its own policy lets users manage
# themselves and is given by name only.

variable "create_group" {
  type    = bool
  default = true
}

variable "name" {
  type    = string
  default = ""
}

variable "path" {
  type    = string
  default = "/"
}

variable "group_users" {
  type    = list(string)
  default = []
}

variable "custom_group_policy_arns" {
  type    = list(string)
  default = []
}

variable "custom_group_policies" {
  type    = list(map(string))
  default = []
}

variable "attach_iam_self_management_policy" {
  type    = bool
  default = true
}

variable "iam_self_management_policy_name_prefix" {
  type    = string
  default = "IAMSelfManagement-"
}

locals {
  group_name = var.create_group ? aws_iam_group.this[0].id : var.name
}

resource "aws_iam_group" "this" {
  count = var.create_group ? 1 : 0
  name  = var.name
  path  = var.path
}

resource "aws_iam_group_membership" "this" {
  count = length(var.group_users) > 0 ? 1 : 0
  name  = var.name
  group = local.group_name
  users = var.group_users
}

resource "aws_iam_policy" "iam_self_management" {
  count       = var.attach_iam_self_management_policy ? 1 : 0
  name_prefix = var.iam_self_management_policy_name_prefix
}

resource "aws_iam_policy" "custom" {
  count  = length(var.custom_group_policies)
  name   = var.custom_group_policies[count.index]["name"]
  policy = var.custom_group_policies[count.index]["policy"]
}

resource "aws_iam_group_policy_attachment" "iam_self_management" {
  count      = var.attach_iam_self_management_policy ? 1 : 0
  group      = local.group_name
  policy_arn = aws_iam_policy.iam_self_management[0].arn
}

resource "aws_iam_group_policy_attachment" "custom_arns" {
  count      = length(var.custom_group_policy_arns)
  group      = local.group_name
  policy_arn = var.custom_group_policy_arns[count.index]
}

resource "aws_iam_group_policy_attachment" "custom" {
  count      = length(var.custom_group_policies)
  group      = local.group_name
  policy_arn = aws_iam_policy.custom[count.index].arn
}

output "group_name" {
  value = try(aws_iam_group.this[0].name, var.name)
}

output "group_arn" {
  value = try(aws_iam_group.this[0].arn, "")
}

output "group_users" {
  value = flatten(aws_iam_group_membership.this[*].users)
}
