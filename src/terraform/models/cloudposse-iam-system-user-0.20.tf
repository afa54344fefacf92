# cloudposse/iam-system-user/aws, 0.20 to 0.22

resource "aws_iam_access_key" "default" {
  count = local.has_key ? 1 : 0
  user  = local.username
}

output "access_key_id" {
  value = join("", aws_iam_access_key.default[*].id)
}

output "secret_access_key" {
  value     = join("", aws_iam_access_key.default[*].secret)
  sensitive = true
}

output "ses_smtp_password_v4" {
  value     = join("", compact(aws_iam_access_key.default[*].ses_smtp_password_v4))
  sensitive = true
}
