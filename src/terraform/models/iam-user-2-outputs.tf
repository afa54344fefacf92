# What terraform-aws-modules/iam/aws//modules/iam-user called its outputs in 2.x and 3.x.

output "this_iam_user_name" {
  value = try(aws_iam_user.this[0].name, "")
}

output "this_iam_user_arn" {
  value = try(aws_iam_user.this[0].arn, "")
}

output "this_iam_user_unique_id" {
  value = try(aws_iam_user.this[0].unique_id, "")
}

output "this_iam_user_login_profile_encrypted_password" {
  value = try(aws_iam_user_login_profile.this[0].encrypted_password, "")
}

output "this_iam_access_key_id" {
  value = try(aws_iam_access_key.this[0].id, aws_iam_access_key.this_no_pgp[0].id, "")
}

output "this_iam_access_key_secret" {
  value = try(aws_iam_access_key.this_no_pgp[0].secret, "")
}

output "this_iam_access_key_encrypted_secret" {
  value = try(aws_iam_access_key.this[0].encrypted_secret, "")
}

output "this_iam_access_key_ses_smtp_password_v4" {
  value = try(aws_iam_access_key.this_no_pgp[0].ses_smtp_password_v4, "")
}

output "this_iam_access_key_status" {
  value = try(aws_iam_access_key.this[0].status, aws_iam_access_key.this_no_pgp[0].status, "")
}
