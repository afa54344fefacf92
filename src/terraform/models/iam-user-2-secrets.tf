# The secrets of terraform-aws-modules/iam/aws//modules/iam-user, 2.0 to 3.14: not marked as sensitive.

output "this_iam_access_key_secret" {
  value = try(aws_iam_access_key.this_no_pgp[0].secret, "")
}

output "this_iam_access_key_ses_smtp_password_v4" {
  value = try(aws_iam_access_key.this_no_pgp[0].ses_smtp_password_v4, "")
}
