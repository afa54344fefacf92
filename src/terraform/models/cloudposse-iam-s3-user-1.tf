# The system user of cloudposse/iam-s3-user/aws 1.x.

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "ssm_enabled" {
  type    = bool
  default = false
}

variable "ssm_base_path" {
  type    = string
  default = "/s3_user/"
}

variable "permissions_boundary" {
  type    = string
  default = null
}

module "s3_user" {
  source  = "cloudposse/iam-system-user/aws"
  version = "~> 1.0"

  create_iam_access_key = var.create_iam_access_key
  force_destroy         = var.force_destroy
  path                  = var.path
  permissions_boundary  = var.permissions_boundary
  ssm_enabled           = var.ssm_enabled
  ssm_base_path         = var.ssm_base_path
  context               = module.this.context
}

output "access_key_id_ssm_path" {
  value = module.s3_user.access_key_id_ssm_path
}

output "secret_access_key_ssm_path" {
  value = module.s3_user.secret_access_key_ssm_path
}
