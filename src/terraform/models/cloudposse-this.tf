# What a module of Cloud Posse calls itself, and whether it is on: `module.this.id`, `module.this.enabled`.

module "this" {
  source  = "cloudposse/label/null"
  version = "0.25.0"

  context             = var.context
  enabled             = var.enabled
  namespace           = var.namespace
  tenant              = var.tenant
  environment         = var.environment
  stage               = var.stage
  name                = var.name
  delimiter           = var.delimiter
  attributes          = var.attributes
  tags                = var.tags
  label_order         = var.label_order
  regex_replace_chars = var.regex_replace_chars
  id_length_limit     = var.id_length_limit
  label_value_case    = var.label_value_case
}
