# The secrets of terraform-aws-modules/iam/aws//modules/iam-user, 3.15 and 3.16.

output "this_iam_access_key_secret" {
  value     = try(aws_iam_access_key.this_no_pgp[0].secret, "")
  sensitive = true
}

output "this_iam_access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.this_no_pgp[0].ses_smtp_password_v4, "")
  sensitive = true
}
