# cloudposse/iam-system-user/aws, 0.23.x: the key is one that expires, unless its greatest age is 0.

variable "iam_access_key_max_age" {
  type    = number
  default = 2592000
}

locals {
  secrets = concat(
    aws_iam_access_key.default[*].secret,
    awsutils_expiring_iam_access_key.default[*].secret,
  )
}

resource "aws_iam_access_key" "default" {
  count = local.has_key && var.iam_access_key_max_age == 0 ? 1 : 0
  user  = local.username
}

resource "awsutils_expiring_iam_access_key" "default" {
  count   = local.has_key && var.iam_access_key_max_age > 0 ? 1 : 0
  user    = local.username
  max_age = var.iam_access_key_max_age
}

output "access_key_id" {
  value = join("", concat(aws_iam_access_key.default[*].id, awsutils_expiring_iam_access_key.default[*].id))
}

output "secret_access_key" {
  value     = join("", local.secrets)
  sensitive = true
}

output "ses_smtp_password_v4" {
  value = join("", compact(concat(
    aws_iam_access_key.default[*].ses_smtp_password_v4,
    awsutils_expiring_iam_access_key.default[*].ses_smtp_password_v4,
  )))
  sensitive = true
}
