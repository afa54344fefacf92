# cloudposse/iam-user/aws, 0.6 to 0.9

variable "user_name" {
  type = string
}

variable "pgp_key" {
  type = string
}

variable "login_profile_enabled" {
  type    = bool
  default = true
}

variable "path" {
  type    = string
  default = "/"
}

variable "groups" {
  type    = list(string)
  default = []
}

variable "permissions_boundary" {
  type    = string
  default = ""
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "password_reset_required" {
  type    = bool
  default = true
}

variable "password_length" {
  type    = number
  default = 24
}

resource "aws_iam_user" "default" {
  count                = module.this.enabled ? 1 : 0
  name                 = var.user_name
  path                 = var.path
  permissions_boundary = var.permissions_boundary
  force_destroy        = var.force_destroy
}

resource "aws_iam_user_login_profile" "default" {
  count                   = module.this.enabled && var.login_profile_enabled ? 1 : 0
  user                    = aws_iam_user.default[count.index].name
  pgp_key                 = var.pgp_key
  password_length         = var.password_length
  password_reset_required = var.password_reset_required
}

resource "aws_iam_user_group_membership" "default" {
  count  = module.this.enabled && length(var.groups) > 0 ? 1 : 0
  user   = aws_iam_user.default[count.index].name
  groups = var.groups
}

output "user_name" {
  value = join("", aws_iam_user.default[*].name)
}

output "user_arn" {
  value = join("", aws_iam_user.default[*].arn)
}

output "user_unique_id" {
  value = join("", aws_iam_user.default[*].unique_id)
}

output "user_login_profile_encrypted_password" {
  value = join("", aws_iam_user_login_profile.default[*].encrypted_password)
}

output "pgp_key" {
  value = var.pgp_key
}
