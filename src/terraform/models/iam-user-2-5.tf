# terraform-aws-modules/iam/aws//modules/iam-user, 2.x to 5.x. The status of the key and the policies came
# with 5.x; nobody gives them to an older one.

variable "create_user" {
  type    = bool
  default = true
}

variable "create_iam_user_login_profile" {
  type    = bool
  default = true
}

variable "create_iam_access_key" {
  type    = bool
  default = true
}

variable "name" {
  type = string
}

variable "path" {
  type    = string
  default = "/"
}

variable "force_destroy" {
  type    = bool
  default = false
}

variable "permissions_boundary" {
  type    = string
  default = ""
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "pgp_key" {
  type    = string
  default = ""
}

variable "iam_access_key_status" {
  type    = string
  default = null
}

variable "password_reset_required" {
  type    = bool
  default = true
}

variable "password_length" {
  type    = number
  default = 20
}

variable "upload_iam_user_ssh_key" {
  type    = bool
  default = false
}

variable "ssh_key_encoding" {
  type    = string
  default = "SSH"
}

variable "ssh_public_key" {
  type    = string
  default = ""
}

variable "policy_arns" {
  type    = list(string)
  default = []
}

locals {
  has_login_profile = var.create_user && var.create_iam_user_login_profile
  has_key           = var.create_user && var.create_iam_access_key
}

resource "aws_iam_user" "this" {
  count                = var.create_user ? 1 : 0
  name                 = var.name
  path                 = var.path
  force_destroy        = var.force_destroy
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags
}

resource "aws_iam_user_login_profile" "this" {
  count                   = local.has_login_profile ? 1 : 0
  user                    = aws_iam_user.this[0].name
  pgp_key                 = var.pgp_key
  password_length         = var.password_length
  password_reset_required = var.password_reset_required
}

resource "aws_iam_access_key" "this" {
  count   = local.has_key && var.pgp_key != "" ? 1 : 0
  user    = aws_iam_user.this[0].name
  pgp_key = var.pgp_key
  status  = var.iam_access_key_status
}

resource "aws_iam_access_key" "this_no_pgp" {
  count  = local.has_key && var.pgp_key == "" ? 1 : 0
  user   = aws_iam_user.this[0].name
  status = var.iam_access_key_status
}

resource "aws_iam_user_ssh_key" "this" {
  count      = var.create_user && var.upload_iam_user_ssh_key ? 1 : 0
  username   = aws_iam_user.this[0].name
  encoding   = var.ssh_key_encoding
  public_key = var.ssh_public_key
}

resource "aws_iam_user_policy_attachment" "this" {
  for_each   = { for index, arn in var.policy_arns : index => arn if var.create_user }
  user       = aws_iam_user.this[0].name
  policy_arn = each.value
}

output "iam_user_name" {
  value = try(aws_iam_user.this[0].name, "")
}

output "iam_user_arn" {
  value = try(aws_iam_user.this[0].arn, "")
}

output "iam_user_unique_id" {
  value = try(aws_iam_user.this[0].unique_id, "")
}

output "iam_user_login_profile_password" {
  value     = try(aws_iam_user_login_profile.this[0].password, "")
  sensitive = true
}

output "iam_user_login_profile_encrypted_password" {
  value = try(aws_iam_user_login_profile.this[0].encrypted_password, "")
}

output "iam_access_key_id" {
  value = try(aws_iam_access_key.this[0].id, aws_iam_access_key.this_no_pgp[0].id, "")
}

output "iam_access_key_secret" {
  value     = try(aws_iam_access_key.this_no_pgp[0].secret, "")
  sensitive = true
}

output "iam_access_key_encrypted_secret" {
  value = try(aws_iam_access_key.this[0].encrypted_secret, "")
}

output "iam_access_key_ses_smtp_password_v4" {
  value     = try(aws_iam_access_key.this_no_pgp[0].ses_smtp_password_v4, "")
  sensitive = true
}

output "iam_access_key_status" {
  value = try(aws_iam_access_key.this[0].status, aws_iam_access_key.this_no_pgp[0].status, "")
}

output "pgp_key" {
  value = var.pgp_key
}

output "policy_arns" {
  value = [for attachment in aws_iam_user_policy_attachment.this : attachment.policy_arn]
}
