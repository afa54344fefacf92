# cloudposse/iam-s3-user/aws: a system user that may read buckets. Which system user it is hangs on the version.

variable "s3_actions" {
  type    = list(string)
  default = ["s3:GetObject"]
}

variable "s3_resources" {
  type = list(string)
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "path" {
  type    = string
  default = "/"
}

data "aws_iam_policy_document" "default" {
  count = module.this.enabled ? 1 : 0

  statement {
    actions   = var.s3_actions
    resources = var.s3_resources
  }
}

resource "aws_iam_user_policy" "default" {
  count  = module.this.enabled ? 1 : 0
  name   = module.s3_user.user_name
  user   = module.s3_user.user_name
  policy = join("", data.aws_iam_policy_document.default[*].json)
}

output "user_name" {
  value = module.s3_user.user_name
}

output "user_arn" {
  value = module.s3_user.user_arn
}

output "user_unique_id" {
  value = module.s3_user.user_unique_id
}

output "access_key_id" {
  value     = module.s3_user.access_key_id
  sensitive = true
}

output "secret_access_key" {
  value     = module.s3_user.secret_access_key
  sensitive = true
}
