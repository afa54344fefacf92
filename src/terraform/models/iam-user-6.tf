# terraform-aws-modules/iam/aws//modules/iam-user, 6.x

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

variable "permissions_boundary" {
  type    = string
  default = null
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "policies" {
  type    = map(string)
  default = {}
}

variable "create_inline_policy" {
  type    = bool
  default = false
}

variable "source_inline_policy_documents" {
  type    = list(string)
  default = []
}

variable "override_inline_policy_documents" {
  type    = list(string)
  default = []
}

variable "inline_policy_permissions" {
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

variable "create_login_profile" {
  type    = bool
  default = true
}

variable "pgp_key" {
  type    = string
  default = null
}

variable "password_length" {
  type    = number
  default = null
}

variable "password_reset_required" {
  type    = bool
  default = true
}

variable "create_access_key" {
  type    = bool
  default = true
}

variable "access_key_status" {
  type    = string
  default = null
}

variable "create_ssh_key" {
  type    = bool
  default = false
}

variable "ssh_key_encoding" {
  type    = string
  default = "SSH"
}

variable "ssh_public_key" {
  type    = string
  default = ""
}

resource "aws_iam_user" "this" {
  count                = var.create ? 1 : 0
  name                 = var.name
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  force_destroy        = var.force_destroy
  tags                 = var.tags
}

data "aws_iam_policy_document" "inline" {
  count                     = var.create && var.create_inline_policy ? 1 : 0
  source_policy_documents   = var.source_inline_policy_documents
  override_policy_documents = var.override_inline_policy_documents

  dynamic "statement" {
    for_each = var.inline_policy_permissions == null ? {} : var.inline_policy_permissions
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

resource "aws_iam_user_policy" "inline" {
  count  = var.create && var.create_inline_policy ? 1 : 0
  user   = aws_iam_user.this[0].name
  name   = var.name
  policy = data.aws_iam_policy_document.inline[0].json
}

resource "aws_iam_user_login_profile" "this" {
  count                   = var.create && var.create_login_profile ? 1 : 0
  user                    = aws_iam_user.this[0].name
  pgp_key                 = var.pgp_key
  password_length         = var.password_length
  password_reset_required = var.password_reset_required
}

resource "aws_iam_access_key" "this" {
  count   = var.create && var.create_access_key ? 1 : 0
  user    = aws_iam_user.this[0].name
  pgp_key = var.pgp_key
  status  = var.access_key_status
}

resource "aws_iam_user_ssh_key" "this" {
  count      = var.create && var.create_ssh_key ? 1 : 0
  username   = aws_iam_user.this[0].name
  encoding   = var.ssh_key_encoding
  public_key = var.ssh_public_key
}

output "name" {
  value = try(aws_iam_user.this[0].name, null)
}

output "arn" {
  value = try(aws_iam_user.this[0].arn, null)
}

output "unique_id" {
  value = try(aws_iam_user.this[0].unique_id, null)
}

output "login_profile_password" {
  value     = try(aws_iam_user_login_profile.this[0].password, null)
  sensitive = true
}

output "login_profile_encrypted_password" {
  value = try(aws_iam_user_login_profile.this[0].encrypted_password, null)
}

output "access_key_id" {
  value = try(aws_iam_access_key.this[0].id, null)
}

output "access_key_secret" {
  value     = try(aws_iam_access_key.this[0].secret, null)
  sensitive = true
}

output "access_key_encrypted_secret" {
  value = try(aws_iam_access_key.this[0].encrypted_secret, null)
}

output "access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.this[0].ses_smtp_password_v4, null)
  sensitive = true
}

output "access_key_status" {
  value = try(aws_iam_access_key.this[0].status, null)
}
