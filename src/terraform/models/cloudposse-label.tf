# cloudposse/label/null, 0.23 to 0.25: a name made of parts. Tags are left out.

locals {
  # What is given here goes before what the context gives; lists and maps are put together.
  given = {
    enabled             = var.enabled != null ? var.enabled : var.context.enabled
    namespace           = var.namespace != null ? var.namespace : var.context.namespace
    tenant              = var.tenant != null ? var.tenant : try(var.context.tenant, null)
    environment         = var.environment != null ? var.environment : var.context.environment
    stage               = var.stage != null ? var.stage : var.context.stage
    name                = var.name != null ? var.name : var.context.name
    delimiter           = var.delimiter != null ? var.delimiter : var.context.delimiter
    attributes          = compact(distinct(concat(coalesce(var.context.attributes, []), coalesce(var.attributes, []))))
    tags                = merge(var.context.tags, var.tags)
    additional_tag_map  = try(var.context.additional_tag_map, {})
    label_order         = var.label_order != null ? var.label_order : var.context.label_order
    regex_replace_chars = var.regex_replace_chars != null ? var.regex_replace_chars : var.context.regex_replace_chars
    id_length_limit     = var.id_length_limit != null ? var.id_length_limit : var.context.id_length_limit
    label_key_case      = try(var.context.label_key_case, null)
    label_value_case    = var.label_value_case != null ? var.label_value_case : try(var.context.label_value_case, null)
    descriptor_formats  = try(var.context.descriptor_formats, {})
    labels_as_tags      = try(var.context.labels_as_tags, ["unset"])
  }

  removed   = coalesce(local.given.regex_replace_chars, "/[^-a-zA-Z0-9]/")
  case      = local.given.label_value_case != null ? local.given.label_value_case : "lower"
  delimiter = local.given.delimiter != null ? local.given.delimiter : "-"
  limit     = local.given.id_length_limit != null ? local.given.id_length_limit : 0
  usual     = ["namespace", "environment", "stage", "name", "attributes"]
  order     = local.given.label_order != null ? coalescelist(local.given.label_order, local.usual) : local.usual

  words = {
    for part in ["namespace", "tenant", "environment", "stage", "name"] :
    part => local.given[part] != null ? replace(local.given[part], local.removed, "") : ""
  }
  cased = {
    for part, word in local.words :
    part => (
      local.case == "lower" ? lower(word) :
      local.case == "upper" ? upper(word) :
      local.case == "title" ? title(lower(word)) : word
    )
  }
  attributes = compact(distinct([
    for attribute in compact(distinct([for it in local.given.attributes : replace(it, local.removed, "")])) : (
      local.case == "lower" ? lower(attribute) :
      local.case == "upper" ? upper(attribute) :
      local.case == "title" ? title(lower(attribute)) : attribute
    )
  ]))

  parts = merge(local.cased, { attributes = join(local.delimiter, local.attributes) })
  full  = join(local.delimiter, [for part in local.order : local.parts[part] if length(local.parts[part]) > 0])

  # A name that is too long is cut and ends in five characters of its hash.
  kept   = local.limit - 5 - length(local.delimiter)
  start  = local.kept > 0 ? "${trimsuffix(substr(local.full, 0, local.kept), local.delimiter)}${local.delimiter}" : ""
  digest = "${md5(local.full)}qrstuvwxyz"
  hash = replace(
    local.case == "lower" ? lower(local.digest) :
    local.case == "upper" ? upper(local.digest) :
    local.case == "title" ? title(local.digest) : local.digest,
    local.removed, ""
  )
  id = local.limit != 0 && length(local.full) > local.limit ? substr("${local.start}${local.hash}", 0, local.limit) : local.full
}

output "id" {
  value = local.given.enabled ? local.id : ""
}

output "id_full" {
  value = local.given.enabled ? local.full : ""
}

output "enabled" {
  value = local.given.enabled
}

output "namespace" {
  value = local.given.enabled ? local.cased["namespace"] : ""
}

output "tenant" {
  value = local.given.enabled ? local.cased["tenant"] : ""
}

output "environment" {
  value = local.given.enabled ? local.cased["environment"] : ""
}

output "stage" {
  value = local.given.enabled ? local.cased["stage"] : ""
}

output "name" {
  value = local.given.enabled ? local.cased["name"] : ""
}

output "delimiter" {
  value = local.given.enabled ? local.delimiter : ""
}

output "attributes" {
  value = local.given.enabled ? local.attributes : []
}

output "label_order" {
  value = local.order
}

output "id_length_limit" {
  value = local.limit
}

output "context" {
  value = local.given
}
