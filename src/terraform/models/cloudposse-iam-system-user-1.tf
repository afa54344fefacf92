# cloudposse/iam-system-user/aws, 1.x: the secret goes into SSM as a SecureString, unless it is told not to.

variable "ssm_base_path" {
  type    = string
  default = "/system_user/"
}

variable "ssm_ses_smtp_password_enabled" {
  type    = bool
  default = false
}

locals {
  in_ssm = local.has_key && var.ssm_enabled
  folder = "${trimsuffix(var.ssm_base_path, "/")}/${local.username}"
}

resource "aws_iam_access_key" "default" {
  count = local.has_key ? 1 : 0
  user  = local.username
}

output "ssm_enabled" {
  value = local.in_ssm
}

output "access_key_id" {
  value = local.has_key ? aws_iam_access_key.default[0].id : null
}

output "secret_access_key" {
  value     = local.in_ssm ? null : join("", aws_iam_access_key.default[*].secret)
  sensitive = true
}

output "ses_smtp_password_v4" {
  value     = local.in_ssm ? null : join("", compact(aws_iam_access_key.default[*].ses_smtp_password_v4))
  sensitive = true
}

output "access_key_id_ssm_path" {
  value = local.in_ssm ? "${local.folder}/access_key_id" : null
}

output "secret_access_key_ssm_path" {
  value = local.in_ssm ? "${local.folder}/secret_access_key" : null
}

output "ses_smtp_password_v4_ssm_path" {
  value = local.in_ssm && var.ssm_ses_smtp_password_enabled ? "${local.folder}/ses_smtp_password_v4" : null
}
