variable "s" { type = string }
variable "s_null" { type = string }
variable "n" { type = number }
variable "n_null" { type = number }
variable "b" { type = bool }
variable "b_null" { type = bool }
variable "any" { type = any }
variable "any_null" {}
variable "ls" { type = list(string) }
variable "ls_empty" { type = list(string) }
variable "ls_null" { type = list(string) }
variable "ln" { type = list(number) }
variable "ln_empty" { type = list(number) }
variable "ss" { type = set(string) }
variable "ss_empty" { type = set(string) }
variable "ss_null" { type = set(string) }
variable "ms" { type = map(string) }
variable "ms_empty" { type = map(string) }
variable "ms_null" { type = map(string) }
variable "mn" { type = map(number) }
variable "la" { type = list(any) }
variable "la_empty" { type = list(any) }
variable "ma" { type = map(any) }
variable "mls" { type = map(list(string)) }
variable "tup" { type = tuple([string, number, bool]) }
variable "tup_null" { type = tuple([string]) }
variable "o" { type = object({ name = string, n = optional(number), on = optional(bool, true), tags = optional(map(string), {}), groups = optional(set(string)) }) }
variable "o_null" { type = object({ name = string }) }
variable "lo" { type = list(object({ name = string, n = optional(number, 7), inner = optional(object({ x = optional(string, "d"), y = optional(list(string), ["q"]) }), {}) })) }
variable "lo_empty" { type = list(object({ name = string })) }
variable "mo" { type = map(object({ path = optional(string, "/"), keys = optional(list(string), []) })) }
variable "oa" { type = object({ a = any, l = list(any), m = map(any) }) }
variable "sec" {
  type      = string
  sensitive = true
}
variable "seclist" {
  type      = list(string)
  sensitive = true
}
variable "dn" {
  type     = string
  nullable = false
  default  = "dflt"
}
variable "defobj" {
  type    = object({ a = optional(string, "x"), b = optional(number, "3"), c = optional(list(object({ d = optional(bool, "true") })), [{}]) })
  default = { a = null, extra = 1 }
}
variable "defset" {
  type    = set(number)
  default = ["3", 1, 1, 2]
}
variable "deftuple" {
  type    = tuple([string, list(number)])
  default = [1, ["2"]]
}
variable "nodef" { default = null }
variable "untyped" { default = [1, "a"] }
variable "untyped_map" { default = { a = 1, b = "x" } }
resource "terraform_data" "u0" {}
resource "terraform_data" "u" {
  input = terraform_data.u0.id
}
locals {
  u     = terraform_data.u.output
  us    = terraform_data.u.id
  ulist = [terraform_data.u.id, "a"]
  nul   = null
  tup   = [1, "a", true]
  obj   = { a = 1, b = "x" }
  objs  = [{ name = "al", tags = ["t1"] }, { name = "bo", tags = [] }]
}
