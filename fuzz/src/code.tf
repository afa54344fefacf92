variable "with_key" {
  default = true
}

resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_user_login_profile" "alice" {
  user = aws_iam_user.alice.name
}

resource "aws_iam_access_key" "alice" {
  count  = 2
  user   = aws_iam_user.alice.name
  status = count.index == 0 ? "Active" : "Inactive"
}

resource "aws_iam_user" "ci" {
  for_each = toset(["deploy", "ci-robot"])
  name     = each.key
  path     = "/robots/"
}

resource "aws_iam_access_key" "ci" {
  for_each = { for name, user in aws_iam_user.ci : name => user if var.with_key }
  user     = each.value.name # credlint:ignore unnecessary-iam-user -- it is fuzzed
}
