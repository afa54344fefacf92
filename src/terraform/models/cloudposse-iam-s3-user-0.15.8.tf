# The system user of cloudposse/iam-s3-user/aws 0.15.8 to 0.15.10.

module "s3_user" {
  source  = "cloudposse/iam-system-user/aws"
  version = "~> 0.23.0"

  force_destroy = var.force_destroy
  path          = var.path
  context       = module.this.context
}
