# terraform-aws-modules/iam/aws//modules/iam-user from 6.1 on: 6.0 attached the policies to a role by mistake.

resource "aws_iam_user_policy_attachment" "additional" {
  for_each   = { for name, arn in var.policies : name => arn if var.create }
  user       = aws_iam_user.this[0].name
  policy_arn = each.value
}
