# cloudposse/ses/aws, 0.22 to 0.25: unless it is told not to, a user with a key and a group for it.

variable "domain" {
  type = string
}

variable "iam_permissions" {
  type    = list(string)
  default = ["ses:SendRawEmail"]
}

variable "iam_allowed_resources" {
  type    = list(string)
  default = []
}

variable "iam_access_key_max_age" {
  type    = number
  default = 2592000
}

variable "ses_group_enabled" {
  type    = bool
  default = true
}

variable "ses_group_name" {
  type    = string
  default = ""
}

variable "ses_group_path" {
  type    = string
  default = "/"
}

variable "ses_user_enabled" {
  type    = bool
  default = true
}

locals {
  has_group  = module.this.enabled && var.ses_group_enabled
  has_user   = module.this.enabled && var.ses_user_enabled
  group_name = local.has_group ? coalesce(var.ses_group_name, module.this.id) : null
}

resource "aws_ses_domain_identity" "ses_domain" {
  count  = module.this.enabled ? 1 : 0
  domain = var.domain
}

data "aws_iam_policy_document" "ses_policy" {
  count = local.has_user || local.has_group ? 1 : 0

  statement {
    actions   = var.iam_permissions
    resources = concat(aws_ses_domain_identity.ses_domain[*].arn, var.iam_allowed_resources)
  }
}

resource "aws_iam_group" "ses_users" {
  count = local.has_group ? 1 : 0
  name  = local.group_name
  path  = var.ses_group_path
}

resource "aws_iam_group_policy" "ses_group_policy" {
  count  = local.has_group ? 1 : 0
  name   = module.this.id
  group  = aws_iam_group.ses_users[0].name
  policy = join("", data.aws_iam_policy_document.ses_policy[*].json)
}

resource "aws_iam_user_group_membership" "ses_user" {
  count  = local.has_group && local.has_user ? 1 : 0
  user   = module.ses_user.user_name
  groups = [aws_iam_group.ses_users[0].name]
}

module "ses_user" {
  source  = "cloudposse/iam-system-user/aws"
  version = "~> 0.23.0"

  enabled                = local.has_user
  iam_access_key_max_age = var.iam_access_key_max_age
  context                = module.this.context
}

resource "aws_iam_user_policy" "sending_emails" {
  count  = local.has_user && !local.has_group ? 1 : 0
  name   = module.this.id
  user   = module.ses_user.user_name
  policy = join("", data.aws_iam_policy_document.ses_policy[*].json)
}

output "user_name" {
  value = module.ses_user.user_name
}

output "user_arn" {
  value = module.ses_user.user_arn
}

output "user_unique_id" {
  value = module.ses_user.user_unique_id
}

output "ses_group_name" {
  value = local.group_name
}

output "access_key_id" {
  value = module.ses_user.access_key_id
}

output "secret_access_key" {
  value     = module.ses_user.secret_access_key
  sensitive = true
}

output "ses_smtp_password" {
  value     = module.ses_user.ses_smtp_password_v4
  sensitive = true
}
