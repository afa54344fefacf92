# The user of cloudposse/s3-bucket/aws 0.40 to 2.x: it always has a key.

module "s3_user" {
  source  = "cloudposse/iam-s3-user/aws"
  version = "0.15.7"

  enabled      = module.this.enabled && var.user_enabled
  s3_actions   = var.allowed_bucket_actions
  s3_resources = ["${join("", aws_s3_bucket.default[*].arn)}/*", join("", aws_s3_bucket.default[*].arn)]
  context      = module.this.context
}
