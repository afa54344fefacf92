# trussworks/iam-user-group/aws, 2.x and 3.x: a group of users that are made elsewhere.

variable "group_name" {
  type = string
}

variable "user_list" {
  type    = list(string)
  default = []
}

variable "allowed_roles" {
  type = list(string)
}

resource "aws_iam_group" "user_group" {
  name = var.group_name
}

resource "aws_iam_group_membership" "user_group" {
  name  = "${var.group_name}-membership"
  group = aws_iam_group.user_group.name
  users = var.user_list
}

data "aws_iam_policy_document" "assume_role_policy_doc" {
  statement {
    actions   = ["sts:AssumeRole"]
    resources = var.allowed_roles
  }
}

resource "aws_iam_policy" "assume_role_policy" {
  name   = "assume-role-${aws_iam_group.user_group.name}"
  policy = data.aws_iam_policy_document.assume_role_policy_doc.json
}

resource "aws_iam_group_policy_attachment" "assume_role_policy_attachment" {
  group      = aws_iam_group.user_group.name
  policy_arn = aws_iam_policy.assume_role_policy.arn
}

output "group_name" {
  value = aws_iam_group.user_group.name
}
