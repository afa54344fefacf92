# The user of cloudposse/s3-bucket/aws 3.x and 4.x.

variable "access_key_enabled" {
  type     = bool
  default  = true
  nullable = false
}

variable "store_access_key_in_ssm" {
  type     = bool
  default  = false
  nullable = false
}

variable "ssm_base_path" {
  type     = string
  default  = "/s3_user/"
  nullable = false
}

variable "user_permissions_boundary_arn" {
  type    = string
  default = null
}

module "s3_user" {
  source  = "cloudposse/iam-s3-user/aws"
  version = "~> 1.0"

  enabled               = module.this.enabled && var.user_enabled
  s3_actions            = var.allowed_bucket_actions
  s3_resources          = ["${join("", aws_s3_bucket.default[*].arn)}/*", join("", aws_s3_bucket.default[*].arn)]
  create_iam_access_key = var.access_key_enabled
  ssm_enabled           = var.store_access_key_in_ssm
  ssm_base_path         = var.ssm_base_path
  permissions_boundary  = var.user_permissions_boundary_arn
  context               = module.this.context
}

output "access_key_id_ssm_path" {
  value = module.s3_user.access_key_id_ssm_path
}

output "secret_access_key_ssm_path" {
  value = module.s3_user.secret_access_key_ssm_path
}
