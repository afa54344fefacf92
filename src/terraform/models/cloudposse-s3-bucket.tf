# cloudposse/s3-bucket/aws: a bucket, and a user for it when one is asked for.

variable "user_enabled" {
  type     = bool
  default  = false
  nullable = false
}

variable "allowed_bucket_actions" {
  type = list(string)
  default = [
    "s3:PutObject", "s3:PutObjectAcl", "s3:GetObject", "s3:DeleteObject", "s3:ListBucket",
    "s3:ListBucketMultipartUploads", "s3:GetBucketLocation", "s3:AbortMultipartUpload",
  ]
}

variable "bucket_name" {
  type    = string
  default = null
}

resource "aws_s3_bucket" "default" {
  count  = module.this.enabled ? 1 : 0
  bucket = var.bucket_name != null && var.bucket_name != "" ? var.bucket_name : module.this.id
}

output "enabled" {
  value = module.this.enabled
}

output "user_enabled" {
  value = var.user_enabled
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

output "bucket_id" {
  value = module.this.enabled ? join("", aws_s3_bucket.default[*].id) : ""
}

output "bucket_arn" {
  value = module.this.enabled ? join("", aws_s3_bucket.default[*].arn) : ""
}

output "access_key_id" {
  value     = module.s3_user.access_key_id
  sensitive = true
}

output "secret_access_key" {
  value     = module.s3_user.secret_access_key
  sensitive = true
}
