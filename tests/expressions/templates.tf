locals {
  tpl  = "v=$${a}"
  tpls = ["x", "y"]
  hd1  = <<EOT
a
  b ${var.s}
EOT
  hd2  = <<-EOT
    a
      b ${var.s}
    c
  EOT
  hd3  = <<-EOT
      %{for x in var.ls~}
      - ${x}
      %{endfor~}
    end
  EOT
  hd4  = <<-EOT
    ${var.s}
      x
  EOT
  hd5  = <<-EOT
    a

      b
	tab
  EOT
  hd6  = <<EOT
%{if true~}
 yes
%{~else~}
 no
%{endif~}
EOT
}
